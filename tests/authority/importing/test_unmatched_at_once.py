"""Two officers at namesakes: neither waits for the other's record, which the next import sees to."""

import threading
from contextlib import nullcontext

import pytest
from django.db import connection, connections, transaction
from tests.authority.importing.test_unmatched import seen, wait
from tests.documents.students.files import a_pupil

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.models import Unmatched
from schoolgate.authority.importing.unmatched.acting import add
from schoolgate.authority.records.models import Pupil

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
