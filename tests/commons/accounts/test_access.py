"""Every view says who may open it, on every site."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from schoolgate.commons.accounts.access import ANYONE, SIGNED_IN, PersonRequest, anyone, may_open, signed_in, who
from schoolgate.commons.accounts.models import User

SignedIn = Callable[[User], Client]

OPEN_TO_THE_WORLD = {"sign-in", "set-password", "schemas", "schema"}


def views(patterns: list[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from views(pattern.url_patterns)
        else:
            yield pattern


def test_every_view_says_who_may_open_it() -> None:
    silent = [pattern.name for pattern in views(get_resolver().url_patterns) if not hasattr(pattern.callback, "who")]
    assert silent == []


def test_only_the_doors_are_open_to_the_world() -> None:
    found = {pattern.name for pattern in views(get_resolver().url_patterns) if pattern.callback.who == ANYONE}  # type: ignore[attr-defined]
    assert found == OPEN_TO_THE_WORLD


@pytest.mark.parametrize("site", ["school", "authority"])
def test_every_view_of_a_real_site_names_roles_of_that_site(site: str, tmp_path: Path) -> None:
    program = (
        "import django; django.setup()\n"
        "from django.conf import settings\n"
        "from django.urls import get_resolver, resolve, reverse\n"
        "from schoolgate.commons.accounts.access import ANYONE, SIGNED_IN\n"
        "def views(patterns):\n"
        "    for pattern in patterns:\n"
        "        yield from views(pattern.url_patterns) if hasattr(pattern, 'url_patterns') else [pattern]\n"
        "for pattern in views(get_resolver().url_patterns):\n"
        "    who = pattern.callback.who\n"
        "    assert who in (ANYONE, SIGNED_IN) or who & set(settings.SCHOOLGATE_ROLES), (pattern, who)\n"
        "for label, name in settings.SCHOOLGATE_NAVIGATION:\n"
        "    assert resolve(reverse(name)).func.who != ANYONE, name\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", program],
        env={"PATH": "", "SCHOOLGATE_HOME": str(tmp_path), "DJANGO_SETTINGS_MODULE": f"schoolgate.sites.{site}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr


@anyone
def open_page(request: HttpRequest) -> HttpResponseBase:
    return HttpResponse()


@signed_in
def people_page(request: PersonRequest) -> HttpResponseBase:
    return HttpResponse()


@who("officer")
def officers_page(request: PersonRequest) -> HttpResponseBase:
    return HttpResponse()


def silent_page(request: HttpRequest) -> HttpResponseBase:
    return HttpResponse()


@pytest.mark.parametrize(
    ("user", "pages"),
    [
        (AnonymousUser(), {open_page}),
        (User(role="exchange account"), {open_page}),
        (User(role="sender"), {open_page, people_page}),
        (User(role="officer"), {open_page, people_page, officers_page}),
    ],
)
def test_who_may_open_what(user: object, pages: set[object]) -> None:
    every = [open_page, people_page, officers_page, silent_page]
    assert {page for page in every if may_open(user, page)} == pages
    assert people_page.who == SIGNED_IN  # type: ignore[attr-defined]


@pytest.mark.django_db
class TestDoors:
    """What happens to who may not come in."""

    def test_a_stranger_is_sent_to_the_sign_in_page(self, stranger: Client) -> None:
        assert stranger.get("/users/?q=x").headers["Location"] == "/sign-in/?next=/users/%3Fq%3Dx"

    def test_a_colleague_of_another_role_gets_a_page_that_says_so(self, signed_in: SignedIn, sender: User) -> None:
        answer = signed_in(sender).get("/audit/")
        assert answer.status_code == 403
        assert "Your role does not open this page" in answer.content.decode()

    def test_a_program_with_a_session_opens_no_page(self, signed_in: SignedIn, exchange_account: User) -> None:
        assert signed_in(exchange_account).get("/journal/").status_code == 403
