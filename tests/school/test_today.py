"""The first page's one sentence: each thing that needs somebody makes it red, and goes when it is cured."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.school.conftest import NAME, Drop, Export, MakeLa
from tests.school.scripted_la import ScriptedLa
from tests.wire.conftest import answer

from schoolgate.commons.accounts.models import User
from schoolgate.commons.alerts.summary import summary_for
from schoolgate.school.exchange.folders import folders_of
from schoolgate.school.exchange.models import HeldBackFile, State, Transfer
from schoolgate.school.exchange.preferences import ROOT_FOLDER
from schoolgate.school.exchange.scanning import scan
from schoolgate.school.exchange.today import Today, look_at_today


def texts() -> str:
    return " ".join(one.text for one in look_at_today().to_do)


def test_a_new_site_is_sent_to_connect(db: None) -> None:
    assert not ROOT_FOLDER.get()
    today = look_at_today()
    assert [(one.step, one.address) for one in today.to_do] == [("Connect", reverse("connect"))]
    assert (today.colour, today.sentence) == ("busy", "Let’s connect to your LA. It takes five minutes.")


def test_so_is_one_that_has_a_folder_and_no_la(root: Path) -> None:
    assert [one.step for one in look_at_today().to_do] == ["Connect"]


def test_all_is_well_before_the_first_file(la: ScriptedLa) -> None:
    assert look_at_today().colour == "good"


def test_what_arrived_is_green(la: ScriptedLa, drop: Drop, export: Export) -> None:
    drop()
    export()
    today = look_at_today()
    assert (today.colour, today.sentence) == ("good", "Everything that was sent has arrived.")
    assert today.last == Transfer.objects.get()


def test_a_file_for_an_la_without_an_entry_is_told_until_there_is_one(
    la: ScriptedLa, drop: Drop, export: Export, make_la: MakeLa
) -> None:
    folders_of("823").make()
    drop(folder_la="823", destination_la="823")
    scan("823", wait=False)
    assert "1 file is waiting for LA 823" in texts()
    make_la("823")
    assert "823" not in texts()


def test_what_waits_for_a_click_is_told(la: ScriptedLa, drop: Drop) -> None:
    drop()
    scan("820", wait=False)
    today = look_at_today()
    assert (today.colour, today.sentence) == ("busy", "1 file is ready to be sent.")


def test_what_is_being_sent_again_is_told_and_needs_nobody(la: ScriptedLa, drop: Drop, export: Export) -> None:
    la.wrong = [answer(500, "")]
    drop()
    export()
    today = look_at_today()
    assert (today.colour, today.sentence) == ("busy", "1 file is on the way to the LA.")


def test_a_held_back_file_needs_somebody_until_it_is_corrected(la: ScriptedLa, drop: Drop, export: Export) -> None:
    drop(pupils=5, faults=("missing-dob",))
    scan("820", wait=False)
    (task,) = look_at_today().to_do
    assert task.text == f"{NAME} was not sent. There is 1 thing to put right in it."
    assert task.address == reverse("held-back-file", args=[HeldBackFile.objects.get().pk])
    drop(pupils=5)
    export()
    assert look_at_today().colour == "good"


def test_a_file_that_needs_attention_needs_somebody_until_it_is_sent(
    la: ScriptedLa, drop: Drop, export: Export
) -> None:
    la.wrong = [answer(403, {"code": "not-your-base"})]
    drop()
    export()
    (task,) = look_at_today().to_do
    assert task.text.startswith(f"{NAME} was not received by the LA. ")
    assert task.address == reverse("transfer", args=[Transfer.objects.get().pk])
    assert Transfer.objects.get().take("cancel")
    assert look_at_today().to_do == []


def test_an_la_in_trouble_needs_somebody_until_it_works(la: ScriptedLa, drop: Drop, export: Export) -> None:
    la.sign_in = answer(401, {"code": "wrong-credentials"})
    drop()
    export()
    assert "User Name or Password is invalid." in texts()
    la.sign_in = None
    export()
    assert look_at_today().to_do == []


def test_a_file_the_la_did_not_accept_needs_somebody_until_a_later_one_arrives(
    la: ScriptedLa, drop: Drop, export: Export
) -> None:
    la.outcome = {"state": "failed"}
    drop(serial=1)
    export()
    assert "not accepted by the LA" in texts()
    la.outcome = {"state": "queued"}
    la.receipt_changes = {"received": timezone.now().replace(microsecond=0) + timedelta(minutes=1)}
    drop(serial=2, seed=2)
    export()
    assert look_at_today().to_do == []


def test_a_file_that_could_not_be_put_away_needs_somebody(
    la: ScriptedLa, drop: Drop, export: Export, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_: Any) -> None:
        raise PermissionError(13, "locked")

    drop()
    with monkeypatch.context() as patched:
        patched.setattr("schoolgate.school.exchange.filing.move_without_replacing", locked)
        export()
    assert "not yet put into Files Exported" in texts()
    export()
    assert look_at_today().to_do == []


def test_the_strip_shows_in_which_weeks_files_arrived(la: ScriptedLa, drop: Drop, export: Export) -> None:
    la.receipt_changes = {"received": timezone.now().replace(microsecond=0)}
    drop()
    export()
    today: Today = look_at_today()
    assert len(today.weeks) == 12
    assert [week.state for week in today.weeks] == ["none"] * 11 + ["received"]
    assert Transfer.objects.get().state == State.DELIVERED


def test_the_daily_summary_counts_what_needs_somebody(la: ScriptedLa, drop: Drop, administrator: User) -> None:
    assert "for files to arrive" not in summary_for(administrator, timezone.now()).text
    folders_of("823").make()
    drop(folder_la="823", destination_la="823")
    scan("823", wait=False)
    assert "* One thing needs somebody for files to arrive." in summary_for(administrator, timezone.now()).text


def test_the_daily_summary_of_a_site_that_is_not_connected_has_no_line(administrator: User) -> None:
    assert "for files to arrive" not in summary_for(administrator, timezone.now()).text
