"""What must hold of whoever is matched by hand, whatever a school says of the child: the next file changes nothing."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.authority.importing.importing_files import bring_in, held
from tests.authority.importing.test_import_properties import few_times, rules, undone, waiting
from tests.documents.students.files import a_pupil

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.base_rules import use
from schoolgate.authority.importing.carrying_out import Ruling
from schoolgate.authority.importing.deciding import Rules
from schoolgate.authority.importing.models import RuleSet, Unmatched
from schoolgate.authority.importing.unmatched.acting import match
from schoolgate.authority.importing.unmatched.unmatching import unmatch
from schoolgate.authority.records.models import Change, Pupil, Replaced
from schoolgate.documents.students.entries import Record

pytestmark = pytest.mark.django_db

ADAS, TEMPORARY, WRONG = "F820432124002", "C82043212400A", "A820432124003"
MOTHER = {"Surname": "Okafor", "Forename": "Grace", "Relationship": "PAM"}


@st.composite
def strangers(draw: st.DrawFn) -> Record:
    """Daniel Okafor as another school tells of him, so that no rule finds him."""
    record = a_pupil(
        UPN=draw(st.sampled_from([ADAS, TEMPORARY, WRONG, "V820432124003"])),
        Surname=draw(st.sampled_from(["Okafor-Bell", "Bell"])),
        Forename=draw(st.sampled_from(["Dan", "Daniel"])),
        DOB="2013-04-12",
        BasicDetails={"NCyearActual": "9", "EnrolStatus": draw(st.sampled_from(["C", "M", "S", "P"]))},
    )
    if draw(st.booleans()):
        record["Contacts"] = [MOTHER]
    return record


class Story:
    """A stranger of Oak Lane's who waits while Daniel, and Ada with two numbers of the stranger's, are held."""

    def __init__(self, bases: tuple[Base, Base], stranger: Record, rules: Rules, *, full: bool) -> None:
        self.stranger, self.rules, self.full = stranger, rules, full
        first, self.base = bases
        ada = {"Surname": "Adeyemi", "Forename": "Ada", "Sex": "F", "DOB": "2014-01-01"}
        lea = {"Surname": "Elm", "Forename": "Lea", "Sex": "F", "DOB": "2014-05-01"}
        bring_in(first, [a_pupil(), a_pupil(UPN=ADAS, **ada), a_pupil(UPN=TEMPORARY, **lea)])
        self.daniel = Pupil.objects.get(forename="Daniel")
        self.send(add_unmatched=False)
        drawn = RuleSet.objects.create(name="Drawn", effects=RuleSet().take(rules).effects)
        use(drawn, [self.base], add_unmatched=False, by=None)

    def send(self, *, add_unmatched: bool) -> None:
        """The same file, once more."""
        ruling = Ruling(demo=True, rules=self.rules, add_unmatched=add_unmatched)
        bring_in(self.base, [self.stranger], full=self.full, ruling=ruling)

    def match(self) -> None:
        """An officer says that it is Daniel."""
        row = Unmatched.objects.get()
        match(row.pk, self.daniel.pk, seen=row.seen, by=None)

    def stands(self) -> Any:
        """All that is held and waits, and what was ever written."""
        return held(), waiting(), Replaced.objects.count(), Change.objects.count()


@given(strangers(), rules, st.booleans(), st.booleans())
@few_times
def test_who_was_matched_by_hand_is_the_same_when_the_same_file_comes_again(
    green_abbey: Base, oak_lane: Base, stranger: Record, by: Rules, full: bool, adds: bool
) -> None:
    with undone():
        story = Story((green_abbey, oak_lane), stranger, by, full=full)
        story.match()
        before = story.stands()
        story.send(add_unmatched=adds)
        assert story.stands() == before


@given(strangers(), rules, st.booleans(), st.booleans())
@few_times
def test_whose_match_was_taken_back_waits_when_the_same_file_comes_again_and_nothing_else_is_otherwise(
    green_abbey: Base, oak_lane: Base, stranger: Record, by: Rules, full: bool, adds: bool
) -> None:
    with undone():
        story = Story((green_abbey, oak_lane), stranger, by, full=full)
        waited = Unmatched.objects.get().entry_text
        before = held()
        story.match()
        unmatch(story.daniel.enrolments.get(base=oak_lane).pk, by=None)
        for _ in range(2):
            row = Unmatched.objects.get()
            assert (row.not_of, row.held_back, row.entry_text) == (story.daniel, "", waited)
            assert [held()[what] for what in ("pupils", "enrolments")] == [before["pupils"], before["enrolments"]]
            story.send(add_unmatched=adds)
