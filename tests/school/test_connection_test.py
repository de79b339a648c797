"""Test Connection: the handbook's lines, a plain message for each way to fail, and what is kept of it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests.school.conftest import Drop, Export, MakeLa
from tests.school.scripted_la import ScriptedLa
from tests.school.ways_to_fail import SILENT, WAYS, Line
from tests.squid import Squid
from tests.wire.conftest import answer

from schoolgate.commons.jobs.models import Job
from schoolgate.commons.journal.models import JournalLine
from schoolgate.school.exchange.connection_test import (
    StepReport,
    TestReport,
    place_to_mend,
    rows_to_test,
    run_connection_test,
)
from schoolgate.school.exchange.models import Destination, School, Transfer
from schoolgate.school.exchange.today import look_at_today
from schoolgate.wire.http import Timeouts

pytestmark = pytest.mark.django_db

STEPS = [
    "Step 1. Endpoint configuration ({address})",
    "Step 2. Service opened",
    "Step 3. Pinged to the Data Transfer service",
    "Step 4. Logged in to the server",
    "Step 5. Ping succeeded for B2B service",
]


@pytest.fixture
def green_abbey(la: ScriptedLa) -> School:
    """The school's row, without credentials of its own."""
    return School.objects.create(name="Green Abbey", la="820", number="4321", destination_la="820")


@pytest.fixture
def line(
    la: ScriptedLa, green_abbey: School, tmp_path: Path, settings: Any, request: pytest.FixtureRequest
) -> Iterator[Line]:
    broken = Line(la, green_abbey, tmp_path, settings, lambda: request.getfixturevalue("squid"))
    with broken.started:
        yield broken


def journal() -> list[tuple[str, str]]:
    """Level and message of each line, in the order written."""
    return list(JournalLine.objects.order_by("pk").values_list("level", "message"))


def written_for(address: str, steps: int) -> list[tuple[str, str]]:
    begun = ["Testing Connection:", *(step.format(address=address) for step in STEPS[:steps])]
    return [("INFO", message) for message in begun]


@pytest.mark.usefixtures("school_site")
def test_an_la_whose_schools_have_accounts_of_their_own_leads_to_theirs(la: ScriptedLa, green_abbey: School) -> None:
    Destination.objects.update(user="", password="")
    row = Destination.objects.get()
    failed = run_connection_test(row).failed
    assert failed is not None
    assert place_to_mend(row, failed)[1] == "/administration/las/820/"
    School.objects.update(user="own", password="Given-by-the-LA-1")
    assert place_to_mend(row, failed) == ("Test a school’s own account", "/administration/schools/")


def test_a_test_that_succeeds_writes_the_handbooks_lines(la: ScriptedLa, green_abbey: School) -> None:
    report = run_connection_test(green_abbey)
    assert [step.look for step in report.steps] == ["done"] * 5
    assert journal() == [*written_for(la.address, 5), ("INFO", "Test Connection Successful.")]
    line = JournalLine.objects.first()
    assert line is not None
    assert (line.la, line.destination_la, line.school) == ("820", "820", "4321")


def test_a_test_of_the_la_names_it_and_no_school(la: ScriptedLa, destination: Destination) -> None:
    assert run_connection_test(destination).failed is None
    line = JournalLine.objects.first()
    assert line is not None
    assert (line.la, line.destination_la, line.school) == ("", "820", "")


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.squid] if name.startswith("squid") else []) for name in WAYS]
)
def test_each_way_to_fail_has_its_step_its_lines_and_its_message(
    name: str, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    if name in SILENT:
        monkeypatch.setattr("schoolgate.school.exchange.connection_test.TIMEOUTS", Timeouts(1, 0.5, 2, 2))
    way = WAYS[name]
    way.prepare(line)
    line.school.refresh_from_db()
    report = run_connection_test(line.school)
    assert report.failed is not None
    assert report.failed.sentence.startswith(way.sentence)
    assert [step.look for step in report.steps][: way.step] == ["done"] * (way.step - 1) + ["wrong"]
    address = Destination.objects.values_list("address", flat=True).first() or ""
    failed = ("WARN", f"Test Connection Failed: {report.failed.sentence}")
    assert journal() == [*written_for(address, way.step - 1), failed]
    details = JournalLine.objects.order_by("pk").values_list("details", flat=True).last() or ""
    assert report.failed.code in details
    assert details.startswith(report.failed.remedy.split(".")[0][:10])


def test_no_two_ways_have_the_same_message() -> None:
    sentences = [way.sentence for way in WAYS.values()]
    assert not [one for one in sentences for other in sentences if one is not other and other.startswith(one)]


def test_the_steps_after_the_failed_one_are_shown_as_not_tried(line: Line) -> None:
    WAYS["wrong password"].prepare(line)
    steps = run_connection_test(line.school).steps
    assert [step.look for step in steps] == ["done", "done", "done", "wrong", ""]
    assert steps[4] == StepReport(5, "Ping succeeded for B2B service", "")


def test_a_school_is_tested_with_its_own_credentials(la: ScriptedLa, green_abbey: School) -> None:
    la.accounts["green"] = "Green-Own-2026!"
    School.objects.update(user="green", password="Green-Own-2026!")
    Destination.objects.update(password="wrong")
    green_abbey.refresh_from_db()
    assert run_connection_test(green_abbey).failed is None
    assert la.sign_ins == ["green"]


def test_what_was_learnt_is_kept(la: ScriptedLa, green_abbey: School, destination: Destination) -> None:
    la.token_says = {"password_expires": "2027-01-31T00:00:00Z"}
    run_connection_test(green_abbey)
    destination.refresh_from_db()
    assert destination.contact == "Data Team, 01234 000000"
    assert destination.password_expires_at == datetime(2027, 1, 31, tzinfo=UTC)
    assert destination.connected_at is not None


def test_an_la_that_is_in_no_list_gets_the_name_it_has_for_itself(
    la: ScriptedLa, green_abbey: School, destination: Destination
) -> None:
    run_connection_test(green_abbey)
    assert Destination.objects.get().name == destination.name
    Destination.objects.update(name="LA 820")
    run_connection_test(green_abbey)
    assert Destination.objects.get().name == "Bedford"


def test_a_failed_login_stands_on_the_first_page_until_a_test_succeeds(la: ScriptedLa, green_abbey: School) -> None:
    right, la.password = la.password, "Another-2026!"
    run_connection_test(green_abbey)
    assert "User Name or Password is invalid." in look_at_today().to_do[0].text
    la.password = right
    run_connection_test(green_abbey)
    assert look_at_today().to_do == []


def test_a_failed_login_of_a_school_blames_only_its_row(
    la: ScriptedLa, green_abbey: School, destination: Destination
) -> None:
    School.objects.update(user="green", password="wrong")
    green_abbey.refresh_from_db()
    run_connection_test(green_abbey)
    destination.refresh_from_db()
    green_abbey.refresh_from_db()
    assert (green_abbey.trouble, destination.trouble) == ("wrong-credentials", "")


@pytest.mark.parametrize("name", ["our clock", "not for this school"])
def test_what_stops_no_file_is_told_and_not_held_against_the_la(name: str, line: Line) -> None:
    WAYS[name].prepare(line)
    assert run_connection_test(line.school).failed is not None
    assert not Destination.objects.exclude(trouble="").exists()


def test_an_la_without_credentials_of_its_own_is_not_in_trouble_for_that(line: Line, destination: Destination) -> None:
    WAYS["no credentials"].prepare(line)
    destination.refresh_from_db()
    assert run_connection_test(destination).failed is not None
    assert not Destination.objects.exclude(trouble="").exists()


def test_files_that_were_stopped_go_on_when_a_test_succeeds(
    la: ScriptedLa, green_abbey: School, drop: Drop, export: Export
) -> None:
    drop()
    la.wrong = [answer(407, "")]
    export()
    Job.objects.all().delete()
    assert Transfer.objects.get().state == "ready"
    run_connection_test(green_abbey)
    assert [job.args["look"] for job in Job.objects.all()] == [False]


def test_every_school_and_every_la_that_may_be_used_is_tested(line: Line, destination: Destination) -> None:
    assert rows_to_test() == [destination, line.school]
    assert rows_to_test(school="4321") == [line.school]
    assert rows_to_test(la="823") == []
    assert rows_to_test(most=0) == [destination]
    Destination.objects.update(user="", password="")
    assert rows_to_test() == [line.school]


def test_an_extra_ca_file_that_is_gone_is_told(line: Line) -> None:
    line.trusted().file.unlink()
    failed = run_connection_test(line.school).failed
    assert failed is not None
    assert failed.code == "extra-ca-file"


@pytest.mark.squid
def test_a_secure_line_through_squid_is_all_right(line: Line, squid: Squid) -> None:
    line.secured(line.trusted().serving("127.0.0.1"))
    line.through(squid.name)
    assert run_connection_test(line.school).failed is None
    assert "200 CONNECT" in squid.passed()[-1]


@pytest.mark.squid
def test_a_filter_behind_squid_is_recognised_by_its_certificate(line: Line, squid: Squid) -> None:
    WAYS["inspecting filter"].prepare(line)
    line.through(squid.name)
    failed = run_connection_test(line.school).failed
    assert failed is not None
    assert "Issued by: Filter Inspection CA" in failed.sentence


class TestTheButton:
    """As the office sees it."""

    pytestmark = pytest.mark.usefixtures("school_site")

    def test_each_school_and_each_la_has_one(self, admin: Client, green_abbey: School) -> None:
        for page, address in (("las", "las/820/test/"), ("schools", f"schools/{green_abbey.pk}/test/")):
            text = admin.get(f"/administration/{page}/").content.decode()
            assert f'formaction="/administration/{address}"' in text

    def test_it_shows_five_ticks(self, admin: Client, green_abbey: School) -> None:
        page = admin.post(f"/administration/schools/{green_abbey.pk}/test/").content.decode()
        assert page.count('<li class="done">') == 5
        assert "Test Connection Successful." in page

    def test_the_failed_step_says_what_to_do_and_whom_to_ask(self, admin: Client, line: Line) -> None:
        Destination.objects.update(contact="Data Team, 01234 000000")
        WAYS["wrong password"].prepare(line)
        page = admin.post("/administration/las/820/test/").content.decode()
        assert page.count('<li class="done">') == 3
        assert page.count('<li class="wrong">') == 1
        assert "ask the LA (Data Team, 01234 000000) for a new password" in page

    def test_what_is_the_proxys_leads_to_connection(self, admin: Client, line: Line) -> None:
        WAYS["proxy not found"].prepare(line)
        page = admin.post("/administration/las/820/test/").content.decode()
        assert '<a class="button" href="/administration/connection/">' in page

    def test_looking_at_its_address_tests_nothing(self, admin: Client, la: ScriptedLa) -> None:
        assert admin.get("/administration/las/820/test/").status_code == 405
        assert la.calls == []

    def test_a_sender_may_test_and_a_stranger_may_not(self, office: Client, stranger: Client, la: ScriptedLa) -> None:
        assert office.post("/administration/las/820/test/").status_code == 200
        assert stranger.post("/administration/las/820/test/").status_code == 302


def test_a_report_is_no_test_of_pytests() -> None:
    assert TestReport.__test__ is False


@pytest.mark.squid
def test_a_proxy_that_lets_one_la_through_again_is_no_trouble_for_the_others(
    line: Line, make_la: MakeLa, squid: Squid
) -> None:
    make_la("823")
    Destination.objects.filter(la="823").update(trouble="proxy-password-wrong")
    line.through(squid.name)
    assert run_connection_test(line.school).failed is None
    other = Destination.objects.get(la="823")
    assert (other.trouble, other.connected_at) == ("", None)
    assert look_at_today().to_do == []
