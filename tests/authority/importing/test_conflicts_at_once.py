"""Two officers decide on one pupil at once: the second waits for the first, and then writes nothing."""

import threading
from collections.abc import Sequence
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.db.models import QuerySet
from tests.authority.importing.conflicts import bring_in_conflict, wishes
from tests.documents.students.files import a_pupil

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.conflicts.choices import Choice, Done, Wish, decide_in, decide_now
from schoolgate.authority.importing.models import Conflict
from schoolgate.authority.records.models import Decision, Pupil, Replaced

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 60
"""Seconds, of which none pass where all is well."""


def test_the_second_of_two_officers_waits_and_overwrites_nothing(green_abbey: Base) -> None:
    bring_in_conflict(green_abbey, [a_pupil()], [a_pupil(Surname="Bell")])
    first, second = wishes(Choice.DISCARD), wishes(Choice.ACCEPT)
    answers: list[Done] = []
    began = threading.Event()

    def colleague(chosen: Sequence[Wish]) -> None:
        began.set()
        try:
            answers.append(decide_now(chosen, by=None))
        finally:
            connections.close_all()

    thread = threading.Thread(target=colleague, args=(second,))
    with transaction.atomic():
        decide_in(Decision.objects.create(kind=Decision.Kind.CONFLICTS), first)
        thread.start()
        assert began.wait(PATIENCE)
        assert answers == []
    thread.join(PATIENCE)
    assert not thread.is_alive()
    (late,) = answers
    assert (late.changed, late.number) == (second, 0)
    assert Pupil.objects.get().surname == "Okafor"
    assert not Replaced.objects.exists()
    assert Conflict.objects.get().outcome == "discarded"


@pytest.mark.parametrize(
    "asked",
    [
        Conflict.objects.open().order_by("since").values("pk"),
        Conflict.objects.open().filter(group=1, item="Surname", base=1).values("pk"),
        Conflict.objects.open().filter(pupil=1).values("pk"),
        Conflict.objects.filter(decision=1).values("pk"),
    ],
    ids=["by age", "by item", "of a pupil", "of a decision"],
)
def test_conflicts_are_found_by_an_index(db: None, asked: QuerySet[Conflict, Any]) -> None:
    """Of few rows PostgreSQL would read all, so it is told not to."""
    with connection.cursor() as cursor, transaction.atomic():
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
        plan = str(asked.explain())
    scanned = "Seq Scan" in plan if connection.vendor == "postgresql" else "SCAN" in plan and "INDEX" not in plan
    assert not scanned, plan
