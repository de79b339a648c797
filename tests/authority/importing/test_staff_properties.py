"""What must hold for any personnel files in any order, with pupil files in between: the shortcut changes nothing."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.authority.importing.importing_files import arrived, go_on, header_of, held
from tests.authority.importing.staff_files import arrived_of_staff, personnel_of
from tests.authority.importing.test_import_properties import children, few_times, undone, waiting
from tests.authority.importing.undoing import take_back
from tests.documents.staff.personnel import a_contract, a_member
from tests.documents.students.files import a_file

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.by_hand.changing import Place, Unchanged, change_value, held_at, seen_as
from schoolgate.authority.importing.carrying_out import Ruling
from schoolgate.authority.importing.conflicts.choices import Choice, Wish, decide_now
from schoolgate.authority.importing.conflicts.side_by_side import side_by_side
from schoolgate.authority.importing.deciding import IMPORT_EVERYTHING, Effect, Rules
from schoolgate.authority.importing.models import Conflict, Import
from schoolgate.authority.records.groups.staff_details import STAFF_DETAILS
from schoolgate.authority.records.models import StaffMember
from schoolgate.authority.records.models.visible import STAFF_RECORDS
from schoolgate.commons.accounts.models import User
from schoolgate.commons.accounts.rights import change_rights
from schoolgate.documents.students.entries import Record

pytestmark = pytest.mark.django_db

NUMBERS = (("0912345", "AB123456C"), ("0912346", "AB123457C"), ("", "AB123458C"))
NAMES = ("Miriam", "Owen", "Priya")


@pytest.fixture
def colleague(officer: User) -> User:
    """An officer who may see staff records."""
    change_rights(officer, [STAFF_RECORDS], by=None)
    return officer


@st.composite
def members(draw: st.DrawFn) -> Record:
    """One of three people, as a file may tell of them today: little of it differs, and some of it is wrong."""
    which = draw(st.integers(0, 2))
    teacher, insurance = NUMBERS[which]
    name: dict[str, Any] = {"PersonFamilyName": draw(st.sampled_from(["Hartley", "HARTLEY", "Bell"]))}
    name["GivenNames"] = [{"PersonGivenName": NAMES[which]}]
    told: dict[str, Any] = {"PersonBirthDate": f"1985-0{which + 1}-14", "StaffMemberName": name}
    told |= {"TeacherNumber": teacher, "NINumber": draw(st.sampled_from([insurance, insurance, "QQ123456C", ""]))}
    told["Ethnicity"] = draw(st.sampled_from(["", "WBRI", "APKN"]))
    details = {item: value for item, value in a_member(**told)["StaffDetails"].items() if value}
    ends = draw(st.sampled_from(["", "2026-08-31", "2020-01-01"]))
    contract = a_contract(**({"ContractEnd": ends} if ends else {}))
    return {"StaffDetails": details, "ContractOrServiceGroup": [contract]}


@dataclass(frozen=True)
class Sent:
    """A file of one of two schools, of staff or of pupils, by which rules it is imported, and what people then do."""

    school: int
    full: bool
    records: tuple[Record, ...] = field(repr=True)
    of_staff: bool = True
    rules: Rules = IMPORT_EVERYTHING
    add_unmatched: bool = True
    then: str = ""


rules = st.builds(
    Rules,
    st.sampled_from([Effect.ALWAYS_IMPORT, *Effect]),
    st.dictionaries(st.sampled_from(["staff-identifiers", "contracts"]), st.sampled_from(Effect), max_size=1),
    st.dictionaries(st.just(("staff-details", "PersonFamilyName")), st.sampled_from(Effect), max_size=1),
)
personnel = st.builds(
    Sent,
    st.integers(0, 1),
    st.booleans(),
    st.lists(members(), min_size=1, max_size=3).map(tuple),
    st.just(value=True),
    rules,
    st.sampled_from([True, True, False]),
    st.sampled_from(["", "edit", "remove", "accept", "discard", "never again", "undo"]),
)
of_pupils = st.builds(
    Sent,
    st.integers(0, 1),
    st.booleans(),
    st.lists(children(), min_size=1, max_size=2, unique_by=lambda child: child["UPN"]).map(tuple),
    st.just(value=False),
)


def send_all(bases: Sequence[Base], files: Sequence[Sent], by: User, *, shortcut: bool) -> tuple[Any, list[Any]]:
    """What is held and waits in the end, and what each import said of its people."""
    with undone():
        counts = []
        for file in files:
            base = bases[file.school]
            if file.of_staff:
                data = personnel_of(base, file.records, full=file.full)
                this = arrived_of_staff(base, data, full=file.full)
            else:
                data = a_file(file.records, header_of(base, full=file.full))
                this = arrived(base, data, full=file.full)
            this.agreed = ["few-pupils"]
            ruling = replace(Ruling(demo=True), rules=file.rules, add_unmatched=file.add_unmatched)
            counts.append(go_on(this, data, shortcut=shortcut, ruling=ruling).counts)
            assert this.completed_at, this.problems
            act(file.then, this, by)
        return [held(), waiting()], counts


def act(then: str, this: Import, by: User) -> None:
    """What somebody does after an import: to the first member by name, to all that waits, or to the import."""
    first = StaffMember.objects.order_by("forename", "upn", "surname").first()
    if then in {"edit", "remove"} and first is not None:
        item, value = ("PersonFamilyName", "Edited") if then == "edit" else ("Ethnicity", None)
        place = Place(first, None, STAFF_DETAILS, item)
        with suppress(Unchanged):
            change_value(place, value, "As told.", seen=seen_as(held_at(place)), by=by)
    elif then in {"accept", "discard", "never again"}:
        choice = {"accept": Choice.ACCEPT, "discard": Choice.DISCARD, "never again": Choice.NEVER_AGAIN}[then]
        pairs = side_by_side(list(Conflict.objects.open().order_by("pk")))
        decide_now([Wish(one.conflict.pupil_id, one.conflict.pk, choice, one.seen) for one in pairs], by=by)
    elif then == "undo":
        take_back(this, by=by)


@few_times
@given(st.lists(personnel | personnel | personnel | of_pupils, min_size=1, max_size=4))
def test_the_result_is_the_same_with_and_without_the_shortcut(
    green_abbey: Base, oak_lane: Base, colleague: User, files: list[Sent]
) -> None:
    bases = (green_abbey, oak_lane)
    # All comes again, as it does each week: most of it is passed over where the shortcut is taken.
    files = [*files, *files]
    assert send_all(bases, files, colleague, shortcut=True) == send_all(bases, files, colleague, shortcut=False)
