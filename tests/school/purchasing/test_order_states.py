"""Every step of an order from every state: those of the table are taken, all others change nothing."""

import pytest
from tests.school.purchasing.ordering import an_order

from schoolgate.school.purchasing.models import COMMITTED, Coding, Order, OrderState, Supplier, VatCode
from schoolgate.school.purchasing.models.order import STEPS


@pytest.fixture
def order(supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode]) -> Order:
    return an_order(supplier, codings[0], vat["S"])


@pytest.mark.parametrize("step", STEPS)
def test_a_step_is_taken_from_its_states_only(order: Order, step: str) -> None:
    before, after = STEPS[step]
    for state in OrderState.values:
        Order.objects.update(state=state)
        assert Order.objects.filter(pk=order.pk).take(step) == (state in before)
        assert Order.objects.get().state == (after if state in before else state)


def test_what_was_sent_or_may_have_been_is_committed() -> None:
    on_its_way = {after for step, (_, after) in STEPS.items() if step in ("authorise", "send", "be unsure", "arrive")}
    assert on_its_way <= set(COMMITTED)


def test_from_every_state_but_the_last_ones_a_way_leads_on() -> None:
    leads_on = {state for before, _ in STEPS.values() for state in before}
    assert set(OrderState.values) - leads_on == {OrderState.DISCARDED, OrderState.CANCELLED}


def test_nothing_that_may_have_arrived_becomes_authorised_again() -> None:
    """Else it would be sent again by itself."""
    to_authorised = [before for before, after in STEPS.values() if after == OrderState.AUTHORISED]
    assert not any(before & {OrderState.UNSURE, OrderState.SENT} for before in to_authorised)
