"""A basket that a teacher filled at the supplier's becomes an order there, by three people with different rights."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.conftest import PHONE, NewSite, Person, Visit, person
from tests.journeys.test_every_page import walk
from tests.journeys.test_supplier import PAINT, PAPER, compose

from schoolgate.sites import demo_ledger
from schoolgate.sites.demo_site import Site
from schoolgate.sites.demo_supplier import DUNS, NAME, SCHOOLS, queue_basket

pytestmark = pytest.mark.chromium

LOOKS = 60


@pytest.fixture(scope="module")
def supplier(new_site: NewSite) -> Site:
    site = new_site("supplier", "--name", NAME, "--duns", DUNS)
    name, user, duns, number = SCHOOLS[0]
    *users, buyer = site.run_several(
        *(["users", "add", role, "--role", role] for role in ("administrator", "staff")),
        ["buyers", "add", "--name", name, "--user", user, "--duns", duns, "--account-number", number],
    )
    site.users += users
    site.exchange_accounts.append(buyer)
    site.wait_until_up()
    return site


@pytest.fixture(scope="module")
def school(new_site: NewSite, supplier: Site) -> Site:
    """A school whose ledger is set up for what it buys there."""
    site = new_site("school", "--name", "Green Abbey School")
    site.users += [site.run("users", "add", "administrator", "--role", "administrator")]
    demo_ledger.add_people(site)
    demo_ledger.set_up(site, supplier.url, supplier.exchange_accounts[0])
    site.wait_until_up()
    return site


def named(site: Site, user: str) -> Person:
    known = next(one for one in site.users if one["user"] == user)
    return Person(site, known["user"], known["password"])


def ways(page: Page) -> list[str]:
    """What a page offers to do."""
    return page.locator("main .buttons a, main .buttons button, .actions a, .actions button").all_inner_texts()


def look_until(page: Page, there: Callable[[], bool]) -> None:
    """Look at a page again and again, until what is awaited is there."""
    for _ in range(LOOKS):
        if there():
            return
        page.wait_for_timeout(1_000)
        page.reload()
    raise AssertionError(page.get_by_role("main").inner_text())


def test_a_basket_becomes_a_sent_order_by_three_people(visit: Visit, supplier: Site, school: Site) -> None:
    staff = visit(supplier, person(supplier, "staff"))
    compose(staff)

    # The clerk imports it and takes what was not wanted off.
    clerk = visit(school, named(school, "clerk"))
    clerk.goto("/purchasing/")
    clerk.get_by_role("button", name="Import orders and invoices").click()
    clerk.goto("/purchasing/orders/")
    basket = clerk.get_by_role("link", name=re.compile("GA-"))
    look_until(clerk, lambda: basket.count() == 1)
    number = basket.inner_text()
    basket.click()
    expect(clerk.get_by_text("BASKET-0001")).to_be_visible()
    assert "Authorise and send" not in ways(clerk)
    clerk.get_by_role("link", name="Change", exact=True).click()
    rows = clerk.get_by_role("row").filter(has=clerk.get_by_label("Quantity"))
    rows.filter(has_text=PAPER["Description"]).get_by_label("Quantity").fill("8")
    rows.filter(has_text=PAINT["Description"]).get_by_label("Take off").check()
    clerk.get_by_role("button", name="Save").click()
    expect(clerk.get_by_text("1 line taken off")).to_be_visible()
    expect(clerk.get_by_text("(basket 10)")).to_be_visible()

    # The head can neither import nor change, and says yes to what it costs.
    head = visit(school, named(school, "head"))
    head.goto("/purchasing/")
    assert "Import orders and invoices" not in ways(head)
    head.get_by_role("link", name="To authorise").click()
    head.get_by_role("link", name=number).click()
    assert "Change" not in ways(head)
    head.get_by_role("link", name="Authorise and send").click()
    expect(head.get_by_text("of these budgets is committed to this order")).to_be_visible()
    head.get_by_role("button", name=f"Authorise and send to {NAME} (£43.68)").click()

    # The bursar, who sets the ledger up, sees what it did to the budget.
    bursar = visit(school, named(school, "bursar"), width=PHONE)
    bursar.goto("/purchasing/orders/")
    bursar.get_by_role("link", name=number).click()
    heading = bursar.get_by_role("heading", level=1)
    look_until(bursar, lambda: heading.inner_text() == f"Order {number} Sent")
    assert "Authorise and send" not in ways(bursar)
    expect(bursar.get_by_role("cell", name="order authorised")).to_be_visible()

    staff.goto("/orders/")
    staff.get_by_role("link", name=number).click()
    expect(staff.get_by_text("line 1 quantity 10 → 8")).to_be_visible()
    expect(staff.get_by_text("line 2 removed")).to_be_visible()


def test_the_order_is_delivered_invoiced_and_paid_by_people_who_each_do_one_thing(
    visit: Visit, supplier: Site, school: Site, tmp_path: Path
) -> None:
    # The clerk counts what came: five of eight, then the rest.
    clerk = visit(school, named(school, "clerk"))
    for count, ways_to in (("5", "Record delivery"), ("", "All that is still to come has come")):
        clerk.goto("/purchasing/received/")
        clerk.get_by_role("link", name="Record delivery").first.click()
        if count:
            clerk.get_by_label("how many came now").first.fill(count)
        clerk.get_by_role("button", name=ways_to).click()
    expect(clerk.get_by_text("No open orders to receive.")).to_be_visible()

    # The supplier invoices it, and by mistake its program does so once more, by another number.
    staff = visit(supplier, person(supplier, "staff"))
    staff.goto("/orders/")
    staff.get_by_role("link", name=re.compile("GA-")).click()
    staff.get_by_role("link", name="Make an invoice").click()
    staff.get_by_label("Your number").fill("SI-1")
    staff.get_by_role("button", name="Queue it").first.click()
    staff.wait_for_url("**/queue/*/")
    with staff.expect_download() as download:
        staff.get_by_role("link", name=re.compile("XML")).first.click()
    again = tmp_path / "again.xml"
    again.write_text(download.value.path().read_text("utf-8").replace("SI-1", "SI-2"), "utf-8")
    buyer = supplier.exchange_accounts[0]["user"]
    supplier.run("documents", "put", str(again), "--buyer", buyer, "--type", "invoice")

    # The second one differs, and is no debt: the clerk discards it.
    clerk.goto("/purchasing/")
    clerk.get_by_role("button", name="Import orders and invoices").click()
    clerk.goto("/purchasing/invoices/")
    look_until(clerk, lambda: clerk.get_by_role("link", name=re.compile("SI-")).count() == 2)
    clerk.get_by_role("link", name="SI-2").click()
    expect(clerk.get_by_role("link", name="Accept").first).to_be_visible()
    clerk.get_by_role("link", name="Discard").click()
    clerk.get_by_role("main").get_by_role("textbox").fill("Invoiced already, by SI-1.")
    clerk.get_by_role("button", name="Discard").click()

    # The head authorises the other for payment; what the head does not see is a way to enter or change it.
    head = visit(school, named(school, "head"), width=PHONE)
    head.goto("/purchasing/invoices/to-authorise/")
    expect(head.get_by_role("link", name="SI-2")).to_have_count(0)
    head.get_by_role("link", name="SI-1").click()
    head.get_by_role("link", name="Authorise for payment").click()
    head.get_by_role("button", name="Authorise for payment (£43.68)").click()

    # The bursar takes it to the finance system, once, and sees the budget spent and the order done.
    bursar = visit(school, named(school, "bursar"))
    bursar.goto("/purchasing/postings/")
    with bursar.expect_download() as file:
        bursar.get_by_role("button", name="Export for CSV").click()
        bursar.get_by_role("link", name=re.compile("Again|Download")).first.click()
    rows = file.value.path().read_text("utf-8").splitlines()
    assert [sum(number in row for row in rows) for number in ("SI-1", "SI-2")] == [1, 0]
    expect(bursar.get_by_text("Nothing authorised since the last export.")).to_be_visible()
    bursar.goto("/purchasing/orders/")
    expect(bursar.get_by_role("row").filter(has_text="GA-").filter(has_text="Complete")).to_be_visible()
    bursar.goto("/purchasing/reports/spending/")
    expect(bursar.get_by_text("36.40").first).to_be_visible()


def test_every_page_of_the_ledger_fits_both_screens(
    visit: Visit, supplier: Site, school: Site, axe_at_night: str
) -> None:
    queue_basket(supplier, supplier.exchange_accounts[0])
    school.run("fetch-orders", may_find_faults=True)
    school.run("ledger", "people", "set", "administrator", *demo_ledger.PEOPLE["bursar"], *demo_ledger.PEOPLE["chair"])
    entered = walk(visit(school, person(school, "administrator")), axe_at_night, "/purchasing/")
    assert {"purchasing", "purchasing/orders/#", "purchasing/documents/#", "purchasing/suppliers/#"} <= entered
    assert {"purchasing/services/#", "purchasing/set-up/templates/#", "purchasing/set-up/links/#"} <= entered
    assert {"purchasing/invoices/#", "purchasing/received/deliveries", "purchasing/postings"} <= entered
    assert {"purchasing/reports", "purchasing/reports/prices", "purchasing/mail"} <= entered
