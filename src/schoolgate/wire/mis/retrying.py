"""What follows an outcome of a call to a vendor: the retry table (reference mis-apis.md, section 3).

| outcome | what follows |
| --- | --- |
| 429 | wait as told, else 2, 4, 8 … s, all calls of the key with it; at an hour it is an outage |
| 408, 500, 502, 503, 504, time-out, broken connection or packing | the same pauses with jitter, six tries at most |
| a token that is refused | another token, once |
| 200 that cannot be read | once more |
| all else | never again by itself: the vendor's words say what is wrong |
"""

import random
import re
from datetime import datetime
from email.utils import parsedate_to_datetime
from enum import Enum

import httpx

from schoolgate.wire.http import AddressRefused
from schoolgate.wire.tls import CertificateRefused

FIRST_WAIT_SECONDS = 2.0
LONGEST_WAIT_SECONDS = 3600.0
TRIES = 6
"""Calls for one question while errors may pass; a vendor that is only busy is asked longer."""


class Then(Enum):
    """What follows."""

    WAIT = "wait as the vendor says"
    AGAIN = "try again after a pause"
    NEVER = "never again by itself"


BY_STATUS = {429: Then.WAIT, 408: Then.AGAIN, 500: Then.AGAIN, 502: Then.AGAIN, 503: Then.AGAIN, 504: Then.AGAIN}
"""By HTTP status; any other that is no success is `NEVER`."""

BY_EXCEPTION: tuple[tuple[type[httpx.HTTPError], Then], ...] = (
    (AddressRefused, Then.NEVER),
    (CertificateRefused, Then.NEVER),
    (httpx.UnsupportedProtocol, Then.NEVER),
    (httpx.TransportError, Then.AGAIN),
    (httpx.DecodingError, Then.AGAIN),
)
"""By what a call ended with instead of an answer: the first that fits."""

_SECONDS_IN_WORDS = re.compile(r"\b(\d{1,5}) ?s(?:ec(?:ond)?s?)?\b", re.IGNORECASE)


def after_status(status: int) -> Then:
    """What follows an answer that is no success."""
    return BY_STATUS.get(status, Then.NEVER)


def after_exception(error: httpx.HTTPError) -> Then:
    """What follows when no answer came."""
    return next((then for kind, then in BY_EXCEPTION if isinstance(error, kind)), Then.NEVER)


def pause_after(tries: int) -> float:
    """Seconds until the next try after so many: 2, 4, 8 … up to an hour, each shortened at random by up to a half."""
    return doubled(tries) * random.uniform(0.5, 1)  # noqa: S311


def asked_wait(response: httpx.Response, body: str, tries: int, now: datetime) -> float:
    """Seconds that a 429 asks to wait: by its header, else by its words, else 2, 4, 8 … up to an hour."""
    told = response.headers.get("Retry-After", "").strip()
    if told.isdecimal():
        return min(float(told), LONGEST_WAIT_SECONDS)
    if told:
        try:
            return min(max((parsedate_to_datetime(told) - now).total_seconds(), 0.0), LONGEST_WAIT_SECONDS)
        except (TypeError, ValueError):
            pass
    words = _SECONDS_IN_WORDS.search(body)
    return min(float(words[1]), LONGEST_WAIT_SECONDS) if words else doubled(tries)


def doubled(tries: int) -> float:
    """Seconds after so many tries: 2, 4, 8 … up to an hour."""
    return min(FIRST_WAIT_SECONDS * 2.0 ** min(tries - 1, 20), LONGEST_WAIT_SECONDS)
