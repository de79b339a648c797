"""Whose silence counts: a full file may only lack what its own school told."""

from typing import Any

import pytest
from tests.authority.importing.importing_files import bring_in
from tests.authority.records.holding import a_change, write_over
from tests.documents.students.files import a_pupil

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.models import RemovalCandidate
from schoolgate.authority.records.groups.basic_details import BASIC_DETAILS
from schoolgate.authority.records.groups.registry import group_numbered
from schoolgate.authority.records.models import PupilGroup, Refusal, Settled
from schoolgate.documents.students.entries import Record

pytestmark = pytest.mark.django_db

MOTHER = {"Surname": "Okafor", "Forename": "Grace", "Relationship": "PAM"}
FATHER = {"Surname": "Okafor", "Forename": "Emeka", "Relationship": "PAF"}
AUNT = {"Surname": "Bell", "Forename": "Ruth", "Relationship": "REL"}


def pupil(*contacts: Record, **basic: Any) -> Record:
    said = {"Contacts": list(contacts)} if contacts else {}
    return a_pupil(BasicDetails={"NCyearActual": "9", "EnrolStatus": "M", **basic}, **said)


def missed(base: Base) -> list[tuple[str, str]]:
    candidates = RemovalCandidate.objects.filter(base=base, group__isnull=False)
    return [(group_numbered(one.group or 0).name, one.item) for one in candidates]


def test_a_school_cannot_lack_what_only_another_one_told(green_abbey: Base, oak_lane: Base) -> None:
    bring_in(green_abbey, [pupil(MOTHER, PreferredForename="Dan", Ethnicity="WBRI")])
    this = bring_in(oak_lane, [pupil(MiddleNames="Uche")])
    assert missed(oak_lane) == []
    assert not any("missing" in counts for counts in this.counts["groups"].values())


def test_what_one_school_told_stays_its_own_when_another_changes_its_neighbour(
    green_abbey: Base, oak_lane: Base
) -> None:
    bring_in(green_abbey, [pupil(PreferredForename="Dan")])
    bring_in(oak_lane, [pupil(MiddleNames="Uche")])
    bring_in(green_abbey, [pupil(MiddleNames="Uche")])
    assert missed(green_abbey) == [("basic-details", "PreferredForename")]


def test_who_had_the_last_word_of_an_item_may_cease_to_say_it(green_abbey: Base, oak_lane: Base) -> None:
    bring_in(green_abbey, [pupil(PreferredForename="Dan", EnrolStatus="C")])
    bring_in(oak_lane, [pupil(PreferredForename="Danny")])
    bring_in(green_abbey, [pupil(EnrolStatus="C")])
    assert missed(green_abbey) == []
    bring_in(oak_lane, [pupil()])
    assert missed(oak_lane) == [("basic-details", "PreferredForename")]


def test_a_list_told_by_two_schools_lacks_nothing_for_the_one_that_tells_its_part(
    green_abbey: Base, oak_lane: Base
) -> None:
    bring_in(green_abbey, [pupil(MOTHER, EnrolStatus="C")])
    bring_in(oak_lane, [pupil(FATHER)])
    bring_in(oak_lane, [pupil(FATHER)], shortcut=False)
    assert missed(oak_lane) == []
    bring_in(oak_lane, [pupil()])
    assert missed(oak_lane) == [("contacts", "Contacts")]


def test_what_an_officer_wrote_is_not_lacking_in_a_schools_file(green_abbey: Base) -> None:
    bring_in(green_abbey, [pupil()])
    row = next(row for row in PupilGroup.objects.all() if row.group is BASIC_DETAILS)
    write_over(row, {**row.payload, "MiddleNames": "Uche"}, a_change(source="person", name="edit", rule="edited"))
    Settled.objects.all().delete()
    bring_in(green_abbey, [pupil()])
    assert missed(green_abbey) == []


def test_what_a_part_ended_comes_back_with_the_very_same_full_file(green_abbey: Base) -> None:
    """Nothing of the pupil changed in between, so that only the candidate itself tells that it must be looked at."""
    bring_in(green_abbey, [pupil(PreferredForename="Dan")])
    bring_in(green_abbey, [pupil()])
    bring_in(green_abbey, [pupil(PreferredForename="Dan")], full=False)
    assert missed(green_abbey) == []
    bring_in(green_abbey, [pupil()])
    assert missed(green_abbey) == [("basic-details", "PreferredForename")]


def test_a_value_refused_before_is_refused_again_though_a_part_said_another(green_abbey: Base) -> None:
    one, other = "A820432124999", "B820432124999"
    bring_in(green_abbey, [pupil(FormerUPN=one)])
    bring_in(green_abbey, [pupil(FormerUPN=other)], full=False)
    bring_in(green_abbey, [pupil(FormerUPN=one)])
    assert [refusal.value_text for refusal in Refusal.objects.all()] == [f'"{one}"']


def test_what_a_part_does_not_say_goes_on_waiting_for_removal(green_abbey: Base) -> None:
    bring_in(green_abbey, [pupil(PreferredForename="Dan")])
    bring_in(green_abbey, [pupil()])
    bring_in(green_abbey, [pupil(MiddleNames="Uche")], full=False)
    assert missed(green_abbey) == [("basic-details", "PreferredForename")]


def test_of_a_list_told_by_two_schools_each_may_cease_to_tell_its_own_part(green_abbey: Base, oak_lane: Base) -> None:
    bring_in(oak_lane, [pupil(FATHER, EnrolStatus="C")])
    bring_in(green_abbey, [pupil(MOTHER, AUNT)])
    bring_in(green_abbey, [pupil(MOTHER)])
    assert [group for group, _ in missed(green_abbey)] == ["contacts"]
