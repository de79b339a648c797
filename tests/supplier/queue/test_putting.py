"""How documents come into the queue."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from tests.supplier.papers import a_basket, a_quote, an_invoice, an_order

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.journal.models import JournalLine
from schoolgate.documents.ebis.nodes import parse
from schoolgate.documents.ebis.orders import write_order
from schoolgate.supplier.models import Buyer, Document, State
from schoolgate.supplier.queue.index import content_of
from schoolgate.supplier.queue.putting import NotQueued, put_document
from schoolgate.supplier.queue.steps import process, withdraw


def codes(refused: pytest.ExceptionInfo[NotQueued]) -> set[str]:
    return {problem.code for problem in refused.value.problems}


@pytest.mark.parametrize(
    ("kind", "make", "made_id"),
    [
        ("order", a_basket, "B-"),
        ("quote", a_quote, "Q-"),
        ("invoice", an_invoice, "I-"),
        ("creditnote", lambda buyer: an_invoice(buyer, credit_note=True), "C-"),
    ],
)
def test_each_kind_waits_under_an_id_made_for_it(
    green_abbey: Buyer, kind: str, make: Callable[[Buyer], str], made_id: str
) -> None:
    document, new = put_document(green_abbey, kind, make(green_abbey))
    assert new
    assert document.doc_id == f"{made_id}{1000 + document.pk}"
    assert (document.kind, document.state, document.lines) == (kind, State.WAITING, 2)


def test_its_row_holds_what_lists_show(green_abbey: Buyer, clerk: User) -> None:
    order = an_order(green_abbey)
    document, _ = put_document(green_abbey, "order", write_order(order), by=clerk)
    assert document.reference == order.reference
    assert (document.net, document.gross) == (order.totals.goods, order.totals.gross)
    invoice, _ = put_document(green_abbey, "invoice", an_invoice(green_abbey), by=clerk)
    assert (invoice.reference, invoice.order_number) == ("SI-00001", "ORD00001")
    assert invoice.net == order.totals.goods


def test_who_queued_it_stands_in_the_audit_and_the_journal_names_no_school(green_abbey: Buyer, clerk: User) -> None:
    document, _ = put_document(green_abbey, "order", a_basket(green_abbey), by=clerk)
    entry = AuditEntry.objects.get(did="document queued")
    assert (entry.who, entry.target) == ("cara", document.doc_id)
    assert JournalLine.objects.get().message == f"Basket {document.doc_id} queued."
    assert document.events.get().words == "Queued by Cara Lund (screen)"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1252"])
def test_it_is_handed_out_as_text_whatever_bytes_it_came_in(green_abbey: Buyer, encoding: str) -> None:
    text = a_basket(green_abbey, notes=("For the Café",))
    declared = text.replace('encoding="utf-8"', f'encoding="{encoding.removesuffix("-sig")}"')
    document, _ = put_document(green_abbey, "order", declared.encode(encoding))
    content = content_of(document)
    assert content.startswith("<?xml")
    assert "For the Café" in content
    assert parse(content) is not None


def test_text_that_declares_another_encoding_is_text_all_the_same(green_abbey: Buyer) -> None:
    text = a_basket(green_abbey, notes=("For the Café",)).replace('encoding="utf-8"', 'encoding="utf-16"')
    document, _ = put_document(green_abbey, "order", text)
    assert 'encoding="utf-8"' in content_of(document)


def test_the_same_again_is_the_one_that_waits(green_abbey: Buyer) -> None:
    first, _ = put_document(green_abbey, "order", a_basket(green_abbey))
    assert put_document(green_abbey, "order", a_basket(green_abbey)) == (first, False)
    assert Document.objects.count() == 1


def test_the_same_under_its_id_is_known_in_whatever_state_it_is(green_abbey: Buyer, clerk: User) -> None:
    first, _ = put_document(green_abbey, "order", a_basket(green_abbey), doc_id="SHOP-1")
    withdraw(first, by=clerk)
    again, new = put_document(green_abbey, "order", a_basket(green_abbey), doc_id="SHOP-1")
    assert (again.pk, again.state, new) == (first.pk, State.WITHDRAWN, False)


def test_other_content_under_an_id_that_is_taken_is_refused(green_abbey: Buyer, oakhanger: Buyer) -> None:
    put_document(green_abbey, "order", a_basket(green_abbey), doc_id="SHOP-1")
    for buyer, xml in ((green_abbey, a_basket(green_abbey, seed=2)), (oakhanger, a_basket(oakhanger))):
        with pytest.raises(NotQueued) as refused:
            put_document(buyer, "order", xml, doc_id="SHOP-1")
        assert codes(refused) == {"doc-id-taken"}


def test_what_the_school_has_taken_is_not_queued_once_more(green_abbey: Buyer) -> None:
    first, _ = put_document(green_abbey, "order", a_basket(green_abbey))
    process(first)
    with pytest.raises(NotQueued) as refused:
        put_document(green_abbey, "order", a_basket(green_abbey))
    assert codes(refused) == {"taken-already"}
    assert first.doc_id in str(refused.value)


def test_what_was_withdrawn_is_queued_anew_under_another_id(green_abbey: Buyer, clerk: User) -> None:
    first, _ = put_document(green_abbey, "order", a_basket(green_abbey))
    withdraw(first, by=clerk)
    second, new = put_document(green_abbey, "order", a_basket(green_abbey))
    assert new
    assert second.doc_id != first.doc_id


def test_a_number_on_two_documents_is_noted(green_abbey: Buyer) -> None:
    first, _ = put_document(green_abbey, "invoice", an_invoice(green_abbey))
    second, _ = put_document(green_abbey, "invoice", an_invoice(green_abbey, seed=2, number="SI-00001"))
    [note] = [note for note in second.findings if note["code"] == "number-used-before"]
    assert first.doc_id in note["message"]


def test_an_id_that_somebody_chose_is_not_made_up_again(green_abbey: Buyer) -> None:
    first, _ = put_document(green_abbey, "order", a_basket(green_abbey))
    chosen = f"B-{1000 + first.pk + 2}"
    put_document(green_abbey, "order", a_basket(green_abbey, seed=2), doc_id=chosen)
    third, _ = put_document(green_abbey, "order", a_basket(green_abbey, seed=3))
    assert third.doc_id.startswith(f"{chosen}-")


@pytest.mark.parametrize("doc_id", ["with blank", "x" * 101, "line\nbreak", "nbsp\u00a0here"])
def test_an_id_is_at_most_100_characters_without_blanks(green_abbey: Buyer, doc_id: str) -> None:
    with pytest.raises(NotQueued) as refused:
        put_document(green_abbey, "order", a_basket(green_abbey), doc_id=doc_id)
    assert codes(refused) == {"doc-id-form"}
    assert put_document(green_abbey, "order", a_basket(green_abbey), doc_id="x" * 100)[1]


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda xml: xml[:-20], "not-well-formed"),
        (lambda xml: xml.replace("<OrderDate>", "<Ordered>").replace("</OrderDate>", "</Ordered>"), None),
        (lambda xml: re.sub("<Checksum>[0-9]+", "<Checksum>12345", xml), "checksum-differs"),
        (
            lambda xml: re.sub("<Checksum>[0-9]+</Checksum>", "", xml).replace("3.09-UKGov.20030911", "3.10"),
            "checksum-missing",
        ),
        (lambda xml: xml.replace("987654321", "876543210"), None),
        (lambda xml: "<!DOCTYPE Order []>" + xml.split("?>")[1], "doctype"),
    ],
)
def test_what_a_school_would_not_take_is_refused_with_its_place_and_nothing_is_written(
    green_abbey: Buyer, spoil: Callable[[str], str], code: str | None
) -> None:
    with pytest.raises(NotQueued) as refused:
        put_document(green_abbey, "order", spoil(a_basket(green_abbey)))
    assert code is None or code in codes(refused)
    assert all(problem.message for problem in refused.value.problems)
    assert not Document.objects.exists()


def test_an_invoice_does_not_pass_for_a_credit_note(green_abbey: Buyer) -> None:
    with pytest.raises(NotQueued):
        put_document(green_abbey, "creditnote", an_invoice(green_abbey))


def test_a_document_of_another_supplier_is_refused(green_abbey: Buyer) -> None:
    xml = a_basket(green_abbey).replace(green_abbey.supplier.duns, "222333444")
    with pytest.raises(NotQueued):
        put_document(green_abbey, "order", xml)


def test_money_of_more_places_than_a_row_holds_is_rounded_there_and_not_in_the_document(green_abbey: Buyer) -> None:
    order: Any = an_order(green_abbey)
    xml = write_order(order).decode()
    document, _ = put_document(green_abbey, "order", xml)
    assert isinstance(document.gross, Decimal)
    assert Document.objects.get().gross == document.gross
