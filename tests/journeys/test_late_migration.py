"""A base was migrated too late: an officer reads which days can be missing, and plans the catch-up."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.conftest import Visit, add_account, person
from tests.journeys.test_collecting import written
from tests.journeys.test_migrating import SETTINGS, look

from schoolgate.documents.samples.places import school_name
from schoolgate.sites.demo_collection import LA, Cloud
from schoolgate.sites.demo_site import Site

pytestmark = pytest.mark.chromium

SCHOOL, PUPILS = "2006", 12
NAME = school_name(LA, SCHOOL)
MOVED = (datetime.now(UTC) - timedelta(days=130)).date().isoformat()
"""More than three months ago, whatever they are."""


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    cloud = Cloud("sims-primary", school=SCHOOL, pupils=PUPILS)
    yield cloud
    cloud.stop()


@pytest.fixture(scope="module")
def migrated(authority: Site, cloud: Cloud, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """An authority with the base just migrated, and nothing collected of it yet."""
    said, folder, dfe = cloud.settings, tmp_path_factory.mktemp("settings"), f"{LA}{SCHOOL}"
    options = {"data_url": said["base_url"], "token_url": said["token_url"]}
    settings = {name: said[name] for name in SETTINGS.values()}
    authority.wait_until_up()
    add_account(authority, SCHOOL)
    authority.run_several(
        ["systems", "options", "sims-primary", "--from", written(folder / "options", options)],
        ["bases", "settings", dfe, "sims-primary", "--from", written(folder / "s", settings)],
        ["migrate", dfe, "--school-moved", MOVED, "--sure", "--yes"],
    )
    return authority


def test_an_officer_reads_which_days_can_be_missing_and_plans_the_catch_up(
    visit: Visit, migrated: Site, album: Path
) -> None:
    page = visit(migrated, person(migrated, "officer"))
    awaited = page.get_by_text("No attendance has come since the move to SIMS Primary")
    expect(awaited).to_contain_text(NAME)
    look(page, album / "awaited-attendance.png")

    migrated.run("collect", "--base", f"{LA}{SCHOOL}", "--data", "attendance")
    page.reload()
    expect(awaited).to_have_count(0)
    page.goto("/collection/log/")
    page.get_by_role("row").filter(has_text=NAME).filter(has_text="can be missing").get_by_role("link").first.click()
    expect(page.get_by_role("main")).to_contain_text("more than three months before this run")
    look(page, album / "late-run.png")
    page.goto(f"/collection/schools/?q={SCHOOL}")
    expect(page.get_by_role("row").filter(has_text=NAME)).to_contain_text("days can be missing")
    look(page, album / "marked-school.png")
    page.get_by_role("link", name=NAME).click()
    look(page, album / "marked-schools-tasks.png")
    page.get_by_role("link", name="Catch it up").click()
    look(page, album / "marked-migration.png")

    page.get_by_role("link", name="Take it as it is").click()
    look(page, album / "take-it-as-it-is.png")
    page.get_by_role("link", name="Cancel").click()
    page.get_by_role("button", name="Plan catch-up").click()
    expect(page.get_by_role("heading", name=f"Catch-up, {NAME}")).to_be_visible()
    ended(page)
    look(page, album / "catch-up.png")
    expect(page.get_by_text("can be missing")).to_have_count(0)


def ended(page: Page) -> None:
    for _ in range(120):
        if "Successful" in page.get_by_role("main").inner_text():
            break
        page.wait_for_timeout(500)
    page.reload()
    expect(page.get_by_role("main")).to_contain_text("Successful")
