"""What holds of money whatever is ordered, changed, authorised and called off."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.school.purchasing.ordering import an_order

from schoolgate.commons.accounts.models import User
from schoolgate.school.purchasing.authorising import authorise, cancel, take_back
from schoolgate.school.purchasing.budget import room_for
from schoolgate.school.purchasing.models import COMMITTED, Coding, Order, OrderLine, OrderState, Supplier, VatCode
from schoolgate.school.purchasing.orders import (
    Goods,
    Head,
    LineWanted,
    OrderRefused,
    change_order,
    discard,
    raise_order,
)

prices = st.decimals(min_value=0, max_value=5000, places=4)
quantities = st.integers(min_value=1, max_value=500)
# What the database holds is undone after the test, not after each example: each begins by putting it away.
many = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(autouse=True)
def _no_number_is_left_over(db: None) -> None:
    """Tests begin without orders."""
    assert not Order.objects.exists()


@many
@given(st.lists(st.tuples(prices, quantities, st.sampled_from("SZE")), min_size=1, max_size=6), st.data())
def test_an_orders_sums_are_those_of_its_lines_whatever_is_changed(
    clerk: User,
    supplier: Supplier,
    codings: list[Coding],
    vat: dict[str, VatCode],
    lines: list[tuple[Decimal, int, str]],
    data: st.DataObject,
) -> None:
    wanted = [LineWanted(quantity, vat[code], codings[0], Goods("Thing", price)) for price, quantity, code in lines]
    order = raise_order(supplier, Head(), wanted, by=clerk)
    assert_sums(order)
    changed = [
        LineWanted(data.draw(quantities), vat[data.draw(st.sampled_from("SZE"))], codings[0], None, number, off)
        for number, off in enumerate(data.draw(st.lists(st.booleans(), max_size=len(lines))), 1)
    ]
    try:
        change_order(order, Head(), changed, by=clerk, seen_version=order.version)
    except OrderRefused:
        assert len(changed) == len(lines)
        assert all(line.off for line in changed)
    assert_sums(order)


@many
@given(
    st.lists(
        st.tuples(
            st.integers(0, 2), st.decimals(0, 700, places=2), st.sampled_from(["authorise", "take back", "cancel"])
        ),
        max_size=8,
    )
)
def test_what_is_committed_is_the_sum_over_orders_and_no_budget_is_overdrawn_without_a_reason(
    head: User,
    chair: User,
    supplier: Supplier,
    codings: list[Coding],
    vat: dict[str, VatCode],
    acts: list[tuple[int, Decimal, str]],
) -> None:
    Order.objects.all().delete()
    for number, (of, price, then) in enumerate(acts):
        line = {"description": "Thing", "quantity": 1, "unit_price": price}
        order = an_order(supplier, codings[of], vat["S"], line, number=f"PO-{number}", state=OrderState.UNAUTHORISED)
        try:
            order = authorise(order, by=head, seen_version=1)
        except OrderRefused:
            order = authorise(order, by=chair, seen_version=1, reason="It cannot wait")
        if then == "take back":
            take_back(order, by=head, seen_version=order.version)
            discard(order, by=head, seen_version=order.version + 1)
        elif then == "cancel":
            cancel(order, by=head, seen_version=order.version, reason="Not wanted")
    for coding in codings:
        lines = OrderLine.objects.filter(coding=coding, order__state__in=COMMITTED)
        room = room_for(coding)
        assert room.committed == sum((line.net for line in lines), Decimal(0))
        reasons = {order.over_budget for order in Order.objects.filter(state__in=COMMITTED, lines__coding=coding)}
        assert room.left >= 0 or "It cannot wait" in reasons


def assert_sums(order: Order) -> None:
    order.refresh_from_db()
    kept = [line for line in order.lines.all() if line.removed_at is None]
    assert order.net == sum(line.net for line in kept)
    assert order.vat == sum(line.vat for line in kept)
    assert order.gross == order.net + order.vat
    assert all(isinstance(amount, Decimal) for amount in (order.net, order.vat, order.gross))
    assert [line.net for line in kept] == [
        (line.quantity * line.unit_price).quantize(Decimal("0.01"), "ROUND_HALF_UP") for line in kept
    ]
