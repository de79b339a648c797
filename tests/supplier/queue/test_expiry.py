"""Documents expire, and their supplier is warned before."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from tests.supplier.papers import a_basket

from schoolgate.commons.accounts.models import User
from schoolgate.commons.alerts.models import Event
from schoolgate.commons.journal.models import JournalLine
from schoolgate.supplier.alerts import DOCUMENTS_EXPIRE
from schoolgate.supplier.models import Buyer, Document, State
from schoolgate.supplier.preferences import EXPIRY_DAYS
from schoolgate.supplier.queue import expiry
from schoolgate.supplier.queue.expiry import expire_what_is_over, warn_of_what_expires
from schoolgate.supplier.queue.putting import put_document

QUEUED = datetime(2026, 9, 1, 9, 0, tzinfo=UTC)


def queue(buyer: Buyer, *, seed: int = 1) -> Document:
    with time_machine.travel(QUEUED, tick=False):
        return put_document(buyer, "order", a_basket(buyer, seed=seed))[0]


def after(days: float) -> time_machine.travel:
    return time_machine.travel(QUEUED + timedelta(days=days), tick=False)


def test_a_document_waits_ninety_days_unless_service_or_buyer_say_otherwise(
    green_abbey: Buyer, oakhanger: Buyer
) -> None:
    assert queue(green_abbey).expires_at == QUEUED + timedelta(days=90)
    EXPIRY_DAYS.set(60, by=None)
    oakhanger.expiry_days = 7
    assert queue(green_abbey, seed=2).expires_at == QUEUED + timedelta(days=60)
    assert queue(oakhanger).expires_at == QUEUED + timedelta(days=7)


def test_what_is_over_is_said_to_have_expired_on_its_day(green_abbey: Buyer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expiry, "AT_ONCE", 1)
    first, second = queue(green_abbey), queue(green_abbey, seed=2)
    with after(90 - 0.001):
        assert expire_what_is_over() == 0
    with after(90.5):
        assert expire_what_is_over() == 2
        assert expire_what_is_over() == 0
    assert set(Document.objects.values_list("state", flat=True)) == {State.EXPIRED}
    assert first.events.get(what="expired").at == second.expires_at
    assert (
        JournalLine.objects.filter(level="WARN", message__endswith="expired: no school took what waited.").count() == 2
    )


def test_a_supplier_is_warned_once_of_each_document_two_weeks_before(green_abbey: Buyer) -> None:
    document = queue(green_abbey)
    with after(75.9):
        assert warn_of_what_expires() == 0
    with after(76.1):
        assert warn_of_what_expires() == 1
        assert warn_of_what_expires() == 0
    assert document.events.filter(what="warned").count() == 1
    assert Event.objects.get().text == f"Basket {document.doc_id} will expire on 30 November 2026."


def test_a_document_with_few_days_is_not_warned_of_as_soon_as_it_is_queued(green_abbey: Buyer) -> None:
    green_abbey.expiry_days = 3
    queue(green_abbey)
    with after(0.5):
        assert warn_of_what_expires() == 0
    with after(1.5):
        assert warn_of_what_expires() == 1


def test_nobody_is_warned_of_what_waits_for_a_test_school(green_abbey: Buyer) -> None:
    queue(green_abbey)
    green_abbey.test = True
    green_abbey.save()
    with after(80):
        assert warn_of_what_expires() == 0


def test_only_who_sees_the_supplier_is_told(
    green_abbey: Buyer, clerk: User, hilltop_clerk: User, administrator: User
) -> None:
    queue(green_abbey)
    with after(80):
        warn_of_what_expires()
    events = list(Event.objects.all())
    assert [len(DOCUMENTS_EXPIRE.told_of(person, events)) for person in (clerk, hilltop_clerk, administrator)] == [
        1,
        0,
        1,
    ]
