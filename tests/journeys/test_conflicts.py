"""A data officer clears twenty conflicts by keyboard, and a colleague decides one of them in between."""

import hashlib
import re

import httpx
import pytest
from playwright.sync_api import Page, expect
from tests.journeys.conftest import PHONE, PupilFile, Visit, add_account, person

from schoolgate.sites.demo_site import Site

pytestmark = pytest.mark.chromium

SCHOOL = "4700"
PUPILS = 20
IMPORTED_MS = 240_000
FIRST_FORENAME = re.compile(rb"(<Pupil>(?:(?!</Pupil>).)*?<Forename>)([^<]*)", re.DOTALL)


@pytest.fixture(scope="module")
def twenty_wait(authority: Site, make_file: PupilFile) -> Site:
    """An authority whose rules ask a person about this school's twenty pupils, each with another forename by now."""
    authority.wait_until_up()
    account = add_account(authority, SCHOOL)
    authority.run("rules", "use", "New bases", "--base", f"820{SCHOOL}", "--add-unmatched")
    first = make_file(school=SCHOOL, pupils=PUPILS).read_bytes()
    renamed = FIRST_FORENAME.sub(rb"\1Kit", first)
    with httpx.Client(base_url=f"{authority.url}/exchange/v1/", trust_env=False, timeout=60) as http:
        login = {"user": account["user"], "password": account["password"]}
        token = http.post("token", json=login).raise_for_status().json()["token"]
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/xml"}
        for serial, data in enumerate((first, renamed), start=1):
            digest = hashlib.sha256(data).hexdigest()
            name = f"820{SCHOOL}_CES_820LLLL_{serial:03}.xml"
            http.put(f"student/files/{digest}/{name}", content=data, headers=headers).raise_for_status()
    return authority


def test_an_officer_clears_twenty_by_keyboard_and_a_colleague_one_in_between(visit: Visit, twenty_wait: Site) -> None:
    page = visit(twenty_wait, person(twenty_wait, "officer"))
    page.goto("/incoming/conflicts/")
    wait_for_all(page)
    page.get_by_role("link", name="Start clearing").press("Enter")
    for cleared in range(PUPILS):
        expect(page.get_by_role("group", name="Forename")).to_have_count(1)
        if cleared == PUPILS // 2:
            decide_before(visit, twenty_wait, page.url)
        here = page.url
        page.keyboard.press("d" if cleared % 3 else "a")
        page.keyboard.press("Control+Enter")
        if cleared == PUPILS // 2:
            expect(page.get_by_role("alert")).to_contain_text("Nothing was done for this pupil")
            expect(page.get_by_role("alert")).to_contain_text("discarded by administrator")
            expect(page.get_by_role("link", name="Next", exact=True)).to_be_focused()
            page.keyboard.press("Enter")
        expect(page).not_to_have_url(here)
    expect(page.get_by_text("That was the last one of your list.")).to_be_visible()
    expect(page.get_by_text("No conflicts. Last one cleared by")).to_be_visible()

    page.get_by_role("link", name="Decisions").click()
    page.set_viewport_size({"width": PHONE, "height": 800})
    expect(page.get_by_role("row")).to_have_count(PUPILS + 1)


def decide_before(visit: Visit, site: Site, address: str) -> None:
    """The colleague has no scripts, and discards what the officer looks at."""
    page = visit(site, person(site, "administrator"), scripts=False)
    page.goto(address)
    page.get_by_role("radio", name="Discard", exact=True).check()
    page.get_by_role("button", name="Apply", exact=True).click()
    expect(page.get_by_text("This pupil has none left.")).to_be_visible()


def wait_for_all(page: Page) -> None:
    for _ in range(IMPORTED_MS // 500):
        if page.get_by_text(f"{PUPILS} pupils", exact=True).count():
            return
        page.wait_for_timeout(500)
        page.reload()
    raise AssertionError("The second file was not imported.")
