"""An import that was broken off and goes on, or that two attempts carry out at once."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.authority.importing.importing_files import MONDAY, arrived, bring_in, go_on, header_of
from tests.documents.students.files import a_file, a_pupil

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing import carrying_out
from schoolgate.authority.importing.behind import pupils_behind
from schoolgate.authority.importing.carrying_out import Telling
from schoolgate.authority.importing.models import Import, ImportState
from schoolgate.authority.records.models import Pupil
from schoolgate.commons.jobs.kinds import LeaseLost

pytestmark = pytest.mark.django_db

ADA, ZOE = "F820432124002", "V820432124003"
FIRST, SECOND = 1_000_001, 1_000_002
"""Numbers of jobs."""


class BrokenOff(Exception):
    """As a worker that dies."""


def begun(base: Base, monkeypatch: pytest.MonkeyPatch) -> tuple[Import, bytes]:
    """An import that wrote the first pupil of two."""
    monkeypatch.setattr(carrying_out, "AT_ONCE", 1)
    data = a_file([a_pupil(), a_pupil(UPN=ADA, Forename="Ada", Sex="F")], header_of(base))
    this = arrived(base, data)

    def progress(done: int, total: int, text: str) -> None:
        if text == "importing":
            raise BrokenOff

    with pytest.raises(BrokenOff):
        go_on(this, data, job=FIRST, telling=Telling(progress=progress))
    return Import.objects.get(pk=this.pk), data


def test_a_pupil_whom_another_school_changed_meanwhile_is_counted_once(
    green_abbey: Base, oak_lane: Base, monkeypatch: pytest.MonkeyPatch
) -> None:
    this, data = begun(green_abbey, monkeypatch)
    bring_in(oak_lane, [a_pupil(Surname="Bell")])
    this = go_on(this, data, job=FIRST)
    assert this.counts["pupils"] == {"added": 2}
    assert sorted(pupils_behind(this, "added").pupils) == sorted(Pupil.objects.values_list("pk", flat=True))


def test_an_import_that_goes_on_by_another_job_counts_nobody_twice(
    green_abbey: Base, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A newer file came while it was broken off: a person was asked, and agreed, which gave it another job."""
    this, data = begun(green_abbey, monkeypatch)
    this = go_on(this, data, job=SECOND)
    assert this.counts["pupils"] == {"added": 2}
    assert not pupils_behind(this, "same").pupils


@pytest.mark.parametrize("step", [{"completed_at": timezone.now()}, {"done": 1}])
def test_an_attempt_that_another_one_overtook_tells_nothing(green_abbey: Base, step: dict[str, Any]) -> None:
    """Of an unchanged file there is nothing to write but its end."""
    data = a_file([a_pupil()], header_of(green_abbey))
    bring_in(green_abbey, [a_pupil()])
    this = arrived(green_abbey, data)
    ended: list[Import] = []

    def progress(*_: object) -> None:
        Import.objects.filter(pk=this.pk).update(**step)

    with pytest.raises(LeaseLost):
        go_on(this, data, telling=Telling(progress, ended.append))
    assert not ended


def test_an_attempt_that_a_person_overtook_does_not_ask_again(green_abbey: Base) -> None:
    data = a_file([], header_of(green_abbey))
    this = arrived(green_abbey, data)
    ended: list[Import] = []
    overtaken = Import.objects.get(pk=this.pk)
    Import.objects.filter(pk=this.pk).update(completed_at=timezone.now())
    with pytest.raises(LeaseLost):
        go_on(overtaken, data, telling=Telling(ended=ended.append))
    this.refresh_from_db()
    assert (this.waiting, ended) == ("", [])


def test_a_file_dated_ahead_of_its_arrival_makes_later_ones_no_older(green_abbey: Base) -> None:
    """A school's clock was a year ahead for a day: each file of a year would wait for a person."""
    bring_in(green_abbey, [a_pupil()], created=MONDAY + timedelta(days=365))
    Import.objects.update(arrived_at=MONDAY.astimezone())
    later = bring_in(green_abbey, [a_pupil(Surname="Bell")], created=MONDAY + timedelta(days=1))
    assert later.state is ImportState.COMPLETED
