"""Every page that the navigation and the pages behind it lead to, on an office screen and on a phone.

At night each is also looked at as test_accessible_pages.py does, with what real files brought.
"""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.accessible import faults_of
from tests.journeys.conftest import HEIGHT, PHONE, WIDE, Person, Visit, person

from schoolgate.sites.demo_site import Site

pytestmark = pytest.mark.chromium

MOST = 120
TOO_WIDE = (
    "width => [document.documentElement, ...document.querySelectorAll(width > 768 ? '.table-scroll' : '.none')]"
    ".some(part => part.scrollWidth > part.clientWidth)"
)
"""Lists must fit a desk's screen too; on a phone a table that is no list may be scrolled."""
SQUEEZED = (
    "width => width <= 768 && [...document.querySelectorAll('.cell')]"
    ".some(cell => cell.clientWidth > 0 && cell.clientWidth < 96)"
)
"""A phone has room for words in a card, not for a few letters a line."""
LEADS = (
    "[...document.querySelectorAll('a[href]:not([download], [href$=\"/file/\"])')]"
    ".map((link) => link.getAttribute('href'))"
)
ROOMS = {"files", "administration", "users", "journal", "jobs", "find", "my-account", "audit"}


def test_every_page_of_the_school_fits_both_screens(visit: Visit, school: Site, axe_at_night: str) -> None:
    assert ROOMS | {"held-back", "send", "connect"} <= walk(
        visit(school, person(school, "administrator")), axe_at_night
    )


def test_every_page_of_the_authority_fits_both_screens(
    visit: Visit, authority: Site, school: Site, axe_at_night: str
) -> None:
    page = visit(authority, person(authority, "administrator"))
    wait_for_imports(page)
    assert ROOMS | {"bases", "imports", "incoming", "rules", "reports", "pupils", "pupils/#"} <= walk(
        page, axe_at_night, "/imports/?stands=completed"
    )


def test_every_page_of_the_school_portal_fits_both_screens(
    visit: Visit, authority: Site, school: Site, axe_at_night: str
) -> None:
    wait_for_imports(visit(authority, person(authority, "administrator")))
    made = authority.run("portal", "invite", "8204321", "--user", "every", "--name", "Eve Ry", "--with-password")
    seen = walk(visit(authority, Person(authority, made["user"], made["password"])), axe_at_night)
    places = ("tasks", "files", "people", "connection")
    assert {"find", "my-account", *(f"portal/#/{place}" for place in places)} <= seen
    assert not seen & {"journal", "bases", "jobs"}


def wait_for_imports(page: Page) -> None:
    """The list of imports tells by itself when the last one has ended."""
    page.goto("/imports/")
    for state in ("Queued", "Processing"):
        expect(page.get_by_role("cell", name=state)).to_have_count(0, timeout=240_000)


def walk(page: Page, axe: str, *first: str) -> set[str]:
    """Open every page that links lead to, one of each kind, beginning with `first`; fails where one does not fit.

    Returns the rooms that were entered, the first part of each address, and the kinds of their pages: `pupils/#`.
    """
    waiting, kinds = [*first, "/"], {"/"}
    seen: list[str] = []
    ill_fitting: list[tuple[str, int | str]] = []
    while waiting:
        path = waiting.pop(0)
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        seen.append(path)
        assert len(seen) <= MOST, "too many kinds of pages"
        for width in (PHONE, WIDE):
            page.set_viewport_size({"width": width, "height": HEIGHT})
            if page.evaluate(TOO_WIDE, width) or page.evaluate(SQUEEZED, width):
                ill_fitting.append((path, width))
        if axe:
            page.evaluate(axe)
            ill_fitting.extend((path, fault) for fault in faults_of(page))
        waiting.extend(new_kinds(page.evaluate(LEADS), kinds))
    assert ill_fitting == []
    return {path.split("/")[1] for path in seen} | {kind_of(path).strip("/") for path in seen}


def new_kinds(links: list[str], kinds: set[str]) -> Iterator[str]:
    """The first link of each kind of page: numbers are all alike, and so are the orders and pages of a list."""
    for link in links:
        path = urlsplit(link).path
        if path and (kind := kind_of(path)) not in kinds:
            kinds.add(kind)
            yield path


def kind_of(path: str) -> str:
    """What pages of one kind have in common: all but whose number, and which of the data groups and items, it is."""
    before, change, _ = path.partition("/change/")
    parts = [*before.split("/"), *(["change", "#", "#"] if change else [])]
    named = ("", *parts)
    return "/".join("#" if part.isdigit() or named[at] == "groups" else part for at, part in enumerate(parts))
