"""Every page that the navigation and the pages behind it lead to, on an office screen and on a phone."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page
from tests.journeys.conftest import PHONE, WIDE, Visit, person

from schoolgate.sites.demo import Site

pytestmark = pytest.mark.chromium

MOST = 60
TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
LEADS = "[...document.querySelectorAll('a[href]')].map((link) => link.getAttribute('href'))"


@pytest.mark.parametrize("width", [WIDE, PHONE])
def test_every_page_of_the_school_fits_the_screen(visit: Visit, school: Site, width: int) -> None:
    seen = walk(visit(school, person(school, "administrator"), width=width))
    assert {"files", "held-back", "administration", "users", "journal", "jobs", "find", "my-account", "send"} <= rooms(
        seen
    )


@pytest.mark.parametrize("width", [WIDE, PHONE])
def test_every_page_of_the_authority_fits_the_screen(visit: Visit, authority: Site, school: Site, width: int) -> None:
    seen = walk(visit(authority, person(authority, "administrator"), width=width))
    assert {"files", "bases", "administration", "users", "journal", "jobs", "find", "my-account", "audit"} <= rooms(
        seen
    )


def walk(page: Page) -> list[str]:
    """Open every page that links lead to, one of each kind, and return their paths; fails where one is too wide."""
    waiting, kinds, seen, too_wide = ["/"], {"/"}, [], []
    while waiting:
        path = waiting.pop(0)
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        seen.append(path)
        assert len(seen) <= MOST, "too many kinds of pages"
        if page.evaluate(TOO_WIDE):
            too_wide.append(path)
        waiting.extend(new_kinds(page.evaluate(LEADS), kinds))
    assert too_wide == []
    return seen


def new_kinds(links: list[str], kinds: set[str]) -> Iterator[str]:
    """The first link of each kind of page: numbers are all alike, downloads and orders of a list are no pages."""
    for link in links:
        path = urlsplit(link).path
        kind = "/".join("#" if part.isdigit() else part for part in path.split("/"))
        is_download = path.endswith((".json", "/xml"))
        if path and not is_download and kind not in kinds:
            kinds.add(kind)
            yield path


def rooms(paths: list[str]) -> set[str]:
    return {path.split("/")[1] for path in paths}
