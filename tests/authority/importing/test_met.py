"""Whom an import met stays known, and agrees with what it counted."""

import pytest
from tests.authority.importing.importing_files import bring_in
from tests.documents.students.files import a_pupil

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.counting import Counts, fate_of, read_fate, tally_of
from schoolgate.authority.importing.models import Import
from schoolgate.authority.records.groups.registry import group_named
from schoolgate.authority.records.models import Pupil
from schoolgate.documents.students.entries import Record

pytestmark = pytest.mark.django_db

ADA, ZOE = "F820432124002", "V820432124003"
WRONG = {"NCyearActual": "9", "FormerUPN": "A820432124999"}


def two(**changes: object) -> list[Record]:
    return [a_pupil(**changes), a_pupil(UPN=ADA, Forename="Ada", Sex="F", BasicDetails=WRONG)]


def fates(this: Import) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for met in this.met.all():
        for fate, pupils in met.fates.items():
            found.setdefault(read_fate(fate)[0], []).extend(pupils)
    return found


def counted(this: Import) -> Counts:
    total = Counts()
    for met in this.met.all():
        total += Counts.of(met.fates)
    return total


def test_a_fate_says_what_became_of_a_pupil_and_of_each_group() -> None:
    basic, upn = group_named("basic-details"), group_named("identifiers")
    fate = fate_of("changed", tally_of([upn], [basic, basic], [], changed=[basic]))
    assert read_fate(fate) == (
        "changed",
        {(basic.number, "changed"): 1, (basic.number, "left_out"): 2, (upn.number, "same"): 1},
    )
    assert read_fate(fate_of("same", "")) == ("same", {})


def test_who_was_added_changed_or_the_same_stays_known_when_the_next_file_came(green_abbey: Base) -> None:
    first = bring_in(green_abbey, two())
    ada, daniel = Pupil.objects.get(upn=ADA).pk, Pupil.objects.exclude(upn=ADA).get().pk
    second = bring_in(green_abbey, two(Surname="Bell"))
    third = bring_in(green_abbey, two(Surname="Bell"))
    assert {what: sorted(pupils) for what, pupils in fates(first).items()} == {"added": sorted([ada, daniel])}
    assert fates(second) == {"changed": [daniel], "same": [ada]}
    assert {what: sorted(pupils) for what, pupils in fates(third).items()} == {"same": sorted([ada, daniel])}


def test_who_was_met_adds_up_to_what_was_counted(green_abbey: Base) -> None:
    for surname in ("Okafor", "Bell", "Bell"):
        this = bring_in(green_abbey, two(Surname=surname))
        assert counted(this).as_json() == this.counts
