"""From a value back to its import and its file."""

from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.authority.importing.importing_files import header_of
from tests.documents.students.files import a_file, a_pupil

from schoolgate.authority.bases.models import Base
from schoolgate.authority.exchange.models import ReceivedFile
from schoolgate.authority.importing.models import Import
from schoolgate.authority.records.models import Change, Pupil
from schoolgate.authority.records.rooms_above import Whence, trace
from schoolgate.commons.jobs.engine import work_off


def test_a_value_leads_to_its_import_and_its_file(program: Any, green_abbey: Base, as_officer: Client) -> None:
    program.put(a_file([a_pupil()], header_of(green_abbey)))
    work_off()
    shown = str(
        as_officer.get(reverse("pupil", args=[Pupil.objects.get().pk]), {"group": "basic-details"}).content, "utf-8"
    )
    assert reverse("import", args=[Import.objects.get().pk]) in shown
    assert reverse("received-file", args=[ReceivedFile.objects.get().pk]) in shown


def test_a_source_is_known_by_its_job_or_else_by_its_file(program: Any, green_abbey: Base) -> None:
    program.put(a_file([a_pupil()], header_of(green_abbey)))
    work_off()
    change = Change.objects.get()
    nobody = Whence(None)
    sources = [Whence(change.job), Whence(None, change.source_key), Whence(10**6, change.source_key), nobody]
    with CaptureQueriesContext(connection) as queries:
        found = trace(sources)
    assert [[link.words for link in found.get(source, [])] for source in sources] == [
        ["import", "file"],
        ["import", "file"],
        ["import", "file"],
        [],
    ]
    assert len(queries) == 2
