"""Attainment from files in a task's folder: nothing else of them, each file once, nothing outside of the root."""

import os
import time
from collections.abc import Callable
from datetime import time as clock_time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.authority.exchange.imports_shown import school, text
from tests.authority.importing.importing_files import bring_in, header_of
from tests.documents.students.files import a_file, a_pupil, changed

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection import tasks
from schoolgate.authority.collection.attainment import folder as folder_reading
from schoolgate.authority.collection.attainment import suspense
from schoolgate.authority.collection.attainment.folder import FolderRefused, access_to, folder_below_root
from schoolgate.authority.collection.models import (
    AttainmentFile,
    CollectionRun,
    Data,
    Owner,
    RunState,
    ScheduledTask,
    SuspendedResult,
)
from schoolgate.authority.collection.retention import SuspendedResults
from schoolgate.authority.collection.running import ask_for_run
from schoolgate.authority.collection.wishes import TaskRefused, Wish
from schoolgate.authority.exchange.models import OutboxEntry
from schoolgate.authority.importing.base_rules import always_import_set, use_for_new_bases
from schoolgate.authority.importing.models import Unmatched
from schoolgate.authority.records.groups.attainment import ATTAINMENT
from schoolgate.authority.records.models import Enrolment, EnrolmentGroup, Pupil, row_key
from schoolgate.authority.records.restricting import restrict
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.jobs.engine import work_off
from schoolgate.commons.schedules.rules import Weekly
from schoolgate.documents.students.entries import Record

pytestmark = pytest.mark.django_db

Drop = Callable[..., Path]
Run = Callable[[], CollectionRun]


def results(result: str = "105", subject: str = "ENG", **who: str) -> Record:
    """Of Ada, unless it is said of whom."""
    one = {
        "Stage": "KS2",
        "StageAssessment": [
            {
                "Subject": subject,
                "Year": "2026",
                "Method": "TT",
                "Component": "TOT",
                "ResultStatus": "R",
                "ResultQualifier": "NB",
                "Result": result,
                "ResultDate": "2026-07-01",
                "Locale": "ENG",
            }
        ],
    }
    ada = school()[1]
    return {**ada, "BasicDetails": {"MiddleNames": "Wrong"}, **who, "StageAssessments": [one]}


NOBODY = {"UPN": "N823432118001", "Forename": "Newt", "DOB": "2012-01-01"}


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.SCHOOLGATE_ATTAINMENT_ROOT = str(tmp_path / "attainment")
    made = tmp_path / "attainment" / "summer"
    made.mkdir(parents=True)
    return made


@pytest.fixture
def held(la: str, green_abbey: Base) -> Base:
    use_for_new_bases(always_import_set(), add_unmatched=True, by=None)
    bring_in(green_abbey, school())
    return green_abbey


@pytest.fixture
def drop(folder: Path, held: Base) -> Drop:
    """Put a file into the folder, two minutes ago."""

    def drop(*records: Record, name: str = "8204321_CES_820LLLL_001.xml", change: tuple[str, str] = ("", "")) -> Path:
        data = a_file(list(records), header_of(held, full=False))
        path = folder / name
        path.write_bytes(changed(data, *change) if change[0] else data)
        os.utime(path, (time.time() - 120,) * 2)
        return path

    return drop


@pytest.fixture
def task(held: Base, folder: Path) -> ScheduledTask:
    weekly = Weekly(clock_time(18, 30), frozenset({3}))
    return tasks.save(Wish("Summer results", Owner.LA, Data.ATTAINMENT, weekly, (held,), folder="summer"), by=None)


@pytest.fixture
def run(task: ScheduledTask, held: Base) -> Run:
    def run() -> CollectionRun:
        asked = ask_for_run(task, held, task.data, by=None)
        assert asked is not None
        work_off()
        asked.refresh_from_db()
        return asked

    return run


def held_of(forename: str) -> list[str]:
    """The results that are held of a pupil."""
    enrolment = Enrolment.objects.get(pupil__forename=forename)
    row = EnrolmentGroup.objects.filter(key=row_key(enrolment.pk, ATTAINMENT)).first()
    stages = row.payload["StageAssessments"] if row else []
    return [one["Result"] for stage in stages for one in stage["StageAssessment"]]


def test_only_attainment_of_a_file_is_imported(drop: Drop, run: Run) -> None:
    drop(results())
    done = run()
    assert (done.state, done.counts["updated"]) == (RunState.SUCCESSFUL, 1)
    assert held_of("Ada") == ["105"]
    assert Pupil.objects.get(forename="Ada").middle_names == ""
    assert not OutboxEntry.objects.exists()


def test_a_file_is_read_once_and_stays_where_it_is(drop: Drop, run: Run) -> None:
    path = drop(results())
    run()
    assert path.exists()
    assert run().message == "No new file of the school lies in the folder."
    assert AttainmentFile.objects.count() == 1


def test_other_bytes_under_the_same_name_are_read(drop: Drop, run: Run) -> None:
    drop(results())
    run()
    drop(results("110"))
    run()
    assert held_of("Ada") == ["110"]


def test_files_of_other_schools_and_those_just_being_written_are_left(
    drop: Drop, run: Run, folder: Path, held: Base
) -> None:
    drop(results(), name="8202107_CES_820LLLL_001.xml")
    os.utime(drop(results(), name="8204321_CES_820LLLL_002.xml"))
    (folder / "8204321_CES_820LLLL_003.xml").symlink_to(folder / "8202107_CES_820LLLL_001.xml")
    assert run().message == "No new file of the school lies in the folder."


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("<DOB>2013-03-01</DOB>", "<DOB>then</DOB>"), "places in it are not as its schema wants them"),
        (("<Estab>4321</Estab>", "<Estab>4322</Estab>"), "name and header do not name the same school"),
        (("</CESfile>", ""), "it is no pupil file that can be read (not-well-formed)"),
    ],
)
def test_a_file_that_is_not_right_is_told_and_tried_again(
    drop: Drop, run: Run, change: tuple[str, str], why: str
) -> None:
    drop(results(), change=change)
    done = run()
    assert "1 could not be read; the details say why." in done.message
    assert why in " ".join(line.message for line in done.lines.all())
    drop(results())
    run()
    assert held_of("Ada") == ["105"]


def test_a_file_that_goes_while_the_folder_is_read_keeps_no_other(
    drop: Drop, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = drop(results("99"), name="8204321_CES_820LLLL_000.xml")
    drop(results())
    there = folder_reading._is_from

    def goes(path: Path, base: Base) -> bool:
        gone.unlink(missing_ok=True)
        return there(path, base)

    monkeypatch.setattr(folder_reading, "_is_from", goes)
    assert run().state == RunState.SUCCESSFUL
    assert held_of("Ada") == ["105"]


def test_a_file_dated_by_a_wrong_clock_is_read(drop: Drop, run: Run) -> None:
    os.utime(drop(results()), (time.time() + 10**8,) * 2)
    run()
    assert held_of("Ada") == ["105"]


def test_no_more_is_read_of_a_file_that_is_too_large(
    drop: Drop, run: Run, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SCHOOLGATE_MAX_FILE_BYTES = 10
    monkeypatch.setattr("hashlib.file_digest", lambda *_: pytest.fail("all of it was read"))
    drop(results())
    assert run().state == RunState.SUCCESSFUL


def test_of_whom_nobody_knows_the_results_wait_and_nobody_is_added(drop: Drop, run: Run) -> None:
    drop(results(), results("99", **NOBODY))
    done = run()
    assert done.held_back == 1
    (row,) = SuspendedResult.objects.all()
    assert (row.who["Forename"], row.why, row.file) == ("Newt", "not-known", "8204321_CES_820LLLL_001.xml")
    assert held_of("Ada") == ["105"]
    assert not Pupil.objects.filter(forename="Newt").exists()
    assert not Unmatched.objects.exists()


def test_who_is_held_at_another_school_only_waits_too(drop: Drop, run: Run, oak_lane: Base) -> None:
    bring_in(oak_lane, [a_pupil(**NOBODY)])
    drop(results(**NOBODY))
    run()
    assert SuspendedResult.objects.get().why == "not-at-the-school"
    assert Enrolment.objects.get(pupil__forename="Newt").base == oak_lane


def test_a_later_run_takes_what_waited_once_the_pupil_is_held(drop: Drop, run: Run, held: Base) -> None:
    drop(results("99", **NOBODY))
    run()
    bring_in(held, [a_pupil(**NOBODY)], full=False)
    run()
    assert held_of("Newt") == ["99"]
    assert not SuspendedResult.objects.exists()


def test_a_second_file_adds_to_what_waits(drop: Drop, run: Run, held: Base) -> None:
    drop(results("99", **NOBODY))
    run()
    drop(results("101", "MAT", **NOBODY), name="8204321_CES_820LLLL_002.xml")
    run()
    bring_in(held, [a_pupil(**NOBODY)], full=False)
    run()
    assert sorted(held_of("Newt")) == ["101", "99"]


def test_an_officer_says_whose_they_are(drop: Drop, run: Run, as_officer: Client) -> None:
    drop(results("99", **NOBODY))
    run()
    row = SuspendedResult.objects.get()
    assert "Newt" in text(as_officer.get(reverse("suspended-results")))
    page = text(as_officer.get(reverse("suspended-result", args=[row.pk])))
    assert "99" in page
    address = reverse("match-suspended", args=[row.pk])
    assert "Nobody with this UPN" in str(as_officer.post(address, {"upn": "X"}).content)
    as_officer.post(address, {"upn": "d820432123017 "})
    work_off()
    assert held_of("Kai") == ["99"]
    assert AuditEntry.objects.filter(did="suspended result matched").count() == 1
    assert as_officer.post(address, {"upn": "D820432123017"}).status_code == 404


def test_discarded_results_stay_away_until_the_school_says_more(drop: Drop, run: Run, as_officer: Client) -> None:
    drop(results("99", **NOBODY))
    run()
    as_officer.post(reverse("discard-suspended", args=[SuspendedResult.objects.get().pk]))
    drop(results("99", **NOBODY), name="8204321_CES_820LLLL_002.xml")
    assert run().held_back == 0
    assert "No attainment waits for its pupil." in text(as_officer.get(reverse("suspended-results")))
    drop(results("101", "MAT", **NOBODY), name="8204321_CES_820LLLL_003.xml")
    assert run().held_back == 1


def test_an_officer_has_them_looked_at_again(drop: Drop, run: Run, held: Base, as_officer: Client) -> None:
    drop(results("99", **NOBODY))
    run()
    address = reverse("look-again-at-suspended")
    assert "Nobody of these is known" in text(as_officer.post(address, follow=True))
    bring_in(held, [a_pupil(**NOBODY)], full=False)
    assert "Results of 1 school are imported next." in text(as_officer.post(address, follow=True))
    work_off()
    assert held_of("Newt") == ["99"]


def test_who_may_be_restricted_is_not_shown(
    drop: Drop, run: Run, held: Base, as_officer: Client, administrator: User
) -> None:
    drop(results("99", **NOBODY))
    run()
    other = Base.objects.create(la="820", number="2003", name="Low Fell", account=held.account)
    bring_in(other, [a_pupil(**NOBODY)])
    restrict(Pupil.objects.get(forename="Newt"), "Moved in secret", until=None, seen=0, by=administrator)
    row = SuspendedResult.objects.get()
    assert "Newt" not in text(as_officer.get(reverse("suspended-results")))
    assert as_officer.get(reverse("suspended-result", args=[row.pk])).status_code == 404
    assert suspense.waiting_for(None) == []


def test_discarded_ones_go_after_their_time_and_waiting_ones_stay(drop: Drop, run: Run) -> None:
    drop(results("99", **NOBODY))
    run()
    row = SuspendedResult.objects.get()
    assert list(SuspendedResults().over(timezone.now())) == []
    suspense.discard(row, by=None)
    (item,) = SuspendedResults().over(timezone.now() + timedelta(days=1))
    assert SuspendedResults().remove(item) == ""
    assert not SuspendedResult.objects.exists()


@pytest.mark.parametrize("outside", ["..", "/etc", "../attainment-2", "a/../../.."])
def test_nothing_outside_of_the_root_is_read(folder: Path, green_abbey: Base, outside: str) -> None:
    with pytest.raises(FolderRefused, match="lies outside"):
        folder_below_root(outside)
    weekly = Weekly(clock_time(18, 30), frozenset({3}))
    with pytest.raises(TaskRefused) as refused:
        tasks.save(Wish("Out", Owner.LA, Data.ATTAINMENT, weekly, (green_abbey,), folder=outside), by=None)
    assert refused.value.field == "folder"


def test_a_link_out_of_the_root_is_refused(folder: Path, tmp_path: Path) -> None:
    (folder.parent / "away").symlink_to(tmp_path)
    with pytest.raises(FolderRefused, match="lies outside"):
        folder_below_root("away")


def test_without_a_root_no_folder_is_read(settings: Any) -> None:
    settings.SCHOOLGATE_ATTAINMENT_ROOT = ""
    with pytest.raises(FolderRefused, match="attainment_root"):
        folder_below_root("summer")


def test_access_is_told_and_what_is_wrong_with_it(drop: Drop, folder: Path, held: Base) -> None:
    drop(results())
    drop(results(), name="8202107_CES_820LLLL_001.xml")
    assert access_to("summer", [held]) == f"{folder} can be read. 2 XML files lie in it, 1 of schools in this task."
    with pytest.raises(FolderRefused, match="There is no folder"):
        access_to("winter", [held])


def test_the_form_tests_the_access(as_officer: Client, drop: Drop, held: Base, task: ScheduledTask) -> None:
    drop(results())
    form = {
        "name": "Summer", "owner": "la", "kind": "attainment", "rhythm": "weekly", "days": ["3"], "at": "18:30",
        "bases": [held.pk], "folder": "summer", "test-access": "yes",
    }  # fmt: skip
    page = reverse("add-task")
    assert "can be read. 1 XML file lies in it, 1 of schools in this task." in text(as_officer.post(page, form))
    assert "There is no folder" in text(as_officer.post(page, {**form, "folder": "winter"}))
    assert "This is no folder’s name" in text(as_officer.post(page, {**form, "folder": "\0"}))
    assert ScheduledTask.objects.count() == 1


def test_a_folder_that_is_gone_fails_the_run(run: Run, folder: Path) -> None:
    folder.rmdir()
    done = run()
    assert (done.state, done.code) == (RunState.FAILED, "folder-refused")


def test_a_task_of_other_data_has_no_folder(held: Base, folder: Path) -> None:
    weekly = Weekly(clock_time(18, 30), frozenset({3}))
    made = tasks.save(Wish("Changes", Owner.LA, Data.CHANGED, weekly, (held,), folder="summer"), by=None)
    assert made.folder == ""
