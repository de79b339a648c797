"""Orders that came, orders that were refused, and invoices made from them."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.supplier.papers import an_authorised_order
from tests.supplier.screens import queued, received, text

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.web.finding import find
from schoolgate.documents.ebis.invoices import Invoice, read_invoice
from schoolgate.supplier.models import (
    Buyer,
    Delivery,
    DeliveryState,
    Document,
    DocumentContent,
    Kind,
    Order,
    RefusedOrder,
    Webhook,
)
from schoolgate.supplier.orders.receiving import OrderRefused, receive_order
from schoolgate.supplier.queue.steps import withdraw

SignedIn = Callable[[User], Client]


@pytest.fixture
def browser(signed_in: SignedIn, clerk: User) -> Client:
    return signed_in(clerk)


@pytest.fixture
def order(green_abbey: Buyer) -> Order:
    return received(green_abbey)


@pytest.fixture
def refused(green_abbey: Buyer) -> RefusedOrder:
    with pytest.raises(OrderRefused):
        receive_order(green_abbey, an_authorised_order(green_abbey).replace("<OrderDate>", "<OrderDate>x", 1))
    return RefusedOrder.objects.get()


def test_orders_are_listed_with_school_basket_and_what_was_changed(browser: Client, green_abbey: Buyer) -> None:
    basket = queued(green_abbey)
    order = received(green_abbey, lines=2)
    shown = text(browser.get(reverse("orders")))
    for told in (order.number, basket.reference, "Green Abbey School", "line 3 removed"):
        assert told in shown


def test_no_orders_yet_says_when_they_come(browser: Client, green_abbey: Buyer) -> None:
    shown = text(browser.get(reverse("orders")))
    assert "No orders yet. Orders come when the school authorises and sends." in shown


def test_an_order_shows_its_basket_its_changes_and_its_lines(browser: Client, green_abbey: Buyer) -> None:
    basket = queued(green_abbey)
    order = received(green_abbey, lines=2)
    shown = text(browser.get(reverse("order", args=[order.pk])))
    for told in (reverse("document", args=[basket.pk]), "Line 3 removed", "2 lines, in GBP", "&lt;OrderLine"):
        assert told in shown


def test_two_orders_of_one_number_point_at_each_other(browser: Client, order: Order) -> None:
    again = received(order.buyer, lines=2)
    assert "came again" in text(browser.get(reverse("order", args=[order.pk])))
    assert "came before" in text(browser.get(reverse("order", args=[again.pk])))


def test_an_order_is_taken_by_a_press_and_given_back_by_another(browser: Client, order: Order) -> None:
    address = reverse("take-order", args=[order.pk])
    assert "noted as taken." in text(browser.post(address, {"taken": "yes"}, follow=True))
    assert AuditEntry.objects.filter(did="order taken", who="cara").exists()
    assert "was noted as taken before" in text(browser.post(address, {"taken": "yes"}, follow=True))
    assert "not taken after all" in text(browser.post(address, {"taken": "no"}, follow=True))
    order.refresh_from_db()
    assert order.taken_at is None


def test_orders_that_nobody_picked_up_are_told_from_those_that_a_webhook_was_told_of(
    browser: Client, order: Order
) -> None:
    Order.objects.update(received_at=order.received_at.replace(year=2025))
    assert order.number in text(browser.get(reverse("orders"), {"taken_at": "lying"}))
    webhook = Webhook.objects.create(supplier=order.supplier, url="https://shop.example/hook", secret="s")
    Delivery.objects.create(webhook=webhook, supplier=order.supplier, order=order, state=DeliveryState.DELIVERED)
    assert "No orders fit" in text(browser.get(reverse("orders"), {"taken_at": "lying"}))
    assert "Delivered" in text(browser.get(reverse("orders")))


def test_the_order_downloads_as_xml_json_and_csv(browser: Client, order: Order) -> None:
    def file(form: str) -> str:
        answer: Any = browser.get(reverse("order-file", args=[order.pk, form]))
        return str(b"".join(answer), "utf-8-sig")

    assert file("xml") == order.content.xml
    assert json.loads(file("json"))["number"] == order.number
    assert file("csv").splitlines()[0].startswith("Line,Product,Description,Quantity")
    assert len(file("csv").splitlines()) == 4
    assert AuditEntry.objects.filter(did="order downloaded", who="cara").count() == 4
    assert browser.get(reverse("order-file", args=[order.pk, "pdf"])).status_code == 404


def test_refused_orders_are_listed_with_what_the_school_was_told(browser: Client, refused: RefusedOrder) -> None:
    assert refused.told.split(".")[0] in text(browser.get(reverse("refused-orders")))
    shown = text(browser.get(reverse("refused-order", args=[refused.pk])))
    assert "InvalidXmlException: " in shown
    assert refused.problems[0]["path"] in shown
    assert refused.problems[0]["path"].startswith("/")
    assert text(browser.get(reverse("refused-order-xml", args=[refused.pk]))) == refused.xml


def test_a_refused_order_that_came_right_leads_to_it(browser: Client, refused: RefusedOrder) -> None:
    order = received(refused.buyer)
    RefusedOrder.objects.update(number=order.number)
    assert reverse("order", args=[order.pk]) in text(browser.get(reverse("refused-order", args=[refused.pk])))


def test_another_suppliers_orders_do_not_exist(
    signed_in: SignedIn, hilltop_clerk: User, order: Order, refused: RefusedOrder
) -> None:
    stranger = signed_in(hilltop_clerk)
    assert order.number not in text(stranger.get(reverse("orders")))
    assert "No order was refused." in text(stranger.get(reverse("refused-orders")))
    for name, args in (
        ("order", [order.pk]),
        ("order-file", [order.pk, "xml"]),
        ("invoice-order", [order.pk]),
        ("refused-order", [refused.pk]),
        ("refused-order-xml", [refused.pk]),
    ):
        assert stranger.get(reverse(name, args=args)).status_code == 404
    assert stranger.post(reverse("take-order", args=[order.pk]), {"taken": "yes"}).status_code == 404


def test_an_order_is_found_by_number_and_reference(clerk: User, hilltop_clerk: User, order: Order) -> None:
    assert [found.what for found in find(clerk, order.number)] == ["Order"]
    assert [found.name for found in find(clerk, order.reference)] == [order.number]
    assert find(hilltop_clerk, order.number) == []


class TestInvoices:
    """Making an invoice from an order, and a credit note from an invoice."""

    @staticmethod
    def typed(
        browser: Client, address: str, quantities: list[str], number: str = "INV-9", **more: str
    ) -> dict[str, Any]:
        """What a browser would send of the form as it stands, with these quantities."""
        context = browser.get(address).context
        lines = {f"lines-{place}-quantity": quantity for place, quantity in enumerate(quantities)}
        rates = {f"lines-{place}-vat": form["vat"].value() for place, form in enumerate(context["charges"].forms)}
        counts = {"lines-TOTAL_FORMS": len(quantities), "lines-INITIAL_FORMS": len(quantities)}
        head = {"number": number, "date": "2026-11-26", "note": "", "seen": context["seen"]}
        return {**head, **lines, **rates, **counts, **more}

    @pytest.fixture
    def address(self, order: Order) -> str:
        return reverse("invoice-order", args=[order.pk])

    @pytest.fixture
    def ordered(self, browser: Client, address: str) -> list[Decimal]:
        return [line.quantity for line in browser.get(address).context["source"].lines]

    @staticmethod
    def made(kind: Kind = Kind.INVOICE) -> Invoice:
        return read_invoice(DocumentContent.objects.get(document__kind=kind).xml)

    def test_all_that_was_ordered_is_offered_and_queued(
        self, browser: Client, order: Order, address: str, ordered: list[Decimal]
    ) -> None:
        answer = browser.post(address, self.typed(browser, address, [str(each) for each in ordered]), follow=True)
        assert "waits for Green Abbey School." in text(answer)
        invoice = self.made()
        assert (invoice.number, invoice.order_number, invoice.reference) == ("INV-9", order.number, order.reference)
        assert [line.quantity for line in invoice.lines] == ordered
        assert [line.order_line for line in invoice.lines] == ["1", "2", "3"]
        assert Document.objects.get(kind=Kind.INVOICE).made_from == order
        assert AuditEntry.objects.filter(did="document queued", who="cara").exists()

    def test_a_part_is_invoiced_and_the_rest_is_left(
        self, browser: Client, order: Order, address: str, ordered: list[Decimal]
    ) -> None:
        browser.post(address, self.typed(browser, address, ["1", "0", ""]))
        assert [line.order_line for line in self.made().lines] == ["1"]
        left = [line.left for line in browser.get(address).context["source"].lines]
        assert left == [ordered[0] - 1, ordered[1], ordered[2]]

    def test_no_more_is_invoiced_than_is_left(self, browser: Client, address: str, ordered: list[Decimal]) -> None:
        answer = browser.post(address, self.typed(browser, address, [str(ordered[0] + 1), "0", "0"]))
        assert answer.status_code == 422
        assert f"At most {ordered[0].normalize():f} are left." in text(answer)
        assert not Document.objects.exists()

    def test_what_is_not_a_number_is_told_at_its_field(self, browser: Client, address: str, order: Order) -> None:
        shown = text(browser.post(address, self.typed(browser, address, ["ten", "0", "0"])))
        assert 'id="id_lines-0-quantity_error"' in shown
        assert "It is not a number." in shown

    def test_an_invoice_of_nothing_is_refused(self, browser: Client, address: str, order: Order) -> None:
        answer = browser.post(address, self.typed(browser, address, ["0", "0", "0"]))
        assert answer.status_code == 422
        assert not Document.objects.exists()

    def test_who_invoices_what_a_colleague_invoiced_meanwhile_sees_what_is_left(
        self, browser: Client, address: str, ordered: list[Decimal]
    ) -> None:
        mine = self.typed(browser, address, [str(each) for each in ordered])
        browser.post(address, self.typed(browser, address, ["1", "0", "0"], number="INV-8"))
        mine["lines-0-quantity"] = str(ordered[0] - 1)
        answer = browser.post(address, mine)
        assert "Somebody invoiced or credited of it meanwhile." in text(answer)
        assert Document.objects.count() == 1

    def test_an_order_without_a_number_is_not_invoiced(self, browser: Client, address: str, order: Order) -> None:
        Order.objects.update(number="")
        assert "The order has no number" in text(browser.get(address, follow=True))

    def test_pressed_twice_it_is_one_invoice(self, browser: Client, address: str, ordered: list[Decimal]) -> None:
        mine = self.typed(browser, address, ["1", "0", "0"])
        browser.post(address, mine)
        assert "is in the queue already" in text(browser.post(address, mine, follow=True))
        assert Document.objects.count() == 1

    def test_a_credit_note_gives_back_of_an_invoice_and_no_more_than_it_charged(
        self, browser: Client, address: str, clerk: User
    ) -> None:
        browser.post(address, self.typed(browser, address, ["2", "1", "0"]))
        invoice = Document.objects.get()
        credit = reverse("credit-invoice", args=[invoice.pk])
        assert "At most 2 are left." in text(browser.post(credit, self.typed(browser, credit, ["3", "0"], "CN-1")))
        browser.post(credit, self.typed(browser, credit, ["2", "0"], "CN-1"))
        note = self.made(Kind.CREDIT_NOTE)
        assert (note.credits, note.order_number) == ("INV-9", invoice.order_number)
        assert [line.left for line in browser.get(credit).context["source"].lines] == [0, 1]
        withdraw(Document.objects.get(kind=Kind.CREDIT_NOTE), by=clerk)
        assert [line.left for line in browser.get(credit).context["source"].lines] == [2, 1]
