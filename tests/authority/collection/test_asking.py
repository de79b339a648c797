"""A school that sends files is asked for one, and the run ends with the file that comes."""

from typing import Any

import pytest
from tests.authority.importing.importing_files import header_of
from tests.documents.students.files import a_file, a_pupil

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection.models import CollectionRun, Data, RunState
from schoolgate.authority.collection.running import ask_for_run
from schoolgate.authority.exchange.models import OutboxEntry
from schoolgate.commons.jobs.engine import work_off

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(green_abbey: Base) -> CollectionRun:
    run = ask_for_run(None, green_abbey, Data.SNAPSHOT, by=None)
    assert run is not None
    work_off()
    run.refresh_from_db()
    return run


def test_a_run_of_a_school_that_sends_files_waits_for_one(asked: CollectionRun) -> None:
    assert (asked.state, asked.connector) == (RunState.ASKED, "")
    entry = OutboxEntry.objects.get()
    assert (entry.runs, entry.data) == ([asked.pk], "snapshot")


def test_it_ends_when_a_file_that_fits_is_imported(asked: CollectionRun, green_abbey: Base, program: Any) -> None:
    assert program.put(a_file([a_pupil()], header_of(green_abbey, full=False))).status_code == 201
    work_off()
    asked.refresh_from_db()
    assert asked.state == RunState.ASKED

    name = "8204321_CES_820LLLL_002.xml"
    assert program.put(a_file([a_pupil()], header_of(green_abbey)), name=name).status_code == 201
    work_off()
    asked.refresh_from_db()
    assert (asked.state, asked.message) == (RunState.SUCCESSFUL, f"{name} came. 1 pupil: 1 same.")
