"""The README's pictures: `SCHOOLGATE_PICTURES=docs/pictures pytest tests/journeys/test_pictures.py` makes them anew."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.conftest import PHONE, WIDE, Visit, person

from schoolgate.sites.demo_site import Site

pytestmark = pytest.mark.chromium

LARGEST = 200_000


def test_pictures_of_the_school_can_be_made(visit: Visit, school: Site, album: Path) -> None:
    page = visit(school, person(school, "sender"))
    expect(page.get_by_role("heading", name="One thing needs you.")).to_be_visible()
    take(page, album / "school-today.png", width=WIDE, height=1000)
    page.get_by_role("link", name="See what to do").click()
    take(page, album / "school-problems.png", width=WIDE, height=1000)
    page.goto("/")
    take(page, album / "school-today-phone.png", width=PHONE, height=844)


def test_a_picture_of_the_authority_can_be_made(visit: Visit, authority: Site, school: Site, album: Path) -> None:
    page = visit(authority, person(authority, "officer"))
    page.goto("/files/")
    take(page, album / "authority-received.png", width=WIDE, height=800)


def take(page: Page, path: Path, *, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.screenshot(path=path)
    assert path.stat().st_size < LARGEST
