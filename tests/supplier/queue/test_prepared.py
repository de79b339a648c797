"""A read whose SQL is worked out once finds what the queryset it is made of finds."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.supplier.papers import a_basket

from schoolgate.commons.prepared import Prepared, aware
from schoolgate.supplier.models import Buyer, Document
from schoolgate.supplier.queue.putting import put_document

LONG_AGO = datetime(1999, 1, 1, tzinfo=UTC)


def waiting(buyer: int, since: datetime) -> Any:
    return Document.objects.filter(buyer=buyer, state="waiting", created_at__gt=since).values_list(
        "doc_id", "created_at"
    )


@pytest.fixture
def document(green_abbey: Buyer) -> Document:
    return put_document(green_abbey, "order", a_basket(green_abbey), doc_id="B-1", by=None)[0]


def test_it_finds_by_other_values_than_it_was_made_with(document: Document, oakhanger: Buyer) -> None:
    prepared = Prepared(waiting, -1, LONG_AGO)
    before = document.created_at - timedelta(microseconds=1)
    ((doc_id, created),) = prepared.rows(document.buyer_id, before)
    assert (doc_id, aware(created)) == ("B-1", document.created_at)
    assert prepared.rows(document.buyer_id, document.created_at) == []
    assert prepared.rows(oakhanger.pk, before) == []


def test_a_time_in_another_zone_is_the_same_instant(document: Document) -> None:
    prepared = Prepared(waiting, -1, LONG_AGO)
    local = document.created_at.astimezone(None)
    assert prepared.rows(document.buyer_id, local) == []
    assert len(prepared.rows(document.buyer_id, local - timedelta(seconds=1))) == 1


def test_the_queryset_is_built_once(document: Document) -> None:
    built: list[int] = []

    def build(buyer: int, since: datetime) -> Any:
        built.append(buyer)
        return waiting(buyer, since)

    prepared = Prepared(build, -1, LONG_AGO)
    with CaptureQueriesContext(connection) as asked:
        for _ in range(3):
            prepared.rows(document.buyer_id, LONG_AGO)
    assert (built, len(asked)) == ([-1], 3)
