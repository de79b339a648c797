"""What was called, and what one call means."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.supplier.screens import text

from schoolgate.commons.accounts.models import User
from schoolgate.supplier.models import Buyer, Call
from schoolgate.supplier.service.log import Line
from schoolgate.supplier.service.writing import write_lines

SignedIn = Callable[[User], Client]


@pytest.fixture
def browser(signed_in: SignedIn, clerk: User) -> Client:
    """Cara's, who works for Riverside."""
    return signed_in(clerk)


def called(user: str, outcome: str = "ok", **values: Any) -> Call:
    write_lines([Line(timezone.now(), "ABCD1234", outcome, user=user, operation="FetchIndex", version="1.1", **values)])
    return Call.objects.order_by("pk").last()  # type: ignore[return-value]  # there is one


def listed(browser: Client, **asked: str) -> str:
    return text(browser.get(reverse("calls"), asked))


def test_the_list_tells_who_called_what_and_how_it_ended(browser: Client, green_abbey: Buyer) -> None:
    called("greenabbey", "AuthenticationException", sentence="The password is not right.", microseconds=3200)
    shown = listed(browser)
    for told in ("Green Abbey School", "FetchIndex", "Failed", "The password is not right.", "3.2", "ABCD1234"):
        assert told in shown


def test_a_strangers_call_is_shown_to_administrators_alone(
    browser: Client, signed_in: SignedIn, administrator: User, green_abbey: Buyer
) -> None:
    found = called("nobody", "AuthenticationException")
    assert "nobody" not in listed(browser)
    assert browser.get(reverse("call", args=[found.pk])).status_code == 404
    assert "nobody" in listed(signed_in(administrator))


def test_another_suppliers_calls_do_not_exist(signed_in: SignedIn, hilltop_clerk: User, green_abbey: Buyer) -> None:
    found = called("greenabbey")
    stranger = signed_in(hilltop_clerk)
    assert "greenabbey" not in listed(stranger)
    assert stranger.get(reverse("call", args=[found.pk])).status_code == 404


def test_the_list_is_narrowed_to_a_school_and_to_faults(browser: Client, green_abbey: Buyer, oakhanger: Buyer) -> None:
    called("greenabbey")
    called("oakhanger", "Client")
    assert "Oakhanger" not in listed(browser, user="GreenAbbey")
    assert "Green Abbey" not in listed(browser, outcome="faults")
    assert "No calls fit what you asked for." in listed(browser, outcome="Server")


def test_a_call_says_what_it_means_what_the_school_saw_and_the_cure(browser: Client, green_abbey: Buyer) -> None:
    found = called(
        "greenabbey",
        "AuthenticationException",
        sentence="The user name or the password is not right.",
        broken=("action-form",),
        request="<Password>***</Password>",
        answer="<faultstring>no</faultstring>",
    )
    shown = text(browser.get(reverse("call", args=[found.pk])))
    assert "A message that the credentials are wrong." in shown
    assert "set a new password there" in shown
    assert "Put double quotes around its value." in shown
    assert "&lt;Password&gt;***&lt;/Password&gt;" in shown
    assert 'data-copy="for-support"' in shown


def test_a_call_whose_envelopes_were_not_kept_says_so(browser: Client, green_abbey: Buyer) -> None:
    shown = text(browser.get(reverse("call", args=[called("greenabbey").pk])))
    assert "Only the line was kept." in shown


def test_calls_download_without_their_envelopes(browser: Client, green_abbey: Buyer) -> None:
    called("greenabbey", request="<secret/>")
    answer = browser.get(reverse("calls"), {"format": "csv"})
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]  # a download streams
    assert b"FetchIndex" in content
    assert b"secret" not in content
