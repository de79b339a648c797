"""The whole way of issue 1: from nothing to a proven file, then a broken one, corrected and sent again."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.conftest import NewSite, PupilFile, Visit, person

from schoolgate.sites.demo_site import Site

pytestmark = pytest.mark.chromium

OUR_PASSWORD = "Plain-Lantern-42"


def test_a_school_is_set_up_from_nothing_and_its_first_files_travel(
    visit: Visit, new_site: NewSite, authority: Site, make_file: PupilFile, tmp_path: Path
) -> None:
    school = new_site("school")
    authority.wait_until_up()
    school.wait_until_up()

    la = visit(authority, person(authority, "administrator"))
    user, password = make_account(la, number="4500", name="Oak Lane School")

    page = visit(school)
    become_first_administrator(page, school.first_link)
    set_root_folder(page, tmp_path / "exchange")
    add_la(page, authority, user, password)

    first = make_file(school="4500", serial=1)
    send(page, first)
    expect_received(page)
    receipt = page.get_by_role("link", name="Receipt")
    receipt.click()
    expect(page.get_by_text("states that this file arrived there whole")).to_be_visible()
    expect(page.get_by_role("definition").filter(has_text=first.name)).to_be_visible()
    kept = tmp_path / "exchange" / "820" / "Files Exported"
    assert sorted(path.name for path in kept.iterdir()) == [first.name, f"{first.name}.receipt.json"]

    broken = make_file(school="4500", serial=2, faults=("missing-dob", "unknown-ethnicity"))
    send(page, broken)
    expect(page.get_by_role("heading", name="It was not sent.")).to_be_visible()
    named = page.get_by_role("row").filter(has_text="Date of birth")
    expect(named).to_contain_text(re.compile(r"\w+ \w\., Year \d+"))
    expect(named).to_contain_text("nothing")
    expect(page.get_by_role("row").filter(has_text="Ethnicity")).to_contain_text("WBRT")

    page.goto("/")
    expect(page.get_by_role("heading", name="One thing needs you.")).to_be_visible()
    page.get_by_role("link", name="See what to do").click()
    page.get_by_role("link", name="Send the corrected file").click()
    corrected = make_file(school="4500", serial=2)
    assert corrected.name == broken.name
    send(page, corrected)
    expect_received(page)

    page.goto("/")
    expect(page.get_by_role("heading", name="Everything that was sent has arrived.")).to_be_visible()
    expect(page.get_by_text("Questions? Bedfordshire: Data Team, 01234 000000")).to_be_visible()

    la.goto("/files/?q=8204500")
    expect(la.get_by_role("link", name=first.name)).to_be_visible()
    expect(la.get_by_role("link", name=corrected.name)).to_be_visible()


def make_account(la: Page, *, number: str, name: str) -> tuple[str, str]:
    """Add a base on the LA's screens, and return the user name and password that are shown once."""
    la.get_by_role("navigation", name="Main").get_by_role("link", name="Bases").click()
    la.get_by_role("link", name="Add a base").first.click()
    la.get_by_label("LA number").fill("820")
    la.get_by_label("School number").fill(number)
    la.get_by_label("Name", exact=True).fill(name)
    la.get_by_role("button", name="Add").click()
    expect(la.get_by_text("The password is shown only now.")).to_be_visible()
    user = la.locator("dd.code").nth(1).inner_text()
    return user, la.get_by_label("Password").input_value()


def become_first_administrator(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_label("User name").fill("jo.price")
    page.get_by_label("Your name").fill("Jo Price")
    page.get_by_label("New password", exact=True).fill(OUR_PASSWORD)
    page.get_by_label("New password again", exact=True).fill(OUR_PASSWORD)
    page.get_by_role("button", name="Save and sign in").click()
    expect(page.get_by_role("heading", name="Let’s connect to your LA.")).to_be_visible()
    expect(page.get_by_text("Have the letter with the connection code at hand.")).to_be_visible()


def set_root_folder(page: Page, folder: Path) -> None:
    folder.mkdir()
    page.goto("/administration/folder/")
    page.get_by_label("Name of the school").fill("Oak Lane School")
    page.get_by_label("Root folder").fill(str(folder))
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()


def add_la(page: Page, authority: Site, user: str, password: str) -> None:
    page.goto("/administration/las/")
    page.get_by_role("link", name="Add an LA").click()
    page.get_by_label("LA number").fill("820")
    page.get_by_label("Name of the LA").fill("Bedfordshire")
    page.get_by_label("Address").fill(authority.url)
    page.get_by_label("User name").fill(user)
    page.get_by_label(re.compile("^Password")).fill(password)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Bedfordshire (820) was added, with its folders.")).to_be_visible()
    expect(page.get_by_role("heading", name="Everything is ready. Nothing was sent yet.")).to_be_visible()


def send(page: Page, file: Path) -> None:
    page.goto("/send/")
    page.get_by_label("File", exact=True).set_input_files(file)
    page.get_by_role("button", name="Check and send").click()
    expect(page.get_by_role("heading", name=file.name)).to_be_visible()


def expect_received(page: Page) -> None:
    """The file's own page tells it by itself, without a click."""
    expect(page.get_by_role("status").filter(has_text="Received by the LA")).to_be_visible()
