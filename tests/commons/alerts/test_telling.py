"""What is told at once: bundled by kind, once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from schoolgate.commons.accounts.models import User
from schoolgate.commons.alerts.choosing import choose
from schoolgate.commons.alerts.kinds import ALERTS
from schoolgate.commons.alerts.models import Event, Mail
from schoolgate.commons.alerts.telling import mail_what_waits, tell_at_once

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
KIND = "locked-account"


def tell(minutes: float, number: int = 1) -> None:
    with time_machine.travel(NOON + timedelta(minutes=minutes), tick=False):
        tell_at_once(KIND, f"The account no. {number} is locked.", key=f"account {number}", link="/audit/")


def mailed(minutes: float) -> int:
    with time_machine.travel(NOON + timedelta(minutes=minutes), tick=False):
        return int(mail_what_waits())


@pytest.mark.usefixtures("inbox")
def test_three_hundred_in_ten_minutes_make_one_mail(administrator: User) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        for number in range(300):
            tell_at_once(KIND, f"The account no. {number} is locked.", key=f"account {number}", link="/audit/")
            clock.shift(timedelta(seconds=1.9))
            if number % 50 == 0:
                assert mail_what_waits() == 0
    assert mailed(10) == 1
    mail = Mail.objects.get()
    assert mail.subject == "300 accounts are locked · Schoolgate"
    assert mail.text.count("* The account") == 20
    assert "And 280 more:\nhttps://exchange.bedford.example/audit/" in mail.text
    assert mailed(11) == 0


@pytest.mark.usefixtures("inbox")
def test_one_alone_is_told_after_ten_minutes_with_its_link(administrator: User) -> None:
    tell(0)
    assert (mailed(9), mailed(10), mailed(20)) == (0, 1, 0)
    mail = Mail.objects.get()
    assert mail.subject == "An account is locked · Schoolgate"
    assert "* The account no. 1 is locked.\n  https://exchange.bedford.example/audit/" in mail.text


@pytest.mark.usefixtures("inbox")
def test_the_same_thing_again_within_the_hour_is_no_news(administrator: User) -> None:
    tell(0)
    mailed(10)
    tell(50)
    assert Event.objects.count() == 1
    tell(61)
    assert mailed(71) == 1


@pytest.mark.usefixtures("inbox")
def test_who_turned_it_off_is_not_told(administrator: User) -> None:
    choose(administrator, ["daily-summary"], by=administrator)
    tell(0)
    assert mailed(10) == 0
    assert not Event.objects.filter(told_at=None)


@pytest.mark.usefixtures("inbox")
def test_who_may_not_have_an_alert_is_not_told(omar: User, administrator: User) -> None:
    tell(0)
    mailed(10)
    assert [mail.person for mail in Mail.objects.all()] == [administrator]


def test_without_a_mail_server_nothing_heaps_up(administrator: User, settings: Any) -> None:
    settings.EMAIL_HOST = ""
    tell(0)
    assert mailed(10) == 0
    assert not Event.objects.filter(told_at=None)


def test_an_unknown_alert_is_a_mistake_of_the_program() -> None:
    with pytest.raises(KeyError):
        tell_at_once("moon-phase", "Full moon.", key="moon")


def test_a_lock_is_noted_once_however_often_the_door_is_tried(stranger: Client, omar: User) -> None:
    for _ in range(13):
        stranger.post("/sign-in/", {"username": "omar", "password": "Wrong-Guess-1"})
    event = Event.objects.get()
    assert event.alert == KIND
    assert event.text == "The account omar is locked for a while after too many wrong passwords."
    assert event.at <= timezone.now()


def test_a_lock_of_a_name_nobody_has_is_not_told(stranger: Client, db: None) -> None:
    for _ in range(11):
        stranger.post("/sign-in/", {"username": "my-secret-pass-1", "password": "x"})
    assert not Event.objects.exists()


@pytest.mark.usefixtures("inbox")
def test_nobody_is_told_of_what_an_alert_leaves_out_for_them(
    administrator: User, omar: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told_of(person: User, events: Sequence[Event]) -> list[Event]:
        return [event for event in events if person == administrator and event.key != "account 2"]

    kind = replace(ALERTS[KIND], may_have=lambda _: True, on=lambda _: True, told_of=told_of)
    monkeypatch.setitem(ALERTS, KIND, kind)
    tell(0, 1)
    tell(0, 2)
    tell(0, 3)
    assert mailed(10) == 1
    mail = Mail.objects.get()
    assert mail.person == administrator
    assert mail.subject == "2 accounts are locked · Schoolgate"
    assert "no. 2" not in mail.text
