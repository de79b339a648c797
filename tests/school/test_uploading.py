"""*Send a file*: the same checks, into the LA's folder whole, and off it goes."""

import io
from pathlib import Path
from typing import Any

import pytest
from tests.school.conftest import NAME, Drop, Export, Sample
from tests.school.scripted_la import ScriptedLa

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.jobs.models import Job
from schoolgate.school.exchange.models import HeldBackFile, State, Transfer
from schoolgate.school.exchange.scanning import scan
from schoolgate.school.exchange.uploading import receive_upload


@pytest.fixture(autouse=True)
def _an_la(la: ScriptedLa) -> None:
    """LA 820 has its entry."""


@pytest.fixture
def upload(sample: Sample, tmp_path: Path, sender: User) -> Any:
    def send(*, as_name: str = "", **details: Any) -> Transfer | HeldBackFile:
        path = sample(tmp_path, **details)
        plain = path.read_bytes()
        return receive_upload(io.BytesIO(plain), as_name or path.name, len(plain), by=sender)

    return send


def test_a_good_file_lands_in_its_las_folder_and_is_asked_for(upload: Any, waiting_folder: Path) -> None:
    transfer = upload()
    assert isinstance(transfer, Transfer)
    assert [path.name for path in waiting_folder.iterdir()] == [NAME]
    assert Transfer.objects.get().asked_at
    assert Job.objects.get().args == {"la": "820", "look": False, "by_person": False}


def test_it_arrives_with_the_next_run_of_its_job(
    upload: Any, export: Export, la: ScriptedLa, exported_folder: Path
) -> None:
    upload()
    export(look=False, by_person=False)
    assert la.puts == [NAME]
    assert (exported_folder / NAME).exists()


def test_the_look_round_does_not_take_it_twice(upload: Any, settle: Any) -> None:
    upload()
    settle()
    scan("820", wait=False)
    assert Transfer.objects.count() == 1
    assert not HeldBackFile.objects.exists()


def test_who_sent_it_stands_in_the_audit(upload: Any) -> None:
    upload()
    entry = AuditEntry.objects.get(did="file sent")
    assert (entry.who, entry.target) == ("sue", NAME)


def test_a_file_with_problems_is_held_back_and_put_into_no_folder(upload: Any, waiting_folder: Path) -> None:
    held_back = upload(pupils=5, faults=("missing-dob",))
    assert isinstance(held_back, HeldBackFile)
    assert (held_back.origin, held_back.refusals) == ("upload", 1)
    assert list(waiting_folder.iterdir()) == []


def test_what_was_held_back_is_still_told_after_the_next_look(upload: Any) -> None:
    upload(pupils=5, faults=("missing-dob",))
    scan("820", wait=False)
    assert HeldBackFile.objects.count() == 1


def test_the_corrected_file_clears_it(upload: Any) -> None:
    upload(pupils=5, faults=("missing-dob",))
    upload(pupils=5)
    assert not HeldBackFile.objects.exists()


def test_a_browsers_number_is_offered_to_be_taken_off(upload: Any) -> None:
    assert upload(as_name="8204321_CES_820LLLL_001 (1).xml").suggested_name == NAME


def test_the_path_that_some_browsers_send_is_no_part_of_the_name(upload: Any) -> None:
    assert upload(as_name=rf"C:\Users\office\Downloads\{NAME}").name == NAME


def test_a_name_that_leads_elsewhere_lands_nowhere(upload: Any, root: Path) -> None:
    upload(as_name=f"../../{NAME}")
    assert not (root / NAME).exists()


def test_a_file_for_an_la_without_an_entry_is_held_back(upload: Any) -> None:
    assert upload(destination_la="823").reason == "no-destination"


def test_a_file_too_large_is_not_read(upload: Any, settings: Any) -> None:
    settings.SCHOOLGATE_MAX_FILE_BYTES = 100
    assert upload().reason == "too-large"


def test_a_file_that_arrived_before_is_not_sent_again(upload: Any, export: Export, la: ScriptedLa) -> None:
    upload()
    export(look=False)
    assert upload().reason == "already-delivered"
    assert la.puts == [NAME]


def test_a_file_that_is_on_its_way_is_the_same_transfer(upload: Any) -> None:
    assert upload() == upload()


def test_a_file_that_waits_in_the_folder_is_sent_when_it_is_uploaded_too(upload: Any, drop: Drop) -> None:
    drop()
    scan("820", wait=False)
    assert upload().state == State.READY
    assert Transfer.objects.get().asked_at


def test_a_file_of_the_same_name_and_other_content_in_the_folder_is_not_written_over(upload: Any, drop: Drop) -> None:
    path = drop(seed=2)
    before = path.read_bytes()
    assert upload(seed=1).reason == "name-taken"
    assert path.read_bytes() == before


def test_a_file_that_lies_in_the_folder_already_is_taken_as_it_is(upload: Any, drop: Drop) -> None:
    drop(settled=False)
    assert isinstance(upload(), Transfer)
