"""The content of Files Exported goes after eight weeks; the receipt, the row and the journal stay."""

import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from tests.school.conftest import NAME, Drop, Export
from tests.school.dying import DieAt, Killed
from tests.school.scripted_la import ScriptedLa

from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.journal.models import JournalLine
from schoolgate.commons.retention.clearing import clear, look
from schoolgate.commons.retention.kinds import KEPT
from schoolgate.commons.retention.models import LastRun
from schoolgate.school.exchange import retention
from schoolgate.school.exchange.administration.roots import set_root_folder
from schoolgate.school.exchange.models import Correction, CorrectionList, FormerRoot, State, Transfer
from schoolgate.school.exchange.retention import AWAY, CHANGED, OPEN, FilesExported
from schoolgate.school.exchange.still_held import send_forgotten_again
from schoolgate.school.exchange.taking import spool

KIND = FilesExported()
TAKEN = {"state": "completed", "counts": {"pupils": 2, "added": 2}, "problems": []}


@pytest.fixture
def sent(la: ScriptedLa, drop: Drop, export: Export, exported_folder: Path) -> Path:
    """A file in Files Exported that the LA has imported."""
    la.outcome = TAKEN
    drop()
    export()
    return exported_folder / NAME


def clear_after(days: int) -> LastRun:
    with time_machine.travel(timezone.now() + timedelta(days=days), tick=False):
        return clear(KIND)


def test_the_content_goes_after_eight_weeks_and_the_receipt_stays(sent: Path) -> None:
    assert clear_after(55).removed == 0
    assert sent.exists()
    last = clear_after(57)
    assert (last.removed, last.held_back) == (1, {})
    assert not sent.exists()
    assert sent.with_name(f"{NAME}.receipt.json").exists()
    transfer = Transfer.objects.get()
    assert transfer.content_gone_at
    assert transfer.receipt
    assert not spool().has(transfer.sha256)
    assert JournalLine.objects.filter(message__contains="1 kept for 56 days, now gone").count() == 1
    assert AuditEntry.objects.get(did="retention").details == "1 gone, 0 held back"


def test_a_preview_changes_nothing(sent: Path) -> None:
    before = Transfer.objects.values().get()
    due = look(KIND, timezone.now() + timedelta(days=57))
    assert [(item.name, item.size) for item in due.going] == [(NAME, before["size"])]
    assert Transfer.objects.values().get() == before
    assert sent.exists()


def test_a_file_whose_outcome_is_open_is_held_back(la: ScriptedLa, drop: Drop, export: Export) -> None:
    drop()
    export()
    assert clear_after(57).held_back == {OPEN: 1}
    assert Transfer.objects.get().content_gone_at is None


def test_a_file_that_is_not_the_one_that_was_sent_stays(sent: Path) -> None:
    sent.write_bytes(sent.read_bytes().replace(b"<", b"\n<", 1))
    assert clear_after(57).held_back == {CHANGED: 1}
    assert sent.exists()


def test_a_file_that_no_row_knows_stays(sent: Path) -> None:
    stranger = sent.with_name("8204321_CES_820LLLL_900.xml")
    shutil.copy(sent, stranger)
    clear_after(57)
    assert stranger.exists()
    assert not sent.exists()


def test_a_folder_that_is_away_is_told_and_the_file_goes_once_it_is_back(sent: Path, root: Path) -> None:
    away = root.rename(root.with_name("away"))
    assert clear_after(57).held_back == {AWAY: 1}
    away.rename(root)
    assert clear_after(58).removed == 1
    assert not sent.exists()


def test_a_file_goes_from_the_root_folder_that_it_was_put_away_in(sent: Path, root: Path, tmp_path: Path) -> None:
    set_root_folder(tmp_path / "another", by=None)
    assert clear_after(57).removed == 1
    assert not sent.exists()


def test_a_root_folder_that_was_dismissed_is_left_alone(sent: Path, tmp_path: Path) -> None:
    set_root_folder(tmp_path / "another", by=None)
    FormerRoot.objects.update(dismissed_at=timezone.now())
    assert clear_after(57).removed == 1
    assert sent.exists()


def test_nothing_goes_when_it_is_kept_for_ever(sent: Path) -> None:
    FilesExported.days.set(0, by=None)
    assert clear_after(5000).removed == 0
    assert sent.exists()


def test_a_run_that_dies_between_file_and_row_is_ended_by_the_next(sent: Path, die_at: DieAt) -> None:
    die_at(retention, "retention.file-removed")
    with pytest.raises(Killed):
        clear_after(57)
    assert (sent.exists(), Transfer.objects.get().content_gone_at) == (False, None)
    assert clear_after(58).removed == 1
    assert Transfer.objects.get().content_gone_at


def test_what_quotes_the_content_goes_with_it_but_for_what_is_still_to_correct(sent: Path) -> None:
    Transfer.objects.update(problems=[{"pupil": "Ada O.", "sent": "ZZZZ"}], warnings=1)
    of = CorrectionList.objects.get()
    Correction.objects.create(of=of, pupil="Ada O., Year 9", item="FormerUPN", code="bad-upn")
    clear_after(57)
    assert Transfer.objects.get().problems == []
    assert Correction.objects.count() == 1
    newer = Transfer.objects.get()
    newer.pk, newer.name, newer.content_gone_at = None, "8204321_CES_820LLLL_002.xml", None
    newer.received_at = timezone.now()
    newer.save(force_insert=True)
    Transfer.objects.filter(name=NAME).update(content_gone_at=None)
    clear_after(57)
    assert Correction.objects.count() == 0


def test_an_la_that_forgot_a_file_is_not_sent_what_is_not_kept(sent: Path, la: ScriptedLa) -> None:
    from schoolgate.school.exchange.connecting import connect, open_http
    from schoolgate.school.exchange.models import Destination

    clear_after(57)
    la.files.clear()
    destination = Destination.objects.get()
    with open_http() as http:
        assert send_forgotten_again(connect(destination, http), [destination]) == 0
    assert Transfer.objects.get().state == State.IMPORTED


def test_the_page_says_what_goes_when_and_warns_of_a_short_time(school_site: None, admin: Client, sent: Path) -> None:
    Transfer.objects.update(filed_at=timezone.now() - timedelta(days=60))
    page = admin.get("/administration/retention/").content.decode()
    assert "Content of Files Exported" in page
    assert "/administration/retention/files-exported/" in page
    assert NAME in admin.get("/administration/retention/files-exported/").content.decode()
    saved = admin.post("/administration/retention/", {"files-exported": 7, **others()}, follow=True).content.decode()
    assert "a shorter time than the 56 days shipped" in saved
    assert FilesExported.days.get() == 7
    for_ever = admin.post("/administration/retention/", {"files-exported": 0, **others()}, follow=True).content.decode()
    assert "<strong>for ever</strong>" in for_ever


def test_only_administrators_set_how_long_things_are_kept(school_site: None, office: Client) -> None:
    assert office.get("/administration/retention/").status_code == 403
    assert office.get("/administration/retention/files-exported/").status_code == 403


def others() -> dict[str, Any]:
    """The kinds of the other sites: in tests all apps are installed."""
    return {name: kind.days.default for name, kind in KEPT.items() if name != "files-exported"}
