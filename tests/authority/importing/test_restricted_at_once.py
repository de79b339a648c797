"""A pupil is restricted while an import writes who might be that pupil: neither passes the other by."""

import threading
import time

import pytest
from django.db import connection, connections, transaction
from tests.authority.importing.importing_files import bring_in
from tests.documents.students.files import a_pupil

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.carrying_out import Ruling
from schoolgate.authority.importing.models import Unmatched
from schoolgate.authority.records.models import Pupil
from schoolgate.authority.records.restricting import restrict

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 60
"""Seconds, of which none pass where all is well."""


def somebody_waits() -> bool:
    """Whether another connection waits for a lock of this site's own; SQLite does not tell."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database"
            " WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()"
        )
        (number,) = cursor.fetchone()
    return bool(number)


def test_who_is_restricted_while_a_portion_is_written_hides_whom_it_left_waiting(
    green_abbey: Base, oak_lane: Base
) -> None:
    bring_in(green_abbey, [a_pupil()])
    pupil = Pupil.objects.get()

    def colleague() -> None:
        try:
            restrict(pupil, "Court order", None, seen=0, by=None)
        finally:
            connections.close_all()

    thread = threading.Thread(target=colleague)
    with transaction.atomic():
        namesake = a_pupil(UPN="P820432122044", Surname="Okafor-Bell")
        bring_in(oak_lane, [namesake], ruling=Ruling(demo=True, add_unmatched=False))
        thread.start()
        until = time.monotonic() + PATIENCE
        while not somebody_waits() and time.monotonic() < until:
            time.sleep(0.01)
        assert somebody_waits()
    thread.join(PATIENCE)
    assert not thread.is_alive()
    assert Unmatched.objects.get().near_restricted
