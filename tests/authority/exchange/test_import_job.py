"""A file that arrived is imported by a job, and the school is told what became of it."""

from datetime import datetime
from typing import Any

import pytest
from tests.authority.importing.importing_files import header_of
from tests.documents.students.files import a_file, a_pupil, changed

from schoolgate.authority.bases.models import Base
from schoolgate.authority.exchange import import_job, outcomes
from schoolgate.authority.exchange.import_job import catch_up
from schoolgate.authority.exchange.import_steps import agree, retry
from schoolgate.authority.exchange.models import ReceivedFile
from schoolgate.authority.exchange.store import received_files
from schoolgate.authority.importing.models import Import, ImportState
from schoolgate.authority.records.models import Pupil
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.jobs.engine import work_off
from schoolgate.commons.jobs.models import Job, State
from schoolgate.commons.journal.models import JournalLine

TUESDAY = datetime(2026, 11, 24, 18, 30)  # noqa: DTZ001  as a header writes it


def outcome(program: Any, sent: Any) -> dict[str, Any]:
    file = sent.json()["file"]
    told: dict[str, Any] = program.get(f"student/files/{file['sha256']}/{file['name']}").json()["outcome"]
    return told


def test_a_received_file_is_queued_then_imported_and_told(program: Any, green_abbey: Base) -> None:
    sent = program.put(a_file([a_pupil()], header_of(green_abbey)))
    assert sent.status_code == 201
    assert sent.json()["outcome"] == {"state": "queued", "counts": {}, "problems": []}
    before = ReceivedFile.objects.get().outcome_changed_at
    assert work_off() == 1
    told = outcome(program, sent)
    assert told.pop("groups")["basic-details"] == {"added": 1}
    assert told == {"state": "completed", "counts": {"pupils": 1, "added": 1}, "problems": []}
    assert ReceivedFile.objects.get().outcome_changed_at > before
    assert Pupil.objects.count() == 1
    assert JournalLine.objects.order_by("-pk")[0].message == "8204321_CES_820LLLL_001.xml imported: 1 added."


def test_the_same_file_sent_twice_has_one_import(program: Any, green_abbey: Base) -> None:
    data = a_file([a_pupil()], header_of(green_abbey))
    program.put(data)
    program.put(data)
    assert Job.objects.filter(kind="import").count() == Import.objects.count() == 1


def test_a_file_that_fails_its_schema_is_refused_whole_and_its_problems_quote_nothing(
    program: Any, green_abbey: Base
) -> None:
    data = a_file([a_pupil(), a_pupil(UPN="F820432124002", Forename="Ada")], header_of(green_abbey))
    sent = program.put(changed(data, "<DOB>2013-02-14</DOB>", "<DOB>14 February</DOB>"))
    work_off()
    told = outcome(program, sent)
    assert told["state"] == "failed"
    (problem,) = told["problems"]
    assert (problem["code"], problem["line"] > 0) == ("xsd", True)
    assert "14 February" not in str(told)
    assert "Okafor" not in str(told)
    assert not Pupil.objects.exists()
    assert Job.objects.get(kind="import").state == State.FAILED


def test_what_is_left_out_is_told_page_by_page(
    program: Any, green_abbey: Base, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outcomes, "PAGE", 1)
    wrong = {"NCyearActual": "9", "FormerUPN": "A820432124999"}
    ada = a_pupil(UPN="F820432124002", Forename="Ada", DOB="2013-03-01", BasicDetails=wrong)
    sent = program.put(a_file([a_pupil(BasicDetails=wrong), ada], header_of(green_abbey)))
    work_off()
    file = sent.json()["file"]
    address = f"student/files/{file['sha256']}/{file['name']}"
    first = program.get(address).json()["refusals"]
    (one,) = first["items"]
    assert (one["item"], one["value"], one["code"], one["new"]) == ("FormerUPN", "A820432124999", "bad-upn", True)
    assert first["more"]
    second = program.get(address, params={"after": first["next"]}).json()["refusals"]
    assert [len(second["items"]), second["more"]] == [1, False]
    assert second["items"] != first["items"]
    assert program.get(address, params={"after": "x"}).status_code == 400


def test_an_empty_full_file_waits_for_a_person_who_may_agree(program: Any, green_abbey: Base, officer: User) -> None:
    sent = program.put(a_file([], header_of(green_abbey)))
    work_off()
    assert outcome(program, sent)["waiting"]["code"] == "few-pupils"
    agree(Import.objects.get(), by=officer)
    assert outcome(program, sent)["state"] == "queued"
    work_off()
    assert outcome(program, sent)["state"] == "completed"
    assert AuditEntry.objects.filter(did="import agreed to", user=officer).count() == 1


def test_files_of_a_base_are_imported_by_their_own_dates_not_by_arrival(program: Any, green_abbey: Base) -> None:
    newer = a_file([a_pupil(Surname="Bell")], header_of(green_abbey, created=TUESDAY))
    older = a_file([a_pupil()], header_of(green_abbey))
    program.put(newer)
    program.put(older)
    work_off()
    assert Pupil.objects.get().surname == "Bell"


def test_a_file_older_than_what_was_imported_waits(program: Any, green_abbey: Base) -> None:
    program.put(a_file([a_pupil(Surname="Bell")], header_of(green_abbey, created=TUESDAY)))
    work_off()
    sent = program.put(a_file([a_pupil()], header_of(green_abbey)))
    work_off()
    assert outcome(program, sent)["waiting"]["code"] == "older-file"
    assert Pupil.objects.get().surname == "Bell"


def test_a_file_from_before_there_were_imports_is_imported(program: Any, green_abbey: Base) -> None:
    sent = program.put(a_file([a_pupil()], header_of(green_abbey)))
    ReceivedFile.objects.update(its_import=None)
    Import.objects.all().delete()
    Job.objects.all().delete()
    assert outcome(program, sent)["state"] == "queued"
    catch_up()
    work_off()
    assert outcome(program, sent)["state"] == "completed"


def test_an_import_started_when_the_content_is_not_kept_any_more_tells_the_school_to_export_it_anew(
    program: Any, green_abbey: Base
) -> None:
    sent = program.put(a_file([a_pupil()], header_of(green_abbey)))
    received_files().path(sent.json()["file"]["sha256"]).unlink()
    work_off()
    told = outcome(program, sent)
    assert told["state"] == "failed"
    (problem,) = told["problems"]
    assert problem["code"] == "content-gone"
    assert problem["remedy"].startswith("Export the file again")
    assert "not kept here any more" in JournalLine.objects.order_by("-pk")[0].message


def test_an_import_whose_job_ended_badly_is_told_once(program: Any, green_abbey: Base) -> None:
    sent = program.put(a_file([a_pupil()], header_of(green_abbey)))
    Job.objects.filter(kind="import").update(state=State.PARKED)
    catch_up()
    catch_up()
    assert outcome(program, sent)["state"] == "failed"
    assert JournalLine.objects.filter(level="ERROR").count() == 1


def test_an_import_that_somebody_starts_again_meanwhile_is_not_told_as_failed(
    program: Any, green_abbey: Base, monkeypatch: pytest.MonkeyPatch
) -> None:
    program.put(a_file([a_pupil()], header_of(green_abbey)))
    program.put(a_file([a_pupil()], header_of(green_abbey, created=TUESDAY)), name="8204321_CES_820LLLL_002.xml")
    Job.objects.filter(kind="import").update(state=State.PARKED)

    tell = import_job.tell

    def told_and_another_started_again(this: Import) -> None:
        tell(this)
        monkeypatch.setattr(import_job, "tell", tell)
        for other in Import.objects.exclude(pk=this.pk):
            retry(other, by=None)

    monkeypatch.setattr(import_job, "tell", told_and_another_started_again)
    catch_up()
    assert Import.objects.filter(failed_at=None).get().state is ImportState.QUEUED
    assert JournalLine.objects.filter(level="ERROR").count() == 1


def test_the_numbers_of_an_import_outlive_its_job(program: Any, green_abbey: Base) -> None:
    sent = program.put(a_file([a_pupil()], header_of(green_abbey)))
    work_off()
    number = Import.objects.get().job_id
    Job.objects.all().delete()
    assert outcome(program, sent)["state"] == "completed"
    assert Import.objects.get().job_id == number
