"""Two colleagues who make an invoice of the same order at the same moment."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.supplier.screens import received
from tests.supplier.test_at_once import at_once

from schoolgate.commons.accounts.models import User
from schoolgate.supplier.models import Buyer, Document

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_two_invoices_of_all_that_is_left_one_is_queued_and_the_other_told(
    signed_in: Callable[[User], Client], clerk: User, green_abbey: Buyer
) -> None:
    address = reverse("invoice-order", args=[received(green_abbey, lines=1).pk])

    def invoice(number: str) -> Callable[[], Any]:
        browser = signed_in(clerk)
        page = browser.get(address).context
        typed = {"number": number, "date": "2026-11-26", "note": "", "seen": page["seen"]}
        line = {"lines-0-quantity": page["charges"].forms[0]["quantity"].value(), "lines-0-vat": "S 20"}
        counts = {"lines-TOTAL_FORMS": 1, "lines-INITIAL_FORMS": 1}
        return lambda: browser.post(address, {**typed, **line, **counts}).status_code

    assert sorted(at_once(invoice("SI-1"), invoice("SI-2"))) == [302, 422]
    assert Document.objects.count() == 1
