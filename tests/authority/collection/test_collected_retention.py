"""What was collected goes after a time, and nothing goes that is still needed."""

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.authority.collection.conftest import Collect
from tests.authority.collection.listed import AMINA, BEN, School

from schoolgate.authority.collection.models import CollectionRun, HeldBackRow, LogLine, RunState
from schoolgate.authority.collection.retention import LEFT_ALONE_FOR
from schoolgate.authority.collection.staging import collected_files
from schoolgate.commons.retention.clearing import clear
from schoolgate.commons.retention.kinds import KEPT
from schoolgate.wire.mis.connector import BadRow, Group

pytestmark = pytest.mark.django_db


@pytest.fixture
def old_run(school: School, collect: Collect) -> CollectionRun:
    """It ended a year ago, and one of its rows was held back."""
    school.enrol(AMINA, "Amina")
    school.bad.append(BadRow(BEN, Group.SEN, "listed-fault", "It is of no use.", ({"fault": 1},)))
    run = collect()
    a_year_ago = timezone.now() - timedelta(days=365)
    CollectionRun.objects.update(made_at=a_year_ago)
    HeldBackRow.objects.update(last_at=a_year_ago)
    LogLine.objects.update(at=a_year_ago)
    run.refresh_from_db()
    return run


def test_the_document_of_an_old_run_goes_and_its_line_stays(
    old_run: CollectionRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert collected_files().has(old_run.source_key)
    monkeypatch.setattr("schoolgate.authority.collection.retention.LEFT_ALONE_FOR", -LEFT_ALONE_FOR)

    assert clear(KEPT["collected-files"]).removed == 1

    assert not collected_files().has(old_run.source_key)
    old_run.refresh_from_db()
    assert (old_run.state, old_run.source_key, old_run.counts["added"]) == (RunState.SUCCESSFUL, "", 1)


def test_the_document_of_a_run_that_has_not_ended_stays(old_run: CollectionRun) -> None:
    CollectionRun.objects.update(state=RunState.IMPORTING)
    last = clear(KEPT["collected-files"])
    assert (last.removed, list(last.held_back)) == (0, ["Its run has not ended."])


def test_a_held_back_row_goes_once_somebody_decided_on_it(old_run: CollectionRun) -> None:
    assert clear(KEPT["held-back-rows"]).removed == 0
    HeldBackRow.objects.update(state=HeldBackRow.State.DROPPED)
    assert clear(KEPT["held-back-rows"]).removed == 1
    assert not HeldBackRow.objects.exists()


def test_the_details_of_an_old_run_go(old_run: CollectionRun) -> None:
    assert old_run.lines.exists()
    assert clear(KEPT["run-log-lines"]).removed == 1
    assert not old_run.lines.exists()
