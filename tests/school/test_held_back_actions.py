"""What a person may do with a held-back file."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.school.conftest import NAME, Drop, Export, MakeLa, Sample
from tests.school.scripted_la import ScriptedLa

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.school.exchange import held_back_actions as actions
from schoolgate.school.exchange.folders import folders_of
from schoolgate.school.exchange.models import HeldBackFile, Transfer
from schoolgate.school.exchange.scanning import scan
from schoolgate.school.exchange.uploading import receive_upload


@pytest.fixture(autouse=True)
def _an_la(la: ScriptedLa) -> None:
    """LA 820 has its entry."""


def held() -> HeldBackFile:
    return HeldBackFile.objects.get()


@pytest.fixture
def hold(drop: Drop) -> Any:
    """Drop a file that is held back."""

    def put(**details: Any) -> HeldBackFile:
        drop(**details)
        scan("820", wait=False)
        return held()

    return put


def test_rename_and_send_gives_the_right_name_and_asks_for_it(hold: Any, sender: User, waiting_folder: Path) -> None:
    taken = actions.rename_and_send(hold(faults=("browser-copy",)), by=sender)
    assert isinstance(taken, Transfer)
    assert [path.name for path in waiting_folder.iterdir()] == [NAME]
    assert Transfer.objects.get().asked_at
    assert not HeldBackFile.objects.exists()


@pytest.mark.parametrize("act", ["try-again", "rename", "move", "put-away"])
def test_while_the_share_is_away_a_person_is_told_so(
    hold: Any, school_site: None, office: Client, root: Path, act: str
) -> None:
    held_back = hold(faults=("browser-copy",))
    HeldBackFile.objects.update(right_la="820")
    root.rename(root.with_name("away"))
    answer = office.post(reverse("held-back-action", args=[held_back.pk, act]), follow=True)
    assert "The folders cannot be used now (No such file or directory)." in str(answer.content, "utf-8")
    root.with_name("away").rename(root)
    scan("820", wait=False)
    assert held().name == held_back.name


def test_two_files_with_one_suggestion_get_two_names(drop: Drop, sender: User) -> None:
    drop(seed=1, name="class A.xml")
    drop(seed=2, name="class B.xml")
    scan("820", wait=False)
    taken = [actions.rename_and_send(held_back, by=sender) for held_back in HeldBackFile.objects.order_by("name")]
    assert [one.name for one in taken if one] == [NAME, NAME.replace("001", "002")]


def test_rename_and_send_is_in_the_audit(hold: Any, sender: User) -> None:
    actions.rename_and_send(hold(faults=("browser-copy",)), by=sender)
    assert AuditEntry.objects.filter(did="file renamed", who="sue", details=NAME).count() == 1


def test_a_name_that_is_taken_is_not_written_over(hold: Any, drop: Drop, sender: User, waiting_folder: Path) -> None:
    held_back = hold(faults=("browser-copy",))
    other = drop(seed=2)
    before = other.read_bytes()
    with pytest.raises(actions.CannotBeDone, match="another file of that name"):
        actions.rename_and_send(held_back, by=sender)
    assert other.read_bytes() == before
    assert len(list(waiting_folder.iterdir())) == 2


def test_a_renamed_file_with_problems_is_still_held_back(hold: Any, sender: User) -> None:
    taken = actions.rename_and_send(hold(pupils=5, faults=("browser-copy", "missing-dob")), by=sender)
    assert isinstance(taken, HeldBackFile)
    assert (held().name, held().reason) == (NAME, "content")


def test_a_file_in_the_wrong_folder_is_moved_and_checked_there(hold: Any, sender: User, make_la: MakeLa) -> None:
    make_la("823")
    taken = actions.move_to_its_folder(hold(destination_la="823"), by=sender)
    assert isinstance(taken, Transfer)
    assert taken.la == "823"
    assert len(list(folders_of("823").not_exported.iterdir())) == 1
    assert not HeldBackFile.objects.exists()


def test_try_again_sends_what_passes_now(hold: Any, drop: Drop, sender: User) -> None:
    held_back = hold(pupils=5, faults=("missing-dob",))
    drop(pupils=5, settled=False)
    assert isinstance(actions.look_again(held_back, by=sender), Transfer)
    assert Transfer.objects.get().asked_at


def test_try_again_keeps_what_is_still_wrong(hold: Any, sender: User) -> None:
    assert isinstance(actions.look_again(hold(pupils=5, faults=("missing-dob",)), by=sender), HeldBackFile)


def test_a_file_that_is_gone_cannot_be_tried_again(hold: Any, sender: User, waiting_folder: Path) -> None:
    held_back = hold(pupils=5, faults=("missing-dob",))
    for path in waiting_folder.iterdir():
        path.unlink()
    with pytest.raises(actions.CannotBeDone, match="not in the folder"):
        actions.look_again(held_back, by=sender)


def test_a_file_that_arrived_before_can_be_put_away(
    hold: Any, drop: Drop, export: Export, sender: User, waiting_folder: Path, exported_folder: Path
) -> None:
    drop()
    export()
    actions.put_with_exported(hold(), by=sender)
    assert list(waiting_folder.iterdir()) == []
    assert (exported_folder / "8204321_CES_820LLLL_001-2.xml").exists()


def test_an_uploaded_copy_is_renamed_and_sent_without_another_upload(
    sample: Sample, tmp_path: Path, sender: User, waiting_folder: Path
) -> None:
    plain = sample(tmp_path).read_bytes()
    receive_upload(io.BytesIO(plain), "8204321_CES_820LLLL_001 (1).xml", len(plain), by=sender)
    assert isinstance(actions.rename_and_send(held(), by=sender), Transfer)
    assert (waiting_folder / NAME).read_bytes() == plain
    assert not HeldBackFile.objects.exists()


def test_an_uploaded_file_can_be_tried_again_once_its_la_has_an_entry(
    sample: Sample, tmp_path: Path, sender: User, make_la: MakeLa
) -> None:
    path = sample(tmp_path, destination_la="823")
    receive_upload(io.BytesIO(path.read_bytes()), path.name, 1, by=sender)
    make_la("823")
    assert isinstance(actions.look_again(held(), by=sender), Transfer)


def test_an_uploaded_file_can_be_forgotten(sample: Sample, tmp_path: Path, sender: User) -> None:
    path = sample(tmp_path, pupils=5, faults=("missing-dob",))
    receive_upload(io.BytesIO(path.read_bytes()), path.name, 1, by=sender)
    actions.dismiss(held(), by=sender)
    assert not HeldBackFile.objects.exists()


def test_a_file_in_a_folder_cannot_be_forgotten(hold: Any, sender: User) -> None:
    with pytest.raises(actions.CannotBeDone, match="in its folder"):
        actions.dismiss(hold(pupils=5, faults=("missing-dob",)), by=sender)
