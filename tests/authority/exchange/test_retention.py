"""The bytes of received files go after 90 days; the row, the receipt and what was imported stay."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from tests.authority.importing.importing_files import header_of
from tests.documents.students.files import a_file, a_pupil

from schoolgate.authority.bases.models import Base
from schoolgate.authority.exchange import import_steps
from schoolgate.authority.exchange.models import ReceivedFile
from schoolgate.authority.exchange.retention import FAILED, NOT_IMPORTED, SHARED, WAITS, ReceivedFiles
from schoolgate.authority.exchange.store import received_files
from schoolgate.authority.importing.models import Import, ImportState
from schoolgate.authority.records.models import Pupil
from schoolgate.commons.accounts.models import User
from schoolgate.commons.jobs.engine import work_off
from schoolgate.commons.jobs.models import Job, State
from schoolgate.commons.retention.clearing import clear, look
from schoolgate.commons.retention.models import LastRun

KIND = ReceivedFiles()


@pytest.fixture
def data(green_abbey: Base) -> bytes:
    return a_file([a_pupil()], header_of(green_abbey))


@pytest.fixture
def received(program: Any, data: bytes) -> ReceivedFile:
    """A file that came and was imported."""
    program.put(data)
    work_off()
    return ReceivedFile.objects.get()


def clear_after(days: int) -> LastRun:
    with time_machine.travel(timezone.now() + timedelta(days=days), tick=False):
        return clear(KIND)


def has_bytes(file: ReceivedFile) -> bool:
    return received_files().has(file.sha256)


def test_the_bytes_go_after_ninety_days_and_all_else_stays(received: ReceivedFile) -> None:
    assert clear_after(89).removed == 0
    assert has_bytes(received)
    last = clear_after(91)
    assert (last.removed, last.size) == (1, received.size)
    assert not has_bytes(received)
    kept = ReceivedFile.objects.get()
    assert kept.receipt == received.receipt
    assert kept.outcome["state"] == "completed"
    assert Pupil.objects.count() == 1


def test_the_same_file_sent_again_is_known_and_becomes_no_new_import(
    program: Any, received: ReceivedFile, data: bytes
) -> None:
    clear_after(91)
    again = program.sign_in().put(data)
    assert (again.status_code, again.json()["receipt"]) == (200, received.receipt)
    assert program.get(f"student/files/{received.sha256}/{received.name}").status_code == 200
    assert Import.objects.count() == ReceivedFile.objects.count() == 1
    assert not has_bytes(received)


@pytest.mark.parametrize("state", [State.READY, State.RUNNING])
def test_a_file_whose_import_has_not_ended_is_held_back(program: Any, data: bytes, state: str) -> None:
    program.put(data)
    Job.objects.filter(kind="import").update(state=state, **({"worker": "w"} if state == State.RUNNING else {}))
    assert clear_after(91).held_back == {NOT_IMPORTED: 1}
    assert has_bytes(ReceivedFile.objects.get())


def test_a_file_that_waits_for_a_person_is_held_back_until_it_is_turned_down(
    program: Any, green_abbey: Base, officer: User
) -> None:
    program.put(a_file([], header_of(green_abbey)))
    work_off()
    assert clear_after(91).held_back == {WAITS: 1}
    import_steps.do_not_import(Import.objects.get(), "Nobody in it.", by=officer)
    assert clear_after(91).removed == 1


def test_a_failed_import_that_nobody_dealt_with_is_held_back(
    program: Any, green_abbey: Base, received: ReceivedFile
) -> None:
    Import.objects.update(completed_at=None, failed_at=timezone.now())
    Job.objects.filter(kind="import").update(state=State.FAILED)
    assert Import.objects.get().state is ImportState.FAILED
    assert clear_after(91).held_back == {FAILED: 1}
    later = header_of(green_abbey, created=header_of(green_abbey).created + timedelta(days=1))
    program.sign_in().put(a_file([a_pupil(Surname="Bell")], later), name="8204321_CES_820LLLL_002.xml")
    work_off()
    assert not clear_after(91).held_back
    assert not has_bytes(received)


def test_bytes_that_another_file_still_needs_stay(program: Any, received: ReceivedFile, data: bytes) -> None:
    with time_machine.travel(timezone.now() + timedelta(days=60), tick=False):
        program.sign_in()
        program.put(data, name="8204321_CES_820LLLL_002.xml")
        work_off()
    assert clear_after(91).held_back == {SHARED: 1}
    assert has_bytes(received)
    assert clear_after(151).removed == 2
    assert not has_bytes(received)


def test_bytes_that_arrive_again_while_the_old_ones_go_are_not_swept_with_them(
    program: Any, received: ReceivedFile, data: bytes
) -> None:
    ReceivedFile.objects.update(received_at=timezone.now() - timedelta(days=91))
    with received_files().incoming() as incoming:
        incoming.write(data)
        incoming.keep()
    clear(KIND)
    assert ReceivedFile.objects.get().content_gone_at
    assert has_bytes(received)


def test_an_import_whose_bytes_went_fails_and_says_so(received: ReceivedFile, officer: User) -> None:
    clear_after(91)
    Import.objects.update(completed_at=None, failed_at=timezone.now())
    Job.objects.filter(kind="import").update(state=State.FAILED)
    assert import_steps.retry(Import.objects.get(), by=officer)
    work_off()
    assert "not kept here any more" in Job.objects.get(kind="import").error


def test_the_page_of_a_file_whose_bytes_went_says_so(received: ReceivedFile, as_officer: Client, settings: Any) -> None:
    settings.ROOT_URLCONF = "schoolgate.sites.urls_authority"
    clear_after(91)
    page = as_officer.get(f"/files/{received.pk}/xml", follow=True).content.decode()
    assert "The content of this file is not kept any more." in page
    assert "Download the XML" not in page


def test_the_preview_of_the_authority_lists_each_file(
    received: ReceivedFile, as_administrator: Client, settings: Any
) -> None:
    settings.ROOT_URLCONF = "schoolgate.sites.urls_authority"
    ReceivedFile.objects.update(received_at=timezone.now() - timedelta(days=91))
    assert look(KIND).going
    assert received.name in as_administrator.get("/administration/retention/received-files/").content.decode()
