"""Every step of an invoice from every state: those of the table are taken, all others change nothing."""

import pytest
from tests.school.purchasing.billing import an_invoice
from tests.school.purchasing.ordering import an_order

from schoolgate.school.purchasing.models import BOOKED, Coding, Invoice, InvoiceState, OrderState, Supplier, VatCode
from schoolgate.school.purchasing.models.invoice import STEPS


@pytest.fixture
def invoice(supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode]) -> Invoice:
    return an_invoice(an_order(supplier, codings[0], vat["S"], state=OrderState.SENT), {1: 1})


@pytest.mark.parametrize("step", STEPS)
def test_a_step_is_taken_from_its_states_only(invoice: Invoice, step: str) -> None:
    before, after = STEPS[step]
    for state in InvoiceState.values:
        Invoice.objects.update(state=state)
        assert Invoice.objects.filter(pk=invoice.pk).take(step) == (state in before)
        assert Invoice.objects.get().state == (after if state in before else state)


def test_from_every_state_but_the_last_ones_a_way_leads_on() -> None:
    leads_on = {state for before, _ in STEPS.values() for state in before}
    assert set(InvoiceState.values) - leads_on == {InvoiceState.POSTED, InvoiceState.DISCARDED}


def test_only_what_is_discarded_counts_no_more() -> None:
    assert set(InvoiceState.values) - set(BOOKED) == {InvoiceState.DISCARDED}


def test_what_was_authorised_is_not_discarded_before_that_is_taken_back() -> None:
    before, _ = STEPS["discard"]
    assert before == {InvoiceState.UNAUTHORISED}
