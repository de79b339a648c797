"""A data officer takes the old product's tasks over and migrates those of Phase 1."""

from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.authority.collection.task_lists import csv
from tests.journeys.conftest import Visit, add_account, person
from tests.journeys.test_migrating import look

from schoolgate.documents.samples.places import school_name
from schoolgate.sites.demo_site import Site

pytestmark = pytest.mark.chromium

SCHOOL = "2011"


@pytest.mark.parametrize("scripts", [True, False])
def test_an_officer_takes_tasks_over_and_migrates_them(
    visit: Visit, authority: Site, tmp_path: Path, album: Path, scripts: bool
) -> None:
    number = SCHOOL if scripts else "2012"
    authority.wait_until_up()
    add_account(authority, number)
    of_school = {"School No.": number}
    given = tmp_path / "tasks.csv"
    given.write_bytes(
        csv(
            {**of_school, "Task Name": "Changes on Thursday"},
            {**of_school, "Task Name": "Marks every day", "Data Filter Details": "Attendance Data"},
            {
                **of_school,
                "Task Name": "To and fro",
                "Data Filter Details": "Snapshot Data",
                "Transfer Type": "Import to School",
                "Phase": "2",
            },
            {**of_school, "Task Name": "Kept by the school", "Owner": "School", "Locked": "yes"},
            {**of_school, "Task Name": "Once a fortnight", "When": "Fortnightly"},
            {"Task Name": "Of a school that nobody knows", "School No.": "7999"},
        )
    )
    page = visit(authority, person(authority, "officer"), scripts=scripts)
    page.goto("/collection/")
    page.get_by_role("link", name="Import tasks").click()
    page.get_by_text("What the file looks like").click()
    look(page, album / "tasks-import.png")
    page.get_by_label("CSV file").set_input_files(given)
    page.get_by_role("button", name="See what it would do").click()
    expect(page.get_by_role("row").filter(has_text="Once a fortnight")).to_contain_text("Once, Weekly, Monthly")
    look(page, album / "tasks-preview.png")
    page.get_by_role("button", name="Make 4 tasks").click()
    expect(page.get_by_role("main")).to_contain_text("4 tasks were made. 1 of them is not active")
    look(page, album / "tasks-imported.png")

    page.get_by_role("link", name="Phase 1 tasks").click()
    page.get_by_label("School", exact=True).select_option(f"{school_name('820', number)} (820 {number})")
    page.get_by_role("button", name="Show").click()
    look(page, album / "tasks-phase-1.png")
    page.get_by_label("Choose Marks every day").check()
    page.get_by_role("button", name="Migrate to Phase 2").click()
    page.get_by_role("button", name="Migrate to Phase 2").click()
    expect(page.get_by_role("main")).to_contain_text("1 task is on Phase 2 now")
    page.get_by_role("button", name="Migrate all 2 that fit").click()
    look(page, album / "tasks-phase-2-asked.png")
    page.get_by_role("button", name="Migrate to Phase 2").click()
    expect(page.get_by_role("main")).to_contain_text("1 task stays on Phase 1. Locked by")
    look(page, album / "tasks-phase-2.png")

    page.get_by_role("link", name="Kept by the school").click()
    expect(page.get_by_role("main")).to_contain_text("Phase 1, of the old product")
    look(page, album / "tasks-still-on-phase-1.png")
    page.get_by_text("1 school", exact=True).click()
    page.get_by_role("link", name=school_name("820", number)).click()
    expect(page.get_by_role("main")).to_contain_text("1 of its tasks is still on Phase 1")
    look(page, album / "tasks-of-the-school.png")
