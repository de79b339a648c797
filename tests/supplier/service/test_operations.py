"""The six operations as a school's finance system meets them, through the door (reference 2.2)."""

from datetime import UTC, timedelta

import pytest
import time_machine
from tests.supplier.papers import a_basket, a_quote, an_authorised_order, an_invoice
from tests.supplier.service.calling import Caller

from schoolgate.documents.ebis.index import read_index
from schoolgate.supplier.models import Buyer, Document, DocumentEvent, Order, RefusedOrder
from schoolgate.supplier.queue.putting import put_document
from schoolgate.supplier.queue.steps import withdraw

MISSING = "DocumentNotExistException: There is no document with this id."


@pytest.fixture
def basket(green_abbey: Buyer) -> Document:
    return put_document(green_abbey, "order", a_basket(green_abbey), doc_id="B-1", by=None)[0]


def ids(school: Caller, operation: str = "FetchIndex", **arguments: str) -> list[str]:
    return [entry.doc_id for entry in read_index(school.call(operation, **arguments).result)]


def test_the_index_tells_of_all_four_types_that_wait(school: Caller, green_abbey: Buyer, basket: Document) -> None:
    for kind, xml in (
        ("invoice", an_invoice(green_abbey)),
        ("creditnote", an_invoice(green_abbey, credit_note=True, seed=2)),
        ("quote", a_quote(green_abbey, seed=3)),
    ):
        put_document(green_abbey, kind, xml, by=None)
    told = read_index(school.call("FetchIndex").result)
    assert [entry.kind for entry in told] == ["order", "invoice", "creditnote", "quote"]


def test_a_document_is_given_out_as_it_was_queued_and_its_status_stays(school: Caller, basket: Document) -> None:
    assert school.call("FetchDoc", DocID="B-1").result == basket.content.xml
    assert ids(school) == ["B-1"]
    school.door.calls.flush()
    basket.refresh_from_db()
    assert basket.fetched == 1
    assert DocumentEvent.objects.filter(document=basket, what="fetched").exists()


def test_a_status_goes_both_ways(school: Caller, basket: Document) -> None:
    assert school.call("UpdateDocumentStatus", DocID="B-1", Processed="true").result == "true"
    assert ids(school) == []
    assert school.call("UpdateDocumentStatus", DocID="B-1", Processed="0").result == "true"
    assert ids(school) == ["B-1"]


def test_the_history_is_strictly_after_its_begin_and_has_the_processed_too(school: Caller, basket: Document) -> None:
    school.call("UpdateDocumentStatus", DocID="B-1", Processed="true")
    created = basket.created_at.astimezone(UTC)
    before = created - timedelta(microseconds=1)
    assert ids(school, "FetchHistory", BeginDate=before.isoformat()) == ["B-1"]
    assert ids(school, "FetchHistory", BeginDate=created.isoformat()) == []


def test_another_school_s_document_does_not_exist(other_school: Caller, basket: Document) -> None:
    assert ids(other_school) == []
    assert other_school.call("FetchDoc", DocID="B-1").fault == MISSING
    assert other_school.call("UpdateDocumentStatus", DocID="B-1", Processed="true").fault == MISSING


def test_a_withdrawn_document_does_not_exist(school: Caller, basket: Document) -> None:
    withdraw(basket, by=None)
    assert school.call("FetchDoc", DocID="B-1").fault == MISSING
    assert school.call("UpdateDocumentStatus", DocID="B-1", Processed="true").fault == MISSING


def test_an_expired_document_does_not_exist(school: Caller, basket: Document) -> None:
    with time_machine.travel(basket.expires_at):
        assert ids(school) == []
        assert school.call("FetchDoc", DocID="B-1").fault == MISSING


def test_an_order_is_taken_once_however_often_it_is_sent(school: Caller, green_abbey: Buyer) -> None:
    order = an_authorised_order(green_abbey)
    assert [school.call("SendOrder", Document=order).result for _ in range(2)] == ["true", "true"]
    assert (Order.objects.get().times_sent, Order.objects.get().buyer) == (2, green_abbey)


def test_an_order_that_says_another_encoding_of_its_text_is_taken(school: Caller, green_abbey: Buyer) -> None:
    order = an_authorised_order(green_abbey).replace('encoding="utf-8"', 'encoding="utf-16"')
    assert school.call("SendOrder", Document=order).result == "true"


def test_a_refused_order_is_told_with_line_and_reason(school: Caller, green_abbey: Buyer) -> None:
    wrong = an_authorised_order(green_abbey).replace("<OrderDate>", "<OrderDate>on ", 1)
    answer = school.call("SendOrder", Document=wrong)
    assert answer.fault.startswith("InvalidXmlException: Line ")
    assert "OrderDate" in answer.fault
    assert (Order.objects.count(), RefusedOrder.objects.count()) == (0, 1)


@pytest.mark.parametrize("document", ["", "no XML", "<a/>"])
def test_what_is_no_order_is_refused(school: Caller, document: str) -> None:
    assert school.call("SendOrder", Document=document).fault.startswith("InvalidXmlException: ")


def test_a_new_password_is_the_one_that_counts(school: Caller) -> None:
    new = school.call("ChangePassword").result
    assert Caller(school.door, password=new).call("FetchIndex").status == "200 OK"
    assert school.call("FetchIndex").fault.startswith("AuthenticationException")
