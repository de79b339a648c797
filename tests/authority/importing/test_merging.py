"""Two held pupils who are one child become one: what stands, what comes along, and what the next files do."""

from datetime import timedelta

import pytest
from django.apps import apps
from tests.authority.importing.conflicts import BY_CONFLICT
from tests.authority.importing.importing_files import MONDAY, bring_in, held
from tests.authority.importing.merging import (
    HELD_UPN,
    LEFT,
    MAIN,
    MOTHER,
    OTHER_UPN,
    SUBSIDIARY,
    as_planned,
    dan,
    daniel,
    merge_now,
    register,
    two,
)
from tests.documents.students.files import a_pupil

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.merging.merging import CannotMerge, Stale, merge
from schoolgate.authority.importing.models import Assignment, Conflict, KnownAs, Note, TwoChildren
from schoolgate.authority.importing.writing import Gone
from schoolgate.authority.records.groups.basic_details import BASIC_DETAILS
from schoolgate.authority.records.groups.registry import group_named
from schoolgate.authority.records.leading_on import numbers_of
from schoolgate.authority.records.models import (
    Attendance,
    Change,
    Decision,
    MergedInto,
    Pupil,
    PupilGroup,
    Refusal,
    Replaced,
    Restriction,
    row_key,
)
from schoolgate.authority.records.models.visible import RESTRICTED_PUPILS
from schoolgate.authority.records.origin import origins
from schoolgate.commons.accounts.models import User
from schoolgate.commons.accounts.rights import change_rights
from schoolgate.commons.audit.models import AuditEntry

pytestmark = pytest.mark.django_db

OTHERS = [
    a_pupil(UPN=upn, Forename=name)
    for upn, name in (("Q820432124010", "Ada"), ("E820432124011", "Joy"), ("U820432124012", "Kofi"))
]


def codes(error: CannotMerge) -> list[str]:
    return [fault.code for fault in error.faults]


def surnames(pupil: Pupil) -> list[tuple[object, str]]:
    """The surnames that stood, the newest first, each with who brought it."""
    row = PupilGroup.objects.select_related("change__base").get(key=row_key(pupil.pk, BASIC_DETAILS))
    return [(one.value, one.since.base.number if one.since.base else one.since.rule) for one in origins(row, "Surname")]


class TestWhatStands:
    def test_both_times_at_school_are_of_the_one_who_stays_and_the_other_is_gone(
        self, green_abbey: Base, oak_lane: Base
    ) -> None:
        keep, gone = two(green_abbey, oak_lane)
        merge_now(keep, gone)
        assert list(Pupil.objects.all()) == [keep]
        assert {one.base for one in keep.enrolments.all()} == {green_abbey, oak_lane}
        assert MergedInto.objects.get().number == gone.pk

    def test_nothing_is_left_that_was_of_the_other(self, green_abbey: Base, oak_lane: Base) -> None:
        keep, gone = two(green_abbey, oak_lane)
        merge_now(keep, gone)
        owners = {row.owner for row in PupilGroup.objects.all()}
        history = Replaced.objects.filter(table=Replaced.Table.PUPIL_GROUP)
        assert owners | {one.key >> 6 for one in history} == {keep.pk}

    def test_the_leading_schools_word_stands_before_a_newer_one(self, green_abbey: Base, oak_lane: Base) -> None:
        keep, gone = two(green_abbey, oak_lane, daniel(BasicDetails=MAIN), dan(BasicDetails=SUBSIDIARY))
        merge_now(keep, gone)
        keep.refresh_from_db()
        assert (keep.surname, keep.upn) == ("Okafor", HELD_UPN)
        assert surnames(keep) == [("Okafor", "merge"), ("Okafor-Bell", "2107"), ("Okafor", "4321")]

    def test_it_does_so_whoever_of_the_two_stays(self, green_abbey: Base, oak_lane: Base) -> None:
        one, other = two(green_abbey, oak_lane, daniel(BasicDetails=MAIN), dan(BasicDetails=SUBSIDIARY))
        merge_now(other, one)
        other.refresh_from_db()
        assert (other.surname, other.upn) == ("Okafor", HELD_UPN)

    def test_where_nobody_leads_the_newer_change_wins_and_the_other_is_history(
        self, green_abbey: Base, oak_lane: Base
    ) -> None:
        keep, gone = two(green_abbey, oak_lane, daniel(BasicDetails=LEFT), dan(BasicDetails=LEFT))
        merge_now(keep, gone)
        keep.refresh_from_db()
        assert keep.surname == "Okafor-Bell"
        assert surnames(keep) == [("Okafor-Bell", "2107"), ("Okafor", "4321")]

    def test_what_only_one_tells_stands_with_where_it_is_from(self, green_abbey: Base, oak_lane: Base) -> None:
        more = {"Ethnicity": "WBRI"}
        keep, gone = two(green_abbey, oak_lane, daniel(), dan(BasicDetails={"NCyearActual": "9", **more}))
        had = {row.group: row.change for row in PupilGroup.objects.filter(key__gte=gone.pk << 6)}
        only = had.keys() - {row.group for row in PupilGroup.objects.of(keep.pk)}
        merge_now(keep, gone)
        rows = {row.group: row.change for row in PupilGroup.objects.of(keep.pk)}
        assert only
        assert {group: rows[group] for group in only} == {group: had[group] for group in only}

    def test_who_is_in_the_one_list_only_is_in_the_joined_one(self, green_abbey: Base, oak_lane: Base) -> None:
        father = {**MOTHER, "Forename": "Chidi", "Relationship": "PAF"}
        keep, gone = two(green_abbey, oak_lane, daniel(Contacts=[MOTHER]), dan(Contacts=[father]))
        merge_now(keep, gone)
        contacts = PupilGroup.objects.get(key=row_key(keep.pk, group_named("contacts"))).payload["Contacts"]
        assert {one["Forename"] for one in contacts} == {"Ngozi", "Chidi"}

    def test_the_merge_is_one_step_of_a_person_with_its_reason(
        self, green_abbey: Base, oak_lane: Base, officer: User
    ) -> None:
        keep, gone = two(green_abbey, oak_lane)
        done = merge_now(keep, gone, reason="The mother rang.", by=officer)
        assert (done.decision.kind, done.decision.by, done.decision.reason) == ("merge", officer, "The mother rang.")
        change = Change.objects.get(decision=done.decision)
        assert (change.source, change.by, change.rule) == ("person", officer, "merge")
        assert PupilGroup.objects.filter(change=change).exists()
        about = set(AuditEntry.objects.filter(did__contains="merged").values_list("about", flat=True))
        assert about == {f"pupil {keep.pk}", f"pupil {gone.pk}"}


class TestAtOneSchool:
    def test_both_times_there_become_one_and_the_newer_word_stands(self, green_abbey: Base) -> None:
        keep, gone = two(green_abbey, green_abbey, other=dan(BasicDetails={"NCyearActual": "10"}))
        merge_now(keep, gone)
        enrolment = keep.enrolments.get()
        assert enrolment.year_group == "10"

    def test_registers_are_joined_day_by_day(self, green_abbey: Base) -> None:
        keep, gone = two(
            green_abbey,
            green_abbey,
            daniel(Attendance=[register("4321", "/\\/\\")]),
            dan(Attendance=[register("4321", "N\\", "2026-09-10")]),
        )
        merge_now(keep, gone)
        assert Attendance.objects.get().marks.replace(" ", "") == "/\\/\\--N\\"

    def test_different_marks_of_two_on_its_roll_keep_them_apart(self, green_abbey: Base) -> None:
        keep, gone = two(
            green_abbey,
            green_abbey,
            daniel(Attendance=[register("4321", "/\\/\\")]),
            dan(Attendance=[register("4321", "N\\/\\")]),
        )
        before = held()
        with pytest.raises(CannotMerge) as error:
            merge_now(keep, gone)
        (fault,) = error.value.faults
        assert (fault.code, "Green Abbey" in fault.why, "7 Sep 2026" in fault.why) == ("different-marks", True, True)
        assert held() == before
        assert not Decision.objects.exists()

    def test_of_one_who_left_the_newer_marks_stand(self, green_abbey: Base) -> None:
        keep, gone = two(
            green_abbey,
            green_abbey,
            daniel(BasicDetails=LEFT, Attendance=[register("4321", "/\\")]),
            dan(Attendance=[register("4321", "N\\")]),
        )
        merge_now(keep, gone)
        assert Attendance.objects.get().marks.startswith("N")
        assert Replaced.objects.filter(table=Replaced.Table.ATTENDANCE).exists()

    def test_a_school_whose_newest_file_tells_of_both_has_two_children(self, green_abbey: Base) -> None:
        bring_in(green_abbey, [daniel(), dan(), *OTHERS])
        keep, gone = Pupil.objects.order_by("pk")[:2]
        with pytest.raises(CannotMerge) as error:
            merge_now(keep, gone)
        assert codes(error.value) == ["two-in-one-file"]
        bring_in(green_abbey, [daniel(), *OTHERS], created=MONDAY + timedelta(days=7))
        merge_now(keep, gone)
        assert Pupil.objects.count() == 4


class TestWhatComesAlong:
    def test_conflicts_refusals_notes_and_who_looks_after_it(
        self, green_abbey: Base, oak_lane: Base, officer: User
    ) -> None:
        keep, gone = two(green_abbey, oak_lane)
        bring_in(oak_lane, [dan(Forename="Danny")], full=False, ruling=BY_CONFLICT)
        refused = {"group": 1, "item": "X", "value_text": '"x"', "value_digest": b"x" * 16, "code": "bad-upn"}
        Refusal.objects.create(pupil=gone, base=oak_lane, **refused)
        Refusal.objects.create(pupil=keep, base=oak_lane, **refused)
        Note.objects.create(pupil=gone, by=officer, text="Rang.")
        Assignment.objects.create(pupil=gone, to=officer)
        merge_now(keep, gone)
        assert [one.incoming for one in Conflict.objects.filter(pupil=keep)] == ["Danny"]
        assert Refusal.objects.filter(pupil=keep, item="X").count() == 1
        assert Note.objects.get().pupil == Assignment.objects.get().pupil == keep

    def test_of_two_conflicts_about_one_item_the_newer_waits_on(self, green_abbey: Base) -> None:
        keep, gone = two(green_abbey, green_abbey)
        for record in (daniel(Forename="Danny"), dan(Forename="Dany")):
            bring_in(green_abbey, [record], full=False, ruling=BY_CONFLICT)
        merge_now(keep, gone)
        assert [one.incoming for one in Conflict.objects.open()] == ["Dany"]

    def test_a_conflict_about_what_is_held_by_now_is_gone(self, green_abbey: Base, oak_lane: Base) -> None:
        keep, gone = two(green_abbey, oak_lane, daniel(BasicDetails=MAIN), dan(BasicDetails=SUBSIDIARY))
        bring_in(oak_lane, [dan(Forename="Daniel")], full=False, ruling=BY_CONFLICT)
        assert Conflict.objects.open().exists()
        merge_now(keep, gone)
        assert not Conflict.objects.open().exists()

    def test_the_numbers_of_both_and_of_earlier_merges_lead_on(
        self, green_abbey: Base, oak_lane: Base, far_hill: Base
    ) -> None:
        one, other = two(green_abbey, oak_lane)
        bring_in(far_hill, [a_pupil(UPN="Q820432124010", Surname="Bell", Forename="D")], full=False)
        third = Pupil.objects.order_by("-pk")[0]
        merge_now(other, one)
        merge_now(third, other)
        assert numbers_of(third.pk) == [third.pk, one.pk, other.pk]

    def test_who_is_another_child_than_the_one_is_so_than_the_other(self, green_abbey: Base, oak_lane: Base) -> None:
        keep, gone = two(green_abbey, oak_lane)
        bring_in(oak_lane, [a_pupil(UPN="Q820432124010", Surname="Bell", Forename="D")], full=False)
        third = Pupil.objects.order_by("-pk")[0]
        TwoChildren.objects.create(one=keep, other=gone)
        TwoChildren.objects.create(one=gone, other=third)
        merge_now(keep, gone)
        assert list(TwoChildren.objects.values_list("one", "other")) == [(keep.pk, third.pk)]

    def test_every_row_of_a_pupil_comes_along(self) -> None:
        """A new model with a foreign key to a pupil is thought of in `moving` or `on_merging`, then named here."""
        related = {
            field.model.__name__
            for model in apps.get_models()
            for field in model._meta.get_fields()
            if field.concrete and field.related_model is Pupil
        }
        moved = {"Conflict", "RemovalCandidate", "Refusal", "Note", "KnownAs", "MergedInto", "TwoChildren", "Unmatched"}
        otherwise = {"Enrolment", "PupilKey", "Settled", "Restriction"}
        assert related == moved | otherwise | {"Assignment", "SentValue", "ToldOf", "DataRequest"}


class TestRestricted:
    def test_one_into_whom_a_restricted_one_is_merged_is_restricted(
        self, green_abbey: Base, oak_lane: Base, administrator: User, officer: User
    ) -> None:
        change_rights(administrator, [RESTRICTED_PUPILS], by=None)
        keep, gone = two(green_abbey, oak_lane)
        Restriction.objects.create(pupil=gone, why="court order")
        done = merge_now(keep, gone, by=administrator)
        assert Restriction.objects.get().pupil == keep
        assert not Decision.objects.visible_to(officer).filter(pk=done.decision.pk).exists()
        assert not MergedInto.objects.visible_to(officer).exists()

    @pytest.mark.parametrize("which", [0, 1])
    def test_nobody_without_the_right_merges_a_restricted_one(
        self, green_abbey: Base, oak_lane: Base, officer: User, which: int
    ) -> None:
        pair = two(green_abbey, oak_lane)
        seen = as_planned(*pair).seen
        Restriction.objects.create(pupil=pair[which], why="court order")
        for by in (officer, None):
            with pytest.raises(Gone):
                merge(pair[0].pk, pair[1].pk, seen=seen, by=by)
        assert Pupil.objects.count() == 2


def test_what_a_person_saw_must_still_stand(green_abbey: Base, oak_lane: Base) -> None:
    keep, gone = two(green_abbey, oak_lane)
    seen = as_planned(keep, gone).seen
    bring_in(oak_lane, [dan(Forename="Danny")], full=False)
    with pytest.raises(Stale):
        merge(keep.pk, gone.pk, seen=seen, by=None)
    with pytest.raises(Stale):
        merge(gone.pk, keep.pk, seen=as_planned(keep, gone).seen, by=None)
    assert Pupil.objects.count() == 2


def test_a_pupil_is_not_merged_with_itself(green_abbey: Base, oak_lane: Base) -> None:
    keep, _ = two(green_abbey, oak_lane)
    with pytest.raises(Gone):
        merge(keep.pk, keep.pk, seen="", by=None)


def test_both_are_known_to_their_schools_by_what_they_were(green_abbey: Base, oak_lane: Base) -> None:
    keep, gone = two(green_abbey, oak_lane)
    merge_now(keep, gone)
    assert {(one.base, one.keys["upn"]) for one in KnownAs.objects.filter(pupil=keep)} == {
        (green_abbey, HELD_UPN), (oak_lane, OTHER_UPN),
    }  # fmt: skip
