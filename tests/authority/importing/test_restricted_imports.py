"""Restricted pupils in imports: nothing of them is written by rule, and no number and no school is told of it."""

import pytest
from tests.authority.importing.importing_files import arrived, bring_in, go_on, header_of
from tests.authority.importing.test_what_is_not_taken import register
from tests.documents.students.files import a_file, a_pupil

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.carrying_out import Ruling, Telling
from schoolgate.authority.importing.deciding import NOTHING_BY_RULE, Effect
from schoolgate.authority.importing.models import Conflict, RemovalCandidate, Unmatched
from schoolgate.authority.importing.writing import write_groups
from schoolgate.authority.records.groups.basic_details import BASIC_DETAILS
from schoolgate.authority.records.groups.registry import GROUPS
from schoolgate.authority.records.models import (
    Attendance,
    Change,
    Decision,
    Enrolment,
    Pupil,
    PupilGroup,
    Restriction,
    Settled,
    row_key,
)
from schoolgate.authority.records.models.visible import RESTRICTED_PUPILS
from schoolgate.authority.records.restricting import lift, restrict
from schoolgate.commons.accounts.models import User
from schoolgate.commons.accounts.rights import change_rights

pytestmark = pytest.mark.django_db

OTHER_CHILD = {"UPN": "F820432124002", "Surname": "Adeyemi", "Forename": "Ada", "Sex": "F", "DOB": "2014-09-30"}


@pytest.fixture
def daniel(green_abbey: Base) -> Pupil:
    """Daniel Okafor, imported from Green Abbey, and restricted since."""
    bring_in(green_abbey, [a_pupil()])
    pupil = Pupil.objects.get()
    restrict(pupil, "Court order", None, seen=0, by=None)
    return pupil


def held(pupil: Pupil) -> object:
    groups = list(PupilGroup.objects.of(pupil.pk).values_list("key", "payload_text"))
    return groups, list(Enrolment.objects.filter(pupil=pupil).values()), list(Attendance.objects.values())


def test_nothing_is_by_rule_not_even_what_is_fixed() -> None:
    assert {NOTHING_BY_RULE.effect(group, group.items[0].name) for group in GROUPS} == {Effect.ALWAYS_CONFLICT}
    assert {NOTHING_BY_RULE.effect_of_all(group) for group in GROUPS} == {Effect.ALWAYS_CONFLICT}


def test_what_differs_waits_whatever_the_rules(green_abbey: Base, daniel: Pupil) -> None:
    before = held(daniel)
    bring_in(green_abbey, [a_pupil(Surname="Bell", Attendance=[register("4321", "/\\NN")])])
    assert held(daniel) == before
    waiting = {(conflict.data_group.name, conflict.item) for conflict in Conflict.objects.open()}
    assert {("basic-details", "Surname"), ("attendance", "Attendance")} <= waiting


def test_the_marks_of_each_week_wait_with_those_of_the_weeks_before(green_abbey: Base, daniel: Pupil) -> None:
    for start in ("2026-09-07", "2026-09-14"):
        week = {**register("4321", "/\\"), "AttendSessions": {"AttendanceStartDate": start, "AttendanceMarks": "/\\"}}
        bring_in(green_abbey, [a_pupil(Attendance=[week])], full=False)
    (waits,) = (one.incoming for one in Conflict.objects.open() if one.item == "Attendance")
    assert waits[0]["AttendSessions"] == {"AttendanceStartDate": "2026-09-07", "AttendanceMarks": "/\\------------/\\"}


def test_in_an_imports_numbers_the_pupil_stayed_the_same(green_abbey: Base, daniel: Pupil) -> None:
    this = bring_in(green_abbey, [a_pupil(UPN="A820432124001", BasicDetails={"NCyearActual": "10"})])
    assert this.counts["pupils"] == {"same": 1}
    assert not any({"conflict", "left_out", "missing"} & set(numbers) for numbers in this.counts["groups"].values())
    again = bring_in(green_abbey, [a_pupil(UPN="A820432124001", BasicDetails={"NCyearActual": "10"})])
    assert again.counts == this.counts
    assert Settled.objects.filter(pupil=daniel).exists()


def test_once_lifted_the_same_bytes_are_imported_by_rule(green_abbey: Base, daniel: Pupil) -> None:
    bring_in(green_abbey, [a_pupil(Surname="Bell")])
    lift(daniel, "Order ended", seen=1, by=None)
    bring_in(green_abbey, [a_pupil(Surname="Bell")])
    daniel.refresh_from_db()
    assert daniel.surname == "Bell"
    assert not Conflict.objects.open().exists()


def test_once_restricted_the_same_bytes_are_looked_at_again(green_abbey: Base) -> None:
    bring_in(green_abbey, [a_pupil()])
    pupil = Pupil.objects.get()
    write_by_hand(green_abbey, pupil, "Bell")
    bring_in(green_abbey, [a_pupil(Surname="Bell")])
    restrict(pupil, "Court order", None, seen=0, by=None)
    bring_in(green_abbey, [a_pupil()])
    pupil.refresh_from_db()
    assert pupil.surname == "Bell"
    assert Conflict.objects.open().get(item="Surname").incoming == "Okafor"


def write_by_hand(base: Base, pupil: Pupil, surname: str) -> Decision:
    decision = Decision.objects.create(kind=Decision.Kind.BY_HAND, reason="Married")
    change = Change.objects.create(source="person", source_name="Olga Marsh", rule="by-hand", decision=decision)
    row = PupilGroup.objects.get(key=row_key(pupil.pk, BASIC_DETAILS))
    write_groups(base, {pupil.pk: {BASIC_DETAILS: {**row.payload, "Surname": surname}}}, change)
    return decision


def test_a_school_that_tells_of_the_pupil_for_the_first_time_waits_for_who_has_the_right(
    oak_lane: Base, daniel: Pupil, officer: User
) -> None:
    this = bring_in(oak_lane, [a_pupil()])
    assert Enrolment.objects.get().base != oak_lane
    assert this.problems == [{"code": "not-known", "pupil": 1}]
    assert not Unmatched.objects.visible_to(officer).exists()
    change_rights(officer, [RESTRICTED_PUPILS], by=None)
    assert Unmatched.objects.visible_to(officer).get().surname == "Okafor"


def test_who_might_be_the_pupil_is_not_added_by_rule_and_hidden_as_the_pupil_is(
    oak_lane: Base, daniel: Pupil, officer: User
) -> None:
    this = bring_in(oak_lane, [a_pupil(UPN="P820432122044", Surname="Bell"), a_pupil(**OTHER_CHILD)])
    assert this.problems == [{"code": "not-known", "pupil": 1}]
    assert [pupil.surname for pupil in Pupil.objects.exclude(pk=daniel.pk)] == ["Adeyemi"]
    assert not Unmatched.objects.visible_to(officer).exists()


def test_who_waited_before_the_pupil_was_restricted_is_hidden_too_and_shown_when_it_is_lifted(
    green_abbey: Base, oak_lane: Base, officer: User
) -> None:
    bring_in(green_abbey, [a_pupil()])
    asking = Ruling(demo=True, add_unmatched=False)
    namesake = a_pupil(UPN="P820432122044", Surname="Okafor-Bell")
    bring_in(oak_lane, [namesake, a_pupil(**OTHER_CHILD)], ruling=asking)
    pupil = Pupil.objects.get()
    restrict(pupil, "Court order", None, seen=0, by=None)
    assert [row.surname for row in Unmatched.objects.visible_to(officer)] == ["Adeyemi"]
    lift(pupil, "Order ended", seen=1, by=None)
    assert Unmatched.objects.visible_to(officer).count() == 2


def test_a_school_is_not_told_that_somebody_with_this_name_is_held(oak_lane: Base, daniel: Pupil) -> None:
    """Of another pupil it would be told `namesake-with-another-upn`."""
    this = bring_in(oak_lane, [a_pupil(UPN="P820432122044")])
    assert this.problems == [{"code": "not-known", "pupil": 1}]


def test_a_twin_who_is_known_is_imported_as_ever(green_abbey: Base) -> None:
    twin = {"UPN": "P820432122044", "Forename": "Kai"}
    bring_in(green_abbey, [a_pupil(), a_pupil(**twin)])
    restrict(Pupil.objects.get(forename="Daniel"), "Court order", None, seen=0, by=None)
    bring_in(green_abbey, [a_pupil(), a_pupil(**twin, BasicDetails={"NCyearActual": "10"})])
    assert Enrolment.objects.get(pupil__forename="Kai").year_group == "10"


def test_what_a_person_writes_to_a_restricted_pupil_is_written_and_the_decision_hidden(
    green_abbey: Base, daniel: Pupil, officer: User
) -> None:
    decision = write_by_hand(green_abbey, daniel, "Bell")
    daniel.refresh_from_db()
    assert daniel.surname == "Bell"
    assert not Decision.objects.visible_to(officer).filter(pk=decision.pk).exists()


def test_who_waits_is_compared_with_what_is_held_of_the_pupil_by_now(
    green_abbey: Base, oak_lane: Base, daniel: Pupil, officer: User
) -> None:
    asking = Ruling(demo=True, add_unmatched=False)
    bring_in(oak_lane, [a_pupil(UPN="P820432122044", Surname="Elm", Forename="Lea", Sex="F")], ruling=asking)
    assert Unmatched.objects.visible_to(officer).exists()
    write_by_hand(green_abbey, daniel, "Elm")
    assert not Unmatched.objects.visible_to(officer).exists()


def test_a_full_file_without_the_pupil_is_told_to_nobody_without_the_right(
    green_abbey: Base, daniel: Pupil, officer: User
) -> None:
    bring_in(green_abbey, [a_pupil(**OTHER_CHILD)], ruling=Ruling(demo=True))
    assert not RemovalCandidate.objects.visible_to(officer).exists()


def test_who_is_restricted_while_a_file_is_read_counts_for_who_is_added_by_it(
    green_abbey: Base, oak_lane: Base
) -> None:
    bring_in(green_abbey, [a_pupil()])
    pupil = Pupil.objects.get()
    data = a_file([a_pupil(UPN="P820432122044", Surname="Okafor-Bell")], header_of(oak_lane))

    def read(number: int, of: int, what: str) -> None:
        if not Restriction.objects.exists():
            restrict(pupil, "Court order", None, seen=0, by=None)

    this = go_on(arrived(oak_lane, data), data, telling=Telling(progress=read))
    assert this.problems == [{"code": "not-known", "pupil": 1}]
    assert Pupil.objects.get() == pupil
    assert Unmatched.objects.get().near_restricted
