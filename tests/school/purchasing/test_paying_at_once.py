"""Two people at one invoice at once, on two connections: the second waits for the first, and is told."""

from datetime import date
from decimal import Decimal

import pytest
from tests.school.purchasing.billing import an_invoice
from tests.school.purchasing.ordering import an_order
from tests.school.purchasing.test_authorising_at_once import while_held

from schoolgate.commons.accounts.models import User
from schoolgate.school.purchasing.authorising import authorise as authorise_order
from schoolgate.school.purchasing.invoicing.entering import Credited, Duplicate, Stated, Typed, enter, enter_credit_note
from schoolgate.school.purchasing.invoicing.paying import NotAuthorised, authorise, discard
from schoolgate.school.purchasing.invoicing.standing import ChangedMeanwhile, InvoiceRefused
from schoolgate.school.purchasing.models import Coding, Invoice, InvoiceState, Order, OrderState, Supplier, VatCode

pytestmark = pytest.mark.django_db(transaction=True)

DAY = date(2026, 11, 27)


@pytest.fixture
def order(supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode]) -> Order:
    return an_order(supplier, codings[0], vat["S"], state=OrderState.SENT)


@pytest.fixture
def invoice(order: Order) -> Invoice:
    return an_invoice(order, {1: 3})


def typed(vat: dict[str, VatCode], coding: Coding, price: int) -> list[Typed]:
    return [Typed("Gas", Decimal(1), Decimal(price), vat["Z"], coding)]


def stated(number: str, amount: int) -> Stated:
    return Stated(number, DAY, Decimal(amount), Decimal(amount))


def refused(do: object) -> object:
    """What was refused, as a colleague's thread hands it back."""
    assert callable(do)
    try:
        return do()
    except InvoiceRefused as said:
        return said


def test_it_is_not_authorised_twice(invoice: Invoice, governor: User, bookkeeper: User) -> None:
    (said,) = while_held(
        lambda: authorise(invoice, by=governor, seen_version=1),
        lambda: refused(lambda: authorise(invoice, by=governor, seen_version=1)),
    )
    assert isinstance(said, ChangedMeanwhile)
    assert Invoice.objects.get().version == 2


def test_it_is_not_authorised_while_it_is_discarded(invoice: Invoice, governor: User, bookkeeper: User) -> None:
    (said,) = while_held(
        lambda: discard(invoice, by=bookkeeper, seen_version=1, reason="wrong"),
        lambda: refused(lambda: authorise(invoice, by=governor, seen_version=1)),
    )
    assert isinstance(said, ChangedMeanwhile)
    assert Invoice.objects.get().state == InvoiceState.DISCARDED


def test_the_same_number_is_not_entered_twice(
    supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode], bookkeeper: User
) -> None:
    def type_it() -> Invoice:
        return enter(stated("GAS-1", 50), supplier=supplier, lines=typed(vat, codings[0], 50), by=bookkeeper)

    (said,) = while_held(type_it, lambda: refused(type_it))
    assert isinstance(said, Duplicate)
    assert Invoice.objects.count() == 1


def test_the_same_is_not_credited_twice(invoice: Invoice, vat: dict[str, VatCode], bookkeeper: User) -> None:
    books = invoice.lines.get()

    def credit(number: str) -> Invoice:
        paper = Stated(number, DAY, Decimal("13.50"), Decimal("16.20"), {vat["S"]: Decimal("2.70")})
        lines = [Credited(books, Decimal(3), Decimal("13.50"))]
        return enter_credit_note(paper, invoice=invoice, lines=lines, by=bookkeeper)

    (said,) = while_held(lambda: credit("CN-1"), lambda: refused(lambda: credit("CN-2")))
    assert isinstance(said, InvoiceRefused)
    assert invoice.credit_notes.count() == 1


def test_an_order_and_an_invoice_without_one_do_not_take_the_same_last_pound(
    supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode], bookkeeper: User, governor: User, chair: User
) -> None:
    line = {"description": "Books", "quantity": 1, "unit_price": "600"}
    order = an_order(supplier, codings[0], vat["Z"], line, number="PO-9", state=OrderState.UNAUTHORISED)
    bill = enter(stated("GAS-1", 600), supplier=supplier, lines=typed(vat, codings[0], 600), by=bookkeeper)
    (said,) = while_held(
        lambda: authorise_order(order, by=chair, seen_version=1, reason="The books are needed."),
        lambda: refused(lambda: authorise(bill, by=governor, seen_version=1)),
    )
    assert isinstance(said, NotAuthorised)
    assert [hindrance.code for hindrance in said.hindrances] == ["over-budget"]
