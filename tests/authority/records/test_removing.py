"""A pupil is removed whole, and in no other way."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.apps import apps
from tests.authority.importing.importing_files import MONDAY, bring_in
from tests.authority.records.groups.files import made_up_records
from tests.authority.records.holding import hold
from tests.documents.students.files import a_pupil

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.models import RemovalCandidate
from schoolgate.authority.records.models import Enrolment, Pupil, Refusal, Replaced, Settled
from schoolgate.authority.records.models.visible import RemovedWhole
from schoolgate.authority.records.removing import remove

NAMES_NOBODY = {"Change", "Import", "Met"}
"""What stays: files and times, counts, numbers."""


def rows() -> dict[str, int]:
    """How many rows there are of everything an authority holds."""
    return {
        model.__name__: model._default_manager.count()
        for model in apps.get_models()
        if model._meta.app_label.startswith("authority_") and model.__name__ not in NAMES_NOBODY
    }


def test_nothing_of_a_pupil_is_left_in_any_table(green_abbey: Base, oak_lane: Base) -> None:
    hold(oak_lane, UPN="R820432124002", Forename="Neighbour")
    before = rows()
    whole = max(made_up_records(), key=lambda record: len(str(record)))
    bring_in(green_abbey, [whole], full=False)
    newer = {**whole, "Surname": "Bell", "UniqueLearnerNumber": "1234567890"}
    newer["Attendance"] = [{**whole["Attendance"][0], "SessionsAttended": "1", "SessionsPossible": "2"}]
    newer["BasicDetails"] = {**whole["BasicDetails"], "NCyearActual": "12"}
    del newer["Address"]
    bring_in(green_abbey, [newer], created=MONDAY + timedelta(days=1))
    pupil = Pupil.objects.exclude(forename="Neighbour").get()
    filled = (Refusal, RemovalCandidate, Settled)
    assert all(model.objects.filter(pupil=pupil).exists() for model in filled)
    assert set(Replaced.objects.values_list("table", flat=True)) == set(Replaced.Table)
    remove(pupil)
    assert rows() == before


@pytest.mark.parametrize(
    "attempt",
    [
        lambda pupil: pupil.delete(),
        lambda pupil: Pupil.objects.filter(pk=pupil.pk).delete(),
        lambda pupil: pupil.enrolments.get().delete(),
        lambda pupil: pupil.enrolments.all().delete(),
    ],
)
def test_a_pupil_is_deleted_in_no_other_way(green_abbey: Base, attempt: Callable[[Pupil], object]) -> None:
    pupil = hold(green_abbey, record=a_pupil())
    with pytest.raises(RemovedWhole):
        attempt(pupil)
    assert Enrolment.objects.filter(pupil=pupil).exists()
