"""Composing a basket: nothing typed is lost, faults stand at their fields, a preview before it is queued."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.supplier.screens import queued, text

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.documents.ebis.orders import Order, read_order
from schoolgate.supplier.forms.basket import MOST_LINES
from schoolgate.supplier.models import Buyer, Document, DocumentContent, Kind

SignedIn = Callable[[User], Client]
LINE = {
    "product": "PN-100",
    "description": "Pencils",
    "quantity": "10",
    "unit": "BX",
    "unit_price": "4.55",
    "vat": "S 20",
    "cost_centre": "SCI",
    "ledger_code": "2210",
}


@pytest.fixture
def browser(signed_in: SignedIn, clerk: User) -> Client:
    return signed_in(clerk)


@pytest.fixture
def address() -> str:
    return reverse("compose-basket")


def typed(buyer: Buyer, *lines: dict[str, str], total: int = 0, **head: Any) -> dict[str, Any]:
    """What a browser sends of a form with these lines, and empty ones up to `total`."""
    fields = {
        f"lines-{number}-{name}": line.get(name, "S 20" if name == "vat" else "")
        for number, line in enumerate([*lines, *([{}] * (total - len(lines)))])
        for name in LINE
    }
    counts = {"lines-TOTAL_FORMS": max(total, len(lines)), "lines-INITIAL_FORMS": 0}
    return {"buyer": buyer.pk, "kind": "order", "reference": "WEB-1", **fields, **counts, **head}


def only_order() -> Order:
    return read_order(DocumentContent.objects.get().xml)


def values(shown: str, name: str) -> list[str]:
    """What the fields of this name hold, line by line."""
    return re.findall(rf'name="lines-\d+-{name}"(?: value="([^"]*)")?', shown)


def test_a_basket_is_queued_with_the_schools_user_and_its_codes_line_by_line(
    browser: Client, address: str, green_abbey: Buyer
) -> None:
    other = {**LINE, "product": "PN-200", "cost_centre": "", "ledger_code": "", "vat": "Z 0"}
    head: dict[str, Any] = {"user": "j.smith", "deliver_to": "Green Abbey School\n1 Abbey Lane", "postcode": "AB1 2CD"}
    shown = text(browser.post(address, typed(green_abbey, LINE, other, queue="1", **head), follow=True))
    assert "waits for Green Abbey School." in shown
    order = only_order()
    assert (order.reference, order.buyer.contact.name) == ("WEB-1", "j.smith")
    assert (order.delivery.name, order.delivery.address.lines) == ("Green Abbey School", ("1 Abbey Lane",))
    assert [(line.product, line.cost_centre, line.ledger_code) for line in order.lines] == [
        ("PN-100", "SCI", "2210"),
        ("PN-200", "", ""),
    ]
    assert order.totals.gross == Decimal("100.10")
    assert AuditEntry.objects.filter(did="document queued", who="cara").exists()


def test_empty_lines_between_are_left_out_and_faults_stand_at_the_line_that_has_them(
    browser: Client, address: str, green_abbey: Buyer
) -> None:
    wrong = {**LINE, "quantity": "1.5"}
    answer = browser.post(address, typed(green_abbey, LINE, {}, wrong, queue="1"))
    assert answer.status_code == 422
    assert 'id="id_lines-2-quantity_error"' in text(answer)
    assert "Line 3, quantity: It is not a whole number: 1.5." in text(answer)
    assert values(text(answer), "quantity") == ["10", "", "1.5"]
    assert not Document.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("unit_price", "4.55555", "more than 4 decimal places"),
        ("unit_price", "four", "not a number"),
        ("description", "", "missing"),
        ("vat", "S nought", "not a number"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(
    browser: Client, address: str, green_abbey: Buyer, field: str, value: str, said: str
) -> None:
    shown = text(browser.post(address, typed(green_abbey, {**LINE, field: value}, queue="1")))
    assert f'id="id_lines-0-{field}_error"' in shown
    assert said in shown


def test_a_basket_without_a_line_is_refused(browser: Client, address: str, green_abbey: Buyer) -> None:
    answer = browser.post(address, typed(green_abbey, total=10, queue="1"))
    assert answer.status_code == 422
    assert "lines is missing." in text(answer)


def test_ten_more_lines_lose_nothing_that_was_typed_and_tell_of_no_faults_yet(
    browser: Client, address: str, green_abbey: Buyer
) -> None:
    lines = [{**LINE, "product": f"PN-{number}", "quantity": "x"} for number in range(50)]
    shown = text(browser.post(address, typed(green_abbey, *lines, add="1", user="j.smith", note="Ring first")))
    assert values(shown, "product") == [*(f"PN-{number}" for number in range(50)), *([""] * 10)]
    assert "Ring first" in shown
    assert 'value="j.smith"' in shown
    assert f'<option value="{green_abbey.pk}" selected>' in shown
    assert "There is a problem" not in shown
    assert "field-errors" not in shown


def test_as_many_lines_as_the_form_offers_are_queued(browser: Client, address: str, green_abbey: Buyer) -> None:
    lines = [{**LINE, "product": f"PN-{number}"} for number in range(MOST_LINES)]
    browser.post(address, typed(green_abbey, *lines, queue="1"))
    assert Document.objects.get().lines == MOST_LINES


def test_a_preview_shows_xml_totals_and_checksum_and_queues_nothing(
    browser: Client, address: str, green_abbey: Buyer
) -> None:
    shown = text(browser.post(address, typed(green_abbey, LINE, preview="1")))
    assert "not queued yet" in shown
    assert "54.60" in shown
    assert "&lt;SuppliersProductCode&gt;PN-100" in shown
    assert re.search(r'Checksum <span class="code">\d+</span>', shown)
    assert values(shown, "product") == ["PN-100"]
    assert not Document.objects.exists()


def test_pressed_twice_it_is_one_basket(browser: Client, address: str, green_abbey: Buyer) -> None:
    browser.post(address, typed(green_abbey, LINE, queue="1"))
    shown = text(browser.post(address, typed(green_abbey, LINE, queue="1"), follow=True))
    assert "in the queue already" in shown
    assert Document.objects.count() == 1


def test_a_quote_is_composed_in_the_same_way(browser: Client, address: str, green_abbey: Buyer) -> None:
    browser.post(address, typed(green_abbey, LINE, queue="1", kind="quote"))
    assert Document.objects.get().kind == Kind.QUOTE


def test_a_former_basket_is_a_start_without_its_reference(browser: Client, address: str, green_abbey: Buyer) -> None:
    former = queued(green_abbey)
    shown = text(browser.get(address, {"copy": former.pk}))
    assert values(shown, "product")[:3] == [line.product for line in only_order().lines]
    assert f'<option value="{green_abbey.pk}" selected>' in shown
    assert former.reference not in shown


def test_an_unusual_rate_of_a_former_basket_stays_what_it_is(browser: Client, address: str, green_abbey: Buyer) -> None:
    browser.post(address, typed(green_abbey, {**LINE, "vat": "S 17.5"}, queue="1"))
    shown = text(browser.get(address, {"copy": Document.objects.get().pk}))
    assert '<option value="S 17.5" selected>17.5 % (S)</option>' in shown


def test_another_suppliers_basket_is_no_start_and_its_school_cannot_be_chosen(
    signed_in: SignedIn, hilltop_clerk: User, address: str, green_abbey: Buyer
) -> None:
    former, stranger = queued(green_abbey), signed_in(hilltop_clerk)
    shown = text(stranger.get(address, {"copy": former.pk}, follow=True))
    assert "cannot be copied" in shown
    assert "Green Abbey" not in shown
    assert stranger.post(address, typed(green_abbey, LINE, queue="1")).status_code == 422
    assert Document.objects.count() == 1


@pytest.mark.parametrize("most", [200, 0])
def test_a_schools_page_leads_to_a_form_for_it(
    browser: Client, address: str, oakhanger: Buyer, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("schoolgate.supplier.forms.schools.MOST_CHOICES", most)
    for page in (address, reverse("put-document")):
        shown = text(browser.get(page, {"buyer": oakhanger.pk}))
        assert (f'<option value="{oakhanger.pk}" selected>' if most else 'value="oakhanger"') in shown


def test_where_there_are_many_schools_one_is_typed(
    browser: Client, address: str, green_abbey: Buyer, oakhanger: Buyer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("schoolgate.supplier.forms.schools.MOST_CHOICES", 1)
    for given in ("greenabbey", "GA-4321", "987654321", "green abbey school"):
        shown = text(browser.post(address, {**typed(green_abbey, LINE, preview="1"), "buyer": given}))
        assert "not queued yet" in shown
        assert f'value="{given}"' in shown
    answer = browser.post(address, {**typed(green_abbey, LINE, queue="1"), "buyer": "nobody"})
    assert "No school of yours is called so" in text(answer)


def test_a_user_name_that_is_another_schools_account_number_puts_nothing_into_the_wrong_queue(
    browser: Client, address: str, green_abbey: Buyer, oakhanger: Buyer
) -> None:
    Buyer.objects.filter(pk=green_abbey.pk).update(account_number=oakhanger.account.username)
    answer = browser.post(address, typed(oakhanger, LINE, queue="1"))
    assert "Give it an account number first." in text(answer)
    assert not Document.objects.exists()
