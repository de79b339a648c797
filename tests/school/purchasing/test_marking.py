"""Telling services what has ended here, and what they offer once more or otherwise afterwards."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.school.purchasing.conftest import Basket
from tests.school.purchasing.stall import Stall, the

from schoolgate.commons.journal.models import JournalLine
from schoolgate.school.purchasing import store
from schoolgate.school.purchasing.documents import CHANGED, GONE, PUT_BACK, keep_out
from schoolgate.school.purchasing.fetching import Count, fetch_from
from schoolgate.school.purchasing.models import (
    DocumentState,
    FetchedDocument,
    Order,
    WebService,
)
from schoolgate.wire.soap.errors import Unreachable

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("home", "ready_ledger")]


def test_marking_that_fails_is_done_again_and_nothing_is_imported_twice(
    stall: Stall, beacon: WebService, basket: Basket
) -> None:
    stall.offer("B-1", basket())
    stall.change = lambda request, right: b"" if b"<UpdateDocumentStatus" in request.body else right
    assert isinstance(fetch_from(beacon).error, Unreachable)
    assert the("B-1").state == DocumentState.IMPORTED
    assert the("B-1").marked_at is None
    stall.change = lambda _, right: right
    stall.put_back("B-1")
    stall.calls.clear()
    assert fetch_from(beacon).error is None
    assert stall.calls == ["FetchIndex", "UpdateDocumentStatus B-1"]
    assert Order.objects.count() == 1


def test_what_is_gone_before_it_was_marked_is_as_good_as_marked(
    stall: Stall, beacon: WebService, basket: Basket
) -> None:
    stall.offer("B-1", basket())
    stall.change = lambda request, right: b"" if b"<UpdateDocumentStatus" in request.body else right
    fetch_from(beacon)
    stall.change = lambda _, right: right
    del stall.documents["B-1"]
    assert fetch_from(beacon).error is None
    assert the("B-1").marked_at is not None
    assert the("B-1").notes == [GONE]


def test_a_document_that_was_marked_back_is_marked_again_and_never_imported_twice(
    stall: Stall, beacon: WebService, basket: Basket
) -> None:
    stall.offer("B-1", basket())
    fetch_from(beacon)
    stall.put_back("B-1")
    assert fetch_from(beacon).count == Count(offered=1, here=1)
    assert stall.is_marked("B-1")
    assert the("B-1").notes == [PUT_BACK]
    assert Order.objects.count() == 1


def test_a_document_that_was_marked_back_is_told_as_unmarked_until_the_service_took_it(
    stall: Stall, beacon: WebService, basket: Basket
) -> None:
    stall.offer("B-1", basket())
    fetch_from(beacon)
    stall.put_back("B-1")
    stall.change = lambda request, right: b"" if b"<UpdateDocumentStatus" in request.body else right
    fetch_from(beacon)
    assert the("B-1").marked_at is None


def test_a_service_that_forgets_every_mark_is_asked_for_no_content_again(
    stall: Stall, beacon: WebService, basket: Basket
) -> None:
    stall.offer("B-1", basket())
    stall.forgets = True
    for _ in range(3):
        fetch_from(beacon)
    # Once to have it, once to see whether it was put back with other content.
    assert stall.calls.count("FetchDoc B-1") == 2
    assert the("B-1").notes == [PUT_BACK]
    assert Order.objects.count() == 1


def test_a_document_that_changes_after_it_was_marked_is_noted_and_the_kept_one_stands(
    stall: Stall, beacon: WebService, basket: Basket
) -> None:
    plain = basket()
    stall.offer("B-1", plain)
    fetch_from(beacon)
    stall.offer("B-1", basket(reference="BASKET-9"))
    fetch_from(beacon)
    assert the("B-1").notes == [CHANGED, PUT_BACK]
    line = JournalLine.objects.get(level="WARN")
    assert line.message == "Beacon Supplies changed Content order BASKET-1 after it was fetched."
    assert line.link == reverse("purchasing-document", args=[the("B-1").pk])
    assert store.read(the("B-1").sha256) == plain
    assert Order.objects.get().reference == "BASKET-1"


def test_a_waiting_document_that_is_made_anew_is_noted_and_the_kept_one_stands(
    stall: Stall, beacon: WebService, basket: Basket
) -> None:
    plain = basket(supplier_duns="999999999")
    stall.offer("B-1", plain)
    fetch_from(beacon)
    FetchedDocument.objects.update(created=timezone.now() - timedelta(days=1))
    stall.offer("B-1", basket())
    fetch_from(beacon)
    assert the("B-1").notes[-1] == CHANGED
    assert the("B-1").state == DocumentState.WAITING
    # It is looked at once.
    fetch_from(beacon)
    assert stall.calls.count("FetchDoc B-1") == 2
    assert store.read(the("B-1").sha256) == plain


def test_what_was_marked_after_the_list_was_made_was_not_put_back(
    stall: Stall, beacon: WebService, basket: Basket
) -> None:
    stall.offer("B-1", basket())
    fetch_from(beacon)
    stall.put_back("B-1")
    FetchedDocument.objects.update(marked_at=timezone.now() + timedelta(minutes=1))
    stall.calls.clear()
    fetch_from(beacon)
    assert stall.calls == ["FetchIndex"]
    assert the("B-1").notes == []


def test_marks_alone_are_made_without_asking_what_there_is(
    stall: Stall, beacon: WebService, basket: Basket, clerk: Any
) -> None:
    stall.offer("B-1", basket(supplier_duns="999999999"))
    fetch_from(beacon)
    keep_out(the("B-1"), by=clerk, reason="Not ours.")
    stall.calls.clear()
    fetch_from(beacon, look=False)
    assert stall.calls == ["UpdateDocumentStatus B-1"]
    assert stall.is_marked("B-1")
