"""Two officers who merge the same two pupils at once, each into the other: one does, and the other is told."""

import threading

import pytest
from django.db import connections
from tests.authority.importing.merging import as_planned, two

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.merging.merging import Stale, merge
from schoolgate.authority.importing.writing import Gone
from schoolgate.authority.records.models import Decision, MergedInto, Pupil

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 60
"""Seconds, of which none pass where all is well."""


def test_of_two_who_merge_the_same_pair_one_does_and_the_other_is_told(green_abbey: Base, oak_lane: Base) -> None:
    pair = two(green_abbey, oak_lane)
    both = threading.Barrier(2)
    told: list[str] = []

    def officer(keep: Pupil, gone: Pupil) -> None:
        try:
            seen = as_planned(keep, gone).seen
            both.wait(PATIENCE)
            merge(keep.pk, gone.pk, seen=seen, by=None)
            told.append("merged")
        except (Gone, Stale):
            told.append("not merged")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=officer, args=order) for order in (pair, pair[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert sorted(told) == ["merged", "not merged"]
    assert (Pupil.objects.count(), MergedInto.objects.count(), Decision.objects.count()) == (1, 1, 1)
