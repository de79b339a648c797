"""The screens of imports: the list, one import, what people do there, and the lists behind each number."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.authority.importing.importing_files import header_of
from tests.documents.students.files import a_file, a_pupil, changed

from schoolgate.authority.bases.models import Base
from schoolgate.authority.exchange.models import ReceivedFile
from schoolgate.authority.exchange.today import look_at_today
from schoolgate.authority.importing.models import Import, ImportState
from schoolgate.authority.records.models import Pupil, Refusal
from schoolgate.authority.records.removing import remove
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.jobs.engine import work_off
from schoolgate.commons.jobs.models import Job, State
from schoolgate.documents.students.entries import Record

MONDAY = datetime(2026, 11, 23, 18, 30)  # noqa: DTZ001  as a header writes it
TUESDAY = MONDAY.replace(day=24)

Send = Callable[..., Import]


def text(answer: Any) -> str:
    assert answer.status_code == 200
    return str(answer.content, "utf-8")


def rows(answer: Any) -> int:
    """How many rows a list has, by its download."""
    return len(b"".join(answer).decode().strip().splitlines()) - 1


@pytest.fixture
def send(program: Any, green_abbey: Base) -> Send:
    """Have a file of these pupils received and worked on."""

    def send_and_work(records: list[Record], *, created: datetime = MONDAY, **changes: str) -> Import:
        data = a_file(records, header_of(green_abbey, created=created))
        for before, after in changes.items():
            data = changed(data, before, after)
        program.put(data, name=f"8204321_CES_820LLLL_{Import.objects.count() + 1:03}.xml")
        work_off()
        return Import.objects.latest("pk")

    return send_and_work


def school() -> list[Record]:
    """Six pupils."""
    return [
        a_pupil(),
        a_pupil(UPN="F820432124002", Forename="Ada", Sex="F", DOB="2013-03-01"),
        a_pupil(UPN="V820432124003", Forename="Zoë", Sex="F", DOB="2013-04-01"),
        a_pupil(UPN="D820432123017", Forename="Kai", DOB="2013-05-01"),
        a_pupil(UPN="P820432122044", Forename="Lea", Sex="F", DOB="2013-06-01"),
        a_pupil(UPN="T820432117003", Forename="Mia", Sex="F", DOB="2013-07-01"),
    ]


@pytest.fixture
def some_of_everything(send: Send) -> Import:
    """The second file of a school: pupils added, changed, the same, twice, unmatched; values left out and missing."""
    first = school()
    send(first)
    wrong = {"NCyearActual": "9", "FormerUPN": "A820432124999"}
    second = [
        first[0],
        {**first[1], "Surname": "Bell", "BasicDetails": wrong},
        {**first[2], "BasicDetails": {}},
        first[3],
        {**first[4], "BasicDetails": {"NCyearActual": "8"}},
        {**first[4], "BasicDetails": {"NCyearActual": "7"}},
        a_pupil(UPN="N823432118001", Forename="Newt", DOB="2012-01-01"),
        a_pupil(UPN="E820432124999"),
    ]
    return send(second, created=TUESDAY)


def lists_behind(this: Import) -> dict[str, int]:
    """The number behind which each list stands, by the list's address."""
    numbers = {reverse("import-list", args=[this.pk, what]): number for what, number in this.counts["pupils"].items()}
    for group, counted in this.counts["groups"].items():
        for what, number in counted.items():
            numbers[reverse("import-group-list", args=[this.pk, group, what.replace("_", "-")])] = number
    return numbers


def test_the_file_of_these_tests_has_some_of_everything(some_of_everything: Import) -> None:
    assert some_of_everything.counts["pupils"] == {"added": 1, "changed": 1, "same": 3, "twice": 2, "unmatched": 1}
    whats = {what for numbers in some_of_everything.counts["groups"].values() for what in numbers}
    assert whats == {"added", "changed", "same", "left_out", "missing"}


def test_each_list_is_as_long_as_its_number_says(some_of_everything: Import, as_officer: Client) -> None:
    for address, number in lists_behind(some_of_everything).items():
        assert rows(as_officer.get(address, {"format": "csv"})) == number, address
        shown = text(as_officer.get(address))
        assert "counted" not in shown, address


def test_each_number_of_the_page_leads_to_its_list(some_of_everything: Import, as_officer: Client) -> None:
    shown = text(as_officer.get(reverse("import", args=[some_of_everything.pk])))
    for address, number in lists_behind(some_of_everything).items():
        assert f'href="{address}">{number}<' in shown


def test_a_changed_pupil_is_shown_with_the_value_before_and_after(
    some_of_everything: Import, as_officer: Client
) -> None:
    shown = text(as_officer.get(reverse("import-list", args=[some_of_everything.pk, "changed"])))
    assert "Basic details, Legal surname: Okafor → Bell" in shown
    shown = text(as_officer.get(reverse("import-group-list", args=[some_of_everything.pk, "basic-details", "changed"])))
    assert "Legal surname: Okafor → Bell" in shown


def test_values_stay_those_of_their_import_when_the_next_one_came(
    some_of_everything: Import, send: Send, as_officer: Client
) -> None:
    send([{**record, "Surname": "Cole"} for record in school()], created=TUESDAY.replace(day=25))
    listed = as_officer.get(reverse("import-list", args=[some_of_everything.pk, "changed"]), {"format": "csv"})
    assert "Okafor → Bell" in b"".join(listed).decode()


def test_a_value_left_out_is_told_with_why_and_what_to_do(some_of_everything: Import, as_officer: Client) -> None:
    shown = text(as_officer.get(reverse("import-list", args=[some_of_everything.pk, "left-out"])))
    for told in ("Former UPN", "A820432124999", "check letter", "copies the number", "this file"):
        assert told in shown
    assert "1 of them new in this file and not corrected yet" in text(
        as_officer.get(reverse("import", args=[some_of_everything.pk]))
    )


def test_a_list_that_a_later_file_has_shortened_says_so(
    some_of_everything: Import, send: Send, as_officer: Client
) -> None:
    send(school(), created=TUESDAY.replace(day=25))
    assert not Refusal.objects.exists()
    shown = text(as_officer.get(reverse("import-list", args=[some_of_everything.pk, "left-out"])))
    assert "1 were counted here and 0 stand today" in shown
    assert "not corrected yet" not in text(as_officer.get(reverse("import", args=[some_of_everything.pk])))


def test_pupils_who_are_gone_are_told_as_a_number(some_of_everything: Import, as_officer: Client) -> None:
    remove(Pupil.objects.get(forename="Newt"))
    shown = text(as_officer.get(reverse("import-list", args=[some_of_everything.pk, "added"])))
    assert "1 were counted; 1 of them are not held any more" in shown


def test_pupils_who_were_not_taken_are_named_from_the_file(some_of_everything: Import, as_officer: Client) -> None:
    twice = text(as_officer.get(reverse("import-list", args=[some_of_everything.pk, "twice"])))
    assert twice.count("Lea") == 2
    unmatched = text(as_officer.get(reverse("import-list", args=[some_of_everything.pk, "unmatched"])))
    assert "E820432124999" in unmatched
    assert "who has another UPN" in unmatched


def test_all_who_were_not_taken_are_listed_however_many_the_school_is_told(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, as_officer: Client
) -> None:
    monkeypatch.setattr("schoolgate.authority.importing.carrying_out.PROBLEMS_KEPT", 1)
    this = request.getfixturevalue("some_of_everything")
    assert len(this.problems) == 1
    assert rows(as_officer.get(reverse("import-list", args=[this.pk, "twice"]), {"format": "csv"})) == 2


def test_without_the_file_the_place_in_it_is_told(some_of_everything: Import, as_officer: Client) -> None:
    Import.objects.filter(pk=some_of_everything.pk).update(source_key="0" * 64)
    shown = text(as_officer.get(reverse("import-list", args=[some_of_everything.pk, "twice"])))
    assert "not kept any more" in shown
    assert "Lea" not in shown
    assert rows(as_officer.get(reverse("import-list", args=[some_of_everything.pk, "twice"]), {"format": "csv"})) == 2


def test_who_is_not_in_a_full_file_is_listed(some_of_everything: Import, as_officer: Client) -> None:
    shown = text(as_officer.get(reverse("import", args=[some_of_everything.pk])))
    address = reverse("import-list", args=[some_of_everything.pk, "missing"])
    assert f'href="{address}"' in shown
    listed = text(as_officer.get(address))
    assert "Mia" in listed
    assert "new in this file" in listed


def test_a_look_at_a_list_stands_in_the_audit_and_one_at_the_page_does_not(
    some_of_everything: Import, as_officer: Client
) -> None:
    as_officer.get(reverse("import", args=[some_of_everything.pk]))
    assert not AuditEntry.objects.filter(who="omar").exists()
    address = reverse("import-list", args=[some_of_everything.pk, "changed"])
    as_officer.get(address)
    as_officer.get(address, {"format": "csv"})
    entries = AuditEntry.objects.filter(who="omar", target__startswith=f"import {some_of_everything.pk}, ")
    assert sorted(entries.values_list("did", flat=True)) == [
        "pupils of an import downloaded",
        "pupils of an import seen",
    ]


def test_the_page_of_an_import_names_no_child(some_of_everything: Import, as_officer: Client) -> None:
    shown = text(as_officer.get(reverse("import", args=[some_of_everything.pk])))
    assert not [name for name in ("Okafor", "Ada", "Bell", "Lea") if name in shown]


def test_a_list_costs_as_many_queries_for_many_pupils_as_for_one(
    some_of_everything: Import, send: Send, as_officer: Client, django_assert_max_num_queries: Any
) -> None:
    this = send([{**record, "Surname": "Cole"} for record in school()], created=TUESDAY.replace(day=25))
    assert this.counts["pupils"]["changed"] > 4
    with django_assert_max_num_queries(24):
        as_officer.get(reverse("import-list", args=[this.pk, "changed"]))


def test_a_list_that_does_not_exist_is_not_found(waiting: Import, as_officer: Client) -> None:
    address = reverse("import", args=[waiting.pk])
    for path in ("pupils/nobody", "groups/basic-details/nobody", "groups/nothing/added", "groups/basic-details/twice"):
        assert as_officer.get(f"{address}/{path}").status_code == 404, path


# The list of imports.


@pytest.fixture
def failed(send: Send) -> Import:
    return send([a_pupil()], **{"<DOB>2013-02-14</DOB>": "<DOB>then</DOB>"})


@pytest.fixture
def waiting(send: Send) -> Import:
    send(school())
    return send(school()[:2], created=TUESDAY)


def test_the_list_shows_each_import_with_its_numbers(some_of_everything: Import, as_officer: Client) -> None:
    listed = b"".join(as_officer.get(reverse("imports"), {"format": "csv"})).decode()
    newest = listed.splitlines()[1]
    assert newest.endswith("8204321_CES_820LLLL_002.xml,Green Abbey Primary School,Completed,,1,1,3,1,1")


def test_the_list_is_filtered_by_state_and_by_school(waiting: Import, oak_lane: Base, as_officer: Client) -> None:
    for asked, number in (({"stands": "waiting"}, 1), ({"stands": "completed"}, 1), ({"stands": "failed"}, 0)):
        assert rows(as_officer.get(reverse("imports"), {**asked, "format": "csv"})) == number
    for base, number in ((waiting.base, 2), (oak_lane, 0)):
        assert rows(as_officer.get(reverse("imports"), {"base": str(base.pk), "format": "csv"})) == number


def test_the_list_fetches_itself_while_something_runs_only(program: Any, green_abbey: Base, as_officer: Client) -> None:
    program.put(a_file([a_pupil()], header_of(green_abbey)))
    assert 'hx-trigger="every 5s"' in text(as_officer.get(reverse("imports")))
    work_off()
    assert "hx-trigger" not in text(as_officer.get(reverse("imports")))


def test_an_empty_list_says_what_comes_here(as_officer: Client, la: str) -> None:
    assert "No jobs queued or running" in text(as_officer.get(reverse("imports")))


def test_a_running_import_shows_how_far_it_is(program: Any, green_abbey: Base, as_officer: Client) -> None:
    program.put(a_file([a_pupil()], header_of(green_abbey)))
    Job.objects.filter(kind="import").update(
        state=State.RUNNING, progress_done=500, progress_total=1200, progress_text="importing"
    )
    for address in (reverse("imports"), reverse("import", args=[Import.objects.get().pk])):
        shown = text(as_officer.get(address))
        assert "500 of 1,200" in shown
        assert "Processing" in shown


# What waits, and what failed.


def test_a_waiting_import_says_with_figures_what_is_asked(waiting: Import, as_officer: Client) -> None:
    shown = text(as_officer.get(reverse("import", args=[waiting.pk])))
    assert "has 2 of the 6 pupils" in shown
    assert "the 4 who are not in it" in shown


def test_a_file_that_is_older_names_the_newer_one(waiting: Import, send: Send, as_officer: Client) -> None:
    older = send(school(), created=MONDAY.replace(day=20))
    shown = text(as_officer.get(reverse("import", args=[older.pk])))
    assert reverse("import", args=[Import.objects.earliest("pk").pk]) in shown
    assert "is imported already" in shown


def test_an_officer_lets_a_waiting_import_go_on(waiting: Import, as_officer: Client) -> None:
    as_officer.post(reverse("import-now", args=[waiting.pk]))
    work_off()
    assert Import.objects.get(pk=waiting.pk).state is ImportState.COMPLETED
    assert "Omar Khan let it be imported" in text(as_officer.get(reverse("import", args=[waiting.pk])))
    again = as_officer.post(reverse("import-now", args=[waiting.pk]), follow=True)
    assert "somebody has decided already" in text(again)


def test_an_officer_turns_a_file_down_with_a_reason(waiting: Import, as_officer: Client) -> None:
    address = reverse("do-not-import", args=[waiting.pk])
    assert "Say why" in text(as_officer.post(address, {"reason": " "}))
    assert Import.objects.get(pk=waiting.pk).state is ImportState.WAITING
    as_officer.post(address, {"reason": "Send the whole school."})
    shown = text(as_officer.get(reverse("import", args=[waiting.pk])))
    assert "The school was told: Send the whole school." in shown
    assert "decided that it is not imported" in shown


def test_a_failed_import_shows_its_error_log_and_quotes_no_value(failed: Import, as_officer: Client) -> None:
    shown = text(as_officer.get(reverse("import", args=[failed.pk])))
    assert "Error log" in shown
    assert 'data-heading="What the school does"' in shown, "a phone shows each problem as a card"
    assert "Date of birth is not as the schema wants it" in shown
    assert "correct: Date of birth" in shown
    assert ">then<" not in shown


def test_an_officer_starts_a_failed_import_again(failed: Import, as_officer: Client) -> None:
    as_officer.post(reverse("retry-import", args=[failed.pk]))
    assert Import.objects.get().state is ImportState.QUEUED
    assert "Only an import that failed" in text(as_officer.post(reverse("retry-import", args=[failed.pk]), follow=True))


def test_failed_imports_are_deleted_after_a_question(failed: Import, as_officer: Client) -> None:
    address = reverse("chosen-imports")
    asked = text(as_officer.post(address, {"chosen": failed.pk, "action": "delete"}))
    assert "Delete 1 failed import" in asked
    assert Import.objects.listed().exists()
    as_officer.post(address, {"chosen": failed.pk, "action": "delete", "sure": "yes"})
    assert not Import.objects.listed().exists()
    assert "deleted from the list" in text(as_officer.get(reverse("import", args=[failed.pk])))


def test_failed_imports_are_ticked_and_started_again_together(failed: Import, as_officer: Client) -> None:
    listed = text(as_officer.get(reverse("imports"), {"stands": "failed", "ticked": "all"}))
    assert f'name="chosen" value="{failed.pk}"' in listed
    assert " checked" in listed
    as_officer.post(reverse("chosen-imports"), {"chosen": failed.pk, "action": "retry"})
    assert Import.objects.get().state is ImportState.QUEUED


def test_one_that_has_not_failed_is_not_deleted(waiting: Import, as_officer: Client) -> None:
    as_officer.post(reverse("chosen-imports"), {"chosen": waiting.pk, "action": "delete", "sure": "yes"})
    assert Import.objects.listed().count() == 2


# The first page and the files.


def test_the_first_page_asks_about_what_waits_and_what_failed_until_it_is_handled(
    waiting: Import, failed: Import, as_officer: Client
) -> None:
    shown = text(as_officer.get(reverse("today")))
    assert reverse("import", args=[waiting.pk]) in shown
    assert reverse("import", args=[failed.pk]) in shown
    assert len(look_at_today().to_do) == 3
    as_officer.post(reverse("do-not-import", args=[waiting.pk]), {"reason": "Send the whole school."})
    as_officer.post(reverse("chosen-imports"), {"chosen": failed.pk, "action": "delete", "sure": "yes"})
    assert len(look_at_today().to_do) == 1


def test_the_first_page_counts_what_was_imported_today(waiting: Import) -> None:
    assert look_at_today().imported == 1


def test_a_received_files_page_leads_to_its_import(some_of_everything: Import, as_officer: Client) -> None:
    file = ReceivedFile.objects.get(its_import=some_of_everything)
    shown = text(as_officer.get(reverse("received-file", args=[file.pk])))
    assert reverse("import", args=[some_of_everything.pk]) in shown
    assert "1 added, 1 changed, 3 same, 2 twice, 1 unmatched" in shown
    assert reverse("received-file", args=[file.pk]) in text(
        as_officer.get(reverse("import", args=[some_of_everything.pk]))
    )


def test_where_a_file_is_leads_on_to_its_import(failed: Import, as_officer: Client) -> None:
    shown = text(as_officer.post(reverse("find"), {"text": failed.source_name}))
    assert f'<a href="{reverse("import", args=[failed.pk])}"><strong class="tag tag-bad">Failed' in shown


# Who may.

PAGES: list[tuple[str, list[str]]] = [
    ("imports", []),
    ("import", []),
    ("import-list", ["added"]),
    ("import-group-list", ["basic-details", "added"]),
    ("do-not-import", []),
]


def test_the_pages_are_for_the_authoritys_people_only(
    waiting: Import, signed_in: Callable[[User], Client], stranger: Client, sender: User, as_administrator: Client
) -> None:
    for name, arguments in PAGES:
        address = reverse(name, args=[] if name == "imports" else [waiting.pk, *arguments])
        assert as_administrator.get(address).status_code == 200, name
        assert stranger.get(address).status_code == 302, name
        assert signed_in(sender).get(address).status_code == 403, name
        assert signed_in(waiting.base.account).get(address).status_code == 403, name


def test_the_steps_are_for_the_authoritys_people_only(
    waiting: Import, signed_in: Callable[[User], Client], stranger: Client, sender: User
) -> None:
    for name in ("import-now", "retry-import", "do-not-import", "chosen-imports"):
        address = reverse(name, args=[] if name == "chosen-imports" else [waiting.pk])
        for browser, status in ((stranger, 302), (signed_in(sender), 403), (signed_in(waiting.base.account), 403)):
            assert browser.post(address, {"reason": "x", "chosen": waiting.pk}).status_code == status, name
    assert Import.objects.get(pk=waiting.pk).state is ImportState.WAITING
