"""The documentation's pictures, of the demonstration: `SCHOOLGATE_PICTURES=docs/pictures` makes them anew.

`school-connect.png` is made by test_five_minutes.py, at the start of a school's way.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page
from tests.journeys.conftest import PHONE, WIDE, Person, Visit
from tests.journeys.pictures import take

from schoolgate.sites.demo_site import Site

pytestmark = pytest.mark.chromium


@dataclass(frozen=True)
class Picture:
    """What somebody sees at an address, or behind the first link of this name there."""

    name: str
    path: str
    link: str = ""
    width: int = WIDE
    height: int = 800


PICTURES: dict[tuple[str, str], list[Picture]] = {
    ("school", "sender"): [
        Picture("school-today", "/", height=1000),
        Picture("school-today-phone", "/", width=PHONE, height=844),
        Picture("school-problems", "/", "See what to do", height=1000),
        Picture("school-file", "/files/", "8204321_CES_820LLLL_"),
        Picture("school-personnel", "/personnel/"),
    ],
    ("school", "administrator"): [Picture("school-schedule", "/administration/schedule/", height=1000)],
    ("school", "head"): [
        Picture("ledger-today", "/purchasing/"),
        Picture("ledger-order", "/purchasing/orders/", "GA-2", height=1000),
        Picture("ledger-invoices", "/purchasing/invoices/"),
        Picture("ledger-spending", "/purchasing/reports/spending/"),
    ],
    ("authority", "officer"): [
        Picture("authority-today", "/"),
        Picture("authority-received", "/files/"),
        Picture("authority-import", "/imports/", "_CES_"),
        Picture("authority-tasks", "/collection/"),
        Picture("authority-outbox", "/outbox/"),
    ],
    ("authority", "school"): [Picture("portal-overview", "/")],
    ("authority", "administrator"): [
        Picture("operator-system", "/administration/system/", height=1000),
        Picture("operator-backups", "/administration/backups/", height=1000),
        Picture("operator-queue", "/jobs/queue/"),
    ],
    ("supplier", "staff"): [
        Picture("supplier-connect", "/get-connected/", height=1000),
        Picture("supplier-queue", "/queue/"),
        Picture("supplier-calls", "/calls/"),
    ],
}


# A picture shows the home where the documentation installs one, not that of a test.
INSTALLED = """(home) => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) texts.currentNode.data = texts.currentNode.data.replaceAll(home, "/var/lib/schoolgate");
}"""


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """The running demonstration, as its line for scripts describes it."""
    home = tmp_path_factory.mktemp("demo") / "home"
    command = [sys.executable, "-m", "schoolgate.sites.cli", "demo", "--json", "--home", str(home)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()


@pytest.mark.parametrize(("site", "user"), PICTURES)
def test_the_documentations_pictures_can_be_made(
    site: str, user: str, demonstration: dict[str, Any], visit: Visit, album: Path
) -> None:
    described = demonstration[site]
    place = Site(site, Path(), described["url"])
    known = next(one for one in described["users"] if one["user"] == user)
    page = visit(place, Person(place, user, known["password"]))
    for picture in PICTURES[site, user]:
        page.set_viewport_size({"width": picture.width, "height": picture.height})
        open_at(page, picture)
        page.evaluate(INSTALLED, demonstration["home"])
        take(page, album / f"{picture.name}.png", width=picture.width, height=picture.height)


def open_at(page: Page, picture: Picture) -> None:
    answer = page.goto(picture.path)
    assert answer is not None
    assert answer.ok, picture.path
    if picture.link:
        page.get_by_role("main").get_by_role("link", name=picture.link).first.click()
        page.wait_for_load_state()
