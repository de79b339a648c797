"""Every page of every site, with a made-up row of each kind, can be used by everybody (WCAG 2.2 AA).

The pages are the routes of tests/sites/test_strangers.py, which knows all: as they come, and as a form comes back when
it was sent empty.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from lxml import html
from playwright.sync_api import Page
from tests.journeys.accessible import AXE, TURN_TO, faults_of
from tests.journeys.conftest import Visit
from tests.journeys.rendered import Rendered, served
from tests.npm import axe_of_npm
from tests.sites.planting import PK, plant
from tests.sites.test_strangers import SCHOOL, SCHOOLS, SITES, SignedIn, allowed_on, give_every_right, routes

from schoolgate.authority.bases.models import SCHOOL_USER, Base
from schoolgate.commons.accounts.creating import create_user
from schoolgate.commons.accounts.models import User
from schoolgate.sites.demo_site import Site

pytestmark = [pytest.mark.chromium, pytest.mark.node]

PORTAL = {SCHOOLS, SCHOOL}
MOST = 400
STOPS = (
    "[...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary')]"
    ".filter((part) => part.checkVisibility())"
)


@pytest.fixture(scope="module", autouse=True)
def _rows_beside_a_browser() -> Iterator[None]:
    """Playwright's loop waits in this thread; Django takes that for a coroutine that reads rows."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield


@pytest.fixture(scope="session")
def axe() -> Rendered:
    return Rendered.file(AXE, axe_of_npm())


def pages_of(site: str, browser: Client, whose: set[str]) -> Iterator[tuple[str, Rendered]]:
    """What a browser shows of each address that these people may open, and of each of its forms that comes back."""
    allowed, sent = allowed_on(site), {reverse("sign-out")}
    for name, address in routes(f"schoolgate.sites.urls_{site}"):
        if allowed[name] not in whose or (page := shown(browser.get(address), {200})) is None:
            continue
        yield address, page
        for form in cast("html.HtmlElement", html.document_fromstring(page.body)).forms:
            action = form.get("action") or address
            if form.method == "POST" and action not in sent:
                sent.add(action)
                hidden = {field.name: field.value or "" for field in form.xpath(".//input[@type='hidden']")}
                with transaction.atomic():
                    answer = browser.post(action, hidden)
                    transaction.set_rollback(True)
                if (back := shown(answer, {409, 422})) is not None:
                    yield f"/came-back{action}", back


def shown(answer: Any, statuses: set[int]) -> Rendered | None:
    """The page, where the answer is one."""
    is_page = answer.status_code in statuses and answer["Content-Type"].startswith("text/html")
    return Rendered(answer.content, dict(answer.items())) if is_page else None


def stops_of(page: Page) -> Iterator[int]:
    """Where the Tab key stops from here on until it leaves the page, by number; a date, which has three parts, once."""
    last = -1
    for _ in range(MOST):
        page.keyboard.press("Tab")
        here: int = page.evaluate(f"{STOPS}.indexOf(document.activeElement)")
        if here == -1:
            return
        if here != last:
            yield here
        last = here


@pytest.mark.parametrize("site", SITES)
def test_every_page_can_be_used_by_everybody(
    site: str, axe: Rendered, administrator: User, signed_in: SignedIn, visit: Visit, settings: Any
) -> None:
    settings.ROOT_URLCONF = f"schoolgate.sites.urls_{site}"
    plant()
    give_every_right(administrator)
    pages = dict(pages_of(site, signed_in(administrator), set(allowed_on(site).values()) - PORTAL))
    if site == "authority":
        olga = create_user("olga", SCHOOL_USER)
        Base.objects.get(pk=PK).people.add(olga)
        Base.objects.get(pk=PK).tasks.add(PK)
        pages |= dict(pages_of(site, signed_in(olga), PORTAL))
    faults = []
    with served({**pages, AXE: axe}) as url:
        page = visit(Site(site, Path(), url))
        page.goto(next(iter(pages)))
        page.add_script_tag(url=AXE)
        for path in pages:
            page.evaluate(TURN_TO, path)
            faults += [f"{path} {fault}" for fault in faults_of(page)]
    assert not faults, "\n".join(faults)


def test_the_keyboard_goes_past_the_navigation_and_through_a_page_to_its_end(
    administrator: User, signed_in: SignedIn, visit: Visit, settings: Any
) -> None:
    settings.ROOT_URLCONF = "schoolgate.sites.urls_school"
    plant()
    give_every_right(administrator)
    form = shown(signed_in(administrator).get(reverse("raise-order")), {200})
    assert form is not None
    with served({"/": form}) as url:
        page = visit(Site("school", Path(), url))
        page.goto("/")
        assert next(stops_of(page)) == 0
        page.keyboard.press("Enter")
        next(stops_of(page))
        assert page.evaluate("document.activeElement.closest('main') !== null")
        page.goto("/")
        assert list(stops_of(page)) == list(range(page.evaluate(f"{STOPS}.length")))
