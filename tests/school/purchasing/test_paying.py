"""Authorising invoices for payment: by limit, never by one person alone, and only what agrees or was accepted."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from tests.school.purchasing.billing import a_credit_note, an_invoice
from tests.school.purchasing.ordering import an_order

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.school.purchasing.budget import spent_on
from schoolgate.school.purchasing.establishment import GOODS_FIRST, OWN_ORDERS_TOO
from schoolgate.school.purchasing.invoicing.accepting import accept
from schoolgate.school.purchasing.invoicing.entering import Stated, Typed, enter
from schoolgate.school.purchasing.invoicing.paying import (
    NotAuthorised,
    authorise,
    discard,
    hindrances_of,
    take_back,
    who_can,
)
from schoolgate.school.purchasing.invoicing.standing import ChangedMeanwhile, InvoiceRefused
from schoolgate.school.purchasing.limits import NONE, give
from schoolgate.school.purchasing.models import (
    Coding,
    Difference,
    FinancialYear,
    Invoice,
    InvoiceLine,
    InvoiceState,
    Order,
    OrderState,
    PurchasingRights,
    Supplier,
    VatCode,
)
from schoolgate.school.purchasing.models.invoice import STEPS

Enter = Callable[..., Invoice]


@pytest.fixture
def order(supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode], clerk: User) -> Order:
    """£31.20 gross, which the clerk raised."""
    return an_order(supplier, codings[0], vat["S"], state=OrderState.SENT, raised_by=clerk)


@pytest.fixture
def invoice(order: Order) -> Invoice:
    """For all of the order, as it came by web service."""
    return an_invoice(order, {1: 3, 2: 10})


@pytest.fixture
def gas(supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode], bookkeeper: User) -> Enter:
    """Enter a gas bill of £120.00 gross, without an order."""

    def do(by: User = bookkeeper, coding: Coding = codings[1], number: str = "GAS-10") -> Invoice:
        stated = Stated(number, date(2026, 11, 27), Decimal(100), Decimal(120), {vat["S"]: Decimal(20)})
        lines = [Typed("Gas", Decimal(1), Decimal(100), vat["S"], coding)]
        return enter(stated, supplier=supplier, lines=lines, by=by)

    return do


def codes(invoice: Invoice, by: User) -> list[str]:
    return [hindrance.code for hindrance in hindrances_of(Invoice.objects.get(pk=invoice.pk), by)]


def now(invoice: Invoice) -> Invoice:
    found: Invoice = Invoice.objects.get(pk=invoice.pk)
    return found


def differing(invoice: Invoice, *codes: str) -> list[Difference]:
    return [Difference.objects.create(invoice=invoice, code=code, said=f"{code}.") for code in codes]


def also(person: User, **more: Any) -> None:
    rights = PurchasingRights.objects.get(user=person)
    given = {name: getattr(rights, name) for name in NONE}
    give(person, {**given, **more}, by=None)


def test_it_is_authorised_with_name_and_time_in_the_audit(invoice: Invoice, governor: User) -> None:
    authorise(invoice, by=governor, seen_version=1)
    found = now(invoice)
    assert (found.state, found.authorised_by, found.version) == (InvoiceState.AUTHORISED, governor, 2)
    assert found.authorised_at is not None
    entry = AuditEntry.objects.get(did="invoice authorised for payment")
    assert (entry.user, entry.details) == (governor, "£31.20 gross, to Beacon Supplies")


def test_nobody_without_the_right_authorises(invoice: Invoice, bookkeeper: User, chair: User) -> None:
    assert codes(invoice, bookkeeper) == codes(invoice, chair) == ["no-right"]
    with pytest.raises(NotAuthorised, match="may not authorise invoices"):
        authorise(invoice, by=chair, seen_version=1)


def test_a_limit_is_of_the_gross_value_and_includes_it(invoice: Invoice, governor: User) -> None:
    also(governor, pays_to=Decimal("31.20"))
    assert codes(invoice, governor) == []
    also(governor, pays_to=Decimal("31.19"))
    assert codes(invoice, governor) == ["above-limit"]


def test_one_without_an_order_is_never_authorised_by_who_entered_it_whatever_is_set(
    gas: Enter, bookkeeper: User, governor: User
) -> None:
    also(bookkeeper, pays_to=Decimal(1000))
    OWN_ORDERS_TOO.set(True, by=None)
    bill = gas()
    assert codes(bill, bookkeeper) == ["own-entry"]
    assert who_can([now(bill)]) == {bill.pk: [governor]}


def test_what_somebody_typed_beside_an_order_is_authorised_by_somebody_else(
    invoice: Invoice, codings: list[Coding], bookkeeper: User, governor: User
) -> None:
    also(bookkeeper, pays_to=Decimal(1000))
    Invoice.objects.filter(pk=invoice.pk).update(entered_by=bookkeeper)
    assert codes(invoice, bookkeeper) == []
    ordered = invoice.lines.get(number=1)
    InvoiceLine.objects.create(
        invoice=invoice,
        number=3,
        kind=InvoiceLine.Kind.POST_AND_PACKING,
        description="Carriage",
        unit_price=Decimal(900),
        net=Decimal(900),
        vat=Decimal(180),
        vat_code=ordered.vat_code,
        coding=codings[1],
    )
    (hindrance,) = hindrances_of(now(invoice), bookkeeper)
    assert hindrance.sentence.startswith("You entered it yourself, and £900.00 net of it were not ordered:")
    assert codes(invoice, governor) == []


def test_one_with_an_order_is_not_authorised_by_who_raised_that_unless_the_school_allows_it(
    invoice: Invoice, clerk: User
) -> None:
    also(clerk, pays_to=Decimal(1000))
    assert codes(invoice, clerk) == ["own-order"]
    OWN_ORDERS_TOO.set(True, by=None)
    assert codes(invoice, clerk) == []


def test_what_differs_is_accepted_first_each_with_a_reason(invoice: Invoice, bookkeeper: User, governor: User) -> None:
    first, second = differing(invoice, "price-differs", "vat-differs")
    assert codes(invoice, governor) == ["differences"]
    with pytest.raises(InvoiceRefused, match="Say why"):
        accept(first, by=bookkeeper, reason="  ")
    accept(first, by=bookkeeper, reason="They rang: paper went up.")
    assert codes(invoice, governor) == ["differences"]
    accept(second, by=governor, reason="A penny a line.")
    assert codes(invoice, governor) == []
    entry = AuditEntry.objects.filter(did="difference accepted").get(user=bookkeeper)
    assert entry.details == "price-differs. They rang: paper went up."


def test_a_difference_is_accepted_once(invoice: Invoice, bookkeeper: User, governor: User) -> None:
    (found,) = differing(invoice, "price-differs")
    accept(found, by=bookkeeper, reason="They rang.")
    with pytest.raises(InvoiceRefused, match="accepted it already"):
        accept(found, by=governor, reason="Mine.")
    found.refresh_from_db()
    assert (found.accepted_by, found.reason) == (bookkeeper, "They rang.")


def test_who_typed_it_and_accepted_what_differs_does_not_authorise_it_too(
    invoice: Invoice, bookkeeper: User, governor: User
) -> None:
    also(bookkeeper, pays_to=Decimal(1000))
    Invoice.objects.update(entered_by=bookkeeper)
    assert codes(invoice, bookkeeper) == []
    accept(differing(invoice, "price-differs")[0], by=bookkeeper, reason="They rang.")
    assert codes(invoice, bookkeeper) == ["own-acceptance"]
    assert codes(invoice, governor) == []


def test_a_budget_without_room_matters_for_one_without_an_order_only(
    gas: Enter, invoice: Invoice, codings: list[Coding], governor: User, chair: User
) -> None:
    Coding.objects.update(budget=None)
    assert codes(invoice, governor) == []
    bill = gas(coding=codings[2])
    assert codes(bill, governor) == ["over-budget"]
    also(governor, over_budget=True)
    with pytest.raises(NotAuthorised, match="Say why it may go over budget"):
        authorise(bill, by=governor, seen_version=1)
    authorise(bill, by=governor, seen_version=1, reason="The heating stays on.")
    assert now(bill).over_budget == "The heating stays on."


def test_where_goods_come_first_an_invoice_waits_for_them(invoice: Invoice, order: Order, governor: User) -> None:
    GOODS_FIRST.set(True, by=None)
    assert codes(invoice, governor) == ["not-received", "not-received"]
    order.lines.filter(number=1).update(received=3)
    (left,) = hindrances_of(now(invoice), governor)
    assert left.sentence == "Of Pens, 10 are invoiced and 0 received: record the delivery first."
    order.lines.update(received=10)
    authorise(invoice, by=governor, seen_version=1)


def test_in_a_closed_year_nothing_is_authorised(invoice: Invoice, governor: User) -> None:
    FinancialYear.objects.update(closed_at="2027-04-20T09:00Z")
    with pytest.raises(NotAuthorised, match="is closed"):
        authorise(invoice, by=governor, seen_version=1)


def test_whoever_saw_another_state_of_it_is_told(invoice: Invoice, bookkeeper: User, governor: User) -> None:
    accept(differing(invoice, "price-differs")[0], by=bookkeeper, reason="They rang.")
    with pytest.raises(ChangedMeanwhile):
        authorise(invoice, by=governor, seen_version=1)


def test_it_is_taken_back_until_it_is_exported(invoice: Invoice, governor: User) -> None:
    authorise(invoice, by=governor, seen_version=1)
    take_back(invoice, by=governor, seen_version=2)
    found = now(invoice)
    assert (found.state, found.authorised_by, found.authorised_at) == (InvoiceState.UNAUTHORISED, None, None)
    Invoice.objects.update(state=InvoiceState.POSTED)
    with pytest.raises(InvoiceRefused, match="“exported”"):
        take_back(invoice, by=governor, seen_version=3)


def test_what_is_discarded_counts_no_more(
    invoice: Invoice, order: Order, codings: list[Coding], bookkeeper: User
) -> None:
    assert spent_on([codings[0].pk]) == {codings[0].pk: Decimal("26.00")}
    with pytest.raises(InvoiceRefused, match="Say why"):
        discard(invoice, by=bookkeeper, seen_version=1, reason="")
    discard(invoice, by=bookkeeper, seen_version=1, reason="here twice")
    assert now(invoice).discarded_because == "here twice"
    assert spent_on([codings[0].pk]) == {}
    order.refresh_from_db()
    assert (order.state, order.lines.get(number=1).invoiced) == (OrderState.SENT, 0)


def test_an_invoice_is_not_discarded_before_its_credit_note(invoice: Invoice, bookkeeper: User) -> None:
    note = a_credit_note(invoice, {1: 1})
    with pytest.raises(InvoiceRefused, match=f"{note.title} is for it: discard that first"):
        discard(invoice, by=bookkeeper, seen_version=1, reason="wrong")
    discard(note, by=bookkeeper, seen_version=1, reason="wrong")
    discard(invoice, by=bookkeeper, seen_version=1, reason="wrong")


@pytest.mark.parametrize("state", InvoiceState.values)
def test_each_step_is_taken_from_the_states_that_the_table_has_and_no_other(
    invoice: Invoice, bookkeeper: User, governor: User, state: str
) -> None:
    steps: dict[str, Callable[[], None]] = {
        "authorise": lambda: authorise(invoice, by=governor, seen_version=1),
        "take back": lambda: take_back(invoice, by=governor, seen_version=1),
        "discard": lambda: discard(invoice, by=bookkeeper, seen_version=1, reason="wrong"),
    }
    for step, do in steps.items():
        Invoice.objects.update(state=state, version=1)
        if state in STEPS[step][0]:
            do()
            assert now(invoice).state == STEPS[step][1]
        else:
            with pytest.raises(InvoiceRefused):
                do()
            assert now(invoice).state == state
