"""What the office and the LA do every week: send, export, find a file and its story; by keyboard, without scripts."""

import re

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.conftest import HEIGHT, PHONE, PupilFile, Visit, person

from schoolgate.sites.demo_site import Site

pytestmark = pytest.mark.chromium

FOCUSED = "(document.activeElement.labels?.[0] ?? document.activeElement).innerText.trim()"
SENT = "8204321_CES_820LLLL_035.xml"


def places(page: Page) -> list[str]:
    return page.get_by_role("navigation", name="Main").get_by_role("link").all_inner_texts()


def test_who_sends_sees_what_needs_somebody_first(visit: Visit, school: Site) -> None:
    page = visit(school, person(school, "sender"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Green Abbey and partners")
    expect(page.get_by_role("heading", name="One thing needs you.")).to_be_visible()
    assert places(page) == ["Today", "Files", "Personnel", "Journal", "Jobs", "Where is my file?"]


def test_who_administers_the_school_may_also_set_it_up(visit: Visit, school: Site) -> None:
    page = visit(school, person(school, "administrator"))
    rooms = ["Today", "Files", "Personnel", "Purchasing", "Journal", "Jobs", "Administration", "Users"]
    assert places(page) == [*rooms, "Where is my file?"]


def test_an_officer_sees_that_all_is_well_and_cannot_change_the_site(
    visit: Visit, authority: Site, school: Site
) -> None:
    page = visit(authority, person(authority, "officer"))
    expect(page.get_by_role("heading", name="Everything is all right.")).to_be_visible()
    rooms = ["Today", "Files", "Imports", "Collection", "Incoming pupils", "Pupils", "Requests", "Reports"]
    rooms += ["Bases", "Journal", "Jobs"]
    assert places(page) == [*rooms, "Administration", "Where is my file?"]
    page.goto("/administration/")
    expect(page.get_by_role("main").get_by_role("button")).to_have_count(0)
    expect(page.get_by_role("main").get_by_role("link", name="Users")).to_have_count(0)


def test_an_officer_finds_a_file_and_its_story(visit: Visit, authority: Site, school: Site) -> None:
    page = visit(authority, person(authority, "officer"))
    page.get_by_role("link", name="Where is my file?").click()
    page.get_by_label("Name, number or school").fill("820LLLL_035")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name=SENT).click()
    story = page.get_by_role("list", name="The story of this file").get_by_role("listitem")
    expect(story).to_have_text(
        [re.compile("Received.*whole"), re.compile(r"Receipt given.*B-\d{8}-\d{4}"), re.compile("Import")]
    )


def test_the_office_finds_the_same_file_by_its_receipt(visit: Visit, school: Site) -> None:
    page = visit(school, person(school, "sender"))
    page.goto("/files/?q=_035")
    page.get_by_role("link", name=SENT).click()
    page.get_by_role("link", name="Receipt").click()
    number = page.get_by_role("heading", level=1).inner_text().removeprefix("Receipt ")
    page.get_by_role("link", name="Where is my file?").click()
    page.get_by_label("Name, number or school").fill(number)
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("link", name=SENT)).to_be_visible()


def test_filters_that_a_phone_folded_stay_within_reach_when_it_is_turned(visit: Visit, school: Site) -> None:
    page = visit(school, person(school, "sender"), width=PHONE)
    page.goto("/files/")
    page.set_viewport_size({"width": HEIGHT, "height": PHONE})
    page.get_by_text("Search and filter").click()
    expect(page.locator(".filters")).to_be_visible()


def test_a_file_is_sent_and_the_folders_exported_without_scripts(
    visit: Visit, school: Site, make_file: PupilFile
) -> None:
    page = visit(school, person(school, "sender"), scripts=False)
    page.get_by_label("File", exact=True).set_input_files(make_file(serial=41, seed=41))
    page.get_by_role("button", name="Check and send").click()
    expect(page.get_by_role("heading", name="8204321_CES_820LLLL_041.xml")).to_be_visible()
    page.get_by_role("link", name="Today").click()
    page.get_by_role("button", name="Export").click()
    expect(page.get_by_text("Looking into the folders and sending what waits.")).to_be_visible()
    state = page.locator("#last-files").get_by_role("row").filter(has_text="_041.xml").first
    for _ in range(40):
        page.reload()
        if "Received by the LA" in state.inner_text():
            break
        page.wait_for_timeout(250)
    expect(state).to_contain_text("Received by the LA")


def test_a_file_is_sent_with_the_keyboard_alone(visit: Visit, school: Site, make_file: PupilFile) -> None:
    page = visit(school, person(school, "sender"))
    with page.expect_file_chooser() as chooser:
        tab_to(page, "Skip to the page's content")
        page.keyboard.press("Enter")
        tab_to(page, "File")
        page.keyboard.press("Enter")
    chooser.value.set_files(make_file(serial=42, seed=42))
    tab_to(page, "Check and send")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="8204321_CES_820LLLL_042.xml")).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="Received by the LA")).to_be_visible()


def test_a_file_dropped_on_the_box_is_sent(visit: Visit, school: Site, make_file: PupilFile) -> None:
    page = visit(school, person(school, "sender"))
    file = make_file(serial=43, seed=43)
    drop(page, file.name, file.read_text("utf-8"))
    expect(page.get_by_role("heading", name=file.name)).to_be_visible()


def test_a_name_that_the_browser_changed_is_put_right_with_one_click(
    visit: Visit, school: Site, make_file: PupilFile
) -> None:
    page = visit(school, person(school, "sender"))
    file = make_file(serial=44, seed=44)
    page.get_by_label("File", exact=True).set_input_files(file.rename(file.with_stem(f"{file.stem} (1)")))
    page.get_by_role("button", name="Check and send").click()
    expect(page.get_by_text("It should be called 8204321_CES_820LLLL_044.xml.")).to_be_visible()
    page.get_by_role("button", name="Rename and send").click()
    expect(page.get_by_role("heading", name="8204321_CES_820LLLL_044.xml")).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="Received by the LA")).to_be_visible()


def tab_to(page: Page, name: str) -> None:
    """Press Tab until what has the focus is called so; it must come within the links before it."""
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED) == name:
            return
    pytest.fail(f"Tab does not reach {name}")


def drop(page: Page, name: str, text: str) -> None:
    """Drop a file on the box as the browser does it."""
    carried = page.evaluate_handle(
        """([name, text]) => {
            const carried = new DataTransfer();
            carried.items.add(new File([text], name, { type: "text/xml" }));
            return carried;
        }""",
        [name, text],
    )
    page.dispatch_event("form[data-drop]", "drop", {"dataTransfer": carried})
