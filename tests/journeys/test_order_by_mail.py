"""A basket that came by e-mail becomes an order, which goes back by e-mail; without JavaScript too."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.conftest import PHONE, WIDE, NewSite, Visit
from tests.journeys.test_basket_to_order import look_until, named
from tests.school.purchasing.letters import a_mail
from tests.smtp import Inbox, listening

from schoolgate.documents.ebis.baskets import basket_from_json
from schoolgate.documents.ebis.orders import read_order, write_order
from schoolgate.documents.ebis.parties import Party
from schoolgate.sites import demo_ledger
from schoolgate.sites.demo_site import Site

pytestmark = pytest.mark.chromium

SUPPLIER, ADDRESS = "Hilltop Books", "orders@hilltop.example"
ACCOUNT, REFERENCE = "HB-77", "GA-SUP-9"
LINE = {"product": "HB-100", "description": "Reading books, set of 30", "quantity": 3, "unit_price": "54.50"}
BASKET = {"required_by": "2026-12-18", "lines": [{**LINE, "tax_code": "Z", "tax_rate": "0"}]}
BUYER = {"name": "Green Abbey School", "duns": "217654321", "user": "green-abbey", "password": "not used here"}


@pytest.fixture(scope="module")
def inbox() -> Iterator[Inbox]:
    """The mail server of the site."""
    with listening(Inbox()) as server:
        yield server


@pytest.fixture(scope="module")
def school(new_site: NewSite, inbox: Inbox) -> Iterator[Site]:
    """A school with a supplier who has no web service, and a mail server."""
    with pytest.MonkeyPatch.context() as environment:
        for name, value in (("HOST", "127.0.0.1"), ("PORT", str(inbox.port)), ("SECURITY", "none")):
            environment.setenv(f"SCHOOLGATE_SMTP_{name}", value)
        environment.setenv("SCHOOLGATE_SMTP_FROM", "schoolgate@green-abbey.example")
        site = new_site("school", "--name", BUYER["name"])
        demo_ledger.add_people(site)
        demo_ledger.set_up(site, "http://127.0.0.1:9", BUYER)
        site.run("ledger", "establishment", "--email", "office@green-abbey.example")
        site.wait_until_up()
        yield site


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Two messages: with an order, and with one that names another account number."""
    made = []
    for name, account in (("basket", ACCOUNT), ("other", "HB-78")):
        parties = Party(SUPPLIER, code=REFERENCE), Party(BUYER["name"], BUYER["duns"], account)
        order = write_order(basket_from_json({**BASKET, "reference": f"HB-{name}"}, *parties))
        made.append(tmp_path / f"{name}.eml")
        made[-1].write_bytes(a_mail(order))
    return made


def fits(page: Page) -> bool:
    """Whether nothing stands beside the screen."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def test_a_mailed_basket_becomes_an_order_that_goes_back_by_mail(
    visit: Visit, school: Site, inbox: Inbox, files: list[Path], album: Path
) -> None:
    bursar = visit(school, named(school, "bursar"))
    bursar.goto("/purchasing/suppliers/add/")
    bursar.get_by_label("Name", exact=True).fill(SUPPLIER)
    bursar.get_by_label("e-mail (not recommended)").check()
    bursar.get_by_role("button", name="Save").click()
    expect(bursar.get_by_text("To order by e-mail, enter the address that orders go to.").first).to_be_visible()
    bursar.screenshot(path=album / "supplier-by-mail.png", full_page=True)
    bursar.get_by_label("Account number").fill(ACCOUNT)
    bursar.get_by_label("XML reference number").fill(REFERENCE)
    bursar.get_by_role("textbox", name="E-mail").fill(ADDRESS)
    bursar.get_by_role("button", name="Save").click()
    expect(bursar.get_by_role("heading", name=SUPPLIER)).to_be_visible()

    clerk = visit(school, named(school, "clerk"), scripts=False)
    clerk.goto("/purchasing/import/")
    clerk.get_by_role("link", name="Orders that came by e-mail").click()
    expect(clerk.get_by_text("Not recommended.")).to_be_visible()
    clerk.get_by_label("Files").set_input_files(files)
    clerk.get_by_role("button", name="Import", exact=True).click()
    expect(clerk.get_by_text("Not everything came in: see below why.")).to_be_visible()
    expect(clerk.get_by_text("The account number in the document is “HB-78”")).to_be_visible()
    clerk.screenshot(path=album / "import-mail.png", full_page=True)
    clerk.set_viewport_size({"width": PHONE, "height": 800})
    clerk.screenshot(path=album / "import-mail-phone.png", full_page=True)
    clerk.get_by_role("link", name="order.xml").first.click()
    clerk.screenshot(path=album / "mailed-document-phone.png", full_page=True)
    clerk.set_viewport_size({"width": WIDE, "height": 800})
    clerk.screenshot(path=album / "mailed-document.png", full_page=True)

    head = visit(school, named(school, "head"))
    head.goto("/purchasing/to-authorise/")
    head.get_by_role("link", name="Authorise", exact=True).click()
    expect(head.get_by_text(f"by e-mail to {ADDRESS} at once")).to_be_visible()
    head.screenshot(path=album / "authorise-by-mail.png", full_page=True)
    head.get_by_role("button", name=f"Authorise and send to {SUPPLIER}").click()
    look_until(head, lambda: head.get_by_text("It was handed to the mail server").count() == 1)
    head.screenshot(path=album / "order-by-mail.png", full_page=True)
    head.set_viewport_size({"width": PHONE, "height": 800})
    assert fits(head)
    head.screenshot(path=album / "order-by-mail-phone.png", full_page=True)

    (attachment,) = inbox.last.iter_attachments()
    sent = read_order(attachment.get_content())
    assert (inbox.recipients, sent.reference, sent.buyer.code) == ([ADDRESS], "HB-basket", ACCOUNT)
    assert inbox.last["Reply-To"] == "office@green-abbey.example"


@pytest.mark.parametrize("width", [WIDE, PHONE])
def test_the_page_fits_both_screens(visit: Visit, school: Site, width: int, album: Path) -> None:
    page = visit(school, named(school, "clerk"), width=width)
    page.goto("/purchasing/mail/")
    page.get_by_text("What is taken").click()
    assert fits(page)
    page.screenshot(path=album / f"by-mail-{width}.png", full_page=True)
