"""A data officer sees what a file would do, imports it, changes a value by hand, and undoes the import."""

import hashlib

import httpx
import pytest
from playwright.sync_api import Page, expect
from tests.journeys.conftest import PHONE, PupilFile, Visit, add_account, person

from schoolgate.sites.demo_site import Site

pytestmark = pytest.mark.chromium

SCHOOL = "4800"
PUPILS = 5
DONE_MS = 240_000
NAME = f"820{SCHOOL}_CES_820LLLL_001.xml"


@pytest.fixture(scope="module")
def asks_first(authority: Site, make_file: PupilFile) -> Site:
    """An authority that looks at this school's files first, and one of them has come."""
    authority.wait_until_up()
    account = add_account(authority, SCHOOL)
    authority.run("rules", "use", "Always import", "--base", f"820{SCHOOL}", "--add-unmatched", "--ask-first")
    data = make_file(school=SCHOOL, pupils=PUPILS).read_bytes()
    with httpx.Client(base_url=f"{authority.url}/exchange/v1/", trust_env=False, timeout=60) as http:
        login = {"user": account["user"], "password": account["password"]}
        token = http.post("token", json=login).raise_for_status().json()["token"]
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/xml"}
        digest = hashlib.sha256(data).hexdigest()
        http.put(f"student/files/{digest}/{NAME}", content=data, headers=headers).raise_for_status()
    return authority


def test_an_officer_previews_imports_changes_and_undoes(visit: Visit, asks_first: Site) -> None:
    page = visit(asks_first, person(asks_first, "officer"))
    page.goto(f"/files/?q={NAME}")
    page.get_by_role("link", name=NAME).click()
    page.get_by_role("link", name="See the import").click()
    expect(page.get_by_role("heading", name="It waits for you.")).to_be_visible(timeout=DONE_MS)
    page.get_by_role("link", name="See what it would do").click()
    page.get_by_role("row", name="Would be added").get_by_role("link").click()
    expect(page.get_by_role("heading", name="Would be added")).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(PUPILS)
    page.go_back()
    page.get_by_role("button", name="Import now").click()
    expect(page.get_by_role("definition").filter(has_text="Completed")).to_be_visible(timeout=DONE_MS)
    imported = page.url

    change_by_hand(page)
    page.goto(imported)
    page.set_viewport_size({"width": PHONE, "height": 800})
    page.get_by_role("link", name="Undo this import").click()
    expect(page.get_by_text("cannot be put back")).to_be_visible()
    page.get_by_label("Why it is undone").fill("It was last year's file.")
    page.get_by_role("button", name="Undo this import").click()
    expect(page.get_by_text(f"{PUPILS - 1} pupils removed")).to_be_visible(timeout=DONE_MS)
    page.get_by_role("link", name="What stays").click()
    expect(page.locator("tbody tr")).to_have_count(1)


def change_by_hand(page: Page) -> None:
    """One of the pupils gets another surname, so that somebody has written to it since."""
    page.get_by_role("row", name="Added").first.get_by_role("link").first.click()
    page.locator("tbody").get_by_role("link").first.click()
    page.get_by_role("link", name="Basic details").click()
    surname = page.locator("dl > div").filter(has=page.get_by_text("Legal surname", exact=True))
    surname.get_by_role("link", name="Change").click()
    page.get_by_label("Legal surname").fill("Attwater")
    page.get_by_label("Why").fill("Told by telephone.")
    page.get_by_role("button", name="Change it").click()
    expect(surname).to_contain_text("Attwater")
    expect(surname).to_contain_text("Changed by hand")
