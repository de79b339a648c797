"""The page *Alerts*."""

from typing import Any

import pytest
from django.test import Client
from tests.conftest import SignedIn
from tests.smtp import Inbox

from schoolgate.commons.accounts.creating import create_user
from schoolgate.commons.accounts.models import User
from schoolgate.commons.alerts.choosing import listeners
from schoolgate.commons.alerts.kinds import DAILY_SUMMARY
from schoolgate.commons.alerts.models import Mail
from schoolgate.commons.alerts.summary import TellLine, summary_time
from schoolgate.commons.jobs.engine import work_off

pytestmark = pytest.mark.django_db


def text(answer: Any) -> str:
    assert answer.status_code == 200
    return str(answer.content, "utf-8")


def test_without_a_mail_server_the_page_says_so(signed_in: SignedIn, omar: User) -> None:
    page = text(signed_in(omar).get("/alerts/"))
    assert "This site has no mail server." in page
    assert "Send me a sample" not in page


def test_a_person_turns_the_summary_off_and_on(signed_in: SignedIn, omar: User) -> None:
    browser = signed_in(omar)
    browser.post("/alerts/", {})
    assert omar not in listeners(DAILY_SUMMARY)
    browser.post("/alerts/", {"daily-summary": "on", "locked-account": "on"})
    assert omar in listeners(DAILY_SUMMARY)


def test_an_officer_sees_no_colleague(signed_in: SignedIn, omar: User, administrator: User) -> None:
    page = text(signed_in(omar).get("/alerts/"))
    assert "ada@site.example" not in page
    assert "Who is told what" not in page


def test_an_administrator_sees_who_is_told_what(signed_in: SignedIn, omar: User, administrator: User) -> None:
    page = text(signed_in(administrator).get("/alerts/"))
    assert "Omar Khan" in page
    assert "omar@bedford.example" in page


def test_an_administrator_sets_the_time(signed_in: SignedIn, administrator: User, omar: User) -> None:
    signed_in(administrator).post("/alerts/time", {"at": "07:15"})
    assert f"{summary_time():%H:%M}" == "07:15"
    assert signed_in(omar).post("/alerts/time", {"at": "06:00"}).status_code == 403
    assert f"{summary_time():%H:%M}" == "07:15"


def test_a_time_that_is_none_is_told(signed_in: SignedIn, administrator: User) -> None:
    assert "A time is written 08:00." in text(signed_in(administrator).post("/alerts/time", {"at": "25:00"}))


def test_a_sample_is_sent_and_what_became_of_it_is_told(
    signed_in: SignedIn, inbox: Inbox, omar: User, lines: list[TellLine]
) -> None:
    browser = signed_in(omar)
    inbox.refused["omar@bedford.example"] = "550 5.1.1 <b>No such user</b>"
    browser.post("/alerts/sample")
    work_off()
    page = text(browser.get("/alerts/"))
    assert "550 5.1.1 &lt;b&gt;No such user&lt;/b&gt;" in page
    assert "Mail does not get out." in page


def test_nobody_to_tell_is_told(signed_in: SignedIn, inbox: Inbox, officer: User) -> None:
    page = text(signed_in(officer).get("/alerts/"))
    assert "Nobody gets the daily summary." in page
    assert "You have no e-mail address" in page
    signed_in(officer).post("/alerts/sample")
    assert not Mail.objects.exists()


def test_who_may_not_have_the_summary_gets_no_sample_of_it(inbox: Inbox, signed_in: SignedIn) -> None:
    ivy = create_user("ivy", "school user", email="ivy@school.example")
    browser = signed_in(ivy)
    page = browser.get("/alerts/").content.decode()
    assert "Send me a sample" not in page
    assert "Nobody gets the daily summary." not in page
    assert browser.post("/alerts/sample").status_code == 403
    assert not Mail.objects.exists()


@pytest.mark.parametrize("path", ["/alerts/", "/alerts/sample", "/alerts/time"])
def test_a_stranger_is_sent_to_the_door(stranger: Client, path: str) -> None:
    assert "/sign-in/" in stranger.post(path)["Location"]
