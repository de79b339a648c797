"""What must hold for any files in any order: with or without the shortcut, however cut, shuffled or interrupted."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.authority.importing.importing_files import arrived, bring_in, go_on, header_of, held
from tests.authority.importing.undoing import held_but_for_refusals, take_back
from tests.documents.students.files import a_file, a_pupil, pupils

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing import carrying_out
from schoolgate.authority.importing.by_hand.changing import Place, Unchanged, change_value, held_at, seen_as
from schoolgate.authority.importing.carrying_out import Ruling, Telling
from schoolgate.authority.importing.conflicts.choices import Choice, Wish, decide_now
from schoolgate.authority.importing.conflicts.side_by_side import side_by_side
from schoolgate.authority.importing.conflicts.taking_back import begin_undo, carry_out_undo
from schoolgate.authority.importing.deciding import IMPORT_EVERYTHING, Effect, Rules
from schoolgate.authority.importing.models import Conflict, Import, Unmatched
from schoolgate.authority.records.groups.basic_details import BASIC_DETAILS
from schoolgate.authority.records.models import Decision, Pupil, Restriction
from schoolgate.authority.records.restricting import restrict
from schoolgate.documents.students.entries import Record

pytestmark = pytest.mark.django_db

several_times = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])

few_times = settings(several_times, max_examples=settings().max_examples // 4)

UPNS = ("R820432124001", "F820432124002", "V820432124003")
NAMES = ("Daniel", "Ada", "Zoë")


@st.composite
def children(draw: st.DrawFn) -> Record:
    """One of three children, as a file may tell of it today: little of it differs, and some of it is wrong."""
    which = draw(st.integers(0, 2))
    record = a_pupil(UPN=UPNS[which], Forename=NAMES[which], DOB=f"2013-0{which + 1}-14")
    record["Surname"] = draw(st.sampled_from(["Okafor", "OKAFOR", "Bell"]))
    basic = dict(record["BasicDetails"])
    if draw(st.booleans()):
        basic["Ethnicity"] = draw(st.sampled_from(["WBRI", "APKN"]))
    if draw(st.booleans()):
        basic["EnrolStatus"] = draw(st.sampled_from(["C", "M", "P"]))
    if draw(st.integers(0, 4)) == 0:
        basic["FormerUPN"] = draw(st.sampled_from(["A820432124999", "B820432124999"]))
    record["BasicDetails"] = basic
    return record


@dataclass(frozen=True)
class Sent:
    """A file of one of two schools, by which rules it is imported, and what people do afterwards."""

    school: int
    full: bool
    records: tuple[Record, ...] = field(repr=True)
    rules: Rules = IMPORT_EVERYTHING
    add_unmatched: bool = True
    then: str = ""


once_each = st.lists(children(), min_size=1, max_size=3, unique_by=lambda child: child["UPN"])
some_twice = st.lists(children(), max_size=5)
told = (once_each | once_each | some_twice).map(tuple)
rules = st.builds(
    Rules,
    st.sampled_from([Effect.ALWAYS_IMPORT, *Effect]),
    st.dictionaries(st.sampled_from(["ethnicity-and-language", "enrolment"]), st.sampled_from(Effect), max_size=1),
    st.dictionaries(st.just(("basic-details", "Surname")), st.sampled_from(Effect), max_size=1),
)
sent = st.builds(
    Sent,
    st.integers(0, 1),
    st.booleans(),
    told,
    rules,
    st.sampled_from([True, True, False]),
    st.sampled_from(["", "edit", "remove", "accept", "discard", "never again", "undo", "take back", "restrict"]),
)
plain = st.builds(Sent, st.integers(0, 1), st.booleans(), told)


@contextmanager
def undone() -> Iterator[None]:
    """A block of which nothing stays in the database."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def send_all(bases: Sequence[Base], files: Sequence[Sent], *, shortcut: bool) -> tuple[Any, list[Any]]:
    """What is held and waits in the end, and what each import said of its pupils."""
    with undone():
        counts = []
        for file in files:
            base = bases[file.school]
            data = a_file(file.records, header_of(base, full=file.full))
            this = arrived(base, data, full=file.full)
            this.agreed = ["few-pupils"]
            ruling = Ruling(rules=file.rules, add_unmatched=file.add_unmatched, demo=True)
            counts.append(go_on(this, data, shortcut=shortcut, ruling=ruling).counts)
            assert this.completed_at, this.problems
            act(file.then, this)
        return [held(), waiting()], counts


def waiting() -> list[Any]:
    """What waits for people: values, and pupils."""
    values = [(str(one.pupil), one.base_id, one.group, one.item, one.incoming_text) for one in Conflict.objects.open()]
    return [sorted(values), sorted((one.base_id, one.entry_text, one.held_back) for one in Unmatched.objects.all())]


def act(then: str, this: Import) -> None:
    """What people do after an import: to the first pupil by name, to all that waits, or to the import."""
    first = Pupil.objects.order_by("forename", "upn", "surname").first()
    decision = Decision.objects.filter(kind="conflicts", undone_at=None).order_by("-pk").first()
    if then in {"edit", "remove"} and first is not None:
        item, value = ("Surname", "Edited") if then == "edit" else ("MiddleNames", None)
        place = Place(first, None, BASIC_DETAILS, item)
        with suppress(Unchanged):
            change_value(place, value, "As told.", seen=seen_as(held_at(place)), by=None)
    elif then in {"accept", "discard", "never again"}:
        choice = {"accept": Choice.ACCEPT, "discard": Choice.DISCARD, "never again": Choice.NEVER_AGAIN}[then]
        pairs = side_by_side(list(Conflict.objects.open().order_by("pk")))
        decide_now([Wish(one.conflict.pupil_id, one.conflict.pk, choice, one.seen) for one in pairs], by=None)
    elif then == "undo":
        take_back(this)
    elif then == "take back" and decision is not None:
        with transaction.atomic():
            step = begin_undo(decision, "A mistake.", by=None)
        assert step is not None
        carry_out_undo(step)
    elif then == "restrict" and first is not None and not Restriction.objects.filter(pupil=first).exists():
        restrict(first, "Court order", None, seen=0, by=None)


@settings(several_times, max_examples=settings().max_examples * 2 // 3)
@given(st.lists(sent, min_size=1, max_size=4))
def test_the_result_is_the_same_with_and_without_the_shortcut(
    green_abbey: Base, oak_lane: Base, files: list[Sent]
) -> None:
    bases = (green_abbey, oak_lane)
    # All comes again, as it does each week: most of it is passed over where the shortcut is taken.
    files = [*files, *files]
    assert send_all(bases, files, shortcut=True) == send_all(bases, files, shortcut=False)


@settings(several_times, max_examples=15)
@given(st.lists(plain, max_size=2), st.data())
def test_the_order_of_pupils_in_a_file_does_not_matter(
    green_abbey: Base, oak_lane: Base, files: list[Sent], data: Any
) -> None:
    bases = (green_abbey, oak_lane)
    last = data.draw(told)
    shuffled = data.draw(st.permutations(last).map(tuple))
    one, other = (
        send_all(bases, [*files, Sent(0, full=True, records=records)], shortcut=True) for records in (last, shuffled)
    )
    assert one == other


@settings(several_times, max_examples=settings().max_examples // 2)
@given(st.lists(plain, max_size=2), plain)
def test_an_undone_import_leaves_all_as_it_was_and_does_not_come_back(
    green_abbey: Base, oak_lane: Base, before: list[Sent], last: Sent
) -> None:
    with undone():
        for file in before:
            bring(file, (green_abbey, oak_lane))
        stood = held_but_for_refusals()
        # Who was met in it is missing no more, until a full file says so anew.
        missing = stood.pop("missing")
        take_back(bring(last, (green_abbey, oak_lane)))
        assert held_but_for_refusals(missing=False) == stood
        assert set(held_but_for_refusals()["missing"]) <= set(missing)
        bring(last, (green_abbey, oak_lane))
        assert held_but_for_refusals(missing=False) == stood


def bring(file: Sent, bases: Sequence[Base]) -> Import:
    """Import a file whatever it lacks."""
    base = bases[file.school]
    data = a_file(file.records, header_of(base, full=file.full))
    this = arrived(base, data, full=file.full)
    this.agreed = ["few-pupils"]
    return go_on(this, data)


@few_times
@given(st.integers(0, 12))
def test_a_file_cut_in_two_equals_the_whole(green_abbey: Base, cut: int) -> None:
    whole = pupils(12)
    with undone():
        bring_in(green_abbey, whole, full=False)
        once = held()
    with undone():
        bring_in(green_abbey, whole[:cut], full=False)
        bring_in(green_abbey, whole[cut:], full=False)
        assert held() == once


class Killed(Exception):
    """Stands for the end of the process."""


@pytest.mark.parametrize("after", [3, 6, 9])
def test_a_crash_leaves_whole_pupils_says_how_many_and_the_rerun_finishes(
    green_abbey: Base, after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carrying_out, "AT_ONCE", 3)
    records = [*pupils(11), a_pupil(DOB="2031-01-01")]
    data = a_file(records, header_of(green_abbey))
    with undone():
        whole = go_on(arrived(green_abbey, data), data, job=1).counts
        once = held()

    def progress(done: int, total: int, text: str) -> None:
        if text == "importing" and done >= after:
            raise Killed

    this = arrived(green_abbey, data)
    with pytest.raises(Killed):
        go_on(this, data, job=1, telling=Telling(progress=progress))
    half = Import.objects.get()
    assert (half.done, half.pupils, half.completed_at) == (after, 12, None)
    assert len(held()["pupils"]) == after
    again = go_on(half, data, job=1)
    assert held() == once
    assert again.counts == whole
    assert again.done == again.pupils == 12
