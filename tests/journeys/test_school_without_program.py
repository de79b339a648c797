"""A school that installs nothing uploads its file in the browser, reads its story, and what to correct."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.conftest import BROKEN, Person, PupilFile, Visit, add_account
from tests.journeys.test_migrating import look

from schoolgate.sites.demo_site import Site

pytestmark = pytest.mark.chromium

SCHOOL = "2031"


@pytest.fixture(scope="module")
def jo(authority: Site) -> Person:
    """Keeps the office of a school that has no program, and was invited to the portal."""
    authority.wait_until_up()
    add_account(authority, SCHOOL)
    made = authority.run(
        "portal", "invite", f"820{SCHOOL}", "--user", "jo.price", "--name", "Jo Price", "--with-password"
    )
    return Person(authority, made["user"], made["password"])


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_school_without_any_program_uploads_its_file(
    visit: Visit, authority: Site, jo: Person, make_file: PupilFile, album: Path, tmp_path: Path, scripts: bool
) -> None:
    serial = 10 if scripts else 20
    page = visit(authority, jo, scripts=scripts)
    page.get_by_role("main").get_by_role("link", name="Upload").click()
    page.get_by_role("link", name="Upload a file").first.click()
    look(page, album / "portal-upload.png")

    check(page, make_file(school=SCHOOL, serial=serial, pupils=30, seed=31, faults=BROKEN))
    expect(page.get_by_role("heading", name="It was not sent.")).to_be_visible()
    named = page.get_by_role("row").filter(has_text="Date of birth").first
    expect(named).to_contain_text(re.compile(r"\w+ \w\., Year \d+"))
    look(page, album / "portal-not-sent.png")

    page.get_by_role("link", name="Choose another file").click()
    downloaded = tmp_path / f"820{SCHOOL}_CES_820LLLL_{serial:03} (1).xml"
    faults = ("wrong-upn-letter", "too-many-days") if scripts else ()
    downloaded.write_bytes(make_file(school=SCHOOL, serial=serial, pupils=30, seed=31, faults=faults).read_bytes())
    check(page, downloaded)
    expect(page.get_by_text("it is sent as")).to_be_visible()
    look(page, album / "portal-checked.png")
    page.get_by_role("button", name="Rename and send").click()

    expect(page.get_by_text("has received the file")).to_be_visible()
    wait_for_import(page)
    look(page, album / "portal-file.png")
    page.get_by_role("link", name="Receipt", exact=True).click()
    expect(page.get_by_text("states that this file arrived whole")).to_be_visible()
    look(page, album / "portal-receipt.png")

    page.get_by_role("navigation").get_by_role("link", name="To correct").click()
    if scripts:
        expect(page.get_by_role("row").filter(has_text="UPN").first).to_contain_text("check letter")
    else:
        expect(page.get_by_text("Nothing to correct.")).to_be_visible()
    look(page, album / "portal-to-correct.png")
    page.get_by_role("navigation").get_by_role("link", name="Upload").click()
    expect(page.get_by_role("row").filter(has_text=f"_{serial:03}")).to_contain_text("Uploaded by Jo Price")
    look(page, album / "portal-files.png")
    page.get_by_role("navigation").get_by_role("link", name="Overview").click()
    look(page, album / "portal-overview.png")

    page.get_by_role("main").get_by_role("link", name="Upload").click()
    page.get_by_role("link", name="Upload a file").click()
    check(page, make_file(school=SCHOOL, serial=serial + 1, pupils=12, seed=31))
    expect(page.get_by_text("60 % fewer pupils than your last one: 12, not 30")).to_be_visible()
    look(page, album / "portal-are-you-sure.png")


def check(page: Page, file: Path) -> None:
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Check the file").click()


def wait_for_import(page: Page) -> None:
    """The story tells of it by itself; without scripts one looks again."""
    done = page.get_by_role("list", name="The way of this file").get_by_text("30 pupils")
    for _ in range(120):
        if done.count():
            return
        page.wait_for_timeout(500)
        if page.locator("[data-live]").count() and not page.evaluate("'htmx' in window"):
            page.reload()
    expect(done).to_be_visible()
