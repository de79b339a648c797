"""The program for schools, where a school's own people find it."""

from datetime import UTC, datetime
from pathlib import Path

from django.test import Client
from django.urls import reverse
from tests.authority.bases.test_school_program import release

from schoolgate.authority.bases.models import Agent, Base
from schoolgate.authority.bases.school_program import offer_package


def page(browser: Client, base: Base, route: str = "portal-program") -> str:
    return browser.get(reverse(route, args=[base.pk])).content.decode()


def test_a_school_finds_the_program_and_its_digest(as_hana: Client, green_abbey: Base, tmp_path: Path) -> None:
    package = offer_package(release(tmp_path), by=None)
    said = page(as_hana, green_abbey)
    assert package.sha256 in said
    assert reverse("school-program-file") in said


def test_a_school_downloads_it(as_hana: Client, green_abbey: Base, tmp_path: Path) -> None:
    file = release(tmp_path)
    offer_package(file, by=None)
    answer = as_hana.get(reverse("school-program-file"))
    assert b"".join(answer.streaming_content) == file.read_bytes()  # type: ignore[attr-defined]  # a streaming answer


def test_the_first_page_names_the_version(as_hana: Client, green_abbey: Base, tmp_path: Path) -> None:
    offer_package(release(tmp_path), by=None)
    assert "Version 1.2.0" in page(as_hana, green_abbey, "portal-tiles")


def test_where_none_is_offered_a_school_is_told_whom_to_ask(as_hana: Client, green_abbey: Base) -> None:
    said = page(as_hana, green_abbey)
    assert "offers no program for download" in said
    assert "Ask" in said


def test_a_school_sees_which_version_it_has(as_hana: Client, green_abbey: Base) -> None:
    called = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)
    Agent.objects.create(account=green_abbey.account, program="schoolgate", version="1.1.0", seen_at=called)
    assert "schoolgate 1.1.0" in page(as_hana, green_abbey)


def test_another_schools_page_is_not_found(as_hana: Client, oak_lane: Base) -> None:
    assert as_hana.get(reverse("portal-program", args=[oak_lane.pk])).status_code == 404


def test_officers_have_a_page_of_their_own(as_officer: Client, green_abbey: Base) -> None:
    assert as_officer.get(reverse("portal-program", args=[green_abbey.pk])).status_code == 403
