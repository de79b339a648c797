"""The pages of orders: what each shows to whom, what it asks first, and what comes back with its faults told."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.school.purchasing.ordering import an_order

from schoolgate.commons.accounts.models import User
from schoolgate.school.purchasing import year_end
from schoolgate.school.purchasing.models import (
    Coding,
    FetchedDocument,
    FinancialYear,
    Order,
    OrderState,
    Supplier,
    VatCode,
)
from schoolgate.school.purchasing.orders import Head, change_order

SignedIn = Callable[[User], Client]


@pytest.fixture
def content_order(supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode]) -> Order:
    """A basket of two lines of j.smith’s that came in, not authorised yet."""
    came = FetchedDocument.objects.create(
        service=supplier.web_service, doc_id="B-1", kind="order", listed_at="2026-11-26T12:00Z"
    )
    order = an_order(
        supplier,
        codings[0],
        vat["S"],
        document=came,
        state=OrderState.UNAUTHORISED,
        authorised_at=None,
        basket_by="j.smith",
    )
    order.lines.update(why="template of anybody")
    return order


def text_of(answer: Any) -> str:
    """A page as people read it."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def typed(answer: Any, **changes: str) -> dict[str, str]:
    """What a browser sends of the page's form, with changes."""
    page = answer.content.decode()
    values = {}
    for field in re.findall(r"<input [^>]*>", page):
        name, value = re.search(r'name="([^"]+)"', field), re.search(r'value="([^"]*)"', field)
        if name and ('type="checkbox"' not in field or " checked" in field):
            values[name[1]] = value[1] if value else ""
    for name, options in re.findall(r'<select name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        values[name] = chosen[1] if chosen else ""
    values.update(re.findall(r'<textarea name="([^"]+)"[^>]*>\s*(.*?)</textarea>', page, re.DOTALL))
    values.pop("csrfmiddlewaretoken", None)
    return {**values, **changes}


def post(browser: Client, name: str, order: Order, data: Mapping[str, str] | None = None) -> Any:
    address = reverse(name, args=[order.pk])
    return browser.post(address, {"version": str(order.version), **(data or {})}, follow=True)


def test_orders_are_listed_with_their_sums_and_states(content_order: Order, looker: User, signed_in: SignedIn) -> None:
    page = text_of(signed_in(looker).get(reverse("purchasing-orders")))
    assert "PO-1001 Beacon Supplies j.smith 26 Nov 2026 26.00 5.20 31.20 Unauthorised 2026-27" in page


def test_an_empty_list_says_what_to_do(year: FinancialYear, clerk: User, signed_in: SignedIn) -> None:
    page = text_of(signed_in(clerk).get(reverse("purchasing-orders")))
    assert "No orders in 2026-27. Raise an order" in page


def test_one_order_shows_its_lines_why_they_are_coded_so_and_its_budgets(
    content_order: Order, looker: User, head: User, signed_in: SignedIn
) -> None:
    page = text_of(signed_in(looker).get(reverse("purchase-order", args=[content_order.pk])))
    assert "It waits to be authorised. Head may authorise it." in page
    assert "1 BX-100 Exercise books 3 EA 4.50 S 20 % 13.50 01 / E19 / ENG English, Learning resources" in page
    assert "template of anybody" in page
    assert "English, Learning resources 1,000.00 0.00 0.00 26.00 974.00" in page


@pytest.mark.parametrize(
    ("person", "steps"),
    [
        ("looker", []),
        ("clerk", ["change", "discard"]),
        ("head", ["authorise"]),
    ],
)
def test_a_person_is_offered_what_they_may_do(
    content_order: Order, signed_in: SignedIn, person: str, steps: list[str], request: pytest.FixtureRequest
) -> None:
    page = signed_in(request.getfixturevalue(person)).get(reverse("purchase-order", args=[content_order.pk]))
    offered = re.findall(rf'href="/school/purchasing/orders/{content_order.pk}/([a-z-]+)/"', page.content.decode())
    assert offered == steps


def test_a_basket_is_changed_on_its_page(content_order: Order, clerk: User, signed_in: SignedIn) -> None:
    browser = signed_in(clerk)
    page = browser.get(reverse("change-order", args=[content_order.pk]))
    assert 'name="line-1-unit_price"' not in page.content.decode()
    data = typed(page, **{"line-1-quantity": "5", "line-2-off": "on", "line-1-coding": "01/e19/sci"})
    after = post(browser, "change-order", content_order, data)
    assert "Saved. line 1: quantity 3 → 5, coding 01 / E19 / ENG → 01 / E19 / SCI; line 2: taken off." in text_of(after)
    content_order.refresh_from_db()
    assert (content_order.net, content_order.changed_by) == (Decimal("22.50"), clerk)


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("line-1-quantity", "2.5", "Line 1, quantity: It must be a whole number."),
        ("line-1-quantity", "0", "Line 1, quantity: It must be a whole number above 0."),
        ("line-1-coding", "01 / E19 / XYZ", "Line 1, fund / ledger code / cost centre: Choose a fund, ledger code"),
        ("line-2-vat", "Q", "Line 2, vat: "),
        ("required_by", "next week", "Required by: Enter a valid date."),
        ("required_by", "2020-01-31", "Required by: This day is past. Leave it empty if there is no hurry."),
    ],
)
def test_what_cannot_be_is_told_and_nothing_typed_is_lost(
    content_order: Order, clerk: User, signed_in: SignedIn, field: str, value: str, says: str
) -> None:
    browser = signed_in(clerk)
    data = typed(browser.get(reverse("change-order", args=[content_order.pk])), own_notes="Kept", **{field: value})
    answer = post(browser, "change-order", content_order, data)
    assert answer.status_code == 422
    assert says in text_of(answer)
    assert "Kept" in answer.content.decode()
    content_order.refresh_from_db()
    assert content_order.version == 1


def test_a_day_that_a_suppliers_site_named_may_be_past(content_order: Order, clerk: User, signed_in: SignedIn) -> None:
    Order.objects.update(required_by=date(2020, 1, 31))
    browser = signed_in(clerk)
    data = typed(browser.get(reverse("change-order", args=[content_order.pk])), own_notes="Late")
    assert post(browser, "change-order", content_order, data).status_code == 200
    content_order.refresh_from_db()
    assert (content_order.own_notes, content_order.required_by) == ("Late", date(2020, 1, 31))


def test_nothing_typed_matters_in_a_line_that_is_taken_off(
    content_order: Order, clerk: User, signed_in: SignedIn
) -> None:
    browser = signed_in(clerk)
    page = browser.get(reverse("change-order", args=[content_order.pk]))
    post(browser, "change-order", content_order, typed(page, **{"line-1-off": "on", "line-1-quantity": "none"}))
    assert content_order.lines.get(number=1).removed_by == clerk


def test_a_line_of_as_many_as_a_basket_may_have_can_be_worked_on(
    content_order: Order, clerk: User, signed_in: SignedIn
) -> None:
    content_order.lines.filter(number=1).update(quantity=999_999, quantity_sent=999_999, unit_price=Decimal("0.01"))
    browser, address = signed_in(clerk), reverse("change-order", args=[content_order.pk])
    answer = browser.post(address, typed(browser.get(address), **{"line-1-vat": "Z"}), follow=True)
    assert "Saved. line 1: VAT S → Z." in text_of(answer)


def test_taking_every_line_off_asks_whether_to_discard(content_order: Order, clerk: User, signed_in: SignedIn) -> None:
    browser = signed_in(clerk)
    page = browser.get(reverse("change-order", args=[content_order.pk]))
    answer = post(browser, "change-order", content_order, typed(page, **{"line-1-off": "on", "line-2-off": "on"}))
    assert "Discard this order?" in text_of(answer)
    assert content_order.lines.filter(removed_at=None).count() == 2
    post(browser, "discard-order", content_order, {"reason": "Not wanted"})
    content_order.refresh_from_db()
    assert content_order.state == OrderState.DISCARDED


def test_the_second_of_two_who_change_it_sees_that_and_keeps_what_was_typed(
    content_order: Order, clerk: User, bursar: User, signed_in: SignedIn
) -> None:
    browser = signed_in(clerk)
    data = typed(browser.get(reverse("change-order", args=[content_order.pk])), own_notes="Mine")
    change_order(content_order, Head("Elsewhere"), [], by=bursar, seen_version=1)
    answer = post(browser, "change-order", content_order, data)
    assert answer.status_code == 409
    assert "Order PO-1001 has changed since you saw it: see what it is now. Bursar changed it" in text_of(answer)
    post(browser, "change-order", content_order, typed(answer))
    content_order.refresh_from_db()
    assert (content_order.own_notes, content_order.changed_by) == ("Mine", clerk)


def test_a_long_order_is_changed_a_hundred_lines_at_a_time(
    supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode], clerk: User, signed_in: SignedIn
) -> None:
    lines = [{"description": f"Thing {number}", "quantity": 1, "unit_price": "1"} for number in range(1, 151)]
    order = an_order(supplier, codings[0], vat["Z"], *lines, state=OrderState.UNAUTHORISED)
    browser = signed_in(clerk)
    assert "150 lines" in text_of(browser.get(reverse("purchase-order", args=[order.pk])))
    address = reverse("change-order", args=[order.pk]) + "?lines=2"
    page = browser.get(address)
    assert "Lines 101 to 150 of 150." in text_of(page)
    browser.post(address, typed(page, **{"line-150-quantity": "3"}))
    order.refresh_from_db()
    assert order.net == Decimal(152)


def test_an_order_is_raised_for_a_supplier_without_baskets(
    supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode], clerk: User, signed_in: SignedIn
) -> None:
    browser = signed_in(clerk)
    page = browser.get(reverse("raise-order"))
    assert "Green Abbey Primary School\n1 School Lane" in page.content.decode()
    line = {"part_number": "A4", "description": "Paper", "quantity": "4", "unit_price": "3.25", "coding": "01/E19/ENG"}
    data = typed(page, supplier=str(supplier.pk), **{f"new-0-{name}": value for name, value in line.items()})
    answer = browser.post(reverse("raise-order"), data, follow=True)
    order = Order.objects.get()
    assert f"Order {order.number} waits to be authorised." in text_of(answer)
    assert (order.gross, order.raised_by, order.lines.count()) == (Decimal("15.60"), clerk, 1)


def test_a_half_filled_line_is_told(
    supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode], clerk: User, signed_in: SignedIn
) -> None:
    browser = signed_in(clerk)
    data = typed(browser.get(reverse("raise-order")), supplier=str(supplier.pk), **{"new-0-description": "Paper"})
    answer = browser.post(reverse("raise-order"), data)
    assert answer.status_code == 422
    assert "New line 1, quantity: Type how many." in text_of(answer)
    assert "New line 1, price: Type its price without VAT." in text_of(answer)


def test_an_order_that_was_raised_here_may_get_more_lines(
    supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode], clerk: User, signed_in: SignedIn
) -> None:
    order = an_order(supplier, codings[0], vat["S"], state=OrderState.UNAUTHORISED, came_by=None)
    browser = signed_in(clerk)
    page = browser.get(reverse("change-order", args=[order.pk]))
    line = {"description": "Glue", "quantity": "1", "unit_price": "2", "coding": "01/E19/SCI", "vat": "Z"}
    post(browser, "change-order", order, typed(page, **{f"new-0-{name}": value for name, value in line.items()}))
    order.refresh_from_db()
    assert [line.description for line in order.lines.all()] == ["Exercise books", "Pens", "Glue"]
    assert order.net == Decimal("28.00")


def test_what_waits_to_be_authorised_is_listed_own_first_with_who_can(
    supplier: Supplier,
    codings: list[Coding],
    vat: dict[str, VatCode],
    head: User,
    chair: User,
    signed_in: SignedIn,
) -> None:
    an_order(
        supplier,
        codings[0],
        vat["Z"],
        {"description": "Desks", "quantity": 1, "unit_price": "1500"},
        number="PO-1",
        state=OrderState.UNAUTHORISED,
    )
    an_order(supplier, codings[0], vat["S"], number="PO-2", state=OrderState.UNAUTHORISED)
    page = text_of(signed_in(head).get(reverse("to-authorise")))
    assert page.index("PO-2") < page.index("PO-1 ")
    assert "£974.00 left" in page
    assert "£500.00 over on 01 / E19 / ENG" in page
    assert re.search(r"PO-2 .* you Authorise PO-1 .* Chair", page)


def test_nothing_to_authorise_is_good_news(year: FinancialYear, head: User, signed_in: SignedIn) -> None:
    assert "Nothing to authorise." in text_of(signed_in(head).get(reverse("to-authorise")))


def test_before_an_order_is_authorised_the_page_says_what_will_happen(
    content_order: Order, head: User, signed_in: SignedIn
) -> None:
    page = text_of(signed_in(head).get(reverse("authorise-order", args=[content_order.pk])))
    assert "£26.00 of these budgets is committed to this order." in page
    assert "The order goes to Beacon Supplies by its web service at once." in page
    assert "Authorise and send to Beacon Supplies (£31.20)" in page


def test_an_order_is_authorised_on_its_page(content_order: Order, head: User, signed_in: SignedIn) -> None:
    answer = post(signed_in(head), "authorise-order", content_order)
    assert "Order PO-1001 is authorised, and is being sent to Beacon Supplies." in text_of(answer)
    content_order.refresh_from_db()
    assert content_order.authorised_by == head


def test_over_budget_a_reason_is_asked_of_who_may(content_order: Order, chair: User, signed_in: SignedIn) -> None:
    Coding.objects.update(budget=Decimal(20))
    browser = signed_in(chair)
    assert "Why may it go over budget?" in text_of(browser.get(reverse("authorise-order", args=[content_order.pk])))
    assert post(browser, "authorise-order", content_order).status_code == 422
    post(browser, "authorise-order", content_order, {"reason": "Half-term"})
    content_order.refresh_from_db()
    assert content_order.over_budget == "Half-term"


def test_over_budget_who_may_not_is_told_and_has_no_button(
    content_order: Order, head: User, chair: User, signed_in: SignedIn
) -> None:
    Coding.objects.update(budget=Decimal(20))
    page = signed_in(head).get(reverse("authorise-order", args=[content_order.pk]))
    assert "over budget by £6.00 on 01 / E19 / ENG" in text_of(page)
    assert "Who can: Chair." in text_of(page)
    assert 'name="version"' not in page.content.decode()


def test_an_order_that_changed_meanwhile_is_asked_about_again(
    content_order: Order, clerk: User, head: User, signed_in: SignedIn
) -> None:
    change_order(content_order, Head("Elsewhere"), [], by=clerk, seen_version=1)
    answer = post(signed_in(head), "authorise-order", content_order)
    assert "Order PO-1001 has changed since you saw it" in text_of(answer)
    assert "Authorise and send to Beacon Supplies" in text_of(answer)
    content_order.refresh_from_db()
    assert content_order.state == OrderState.UNAUTHORISED


@pytest.mark.parametrize("version", ["", "-1", "one", "9" * 5_000])
def test_a_version_that_is_none_is_one_that_was_not_seen(
    content_order: Order, head: User, signed_in: SignedIn, version: str
) -> None:
    answer = post(signed_in(head), "authorise-order", content_order, {"version": version})
    assert "Order PO-1001 has changed since you saw it" in text_of(answer)


def test_an_order_of_a_closed_year_is_not_offered_to_be_cancelled(
    content_order: Order, head: User, year: FinancialYear, signed_in: SignedIn
) -> None:
    Order.objects.update(state=OrderState.SENT)
    browser, address = signed_in(head), reverse("purchase-order", args=[content_order.pk])
    assert "Cancel the order" in text_of(browser.get(address))
    year_end.close(year, by=None)
    assert "Cancel the order" not in text_of(browser.get(address))


@pytest.mark.parametrize("step", ["take-back", "cancel"])
def test_after_it_was_authorised_it_is_taken_back_or_cancelled_after_a_question(
    content_order: Order, head: User, signed_in: SignedIn, step: str
) -> None:
    Order.objects.update(state=OrderState.AUTHORISED)
    browser = signed_in(head)
    assert browser.get(reverse(f"{step}-order", args=[content_order.pk])).status_code == 200
    content_order.refresh_from_db()
    assert content_order.state == OrderState.AUTHORISED
    post(browser, f"{step}-order", content_order, {"reason": "Found in the cupboard"})
    content_order.refresh_from_db()
    assert content_order.state == {"take-back": OrderState.UNAUTHORISED, "cancel": OrderState.CANCELLED}[step]


@pytest.mark.parametrize("step", ["take-back", "cancel", "authorise"])
def test_who_raises_orders_does_not_authorise_take_back_or_cancel(
    content_order: Order, clerk: User, signed_in: SignedIn, step: str
) -> None:
    assert post(signed_in(clerk), f"{step}-order", content_order).status_code == 403


@pytest.mark.parametrize("name", ["change-order", "discard-order", "raise-order"])
def test_who_authorises_only_does_not_change_orders(
    content_order: Order, head: User, signed_in: SignedIn, name: str
) -> None:
    address = reverse(name, args=[] if name == "raise-order" else [content_order.pk])
    assert signed_in(head).post(address).status_code == 403


def test_who_does_not_work_with_orders_finds_none(content_order: Order, sender: User, signed_in: SignedIn) -> None:
    assert signed_in(sender).get(reverse("purchase-order", args=[content_order.pk])).status_code == 403


def test_what_was_done_stands_on_the_orders_page(content_order: Order, clerk: User, signed_in: SignedIn) -> None:
    change_order(content_order, Head(required_by=date(2027, 1, 8)), [], by=clerk, seen_version=1)
    page = text_of(signed_in(clerk).get(reverse("purchase-order", args=[content_order.pk])))
    assert "MK40 1AA” → (none); required by 18 Dec 2026 → 8 Jan 2027" in page
