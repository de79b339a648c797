"""A data officer migrates a base to SIMS Primary, sees its tasks change, and goes through the checklist."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.conftest import HEIGHT, PHONE, WIDE, Visit, add_account, person
from tests.journeys.test_collecting import written
from tests.journeys.test_every_page import SQUEEZED, TOO_WIDE

from schoolgate.documents.samples.places import school_name
from schoolgate.sites.demo_collection import LA, Cloud
from schoolgate.sites.demo_site import Site

pytestmark = pytest.mark.chromium

MOVED = datetime.now(UTC).date() - timedelta(days=10)
"""Lately: a school whose months run out would stand on the first page, which other walks find calm."""

SCHOOL, NEIGHBOUR, PUPILS = "2004", "2005", 12
NAME = school_name(LA, SCHOOL)
SETTINGS = {
    "Client ID": "client_id",
    "Secret": "secret",
    "Subscription Key": "subscription_key",
    "Organisation ID": "organisation_id",
}


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    """A vendor's cloud to which the school has moved."""
    cloud = Cloud("sims-primary", school=SCHOOL, pupils=PUPILS)
    yield cloud
    cloud.stop()


@pytest.fixture(scope="module")
def before(authority: Site, cloud: Cloud, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """An authority with the school on SIMS 7 still, and its tasks; one of them its neighbour is in, too."""
    said, folder = cloud.settings, tmp_path_factory.mktemp("settings")
    options = {"data_url": said["base_url"], "token_url": said["token_url"]}
    authority.wait_until_up()
    for number in (SCHOOL, NEIGHBOUR):
        add_account(authority, number)
    one, two = ("--base", f"{LA}{SCHOOL}"), ("--base", f"{LA}{NEIGHBOUR}")
    authority.run_several(
        ["systems", "options", "sims-primary", "--from", written(folder / "options", options)],
        ["tasks", "add", "--name", "Snapshot of one", "--data", "snapshot", *one, "--at", "18:30", "--on", "fri"],
        ["tasks", "add", "--name", "Results of one", "--data", "attainment", *one, "--at", "18:30", "--on", "mon"],
        ["tasks", "add", "--name", "Changes of two", "--data", "changed", *one, *two, "--at", "18:30", "--on", "thu"],
    )
    return authority


def test_an_officer_migrates_a_base_and_sees_its_tasks_change(
    visit: Visit, before: Site, cloud: Cloud, album: Path
) -> None:
    page = visit(before, person(before, "officer"))
    page.goto(f"/bases/?q={SCHOOL}")
    page.get_by_role("link", name=NAME).click()
    page.get_by_role("link", name="Migrate to SIMS Primary").click()
    expect(page.get_by_role("heading", name=f"Migrate {NAME} to SIMS Primary")).to_be_visible()
    look(page, album / "migration-at-first.png")
    migration = page.url

    page.get_by_label("The school moved on").fill(MOVED.isoformat())
    page.get_by_role("button", name="Save the day").click()
    expect(page.get_by_role("main")).to_contain_text(f"The school moved on {MOVED.day} {MOVED:%B %Y}.")

    page.get_by_role("link", name="Enter the settings").click()
    for label, name in SETTINGS.items():
        page.get_by_role("textbox", name=label).fill(cloud.settings[name])
    page.get_by_role("button", name="Save and test these settings").click()
    page.wait_for_url(migration)
    expect(page.get_by_role("main")).to_contain_text("They were tested and work.")

    page.get_by_role("link", name="Add New Task").click()
    expect(page.get_by_label("Data Filter Details")).to_have_value("attendance-changed")
    page.get_by_label("Task Name").fill("Marks of one")
    page.get_by_label("Start time").fill("19:00")
    page.get_by_label("Monday").check()
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url(migration)
    expect(page.get_by_role("main")).to_contain_text("Marks of one starts with the migration.")
    page.get_by_role("link", name="Marks of one").click()
    expect(page.get_by_role("main")).to_contain_text("It starts at migration for 1 school still on SIMS 7.")
    look(page, album / "migration-attendance-task.png")

    page.goto(migration)
    for task, happens in (
        ("Changes of two", "Goes on apart"),
        ("Marks of one", "Starts"),
        ("Results of one", "Stops"),
        ("Snapshot of one", "Goes on"),
    ):
        expect(page.get_by_role("row").filter(has_text=task)).to_contain_text(happens)
    expect(page.get_by_label("Migrate it all the same")).to_have_count(0)
    look(page, album / "migration-ready.png")
    page.get_by_label("School number").fill(NEIGHBOUR)
    page.get_by_role("button", name="Migrate to SIMS Primary").click()
    expect(page.get_by_role("alert")).to_contain_text("This is another number.")
    look(page, album / "migration-wrong-number.png")
    page.get_by_label("School number").fill(SCHOOL)
    page.get_by_role("button", name="Migrate to SIMS Primary").click()

    expect(page.get_by_role("main")).to_contain_text("This is what comes next.")
    page.wait_for_url(migration)
    look(page, album / "migration-checklist.png")
    page.get_by_role("link", name="Its scheduled tasks").click()
    for task, shows in (("Results of one", "Not active"), ("Snapshot of one", "☁"), ("Changes of two", "☁")):
        expect(page.get_by_role("row").filter(has_text=task)).to_contain_text(shows)

    page.goto(migration)
    page.get_by_role("button", name="Run a snapshot now").click()
    snapshot = page.get_by_role("main").locator("ol > li").filter(has=page.get_by_role("heading", name="A snapshot"))
    for _ in range(120):
        if "Done" in snapshot.inner_text():
            break
        page.wait_for_timeout(500)
        page.reload()
    expect(snapshot).to_contain_text("Done")
    look(page, album / "migration-after-the-snapshot.png")


def look(page: Page, path: Path) -> None:
    """Take pictures on a desk's screen and on a phone; fails where the page does not fit one of them."""
    for width in (PHONE, WIDE):
        page.set_viewport_size({"width": width, "height": HEIGHT})
        page.screenshot(path=path.with_stem(f"{path.stem}-{width}"), full_page=True)
        assert not page.evaluate(TOO_WIDE, width), width
        assert not page.evaluate(SQUEEZED, width), width
