"""Steps of documents, taken by schools and by hand."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
import time_machine
from tests.supplier.papers import a_basket, an_authorised_order

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.journal.models import JournalLine
from schoolgate.supplier.models import Buyer, Document, State
from schoolgate.supplier.orders.receiving import receive_order
from schoolgate.supplier.queue.index import find
from schoolgate.supplier.queue.putting import put_document
from schoolgate.supplier.queue.steps import StepNotAllowed, expire, process, put_back, unprocess, withdraw

QUEUED = datetime(2026, 9, 1, 9, 0, tzinfo=UTC)
DAYS = timedelta(days=90)


@pytest.fixture
def basket(green_abbey: Buyer) -> Document:
    with time_machine.travel(QUEUED, tick=False):
        return put_document(green_abbey, "order", a_basket(green_abbey))[0]


def stands(document: Document) -> str:
    document.refresh_from_db()
    return document.state


def test_what_a_school_says_again_changes_nothing(basket: Document) -> None:
    with time_machine.travel(QUEUED + timedelta(days=1), tick=False):
        process(basket)
        process(Document.objects.get())
    assert stands(basket) == State.PROCESSED
    assert basket.processed_at == QUEUED + timedelta(days=1)
    assert basket.events.filter(what="processed").count() == 1


def test_a_document_asked_for_again_in_time_keeps_its_day(basket: Document) -> None:
    with time_machine.travel(QUEUED + timedelta(days=80), tick=False):
        process(basket)
        unprocess(basket)
    assert stands(basket) == State.WAITING
    assert basket.expires_at == QUEUED + DAYS
    assert basket.processed_at is None


def test_a_document_asked_for_again_after_its_day_gets_its_days_anew(basket: Document) -> None:
    with time_machine.travel(QUEUED, tick=False):
        process(basket)
    later = QUEUED + timedelta(days=200)
    with time_machine.travel(later, tick=False):
        unprocess(basket)
        assert find(basket.buyer, basket.doc_id) == basket
    assert basket.expires_at == later + DAYS


def test_a_withdrawn_document_does_not_exist_for_the_school(basket: Document, clerk: User) -> None:
    with time_machine.travel(QUEUED, tick=False):
        seen_before = find(basket.buyer, basket.doc_id)
        withdraw(basket, by=clerk)
        assert find(basket.buyer, basket.doc_id) is None
        assert seen_before is not None
        for step in (process, unprocess):
            with pytest.raises(StepNotAllowed, match="was withdrawn"):
                step(seen_before)


def test_a_document_is_gone_at_the_instant_its_day_comes(basket: Document) -> None:
    with time_machine.travel(QUEUED + DAYS - timedelta(microseconds=1), tick=False):
        assert find(basket.buyer, basket.doc_id) == basket
    with time_machine.travel(QUEUED + DAYS, tick=False):
        assert find(basket.buyer, basket.doc_id) is None
        with pytest.raises(StepNotAllowed, match="expired on 30 November 2026"):
            process(basket)


def test_what_a_person_did_stands_in_audit_journal_and_at_the_document(basket: Document, clerk: User) -> None:
    with time_machine.travel(QUEUED, tick=False):
        withdraw(basket, by=clerk, seen=State.WAITING)
    assert AuditEntry.objects.get(did="document withdrawn").who == "cara"
    assert JournalLine.objects.filter(message=f"Basket {basket.doc_id} withdrawn.").exists()
    assert basket.events.get(what="withdrawn").by == clerk


def test_what_a_program_did_is_told_by_its_name(basket: Document) -> None:
    with time_machine.travel(QUEUED, tick=False):
        expire(basket, by=None, who="key Shop")
    assert AuditEntry.objects.get(did="document expired").who == "key Shop"
    assert basket.events.get(what="expired").words == "Expired by key Shop"


def test_who_saw_another_state_is_told_how_it_stands_and_nothing_is_done(basket: Document, clerk: User) -> None:
    with time_machine.travel(QUEUED, tick=False):
        process(basket)
        with pytest.raises(StepNotAllowed, match=r"was taken by the school\. That has changed"):
            withdraw(basket, by=clerk, seen=State.WAITING)
        with pytest.raises(StepNotAllowed, match="That has changed"):
            put_back(basket, by=clerk, seen=State.WITHDRAWN)
    assert stands(basket) == State.PROCESSED
    assert not AuditEntry.objects.filter(did="document withdrawn").exists()


def test_a_document_put_back_gets_its_days_anew(basket: Document, clerk: User) -> None:
    later = QUEUED + DAYS + timedelta(minutes=1)
    with time_machine.travel(later, tick=False):
        put_back(basket, by=clerk, seen=State.EXPIRED)
        assert find(basket.buyer, basket.doc_id) == basket
    assert basket.expires_at == later + DAYS


def test_a_basket_that_was_ordered_is_put_back_only_when_that_is_said(basket: Document, clerk: User) -> None:
    with time_machine.travel(QUEUED, tick=False):
        process(basket)
        receive_order(basket.buyer, an_authorised_order(basket.buyer))
        with pytest.raises(StepNotAllowed) as refused:
            put_back(basket, by=clerk)
        assert refused.value.code == "already-ordered"
        put_back(basket, by=clerk, although_ordered=True)
    assert stands(basket) == State.WAITING


def test_what_is_no_longer_kept_is_not_put_back(basket: Document, clerk: User) -> None:
    with time_machine.travel(QUEUED, tick=False):
        process(basket)
        Document.objects.update(content_gone_at=QUEUED)
        for step in (partial(put_back, by=clerk), unprocess):
            with pytest.raises(StepNotAllowed) as refused:
                step(basket)
            assert refused.value.code == "content-gone"
