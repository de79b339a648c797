"""Test Connection as an office presses it, and a proxy that is wrong until it is right."""

import socket

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.conftest import PHONE, WIDE, Visit, person

from schoolgate.sites.demo_site import Site

pytestmark = pytest.mark.chromium

TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


def looks(page: Page) -> list[str | None]:
    steps = page.get_by_role("list", name="The five steps").get_by_role("listitem")
    expect(steps).to_have_count(5)
    return [step.get_attribute("class") for step in steps.all()]


@pytest.mark.parametrize(("width", "scripts"), [(WIDE, False), (PHONE, True)])
def test_an_la_is_tested_from_its_row(width: int, scripts: bool, visit: Visit, school: Site) -> None:
    page = visit(school, person(school, "administrator"), width=width, scripts=scripts)
    page.goto("/administration/las/")
    page.get_by_role("button", name="Test Connection").click()
    expect(page.get_by_role("status").first).to_have_text("Test Connection Successful.")
    assert looks(page) == ["done"] * 5
    assert not page.evaluate(TOO_WIDE)
    page.get_by_role("link", name="journal", exact=True).click()
    expect(page.get_by_text("Step 5. Ping succeeded for B2B service").first).to_be_visible()


def test_a_proxy_that_is_not_there_is_told_and_mended(visit: Visit, school: Site) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        closed = f"127.0.0.1:{listener.getsockname()[1]}"
    page = visit(school, person(school, "administrator"))
    page.goto("/administration/connection/")
    page.get_by_label("Use Proxy").check()
    page.get_by_label("Proxy Name").fill(closed)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="Proxy User Name is empty.")).to_be_visible()
    page.get_by_label("Proxy User Name").fill("green-abbey")
    page.get_by_label("Proxy Password", exact=True).fill("Proxy-Lantern-7")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Test Connection of Bedfordshire").click()
    assert looks(page) == ["done", "wrong", "", "", ""]
    expect(page.get_by_text("Check the Proxy Name and the port behind it")).to_be_visible()
    page.get_by_role("link", name="Open Connection").click()
    page.get_by_label("Use Proxy").uncheck()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Test Connection of Bedfordshire").click()
    assert looks(page) == ["done"] * 5
    page.goto("/")
    expect(page.get_by_text("Your proxy")).to_have_count(0)
