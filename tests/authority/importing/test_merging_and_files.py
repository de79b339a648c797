"""Two held pupils who became one child: what the next files of their schools do."""

from collections.abc import Iterable

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.authority.importing.conflicts import BY_CONFLICT
from tests.authority.importing.importing_files import bring_in, held
from tests.authority.importing.merging import (
    HELD_UPN,
    LEFT,
    MAIN,
    MOTHER,
    OTHER_UPN,
    SUBSIDIARY,
    bring_in_again,
    dan,
    daniel,
    merge_now,
    two,
)
from tests.authority.importing.undoing import take_back
from tests.documents.students.files import a_pupil

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.base_rules import always_import_set, use
from schoolgate.authority.importing.carrying_out import Ruling
from schoolgate.authority.importing.models import Conflict, Import, Unmatched
from schoolgate.authority.importing.unmatched.unmatching import unmatch
from schoolgate.authority.records.models import (
    Change,
    Pupil,
    Refusal,
    Settled,
)

pytestmark = pytest.mark.django_db


class TestTheNextFiles:
    @pytest.mark.parametrize("ruling", [Ruling(demo=True), BY_CONFLICT], ids=["by rule", "by conflict"])
    @pytest.mark.parametrize(("one", "other"), [(SUBSIDIARY, MAIN), (LEFT, LEFT)], ids=["one leads", "nobody leads"])
    def test_the_same_files_change_nothing_ask_nothing_and_settle(
        self, green_abbey: Base, oak_lane: Base, one: dict[str, str], other: dict[str, str], ruling: Ruling
    ) -> None:
        said = [
            (green_abbey, daniel(BasicDetails=one, Contacts=[MOTHER])),
            (oak_lane, dan(BasicDetails=other, Contacts=[{**MOTHER, "Forename": "Joy"}])),
        ]
        merge_now(*two(green_abbey, oak_lane, said[0][1], said[1][1]))
        before, changes = held(), Change.objects.count()
        for this in bring_in_again(*said, ruling=ruling):
            assert this.counts["pupils"].keys() <= {"same", "left_out"}, this.counts
        assert (held(), Change.objects.count()) == (before, changes)
        assert not Conflict.objects.exists()
        settled = Settled.objects.filter(pupil__isnull=False)
        assert {one.base for one in settled} == {green_abbey, oak_lane}

    def test_a_value_that_does_not_stand_is_asked_about_again_when_its_school_says_another(
        self, green_abbey: Base, oak_lane: Base
    ) -> None:
        keep, gone = two(green_abbey, oak_lane, daniel(BasicDetails=LEFT), dan(BasicDetails=LEFT))
        merge_now(keep, gone)
        assert {one.code for one in Refusal.objects.filter(base=green_abbey, item="Surname")} == {"discarded"}
        bring_in(green_abbey, [daniel(Surname="Okaforr", BasicDetails=LEFT)], full=False, ruling=BY_CONFLICT)
        assert [one.incoming for one in Conflict.objects.open().filter(item="Surname")] == ["Okaforr"]

    def test_a_third_school_that_knows_the_child_by_what_does_not_stand_is_taken_for_it(
        self, green_abbey: Base, oak_lane: Base, far_hill: Base
    ) -> None:
        keep, gone = two(green_abbey, oak_lane, daniel(BasicDetails=MAIN), dan(BasicDetails=SUBSIDIARY))
        merge_now(keep, gone)
        bring_in(far_hill, [dan(BasicDetails=SUBSIDIARY)], full=False)
        assert Pupil.objects.get().enrolments.count() == 3

    def test_who_waited_since_it_might_be_either_is_matched_in_the_same_step(
        self, green_abbey: Base, oak_lane: Base
    ) -> None:
        keep, gone = two(green_abbey, oak_lane, other=dan(Surname="Okafor"))
        use(always_import_set(), [oak_lane], by=None)
        bring_in(oak_lane, [daniel(UPN=OTHER_UPN)], full=False)
        assert Unmatched.objects.get().why == "several-matches"
        assert [row.base for row in merge_now(keep, gone).followed] == [oak_lane]
        assert not Unmatched.objects.exists()

    def test_a_school_is_parted_from_the_pupil_again_and_no_name_of_the_other_brings_it_back(
        self, green_abbey: Base, oak_lane: Base
    ) -> None:
        keep, gone = two(green_abbey, oak_lane)
        merge_now(keep, gone)
        unmatch(keep.enrolments.get(base=oak_lane).pk, by=None)
        bring_in(oak_lane, [dan()], full=False)
        assert keep.enrolments.count() == 1
        assert Unmatched.objects.get().not_of == keep

    def test_full_files_of_both_lack_nothing_that_the_other_told(self, green_abbey: Base, oak_lane: Base) -> None:
        said = [(green_abbey, daniel(BasicDetails=MAIN)), (oak_lane, dan(BasicDetails=SUBSIDIARY, Contacts=[MOTHER]))]
        merge_now(*two(green_abbey, oak_lane, said[0][1], said[1][1]))
        before = held()
        for base, record in said:
            bring_in(base, [record], full=True)
        assert held() == before

    def test_an_import_of_the_other_is_undone_and_its_next_file_does_not_bring_it_back(
        self, green_abbey: Base, oak_lane: Base
    ) -> None:
        keep, gone = two(green_abbey, oak_lane, daniel(BasicDetails=LEFT), dan(BasicDetails=LEFT))
        merge_now(keep, gone)
        take_back(Import.objects.get(base=oak_lane))
        bring_in(oak_lane, [dan(BasicDetails=LEFT)], full=False)
        keep.refresh_from_db()
        assert keep.surname == "Okafor"
        assert [one.base for one in keep.enrolments.all()] == [green_abbey]
        assert Unmatched.objects.get().held_back == "undone"


WORDS = {
    "Surname": st.sampled_from(["Okafor", "Bell", "OKAFOR"]),
    "Forename": st.sampled_from(["Daniel", "Dan"]),
    "EnrolStatus": st.sampled_from(["C", "M", "S", "P"]),
    "FSMeligible": st.sampled_from(["", "Y"]),
}


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=st.tuples(*[st.fixed_dictionaries(WORDS)] * 2), swapped=st.booleans(), order=st.permutations([0, 1]))
def test_whatever_both_say_the_same_files_change_nothing_afterwards(
    green_abbey: Base, oak_lane: Base, said: Iterable[dict[str, str]], swapped: bool, order: list[int]
) -> None:
    records = [
        a_pupil(
            UPN=upn,
            Surname=words["Surname"],
            Forename=words["Forename"],
            BasicDetails={"NCyearActual": "9", "EnrolStatus": words["EnrolStatus"]},
            DOB=born,
        )
        for words, upn, born in zip(said, (HELD_UPN, OTHER_UPN), ("2013-02-14", "2013-02-15"), strict=True)
    ]
    with transaction.atomic():
        pair = two(green_abbey, oak_lane, *records)
        merge_now(*(reversed(pair) if swapped else pair))
        before = held()
        both = [(green_abbey, records[0]), (oak_lane, records[1])]
        for shortcut in (False, True):
            bring_in_again(*(both[place] for place in order), shortcut=shortcut)
            assert held() == before
        transaction.set_rollback(True)
