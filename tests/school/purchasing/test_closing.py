"""The rest of an order that never comes: closing it frees its budgets, and it can be opened again."""

from decimal import Decimal

import pytest
from django.utils import timezone
from tests.school.purchasing.billing import a_credit_note, an_invoice
from tests.school.purchasing.ordering import an_order

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.school.purchasing.authorising import cancel
from schoolgate.school.purchasing.budget import room_for
from schoolgate.school.purchasing.invoicing.closing import close_rest, open_rest
from schoolgate.school.purchasing.models import Coding, FinancialYear, Order, OrderState, Supplier, VatCode
from schoolgate.school.purchasing.orders import ChangedMeanwhile, OrderRefused, about


@pytest.fixture
def order(supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode]) -> Order:
    """£13.50 and £12.50 net, sent; the first line is invoiced."""
    made = an_order(supplier, codings[0], vat["S"], state=OrderState.SENT)
    an_invoice(made, {1: 3})
    made.refresh_from_db()
    return made


def _close(order: Order, head: User, reason: str = "Out of print") -> None:
    close_rest(order, by=head, seen_version=order.version, reason=reason)
    order.refresh_from_db()


def test_what_is_not_invoiced_of_a_closed_order_is_free_and_what_is_stays_spent(
    order: Order, codings: list[Coding], head: User
) -> None:
    room = room_for(codings[0])
    assert (room.spent, room.committed) == (Decimal("13.50"), Decimal("12.50"))
    _close(order, head)
    room = room_for(codings[0])
    assert order.state == OrderState.COMPLETE
    assert (room.spent, room.committed) == (Decimal("13.50"), Decimal(0))


def test_who_closed_the_rest_and_why_is_in_the_trail(order: Order, head: User) -> None:
    _close(order, head)
    entry = AuditEntry.objects.about(about(order)).get(did="rest of order closed")
    assert (entry.who, entry.details) == ("head", "£12.50 net are no longer committed: Out of print")


def test_the_rest_is_not_closed_without_a_reason(order: Order, head: User) -> None:
    with pytest.raises(OrderRefused, match="Say why"):
        _close(order, head, " ")
    assert Order.objects.get().state == OrderState.PART_INVOICED


def test_the_rest_of_an_order_that_changed_meanwhile_is_not_closed(order: Order, head: User) -> None:
    with pytest.raises(ChangedMeanwhile):
        close_rest(order, by=head, seen_version=order.version - 1, reason="Out of print")


@pytest.mark.parametrize("state", [OrderState.UNAUTHORISED, OrderState.AUTHORISED, OrderState.CANCELLED])
def test_the_rest_of_an_order_that_never_went_out_is_not_closed(order: Order, head: User, state: str) -> None:
    Order.objects.update(state=state)
    with pytest.raises(OrderRefused):
        _close(order, head)


def test_an_opened_order_has_its_rest_committed_again(order: Order, codings: list[Coding], head: User) -> None:
    _close(order, head)
    open_rest(order, by=head, seen_version=order.version)
    order.refresh_from_db()
    assert order.state == OrderState.PART_INVOICED
    assert room_for(codings[0]).committed == 12.5


def test_an_order_that_is_complete_by_itself_is_not_opened(order: Order, head: User) -> None:
    an_invoice(order, {2: 10})
    order.refresh_from_db()
    with pytest.raises(OrderRefused, match="nothing of it is left to come"):
        open_rest(order, by=head, seen_version=order.version)


def test_an_order_that_is_open_is_not_opened(order: Order, head: User) -> None:
    with pytest.raises(OrderRefused, match="it is open"):
        open_rest(order, by=head, seen_version=order.version)


def test_nothing_is_committed_again_in_a_closed_year(order: Order, head: User, year: FinancialYear) -> None:
    _close(order, head)
    year.closed_at = timezone.now()
    year.save()
    with pytest.raises(OrderRefused, match="is closed"):
        open_rest(order, by=head, seen_version=order.version)


def test_an_order_that_is_invoiced_is_not_cancelled_and_its_canceller_is_told_what_to_do(
    order: Order, head: User
) -> None:
    with pytest.raises(OrderRefused, match=r"£13\.50 net .* discard the invoice .* close the rest"):
        cancel(order, by=head, seen_version=order.version, reason="Not wanted")
    assert Order.objects.get().state == OrderState.PART_INVOICED


def test_an_order_whose_invoice_was_credited_can_be_cancelled(order: Order, head: User) -> None:
    a_credit_note(order.invoices.get(), {1: 3})
    order.refresh_from_db()
    cancel(order, by=head, seen_version=order.version, reason="Not wanted")
    assert Order.objects.get().state == OrderState.CANCELLED
