"""What an import would do is seen before it is done, and nothing of it is written."""

import hashlib
import re
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from tests.authority.exchange.imports_shown import Send, rows, school, text
from tests.authority.importing.importing_files import header_of
from tests.documents.students.files import a_file, a_pupil

from schoolgate.authority.bases.models import Base
from schoolgate.authority.exchange.preview_job import ask_for_preview, stale
from schoolgate.authority.importing.base_rules import base_rules
from schoolgate.authority.importing.models import Conflict, Import, ImportState, Preview
from schoolgate.authority.records.models import Change, Pupil
from schoolgate.commons.jobs.engine import work_off
from schoolgate.commons.jobs.models import Job

NEW = {"UPN": "F820432124002", "Forename": "Ada", "DOB": "2013-03-01"}


def rows_of_records() -> str:
    """A digest of all rows of what is held, waits and is remembered of pupils."""
    told = hashlib.sha256()
    for model in apps.get_models():
        if model._meta.label.startswith(("authority_records", "authority_importing")) and model is not Preview:
            told.update(repr(sorted(map(str, model._base_manager.values_list()))).encode())
    return told.hexdigest()


def address(name: str, this: Import, *more: str) -> str:
    return reverse(name, args=[this.pk, *more])


def look_first(base: Base) -> None:
    """Have the base's files wait with a preview before they are imported."""
    by = base_rules(base)
    by.ask_first = True
    by.save()


def questions(page: str) -> list[str]:
    """The questions that a page's form says were seen."""
    return re.findall(r'name="seen" value="([a-z-]+)"', page)


@pytest.fixture
def queued(send: Send, program: Any, green_abbey: Base) -> Import:
    """A file that has yet to be imported: it changes a name, adds a pupil and has a third twice."""
    send([a_pupil()])
    twice = [a_pupil(UPN="V820432124003", Forename="Zoë", Surname=name) for name in ("Bell", "Blake")]
    records = [a_pupil(Surname="Bell"), a_pupil(**NEW), *twice]
    program.put(a_file(records, header_of(green_abbey)), name="8204321_CES_820LLLL_002.xml")
    return Import.objects.latest("pk")


@pytest.fixture
def made(queued: Import) -> Preview:
    """The preview of the queued one, whose own job waits meanwhile."""
    ask_for_preview(queued, by=None)
    before = rows_of_records()
    assert queued.job_id is not None
    Job.objects.filter(pk=queued.job_id).update(state="failed")
    work_off()
    assert rows_of_records() == before
    return Preview.objects.get()


def test_a_preview_counts_what_the_import_then_does_and_writes_nothing(made: Preview) -> None:
    this = made.of
    assert made.counts["pupils"] == {"added": 1, "changed": 1, "twice": 2}
    assert this.job_id is not None
    Job.objects.filter(pk=this.job_id).update(state="ready", run_at=this.arrived_at)
    work_off()
    done = Import.objects.get(pk=this.pk)
    assert done.counts == made.counts
    assert not Preview.objects.exists()


def test_its_pages_show_who_would_be_added_and_what_would_be_written(made: Preview, as_officer: Client) -> None:
    shown = text(as_officer.get(address("import-preview", made.of)))
    assert "Would be added" in shown
    assert address("import-preview-new", made.of) in shown
    assert "Ada" in text(as_officer.get(address("import-preview-new", made.of)))
    values = text(as_officer.get(address("import-preview-group", made.of, "basic-details")))
    assert "Okafor" in values
    assert "Bell" in values
    assert rows(as_officer.get(address("import-preview-values", made.of), {"format": "csv"})) == 1


def test_a_preview_says_when_something_was_written_since(made: Preview, as_officer: Client) -> None:
    assert not stale(made)
    Change.objects.create(source="person", source_name="O. Khan", rule="changed-by-hand")
    assert "It may not hold any more" in text(as_officer.get(address("import-preview", made.of)))
    as_officer.post(address("make-preview", made.of))
    work_off()
    assert not stale(Preview.objects.get())


def test_a_file_that_its_schema_refuses_is_told_beforehand(send: Send, as_officer: Client) -> None:
    this = send([a_pupil()], Okafor="O" * 200)
    ask_for_preview(this, by=None)
    work_off()
    assert "It would fail" in text(as_officer.get(address("import-preview", this)))


def test_a_file_that_lacks_most_of_the_roll_is_seen_before_somebody_decides(
    waiting: Import, as_officer: Client
) -> None:
    as_officer.post(address("make-preview", waiting))
    work_off()
    shown = text(as_officer.get(address("import-preview", waiting)))
    assert "The import would wait for you" in shown
    assert address("import-now", waiting) in shown


def test_a_base_whose_files_are_looked_at_first_waits_with_its_preview(
    send: Send, green_abbey: Base, as_officer: Client
) -> None:
    send(school())
    look_first(green_abbey)
    this = send(
        [*school()[:5], a_pupil(UPN="T820432117003", Forename="Mia", Sex="F", DOB="2013-07-01", Surname="Bell")]
    )
    assert (this.state, this.waiting) == (ImportState.WAITING, "ask-first")
    assert Preview.objects.get().counts["pupils"] == {"changed": 1, "same": 5}
    assert address("import-preview", this) in text(as_officer.get(address("import", this)))
    as_officer.post(address("import-now", this), {"seen": this.waiting})
    work_off()
    assert Import.objects.get(pk=this.pk).state is ImportState.COMPLETED
    assert Pupil.objects.filter(surname="Bell").exists()
    assert not Conflict.objects.exists()


def test_who_agreed_that_a_file_has_few_pupils_is_shown_what_it_would_do_all_the_same(
    waiting: Import, as_officer: Client
) -> None:
    look_first(waiting.base)
    seen = questions(text(as_officer.get(address("import", waiting))))
    for _ in range(2):
        as_officer.post(address("import-now", waiting), {"seen": seen})
        work_off()
        assert Import.objects.get(pk=waiting.pk).waiting == "ask-first"
    assert Preview.objects.get().counts["pupils"] == {"same": 2}


def test_who_lets_a_file_go_on_from_its_preview_is_asked_nothing_that_stood_there(
    waiting: Import, as_officer: Client
) -> None:
    look_first(waiting.base)
    as_officer.post(address("make-preview", waiting))
    work_off()
    seen = questions(text(as_officer.get(address("import-preview", waiting))))
    assert set(seen) == {"few-pupils", "ask-first"}
    as_officer.post(address("import-now", waiting), {"seen": seen})
    work_off()
    assert Import.objects.get(pk=waiting.pk).state is ImportState.COMPLETED


def test_a_preview_that_may_not_hold_any_more_answers_only_what_is_asked_now(
    waiting: Import, as_officer: Client
) -> None:
    as_officer.post(address("make-preview", waiting))
    work_off()
    Change.objects.create(source="person", source_name="O. Khan", rule="changed-by-hand")
    assert questions(text(as_officer.get(address("import-preview", waiting)))) == ["few-pupils"]
