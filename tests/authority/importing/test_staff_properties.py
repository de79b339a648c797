"""What must hold for personnel files in any order beside pupil files: with or without the shortcut."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.authority.importing.importing_files import arrived, go_on, header_of, held
from tests.authority.importing.staff_files import arrived_of_staff, personnel_of
from tests.documents.staff.personnel import a_contract, a_member
from tests.documents.students.files import a_file, a_pupil

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.carrying_out import Ruling
from schoolgate.authority.importing.deciding import IMPORT_EVERYTHING, Effect, Rules
from schoolgate.authority.importing.models import Conflict, Unmatched
from schoolgate.authority.records.models import Enrolment, Pupil
from schoolgate.documents.students.entries import Record

pytestmark = pytest.mark.django_db

several_times = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=max(settings().max_examples // 2, 10),
)

WHO = (("0912345", "AB123456C", "Miriam"), ("0912346", "AB123457C", "Ann"), ("0912347", "AB123458C", "Zoë"))


@st.composite
def members(draw: st.DrawFn) -> Record:
    """One of three members of staff, as a file may tell of it today: little of it differs, and some of it is wrong."""
    which = draw(st.integers(0, 2))
    teacher, insurance, given_name = WHO[which]
    name: dict[str, Any] = {"PersonFamilyName": draw(st.sampled_from(["Hartley", "HARTLEY", "Bell"]))}
    name |= {"GivenNames": [{"PersonGivenName": given_name}]}
    member = a_member(TeacherNumber=teacher, NINumber=insurance, StaffMemberName=name)
    for number in ("TeacherNumber", "NINumber"):
        if draw(st.integers(0, 4)) == 0:
            del member["StaffDetails"][number]
    if draw(st.booleans()):
        starts = draw(st.sampled_from(["2015-09-01", "2020-09-01"]))
        ends = draw(st.sampled_from([{}, {"ContractEnd": "2024-08-31"}, {"ContractEnd": "2014-08-31"}]))
        member["ContractOrServiceGroup"] = [a_contract(ContractStart=starts, **ends)]
    return member


@dataclass(frozen=True)
class Sent:
    """A file of one of two schools: of staff, or, without members, of one pupil."""

    school: int
    full: bool
    members: tuple[Record, ...]
    rules: Rules = IMPORT_EVERYTHING
    add_unmatched: bool = True


rules = st.builds(
    Rules,
    st.sampled_from([Effect.ALWAYS_IMPORT, *Effect]),
    st.dictionaries(st.sampled_from(["contracts", "staff-details"]), st.sampled_from(Effect), max_size=1),
)
sent = st.builds(
    Sent, st.integers(0, 1), st.booleans(), st.lists(members(), max_size=4).map(tuple), rules, st.booleans()
)


@contextmanager
def undone() -> Iterator[None]:
    """A block of which nothing stays in the database."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def send_all(bases: Sequence[Base], files: Sequence[Sent], *, shortcut: bool) -> Any:
    """What is held and waits in the end, and what each import said of its people."""
    with undone():
        counts = []
        for file in files:
            base = bases[file.school]
            if file.members:
                data = personnel_of(base, file.members, full=file.full)
                this = arrived_of_staff(base, data, full=file.full)
            else:
                data = a_file([a_pupil()], header_of(base, full=file.full))
                this = arrived(base, data, full=file.full)
            this.agreed = ["few-pupils"]
            ruling = Ruling(rules=file.rules, add_unmatched=file.add_unmatched, demo=True)
            counts.append(go_on(this, data, shortcut=shortcut, ruling=ruling).counts)
            assert this.completed_at, this.problems
        values = sorted((str(one.pupil), one.base_id, one.item, one.incoming_text) for one in Conflict.objects.open())
        waiting = sorted((one.base_id, one.entry_text, one.held_back) for one in Unmatched.objects.all())
        return held(), values, waiting, counts


@given(st.lists(sent, min_size=1, max_size=5))
@several_times
def test_the_shortcut_makes_no_difference_for_staff(green_abbey: Base, oak_lane: Base, files: list[Sent]) -> None:
    bases = (green_abbey, oak_lane)
    assert send_all(bases, files, shortcut=True) == send_all(bases, files, shortcut=False)


@given(st.lists(sent, min_size=1, max_size=5))
@several_times
def test_personnel_files_change_nothing_of_pupils(green_abbey: Base, oak_lane: Base, files: list[Sent]) -> None:
    def pupils() -> list[Any]:
        told = Enrolment.objects.pupils().order_by("base", "pk").values_list("base", "pupil__upn", "status", "left")
        return [sorted(Pupil.objects.values_list("upn", "surname", "active")), list(told)]

    with undone():
        for base in (green_abbey, oak_lane):
            data = a_file([a_pupil()], header_of(base))
            go_on(arrived(base, data), data)
        before = pupils()
        for file in files:
            base = (green_abbey, oak_lane)[file.school]
            data = personnel_of(base, file.members, full=file.full)
            this = arrived_of_staff(base, data, full=file.full)
            this.agreed = ["few-pupils"]
            go_on(this, data, ruling=Ruling(rules=file.rules, add_unmatched=file.add_unmatched, demo=True))
        assert pupils() == before
