"""What all pages share: headers, frame, errors, and that nothing on them is inline."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings as site_settings
from django.contrib.staticfiles import finders
from django.test import Client, RequestFactory
from django.urls import reverse

from schoolgate.commons.accounts.models import User
from schoolgate.commons.preferences.registry import PREFERENCES, TextPreference
from schoolgate.commons.web.errors import server_error

SignedIn = Callable[[User], Client]

OUR_TEMPLATES = sorted(
    path
    for config in apps.get_app_configs()
    if config.name.startswith("schoolgate.")
    for path in Path(config.path).glob("templates/**/*.*")
)
INLINE = re.compile(
    r"<style|\sstyle\s*=|\son[a-z]+\s*=|\shx-on|javascript:|<script(?![^>]*\ssrc=)|https?://(?!www\.w3\.org/)",
    re.IGNORECASE,
)


@pytest.mark.parametrize("path", OUR_TEMPLATES, ids=lambda path: path.name)
def test_a_template_has_nothing_inline_and_nothing_from_elsewhere(path: Path) -> None:
    assert INLINE.findall(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "line",
    [
        '<p style="color: red">',
        "<style>p {}</style>",
        '<a onclick="go()">',
        "<script>go()</script>",
        '<div hx-on:click="go()">',
        '<a href="javascript:go()">',
        '<img src="https://elsewhere.example/x.png">',
        '<rect STYLE = "fill: red">',
    ],
)
def test_what_is_inline_would_be_found(line: str) -> None:
    assert INLINE.search(line)


def test_there_are_templates_to_look_at() -> None:
    assert {"base.html", "sign_in.html", "bars.html", "table.html"} <= {path.name for path in OUR_TEMPLATES}


@pytest.mark.parametrize("suffix", [".css", ".js", ".svg"])
def test_static_files_take_nothing_from_elsewhere(suffix: str) -> None:
    folder = Path(apps.get_app_config("web").path) / "static"
    files = list(folder.glob(f"**/*{suffix}"))
    assert files
    for file in files:
        text = file.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?://|@import|url\(", text), file.name
        assert len(text.splitlines()) <= 400


@pytest.mark.django_db
class TestHeaders:
    """What every answer carries."""

    def test_the_policy_allows_our_own_files_only(self, stranger: Client) -> None:
        assert stranger.get("/sign-in/").headers["Content-Security-Policy"] == (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
            "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
        )

    @pytest.mark.parametrize("path", ["/sign-in/", "/nowhere/", "/users/"])
    def test_no_page_stays_in_a_shared_cache_or_a_frame(self, stranger: Client, path: str) -> None:
        headers = stranger.get(path).headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]

    def test_static_files_may_be_kept(self, stranger: Client) -> None:
        answer = stranger.get("/static/web/base.css")
        answer.close()
        assert "max-age" in answer.headers["Cache-Control"]

    def test_every_file_a_page_names_is_there(self, stranger: Client) -> None:
        page = stranger.get("/sign-in/").content.decode()
        named = re.findall(r'(?:href|src)="/static/([^"]+)"', page)
        assert len(named) >= 8
        assert [name for name in named if finders.find(name) is None] == []


@pytest.mark.django_db
class TestFrame:
    """What stands round every page."""

    def test_the_navigation_shows_only_what_the_role_opens(
        self, signed_in: SignedIn, administrator: User, sender: User, settings: Any
    ) -> None:
        settings.SCHOOLGATE_NAVIGATION = [("Journal", "journal"), ("Audit", "audit"), ("Users", "users")]
        names = re.compile(r'<a href="/(journal|audit|users)/"')
        assert names.findall(signed_in(administrator).get("/my-account/").content.decode()) == [
            "journal",
            "audit",
            "users",
        ]
        assert names.findall(signed_in(sender).get("/my-account/").content.decode()) == ["journal"]

    def test_the_navigation_says_where_one_is(self, signed_in: SignedIn, administrator: User, settings: Any) -> None:
        settings.SCHOOLGATE_NAVIGATION = [("Journal", "journal"), ("Users", "users")]
        page = signed_in(administrator).get(f"/users/{administrator.pk}/").content.decode()
        assert re.findall(r'aria-current="page">([^<]+)', page) == ["Users"]

    def test_a_stranger_sees_no_navigation(self, stranger: Client) -> None:
        assert "<nav" not in stranger.get("/sign-in/").content.decode()

    def test_the_page_says_whose_site_it_is(self, stranger: Client, settings: Any) -> None:
        settings.SCHOOLGATE_OWNER_PREFERENCE = "tried-owner"
        preference = TextPreference("tried-owner", default="Bedford <Borough>", meaning="what tests try")
        try:
            page = stranger.get("/sign-in/").content.decode()
        finally:
            PREFERENCES.pop(preference.name)
        assert "Bedford &lt;Borough&gt;" in page

    @pytest.mark.parametrize("demo", [True, False])
    def test_a_demonstration_says_so_on_every_page(self, stranger: Client, settings: Any, demo: bool) -> None:
        settings.SCHOOLGATE_DEMO = demo
        assert ("Nothing here is real" in stranger.get("/sign-in/").content.decode()) is demo

    def test_the_signed_in_name_is_shown(self, signed_in: SignedIn, sender: User) -> None:
        assert "Sue Okafor</a>" in signed_in(sender).get("/journal/").content.decode()


@pytest.mark.django_db
class TestErrors:
    """Pages for when something is not as it should be."""

    def test_a_page_that_is_not_there(self, stranger: Client) -> None:
        answer = stranger.get("/nowhere/")
        assert answer.status_code == 404
        assert "This page does not exist, or you may not see it" in answer.content.decode()

    def test_a_form_that_was_open_too_long(self) -> None:
        answer = Client(enforce_csrf_checks=True).post("/sign-in/", {"username": "sue", "password": "x"})
        assert answer.status_code == 403
        assert "The page was open too long" in answer.content.decode()

    def test_a_request_that_cannot_be_understood(self, stranger: Client) -> None:
        answer = stranger.get("/sign-in/", headers={"host": "elsewhere.example"})
        assert answer.status_code == 400
        assert "This request cannot be understood" in answer.content.decode()

    def test_something_went_wrong_and_has_a_number_that_the_log_has_too(self, caplog: pytest.LogCaptureFixture) -> None:
        answer = server_error(RequestFactory().get("/set-password/secret/"))
        found = re.search(r'<strong class="code">([0-9A-F]{6})</strong>', answer.content.decode())
        assert answer.status_code == 500
        assert found
        assert found.group(1) in caplog.text
        assert "secret" not in caplog.text

    def test_every_site_shows_that_page(self) -> None:
        urlconf = __import__(site_settings.ROOT_URLCONF, fromlist=["handler500"])
        assert urlconf.handler500 == "schoolgate.commons.web.errors.server_error"


def test_the_error_page_needs_no_database() -> None:
    assert server_error(RequestFactory().get("/")).status_code == 500


@pytest.mark.django_db
def test_rendered_pages_have_nothing_inline_and_a_label_for_every_field(
    signed_in: SignedIn, administrator: User
) -> None:
    browser = signed_in(administrator)
    for name in ("my-account", "change-own-password", "invite-user", "find", "users"):
        page = browser.get(reverse(name)).content.decode()
        assert INLINE.findall(page) == [], name
        labels = set(re.findall(r'<label[^>]* for="([^"]+)"', page))
        fields = set(re.findall(r'<(?:input|select|textarea)(?![^>]*type="(?:hidden|radio)")[^>]* id="([^"]+)"', page))
        assert fields
        assert fields <= labels, name


def test_an_address_that_only_a_button_calls_has_a_page_for_who_opens_it(sender: User, signed_in: SignedIn) -> None:
    answered = signed_in(sender).get("/sign-out/")
    assert (answered.status_code, answered.headers["Allow"]) == (405, "POST")
    assert "This address is a step, not a page" in answered.content.decode()
