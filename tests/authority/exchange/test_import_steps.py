"""What people do with an import that waits or failed; done twice, or by two at once, it is done once."""

from datetime import datetime
from typing import Any

import pytest
from tests.authority.importing.importing_files import header_of
from tests.documents.students.files import a_file, a_pupil, changed

from schoolgate.authority.bases.models import Base
from schoolgate.authority.exchange.import_steps import agree, delete, do_not_import, retry
from schoolgate.authority.exchange.models import ReceivedFile
from schoolgate.authority.exchange.store import received_files
from schoolgate.authority.importing.models import Import, ImportState
from schoolgate.authority.records.models import Pupil
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.jobs.engine import work_off
from schoolgate.commons.jobs.models import Job, State
from schoolgate.commons.jobs.running import RunningJob
from schoolgate.commons.journal.models import JournalLine

TUESDAY = datetime(2026, 11, 24, 18, 30)  # noqa: DTZ001  as a header writes it
REASON = "Please send the whole school, not Years 5 and 6 only."


@pytest.fixture
def waiting(program: Any, green_abbey: Base) -> Import:
    """A full file without a pupil."""
    program.put(a_file([], header_of(green_abbey)))
    work_off()
    return Import.objects.get()


@pytest.fixture
def failed(program: Any, green_abbey: Base) -> Import:
    """A file that its schema does not take."""
    program.put(changed(a_file([a_pupil()], header_of(green_abbey)), "<DOB>2013-02-14</DOB>", "<DOB>then</DOB>"))
    work_off()
    return Import.objects.get()


def told(program: Any) -> dict[str, Any]:
    file = ReceivedFile.objects.get()
    outcome: dict[str, Any] = program.get(f"student/files/{file.sha256}/{file.name}").json()["outcome"]
    return outcome


def test_what_a_person_decides_by_is_kept(program: Any, green_abbey: Base) -> None:
    program.put(a_file([a_pupil(), a_pupil(UPN="F820432124002", Forename="Ada")], header_of(green_abbey)))
    work_off()
    program.put(a_file([a_pupil()], header_of(green_abbey, created=TUESDAY)), name="8204321_CES_820LLLL_002.xml")
    work_off()
    assert Import.objects.get(waiting="few-pupils").figures == {"roll": 2, "of_roll": 1, "pupils": 1}


def test_an_import_agreed_to_twice_has_one_more_job(waiting: Import, officer: User, administrator: User) -> None:
    assert agree(waiting, by=officer)
    assert not agree(waiting, by=administrator)
    assert Job.objects.filter(kind="import", state=State.READY).count() == 1
    assert [one["by"] for one in Import.objects.get().decided] == ["Omar Khan"]


def test_a_file_that_is_turned_down_is_told_with_the_reason_and_holds_nothing(
    program: Any, waiting: Import, officer: User
) -> None:
    assert do_not_import(waiting, REASON, by=officer)
    outcome = told(program)
    assert outcome["state"] == "failed"
    assert [problem["code"] for problem in outcome["problems"]] == ["not-imported-by-the-la"]
    assert REASON in outcome["problems"][0]["message"]
    assert AuditEntry.objects.filter(did="import turned down", user=officer, details=REASON).exists()
    assert REASON not in str(list(JournalLine.objects.values_list("message", "details")))
    assert not Import.objects.left_failed().exists()


def test_a_file_that_does_not_wait_is_neither_agreed_to_nor_turned_down(failed: Import, officer: User) -> None:
    assert not agree(failed, by=officer)
    assert not do_not_import(failed, REASON, by=officer)


def test_a_file_that_was_turned_down_may_be_asked_about_again(waiting: Import, officer: User) -> None:
    do_not_import(waiting, REASON, by=officer)
    assert retry(waiting, by=officer)
    work_off()
    this = Import.objects.get()
    assert (this.state, this.not_imported_because) == (ImportState.WAITING, "")
    assert [one["did"] for one in this.decided] == ["import turned down", "import started again"]


def test_a_failed_import_started_again_by_two_has_one_job(
    program: Any, failed: Import, officer: User, administrator: User
) -> None:
    assert retry(failed, by=officer)
    assert not retry(failed, by=administrator)
    assert told(program) == {"state": "queued", "counts": {}, "problems": []}
    assert work_off() == 1
    assert told(program)["state"] == "failed"
    assert Job.objects.filter(kind="import").count() == 1


@pytest.mark.parametrize("job_is", ["there", "pruned"])
def test_an_import_that_goes_on_counts_nobody_twice(
    program: Any, green_abbey: Base, officer: User, monkeypatch: pytest.MonkeyPatch, job_is: str
) -> None:
    monkeypatch.setattr("schoolgate.authority.importing.carrying_out.AT_ONCE", 1)
    program.put(a_file([a_pupil(), a_pupil(UPN="F820432124002", Forename="Ada")], header_of(green_abbey)))
    broken_off(monkeypatch)
    this = Import.objects.get()
    assert (this.state, this.done, this.pupils) == (ImportState.FAILED, 1, 2)
    if job_is == "pruned":
        Job.objects.all().delete()
    assert retry(this, by=officer)
    work_off()
    this.refresh_from_db()
    assert (this.state, this.counts["pupils"]) == (ImportState.COMPLETED, {"added": 2})
    assert Pupil.objects.filter(created_by__job=this.job_id).count() == 2


def broken_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work, until somebody calls the job off when the first pupil is written."""

    def cancel_asked(running: RunningJob) -> bool:
        running.told_to_cancel = Pupil.objects.exists()
        return running.told_to_cancel

    with monkeypatch.context() as patch:
        patch.setattr(RunningJob, "cancel_asked", cancel_asked)
        work_off()


def test_a_deleted_import_leaves_the_list_and_the_school_is_told_the_same(
    program: Any, failed: Import, officer: User
) -> None:
    before = told(program)
    assert delete([failed.pk], by=officer) == 1
    assert delete([failed.pk], by=officer) == 0
    assert not Import.objects.listed().exists()
    assert not Import.objects.left_failed().exists()
    assert told(program) == before
    assert received_files().open(failed.source_key).read()
    assert Job.objects.get(kind="import").state == State.CANCELLED


def test_only_failed_imports_are_deleted(waiting: Import, officer: User) -> None:
    assert delete([waiting.pk], by=officer) == 0
    assert Import.objects.listed().exists()


def test_a_deleted_import_that_is_started_again_is_listed_again(failed: Import, officer: User) -> None:
    delete([failed.pk], by=officer)
    assert retry(failed, by=officer)
    assert Import.objects.listed().in_state(ImportState.QUEUED).exists()


def test_a_job_whose_import_was_given_another_one_does_nothing(waiting: Import, officer: User) -> None:
    """Its worker died after it had asked, so it is done again, after a person has answered."""
    agree(waiting, by=officer)
    Job.objects.filter(state=State.READY).update(state=State.PARKED)
    Job.objects.filter(state=State.DONE).update(state=State.READY)
    assert work_off() == 1
    assert not Import.objects.get().completed_at


def test_every_state_is_found_as_it_is_told(waiting: Import, officer: User) -> None:
    def expect(state: ImportState) -> None:
        assert Import.objects.get().state is state
        assert [one for one in ImportState if Import.objects.in_state(one).exists()] == [state]

    expect(ImportState.WAITING)
    agree(waiting, by=officer)
    expect(ImportState.QUEUED)
    Job.objects.filter(state=State.READY).update(state=State.RUNNING)
    expect(ImportState.PROCESSING)
    Job.objects.update(state=State.PARKED)
    expect(ImportState.FAILED)
    Job.objects.all().delete()
    expect(ImportState.FAILED)
    Import.objects.update(completed_at=waiting.arrived_at)
    expect(ImportState.COMPLETED)


def test_a_file_that_was_turned_down_has_failed(waiting: Import, officer: User) -> None:
    do_not_import(waiting, REASON, by=officer)
    assert Import.objects.get().state is ImportState.FAILED
    assert Import.objects.in_state(ImportState.FAILED).exists()
