"""A run fails for a wrong key: an officer reads why, corrects it, and runs the task again."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.journeys.conftest import Visit, add_account, person

from schoolgate.sites.demo_collection import Cloud
from schoolgate.sites.demo_site import Site

pytestmark = pytest.mark.chromium

MOVED = (datetime.now(UTC).date() - timedelta(days=10)).isoformat()
"""Lately: a school whose months run out would stand on the first page, which other walks find calm."""

SCHOOL, PUPILS = "2001", 12
FAILED_MS = 120_000
ALL_ADDED = re.compile(r"(\d+) pupils: \1 added\.")


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    """A vendor's cloud in which the school is."""
    cloud = Cloud("sims-primary", pupils=PUPILS)
    yield cloud
    cloud.stop()


@pytest.fixture(scope="module")
def wrong_key(authority: Site, cloud: Cloud, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """An authority that collected from the school with a wrong subscription key."""
    said, folder, dfe = cloud.settings, tmp_path_factory.mktemp("settings"), f"820{SCHOOL}"
    options = {"data_url": said["base_url"], "token_url": said["token_url"]}
    settings = {name: said[name] for name in ("client_id", "secret", "organisation_id")}
    authority.wait_until_up()
    add_account(authority, SCHOOL)
    authority.run_several(
        ["systems", "options", "sims-primary", "--from", written(folder / "options", options)],
        [
            "bases",
            "settings",
            dfe,
            "sims-primary",
            "--from",
            written(folder / "s", settings, subscription_key="0" * 32),
        ],
        ["migrate", dfe, "--school-moved", MOVED, "--sure", "--yes"],
        ["tasks", "add", "--name", "Autumn", "--data", "snapshot", "--base", dfe, "--at", "18:30", "--on", "fri"],
    )
    (task,) = (one for one in authority.run("tasks") if one["name"] == "Autumn")
    authority.run("tasks", "run", str(task["number"]))
    return authority


def written(path: Path, values: dict[str, str], **more: str) -> str:
    path.write_text(json.dumps({**values, **more}), "utf-8")
    return str(path)


def test_an_officer_reads_why_a_run_failed_corrects_the_key_and_runs_now(
    visit: Visit, wrong_key: Site, cloud: Cloud
) -> None:
    page = visit(wrong_key, person(wrong_key, "officer"))
    todo = page.get_by_text("could not be collected")
    for _ in range(FAILED_MS // 500):
        if todo.count():
            break
        page.wait_for_timeout(500)
        page.reload()
    expect(todo).to_contain_text("subscription key")
    page.get_by_role("link", name="See what to do").click()
    expect(page.get_by_role("heading", name="It failed.")).to_be_visible()
    failed = page.url
    page.get_by_role("link", name="Open the settings").click()

    page.get_by_role("textbox", name="Subscription Key").fill(cloud.settings["subscription_key"])
    page.get_by_role("button", name="Test these settings", exact=True).click()
    expect(page.locator("#tested .banner-success")).to_be_visible()
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url(lambda address: "/settings/" not in address)

    page.goto(failed)
    page.get_by_role("button", name="Run now").click()
    expect(page.get_by_role("main")).to_contain_text("Successful")
    expect(page.get_by_role("main")).to_contain_text(ALL_ADDED)
