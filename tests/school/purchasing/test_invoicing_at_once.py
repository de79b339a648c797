"""Two people, or two rounds, book, deliver and close at once: the second waits for the first, and counts with it."""

import pytest
from django.utils import timezone
from tests.school.purchasing.billing import a_credit_note, an_invoice, let_go
from tests.school.purchasing.ordering import an_order
from tests.school.purchasing.test_authorising_at_once import while_held

from schoolgate.commons.accounts.models import User
from schoolgate.school.purchasing.authorising import cancel
from schoolgate.school.purchasing.invoicing.closing import close_rest
from schoolgate.school.purchasing.invoicing.receiving import record, take_back
from schoolgate.school.purchasing.models import Coding, GoodsReceived, Order, OrderState, Supplier, VatCode
from schoolgate.school.purchasing.orders import ChangedMeanwhile, OrderRefused

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def order(supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode]) -> Order:
    """Three of line 1 and ten of line 2, sent."""
    return an_order(supplier, codings[0], vat["S"], state=OrderState.SENT)


def test_two_invoices_of_one_order_are_both_counted(order: Order) -> None:
    while_held(lambda: an_invoice(order, {1: 3, 2: 4}), lambda: an_invoice(order, {2: 6}))
    order.refresh_from_db()
    assert [line.invoiced for line in order.lines.all()] == [3, 10]
    assert order.state == OrderState.COMPLETE


def test_an_invoice_that_is_discarded_while_another_comes_counts_no_more(order: Order) -> None:
    wrong = an_invoice(order, {1: 3, 2: 10})
    while_held(lambda: let_go(wrong), lambda: an_invoice(order, {1: 1}))
    order.refresh_from_db()
    assert [line.invoiced for line in order.lines.all()] == [1, 0]
    assert order.state == OrderState.PART_INVOICED


def test_a_credit_note_that_comes_with_an_invoice_is_counted_too(order: Order) -> None:
    first = an_invoice(order, {1: 3})
    while_held(lambda: a_credit_note(first, {1: 3}), lambda: an_invoice(order, {1: 2}))
    assert [line.invoiced for line in order.lines.all()] == [2, 0]


def test_an_order_is_not_cancelled_while_an_invoice_for_it_comes(order: Order, head: User) -> None:
    (said,) = while_held(
        lambda: an_invoice(order, {1: 3}),
        lambda: cancel(order, by=head, seen_version=order.version, reason="Not wanted"),
    )
    assert isinstance(said, OrderRefused)
    assert Order.objects.get().state == OrderState.PART_INVOICED


def test_an_order_whose_rest_is_closed_while_its_invoice_comes_is_looked_at_again(order: Order, head: User) -> None:
    (said,) = while_held(
        lambda: an_invoice(order, {1: 3}),
        lambda: close_rest(order, by=head, seen_version=order.version, reason="Out of print"),
    )
    assert isinstance(said, ChangedMeanwhile)
    assert Order.objects.get().state == OrderState.PART_INVOICED


def test_the_same_delivery_is_not_recorded_twice(order: Order, clerk: User, head: User) -> None:
    line = order.lines.get(number=1)

    def deliver(by: User) -> object:
        return record(order, {line.pk: 3}, timezone.localdate(), by=by, seen_version=order.version)

    (said,) = while_held(lambda: deliver(clerk), lambda: deliver(head))
    assert isinstance(said, ChangedMeanwhile)
    assert GoodsReceived.objects.count() == 1


def test_two_deliveries_of_one_line_are_both_counted(order: Order, clerk: User) -> None:
    line = order.lines.get(number=2)
    (wrong,) = record(order, {line.pk: 1}, timezone.localdate(), by=clerk)
    while_held(
        lambda: record(order, {line.pk: 4}, timezone.localdate(), by=clerk),
        lambda: take_back(wrong, by=clerk),
    )
    line.refresh_from_db()
    assert line.received == 4
