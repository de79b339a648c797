"""What is invoiced of an order, and how the order stands by it."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from tests.school.purchasing.billing import a_credit_note, an_invoice, let_go
from tests.school.purchasing.ordering import an_order

from schoolgate.commons.audit.models import AuditEntry
from schoolgate.school.purchasing import sending
from schoolgate.school.purchasing.invoicing import counting
from schoolgate.school.purchasing.models import (
    Coding,
    InvoiceLine,
    InvoiceState,
    Order,
    OrderState,
    SendAttempt,
    Supplier,
    VatCode,
)
from schoolgate.school.purchasing.orders import about


@pytest.fixture
def order(supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode]) -> Order:
    """Three of line 1 and ten of line 2, sent."""
    return an_order(supplier, codings[0], vat["S"], state=OrderState.SENT)


def _stands(order: Order) -> tuple[str, list[Any]]:
    order.refresh_from_db()
    return order.state, [line.invoiced for line in order.lines.all()]


def test_an_invoice_for_some_of_an_order_makes_it_invoiced_in_part(order: Order) -> None:
    an_invoice(order, {1: 2})
    assert _stands(order) == (OrderState.PART_INVOICED, [2, 0])


def test_part_invoices_add_up_until_the_order_is_complete(order: Order) -> None:
    an_invoice(order, {1: 2})
    an_invoice(order, {1: 1, 2: 9})
    assert _stands(order) == (OrderState.PART_INVOICED, [3, 9])
    an_invoice(order, {2: 1})
    assert _stands(order) == (OrderState.COMPLETE, [3, 10])


def test_parts_of_one_are_counted_as_they_are(order: Order) -> None:
    an_invoice(order, {1: Decimal("0.5"), 2: Decimal("9.9999")})
    assert _stands(order) == (OrderState.PART_INVOICED, [Decimal("0.5"), Decimal("9.9999")])


def test_more_than_ordered_completes_a_line_and_is_counted(order: Order) -> None:
    an_invoice(order, {1: 4, 2: 10})
    assert _stands(order) == (OrderState.COMPLETE, [4, 10])


def test_a_line_that_was_taken_off_is_not_waited_for(order: Order) -> None:
    order.lines.filter(number=2).update(removed_at=timezone.now())
    an_invoice(order, {1: 3})
    assert _stands(order) == (OrderState.COMPLETE, [3, 0])


def test_a_credit_note_for_some_opens_a_complete_order_again(order: Order) -> None:
    invoice = an_invoice(order, {1: 3, 2: 10})
    a_credit_note(invoice, {2: 4})
    assert _stands(order) == (OrderState.PART_INVOICED, [3, 6])


def test_a_credit_note_for_all_leaves_the_order_as_it_was_sent(order: Order) -> None:
    invoice = an_invoice(order, {1: 3})
    a_credit_note(invoice, {1: 3})
    assert _stands(order) == (OrderState.SENT, [0, 0])


def test_what_is_discarded_does_not_count(order: Order) -> None:
    let_go(an_invoice(order, {1: 3, 2: 10}))
    assert _stands(order) == (OrderState.SENT, [0, 0])


def test_an_invoice_counts_from_the_moment_it_is_here_and_after_it_was_exported(order: Order) -> None:
    invoice = an_invoice(order, {1: 3, 2: 10})
    for state in (InvoiceState.AUTHORISED, InvoiceState.POSTED):
        invoice.state = state
        invoice.save()
        with transaction.atomic():
            counting.recount(counting.hold(order.pk))
        assert _stands(order) == (OrderState.COMPLETE, [3, 10])


def test_an_order_that_nobody_was_sure_of_has_arrived_once_it_is_invoiced(order: Order) -> None:
    order.state, order.said = OrderState.UNSURE, "No answer came."
    order.save()
    SendAttempt.objects.create(order=order, service=order.came_by, outcome=sending.UNSURE, ended_at=timezone.now())
    an_invoice(order, {1: 1})
    assert _stands(order) == (OrderState.PART_INVOICED, [1, 0])
    assert order.sent_at is not None
    assert order.said == ""
    assert [attempt.outcome for attempt in order.attempts.all()] == [sending.ARRIVED]
    said = AuditEntry.objects.about(about(order)).get(did="order arrived")
    assert said.details == "it is invoiced"


@pytest.mark.parametrize("state", [OrderState.CANCELLED, OrderState.SENDING, OrderState.DISCARDED])
def test_an_order_in_a_state_that_invoices_do_not_move_keeps_it(order: Order, state: str) -> None:
    order.state = state
    order.save()
    an_invoice(order, {1: 3, 2: 10})
    assert _stands(order) == (state, [3, 10])


def test_an_order_whose_rest_was_closed_stays_closed(order: Order) -> None:
    invoice = an_invoice(order, {1: 3})
    Order.objects.filter(pk=order.pk).take("complete", rest_closed=True)
    an_invoice(order, {2: 4})
    let_go(invoice)
    assert _stands(order) == (OrderState.COMPLETE, [0, 4])


def test_an_order_whose_rest_was_closed_stays_closed_when_an_invoice_for_the_rest_comes_and_is_discarded(
    order: Order,
) -> None:
    an_invoice(order, {1: 3})
    Order.objects.filter(pk=order.pk).take("complete", rest_closed=True)
    let_go(an_invoice(order, {2: 10}))
    assert _stands(order) == (OrderState.COMPLETE, [3, 0])


def test_each_step_is_in_the_orders_trail_and_counts_as_a_change(order: Order) -> None:
    let_go(an_invoice(order, {1: 3, 2: 10}))
    an_invoice(order, {1: 2})
    trail = AuditEntry.objects.about(about(order)).order_by("at", "pk")
    assert [(entry.did, entry.details) for entry in trail] == [
        ("order complete", "all of it is invoiced"),
        ("order opened again", "not all of it is invoiced any more"),
        ("order invoiced in part", "line 1: 2 of 3"),
    ]
    order.refresh_from_db()
    assert order.version == 4


def test_what_counts_nothing_new_changes_no_state(order: Order) -> None:
    an_invoice(order, {1: 2})
    order.refresh_from_db()
    with transaction.atomic():
        counting.recount(counting.hold(order.pk))
    before = order.version
    order.refresh_from_db()
    assert order.version == before


def test_what_credit_notes_took_of_an_invoices_line_cannot_be_credited_again(order: Order) -> None:
    invoice = an_invoice(order, {1: 3, 2: 10})
    note = a_credit_note(invoice, {2: 4})
    line = InvoiceLine.objects.get(invoice=invoice, number=2)
    assert counting.still_to_credit(line) == (Decimal(6), Decimal("7.50"))
    let_go(note)
    assert counting.still_to_credit(line) == (Decimal(10), Decimal("12.50"))
