"""What the supplier site keeps for a time."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from tests.supplier.papers import a_basket

from schoolgate.commons.retention.clearing import clear, look
from schoolgate.supplier.api.keys import make_key
from schoolgate.supplier.models import Buyer, Call, Document, DocumentContent, IdempotentAnswer, RefusedOrder
from schoolgate.supplier.orders.receiving import OrderRefused, receive_order
from schoolgate.supplier.queue.index import content_of
from schoolgate.supplier.queue.putting import put_document
from schoolgate.supplier.queue.steps import process, put_back
from schoolgate.supplier.retention import DocumentsOver, RefusedOrders, clear_logs


def later(days: float) -> time_machine.travel:
    return time_machine.travel(timezone.now() + timedelta(days=days), tick=False)


@pytest.fixture
def taken(green_abbey: Buyer) -> Document:
    document, _ = put_document(green_abbey, "order", a_basket(green_abbey))
    process(document)
    return document


def test_the_content_of_a_taken_document_goes_and_its_row_stays(taken: Document) -> None:
    size = len(content_of(taken))
    with later(399):
        assert clear(DocumentsOver()).removed == 0
    with later(401):
        last = clear(DocumentsOver())
    assert (last.removed, last.size) == (1, size)
    assert not DocumentContent.objects.exists()
    assert Document.objects.get().content_gone_at is not None


def test_a_document_that_waits_is_kept(green_abbey: Buyer) -> None:
    green_abbey.expiry_days = 1_000
    put_document(green_abbey, "order", a_basket(green_abbey))
    with later(900):
        assert not look(DocumentsOver()).going


def test_a_document_put_back_between_look_and_removal_is_kept(taken: Document) -> None:
    with later(401):
        kind = DocumentsOver()
        [item] = look(kind).going
        put_back(taken, by=None)
        assert kind.remove(item) == "It was put back meanwhile."
    assert DocumentContent.objects.exists()


def test_refused_orders_go_after_ninety_days(green_abbey: Buyer) -> None:
    with pytest.raises(OrderRefused):
        receive_order(green_abbey, "no xml")
    with later(91):
        assert clear(RefusedOrders()).removed == 1
    assert not RefusedOrder.objects.exists()


def test_old_calls_and_answers_are_cleared_and_young_ones_are_not(green_abbey: Buyer) -> None:
    now = timezone.now()
    key, _ = make_key(green_abbey.supplier, "the shop", ["documents:read"], by=None)
    for days in (1.1, 89, 91):
        at = now - timedelta(days=days)
        Call.objects.create(at=at, outcome="ok", request_id="1")
        IdempotentAnswer.objects.create(api_key=key, key=str(days), request_digest="0", status=200, body="", at=at)
    IdempotentAnswer.objects.create(api_key=key, key="now", request_digest="0", status=200, body="")
    assert clear_logs() == 4
    assert Call.objects.count() == 2
    assert IdempotentAnswer.objects.get().key == "now"
