"""Two documents are imported at once: of one number one is booked, and credits share what is left."""

import pytest
from tests.school.purchasing.billing_documents import a_bill, a_credit_bill, invoice_of, kept, line
from tests.school.purchasing.ordering import an_order
from tests.school.purchasing.test_authorising_at_once import while_held

from schoolgate.school.purchasing.importing import import_document
from schoolgate.school.purchasing.models import (
    Coding,
    DocumentState,
    FetchedDocument,
    Invoice,
    Order,
    OrderState,
    Supplier,
    VatCode,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def order(supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode]) -> Order:
    return an_order(supplier, codings[0], vat["S"], state=OrderState.SENT)


def both(one: FetchedDocument, other: FetchedDocument) -> set[tuple[str, str]]:
    """Import two at once: how each ended, and by which rule it waits."""
    while_held(lambda: import_document(one), lambda: import_document(other))
    return set(FetchedDocument.objects.filter(pk__in=(one.pk, other.pk)).values_list("state", "rule"))


@pytest.mark.parametrize("again", [b"", b"<!-- another id -->"])
def test_the_same_invoice_under_two_ids_is_booked_once(order: Order, again: bytes) -> None:
    first, second = kept(a_bill()), kept(a_bill().replace(b"</Invoice>", again + b"</Invoice>"))
    assert both(first, second) == {(DocumentState.IMPORTED, ""), (DocumentState.WAITING, "seen-before")}
    assert [one.invoiced for one in order.lines.all()] == [3, 10]


def test_one_document_that_two_rounds_have_is_booked_once(order: Order) -> None:
    document = kept(a_bill())
    assert both(document, document) == {(DocumentState.IMPORTED, "")}
    assert Invoice.objects.count() == 1


def test_two_invoices_of_one_order_are_both_counted_and_the_second_is_told_what_is_left(order: Order) -> None:
    first, second = (kept(a_bill(line(1, 2, "4.50", of=1), number=number)) for number in ("SI-1", "SI-2"))
    both(first, second)
    assert order.lines.get(number=1).invoiced == 4
    assert [one.differences.count() for one in Invoice.objects.order_by("number")] == [0, 1]


def test_two_credit_notes_do_not_take_the_same_twice(order: Order) -> None:
    invoice_of(a_bill())
    first, second = (
        kept(a_credit_bill(line(1, 2, "4.50", of=1), number=number), kind="creditnote") for number in ("CN-1", "CN-2")
    )
    assert both(first, second) == {(DocumentState.IMPORTED, ""), (DocumentState.WAITING, "credited-too-much")}
