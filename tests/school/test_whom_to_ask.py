"""Whoever is sent to the LA is told whom to ask there."""

import inspect
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolgate.school.exchange.whom_to_ask import naming_whom
from schoolgate.wire import exchange_errors
from schoolgate.wire.exchange_errors import ClockWrong, ExchangeError, NotForYou, OtherLa, PasswordNotAllowed, Refused
from schoolgate.wire.exchange_sentences import REFUSALS, UNREACHABLE
from schoolgate.wire.http import Again

CONTACT = "Bedford Data Team, 01234 000000"
SENDS_THERE = re.compile(r"\b(ask|asks|tell|ring|call|contact)\b[^.;:]{0,12}\bLA\b(?!['’]s)", re.IGNORECASE)


def every_error() -> Iterator[ExchangeError]:
    """One of each class of the wire's errors, and of each reason and code that they are told apart by."""
    for reason in UNREACHABLE:
        yield exchange_errors.Unreachable(reason)
    for code in [*REFUSALS, "never-heard-of"]:
        yield Refused(code, 400)
        yield NotForYou(code, 403)
    yield PasswordNotAllowed(422, [])
    yield OtherLa("823", "820")
    for ours in (True, False):
        yield ClockWrong(timedelta(minutes=7), ours=ours)
    yield exchange_errors.AddressNotAllowed("not-http", "The address is not a web address.")
    yield exchange_errors.ProxyWantsWindowsLogin(["NTLM"])
    yield exchange_errors.Busy("", 503, None)
    yield exchange_errors.Maintenance(None)
    yield exchange_errors.NotSchoolgate(Again(), "")
    yield exchange_errors.ServiceTooOld("HTTP 404")
    yield exchange_errors.NoEntry("820")
    yield exchange_errors.CaFileUnusable("ENOENT")
    yield exchange_errors.Locked(None)
    yield exchange_errors.JoinLocked(None)
    for simple in ("ProxyWantsPassword", "ProxyRefusesPassword", "NoCredentials", "WrongCredentials"):
        yield getattr(exchange_errors, simple)()
    yield exchange_errors.PasswordExpired()
    yield exchange_errors.TooOld()


REMEDIES = sorted({error.remedy for error in every_error()})


def test_no_class_of_errors_is_forgotten_here() -> None:
    made = {type(error) for error in every_error()}
    classes = {one for _, one in inspect.getmembers(exchange_errors, inspect.isclass) if issubclass(one, ExchangeError)}
    assert classes - made == {ExchangeError, exchange_errors.ProxyLogin}


@pytest.mark.parametrize("remedy", REMEDIES)
def test_every_remedy_that_sends_to_the_la_names_whom_to_ask(remedy: str) -> None:
    told = naming_whom(remedy, CONTACT)
    assert (CONTACT in told) == bool(SENDS_THERE.search(remedy))
    assert told.replace(f" ({CONTACT})", "") == remedy


def test_the_contact_stands_behind_the_la() -> None:
    told = naming_whom("Ask the LA: it needs a licence. Ask the LA again.", CONTACT)
    assert told == f"Ask the LA ({CONTACT}): it needs a licence. Ask the LA again."


def test_what_is_the_las_is_not_the_la() -> None:
    assert naming_whom("Ask to let the LA's address pass. Tell the LA's neighbour.", CONTACT).count(CONTACT) == 0


@given(st.text(), st.text())
def test_no_text_breaks_it(text: str, contact: str) -> None:
    assert text in {naming_whom(text, ""), naming_whom(text, contact).replace(f" ({contact})", "", 1), text}
