"""Two officers at one record, of whom one is told to look again, and at namesakes, who keep neither waiting."""

import threading
from collections.abc import Callable
from contextlib import nullcontext

import pytest
from django.db import connection, connections, transaction
from tests.authority.importing.importing_files import bring_in
from tests.authority.importing.test_unmatched import STRANGER, seen, wait
from tests.documents.students.files import a_pupil

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.models import Unmatched
from schoolgate.authority.importing.unmatched.acting import Stale, add, discard, match
from schoolgate.authority.records.models import Decision, Enrolment, Pupil

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 60
"""Seconds, of which none pass where all is well."""


def test_a_record_that_a_colleague_holds_keeps_nobody_from_adding_a_namesake(green_abbey: Base) -> None:
    ada = a_pupil(UPN="F820432124002", Forename="Ada", Sex="F", DOB="2014-09-30")
    row = wait(green_abbey, a_pupil(), ada)
    (sister,) = Unmatched.objects.filter(forename="Ada")

    def colleague() -> None:
        try:
            add(row.pk, seen=seen(row), by=None)
        finally:
            connections.close_all()

    thread = threading.Thread(target=colleague)
    # SQLite has one writer at a time, and no rows to hold.
    with transaction.atomic() if connection.vendor == "postgresql" else nullcontext():
        list(Unmatched.objects.select_for_update().filter(pk=sister.pk))
        thread.start()
        thread.join(PATIENCE)
    assert not thread.is_alive()
    assert Pupil.objects.get().forename == row.forename
    assert Unmatched.objects.get() == sister


Act = Callable[[Unmatched], object]


def take_for(forename: str) -> Act:
    """An officer takes the record for one of the two whom it might be."""
    return lambda row: match(row.pk, Pupil.objects.get(forename=forename).pk, seen=seen(row), by=None)


def add_it(row: Unmatched) -> object:
    return add(row.pk, seen=seen(row), by=None)


def discard_it(row: Unmatched) -> object:
    return discard(row.pk, seen=seen(row), by=None)


@pytest.mark.parametrize(
    "other", [take_for("Daniel"), take_for("Ada"), add_it, discard_it], ids=["match", "match another", "add", "discard"]
)
def test_of_two_officers_at_one_record_one_decides_and_the_other_is_told(
    green_abbey: Base, oak_lane: Base, other: Act
) -> None:
    bring_in(green_abbey, [a_pupil(), a_pupil(UPN="V820432124003", Forename="Ada", Sex="F", DOB="2014-09-30")])
    row = wait(oak_lane, STRANGER)
    both = threading.Barrier(2)
    told: list[str] = []

    def officer(act: Act) -> None:
        try:
            both.wait(PATIENCE)
            act(row)
            told.append("done")
        except Stale:
            told.append("look again")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=officer, args=(act,)) for act in (take_for("Daniel"), other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert sorted(told) == ["done", "look again"]
    kind = Decision.objects.get().kind
    known = {"match": (2, 1), "add": (3, 1), "discard": (2, 0)}[kind]
    assert (Pupil.objects.count(), Enrolment.objects.filter(base=oak_lane).count()) == known
    assert Unmatched.objects.exists() is (kind == "discard")
