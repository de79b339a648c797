"""The school's side against the authority's real exchange API, over a real socket."""

import json
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from tests.school.conftest import NAME, Drop, Export
from tests.squid import PASSWORD as PROXY_PASSWORD
from tests.squid import USER as PROXY_USER
from tests.squid import Squid

from schoolgate.authority.bases.la import LA_NUMBER
from schoolgate.authority.bases.models import Base
from schoolgate.authority.exchange.models import ReceivedFile
from schoolgate.authority.exchange.store import received_files
from schoolgate.commons.jobs.identity import take_identity
from schoolgate.commons.jobs.models import Job, WorkerLife
from schoolgate.school.exchange.administration.line import Line, save_line
from schoolgate.school.exchange.asking import ask_for_export
from schoolgate.school.exchange.connection_test import run_connection_test
from schoolgate.school.exchange.export_now import export_now
from schoolgate.school.exchange.models import Destination, State, Transfer
from schoolgate.school.exchange.receipt_keys import kept_keys
from schoolgate.wire.receipts import verify_receipt_file

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_file_travels_from_folder_to_la_and_is_proven(
    authority: str, drop: Drop, export: Export, exported_folder: Path
) -> None:
    plain = drop().read_bytes()
    assert export().all_well
    received = ReceivedFile.objects.get()
    with received_files().open(received.sha256) as stored:
        assert stored.read() == plain
    with (exported_folder / NAME).open("rb") as kept:
        text = (exported_folder / f"{NAME}.receipt.json").read_text()
        assert verify_receipt_file(text, kept_keys("820"), kept).ref == received.ref
    assert json.loads(text)["url"] == authority
    assert Destination.objects.get().contact == "Data Team, 01234 000000"


@pytest.mark.squid
def test_a_file_travels_through_a_proxy_with_a_password(
    authority: str, drop: Drop, export: Export, squid: Squid
) -> None:
    save_line(Line(True, squid.name, PROXY_USER, PROXY_PASSWORD, "1.2"), by=None)
    before = len(squid.passed())
    drop()
    assert export().all_well
    assert ReceivedFile.objects.count() == 1
    passed = squid.passed()[before:]
    assert [line for line in passed if line.startswith("201 PUT")]
    assert all(authority in line for line in passed)


def test_a_connection_to_a_real_authority_passes_all_five_steps(authority: str) -> None:
    report = run_connection_test(Destination.objects.get())
    assert report.sentence == "Test Connection Successful."
    assert Destination.objects.get().contact == "Data Team, 01234 000000"


def test_a_school_without_a_licence_has_its_password_taken_and_is_told_what_is_missing(authority: str) -> None:
    Base.objects.update(licensed=False)
    report = run_connection_test(Destination.objects.get())
    assert [step.state for step in report.steps] == ["done", "done", "done", "done", "failed"]
    assert report.failed is not None
    assert report.failed.code == "no-licence"
    assert Destination.objects.get().trouble == "no-licence"


def test_a_large_file_asks_first_and_arrives(
    authority: str, drop: Drop, export: Export, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("schoolgate.wire.exchange.ASK_FIRST_ABOVE_BYTES", 10)
    drop(pupils=50)
    assert export().received == 1


def test_many_files_of_many_schools_arrive_once_each(authority: str, drop: Drop, export: Export) -> None:
    for school in ("4401", "4402", "4403"):
        add_account_for(school)
        for serial in (1, 2):
            drop(school=school, serial=serial, seed=int(school) + serial)
    assert export().received == 6
    assert ReceivedFile.objects.count() == 6


def test_the_same_file_from_another_agent_is_received_once(authority: str, drop: Drop, export: Export) -> None:
    path = drop()
    plain = path.read_bytes()
    export()
    Transfer.objects.all().delete()
    path.write_bytes(plain)
    assert export().received == 1
    assert Transfer.objects.get().history.get().result == "known"
    assert ReceivedFile.objects.count() == 1


def test_a_school_that_the_account_does_not_serve_is_told(authority: str, drop: Drop, export: Export) -> None:
    drop(school="2107")
    export()
    transfer = Transfer.objects.get()
    assert (transfer.state, transfer.reason) == (State.NEEDS_ATTENTION, "not-your-base")


def test_a_wrong_password_keeps_the_files_waiting(authority: str, drop: Drop, export: Export) -> None:
    Destination.objects.update(user="8204322")
    drop()
    assert "User Name or Password is invalid." in export().trouble
    assert Transfer.objects.get().state == State.READY


def test_an_address_of_another_la_is_told_before_anything_is_sent(authority: str, drop: Drop, export: Export) -> None:
    LA_NUMBER.set("823", by=None)
    drop()
    assert "LA 823" in export().trouble


def test_the_command_exports_by_itself_when_no_site_runs(authority: str, drop: Drop) -> None:
    drop()
    seen: list[str] = []
    summary = export_now(on_progress=lambda la, done, total, text: seen.append(la))  # noqa: ARG005
    assert summary.all_well
    assert [(la.la, la.received) for la in summary.las] == [("820", 1)]
    assert Transfer.objects.get().state == State.DELIVERED


def test_the_command_works_at_once_and_does_too_what_a_killed_one_left(
    authority: str, drop: Drop, settings: Any
) -> None:
    settings.SCHOOLGATE_JOB_LEASE_SECONDS = 30.0
    dead = take_identity(settings.SCHOOLGATE_HOME.folder / "workers")
    dead.give_up()
    WorkerLife.objects.create(name=dead.name, slots=4)
    left = ask_for_export("820", look=True, by_person=True)
    Job.objects.filter(pk=left.pk).update(
        state="running", worker=dead.name, lease_until=timezone.now() + timedelta(seconds=30)
    )
    drop()
    started = time.monotonic()
    assert export_now().all_well
    assert time.monotonic() - started < 20
    assert set(Job.objects.values_list("state", flat=True)) == {"done"}


def test_the_command_tells_of_an_la_without_an_entry(authority: str) -> None:
    summary = export_now(["823"])
    assert not summary.all_well
    assert "no entry for LA 823" in summary.las[0].trouble


def add_account_for(school: str) -> None:
    """A further base that sends with Green Abbey's account."""
    from schoolgate.authority.bases.accounts import add_base
    from schoolgate.commons.accounts.models import User

    add_base(la="820", number=school, name=f"School {school}", account=User.objects.get(username="8204321"))
