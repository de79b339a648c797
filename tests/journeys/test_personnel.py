"""Files about staff, as an office sends and gets them (handbook 06)."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.conftest import PHONE, WIDE, Visit, add_account, person

from schoolgate.documents.samples.files import write_staff_sample
from schoolgate.documents.samples.places import school_name
from schoolgate.documents.samples.staff import make_staff
from schoolgate.sites.demo_site import Site

pytestmark = pytest.mark.chromium

TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.fixture
def folders(tmp_path: Path) -> dict[str, Path]:
    return {name: tmp_path / name for name in ("Files Not Exported", "Files Exported", "Files Imported")}


def add_school(page: Page, number: str, folders: dict[str, Path], user: str = "", password: str = "") -> None:
    page.goto("/personnel/add/")
    page.get_by_label("School Name").fill(school_name("820", number))
    page.get_by_label("LA No.").fill("820")
    page.get_by_label("School No.").fill(number)
    page.get_by_label("User Name").fill(user)
    page.locator("input[name=password]").fill(password)
    for name, folder in folders.items():
        page.get_by_label(name, exact=True).fill(str(folder))
    page.get_by_label("Make folders that are not there").check()
    page.get_by_role("button", name="Save").click()


@pytest.mark.parametrize(("number", "width", "scripts"), [("3055", WIDE, True), ("3056", PHONE, False)])
def test_a_school_sends_its_staff_file_and_is_deleted_again(
    number: str,
    width: int,
    scripts: bool,
    visit: Visit,
    school: Site,
    authority: Site,
    folders: dict[str, Path],
    album: Path,
) -> None:
    name, staff_file = school_name("820", number), f"820{number}_PER_820LLLL_001.xml"
    account = add_account(authority, number)
    page = visit(school, person(school, "administrator"), width=width, scripts=scripts)
    page.goto("/personnel/")
    expect(page.get_by_text("No school yet.")).to_be_visible()
    page.goto("/personnel/url/")
    page.get_by_label("B2B:Personnel URL").fill(authority.url)
    page.get_by_role("button", name="Save").click()
    add_school(page, number, {**folders, "Files Exported": folders["Files Not Exported"]})
    expect(page.get_by_role("link", name="This is the folder Files Not Exported already.")).to_be_visible()
    add_school(page, number, folders, account["user"], account["password"])
    expect(page.get_by_text("was added. Test the connection now.")).to_be_visible()
    page.screenshot(path=album / f"personnel-school-empty-{width}.png", full_page=True)
    page.get_by_role("button", name="Test Connection").click()
    expect(page.get_by_role("status").first).to_have_text("Test Connection Successful.")
    page.get_by_role("link", name=name).first.click()
    write_staff_sample(
        folders["Files Not Exported"],
        make_staff(la="820", school=number, destination_la="820", staff=40, seed=7),
    )
    page.get_by_role("button", name="Export", exact=True).click()
    expect(page.get_by_text("Looking into the folder and sending what waits.")).to_be_visible()
    arrived = folders["Files Exported"] / staff_file
    for _ in range(60):
        if arrived.exists():
            break
        page.wait_for_timeout(500)
    page.reload()
    expect(page.get_by_role("link", name=staff_file).first).to_be_visible()
    assert (folders["Files Exported"] / f"{staff_file}.receipt.json").exists()
    assert not page.evaluate(TOO_WIDE)
    page.screenshot(path=album / f"personnel-school-{width}.png", full_page=True)
    page.get_by_role("link", name=staff_file).first.click()
    expect(page.get_by_text("40 members of staff").first).to_be_visible()
    page.goto("/personnel/")
    assert not page.evaluate(TOO_WIDE)
    page.screenshot(path=album / f"personnel-{width}.png", full_page=True)
    page.get_by_role("link", name="All lines of the journal of personnel files").click()
    assert "Dest. LA No." not in page.content()
    expect(page.get_by_text("Test Connection Successful.").first).to_be_visible()
    page.screenshot(path=album / f"personnel-journal-{width}.png", full_page=True)
    page.goto("/personnel/")
    page.get_by_role("link", name=name).first.click()
    page.get_by_role("link", name="Delete this school").click()
    page.get_by_role("button", name="Delete the school").click()
    expect(page.get_by_text("Its folders, files and receipts are still there.")).to_be_visible()
    assert arrived.exists()
