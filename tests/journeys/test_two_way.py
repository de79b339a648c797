"""A data officer has what was changed here sent back to a school, sees it wait in the outbox, and withdraws it."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.journeys.conftest import Visit, person
from tests.journeys.test_migrating import look

from schoolgate.sites.demo_site import Site

pytestmark = pytest.mark.chromium

SCHOOL = "7004"


@pytest.mark.parametrize("scripts", [True, False])
def test_an_officer_sends_changes_back_to_a_school(
    visit: Visit, authority: Site, school: Site, album: Path, scripts: bool
) -> None:
    name = f"Back to school {scripts}"
    (pupil, *_) = authority.run("pupils", "--base", f"820{SCHOOL}", "--limit", "1")
    middle = "Rose" if scripts else "Lily"
    change = ("pupil-change", str(pupil["number"]), "basic-details", "MiddleNames", middle)
    authority.run(*change, "--reason", "told by phone")

    page = visit(authority, person(authority, "officer"), scripts=scripts)
    page.goto("/collection/add")
    page.get_by_label("Task Name").fill(name)
    page.get_by_label("Transfer Type").select_option("import-to-school")
    page.get_by_label("Data Filter Details").select_option("changed")
    page.get_by_label("Basic details").check()
    page.get_by_label("Find schools").fill(f"820{SCHOOL}")
    page.get_by_role("button", name="Find", exact=True).click()
    page.get_by_label(re.compile(rf"\(820 {SCHOOL}\)")).check()
    page.get_by_label("Thursday").check()
    page.get_by_label("Start time").fill("18:30")
    look(page, album / "two-way-form.png")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("main")).to_contain_text("what was changed here goes back to the school, 1 school")
    page.get_by_role("button", name="Run now", exact=True).first.click()
    expect(page.get_by_role("main")).to_contain_text("1 school is sent what was changed here next.")
    look(page, album / "two-way-task.png")

    page.goto("/outbox/")
    for _ in range(60):
        if page.get_by_role("row").filter(has_text=name).count():
            break
        page.wait_for_timeout(500)
        page.reload()
    row = page.get_by_role("row").filter(has_text=name)
    expect(row).to_contain_text("Waits for the school’s program")
    look(page, album / "outbox.png")
    row.get_by_role("link", name="820LLLL_CES").click()
    look(page, album / "outbox-file.png")
    page.get_by_role("link", name="Withdraw it").click()
    look(page, album / "outbox-withdraw.png")
    page.get_by_role("button", name="Withdraw the file").click()
    expect(page.get_by_role("main")).to_contain_text("is not offered to")
    assert authority.run("outbox", "--base", f"820{SCHOOL}") == []


def test_the_form_tells_why_a_folder_of_attainment_cannot_be_read(visit: Visit, authority: Site, album: Path) -> None:
    page = visit(authority, person(authority, "officer"))
    authority.wait_until_up()
    page.goto("/collection/attainment/")
    expect(page.get_by_role("main")).to_contain_text("No attainment waits for its pupil.")
    look(page, album / "suspended.png")
    page.goto("/collection/add?kind=attainment")
    page.get_by_label("Task Name").fill("Summer results")
    page.get_by_label("Folder of attainment files").fill("summer")
    page.get_by_label("Thursday").check()
    page.get_by_label("Start time").fill("18:30")
    page.get_by_role("button", name="Test access to the folder").click()
    expect(page.get_by_role("main")).to_contain_text("sets attainment_root")
    look(page, album / "attainment-form.png")
