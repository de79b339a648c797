"""A data officer follows a file to a value that it changed, and from the value back to the file."""

import hashlib
import re

import httpx
import pytest
from playwright.sync_api import expect
from tests.journeys.conftest import PHONE, WIDE, PupilFile, Visit, add_account, person

from schoolgate.sites.demo_site import Site

pytestmark = pytest.mark.chromium

SCHOOL = "4600"
IMPORTED_MS = 240_000
FIRST, SECOND = (f"820{SCHOOL}_CES_820LLLL_{serial:03}.xml" for serial in (1, 2))


@pytest.fixture(scope="module")
def two_weeks(authority: Site, make_file: PupilFile) -> Site:
    """An authority that a school sent the same pupils to twice; in the second file the first one has a new surname."""
    authority.wait_until_up()
    account = add_account(authority, SCHOOL)
    first = make_file(school=SCHOOL).read_bytes()
    with httpx.Client(base_url=f"{authority.url}/exchange/v1/", trust_env=False, timeout=60) as http:
        login = {"user": account["user"], "password": account["password"]}
        token = http.post("token", json=login).raise_for_status().json()["token"]
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/xml"}
        for name, data in ((FIRST, first), (SECOND, renamed(first))):
            digest = hashlib.sha256(data).hexdigest()
            http.put(f"student/files/{digest}/{name}", content=data, headers=headers).raise_for_status()
    return authority


def renamed(data: bytes) -> bytes:
    return re.sub(rb"<Surname>[^<]*<", b"<Surname>Attwater<", data, count=1)


@pytest.mark.parametrize("width", [WIDE, PHONE])
def test_an_officer_follows_a_file_to_a_changed_value_and_back(visit: Visit, two_weeks: Site, width: int) -> None:
    page = visit(two_weeks, person(two_weeks, "officer"), width=width)
    page.goto(f"/files/?q={SECOND}")
    page.get_by_role("link", name=SECOND).click()
    page.get_by_role("link", name="See the import").click()
    expect(page.get_by_role("definition").filter(has_text="Completed")).to_be_visible(timeout=IMPORTED_MS)
    page.get_by_role("row", name="Basic details").get_by_role("link").first.click()
    expect(page.get_by_role("heading", name="Basic details: changed")).to_be_visible()
    changed = page.get_by_role("row").filter(has_text="→ Attwater")
    expect(changed).to_have_count(1)
    changed.get_by_role("link").click()

    page.get_by_role("link", name="Basic details").click()
    surname = page.locator("dl > div").filter(has=page.get_by_text("Legal surname", exact=True))
    expect(surname).to_contain_text("Attwater")
    expect(surname).to_contain_text("Found by the GUID, always imported")
    surname.get_by_text("History").click()
    expect(surname.get_by_role("link", name=FIRST)).to_be_visible()
    surname.get_by_role("link", name=SECOND).first.click()

    expect(page.get_by_role("heading", name=f"Import of {SECOND}")).to_be_visible()
    page.get_by_role("link", name=SECOND, exact=True).click()
    expect(page.get_by_role("heading", name=SECOND)).to_be_visible()
    expect(page.get_by_role("link", name="See the import")).to_be_visible()


def test_an_officer_sees_what_other_rules_would_have_done_before_saving_them(visit: Visit, two_weeks: Site) -> None:
    page = visit(two_weeks, person(two_weeks, "officer"))
    page.goto(f"/files/?q={SECOND}")
    page.get_by_role("link", name=SECOND).click()
    page.get_by_role("link", name="See the import").click()
    expect(page.get_by_role("definition").filter(has_text="Completed")).to_be_visible(timeout=IMPORTED_MS)

    page.goto("/bases/")
    page.get_by_role("link", name="Processing rules").click()
    page.get_by_role("link", name="Rules of bases").click()
    page.get_by_role("row", name=SCHOOL).get_by_role("link", name="Always import").click()
    page.locator("summary", has_text="Basic details").press("Enter")
    conflict = page.get_by_role("group", name="Basic details").get_by_role("radio", name="Always put in conflict")
    conflict.check()
    page.get_by_role("button", name="Show effect, without saving").click()
    conflicts = page.get_by_role("table", name="Examples").get_by_role("row").filter(has_text="Legal surname")
    expect(conflicts).to_have_count(1)
    expect(conflicts).to_contain_text("In conflict")
    page.get_by_role("button", name="Save these rules").click()
    expect(conflict).to_be_checked()
