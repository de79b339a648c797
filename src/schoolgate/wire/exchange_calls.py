"""One call of the exchange API: made within bounds, and every way it can fail told as an `ExchangeError`."""

import contextlib
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, BinaryIO

import httpx

from schoolgate.wire.exchange_errors import (
    AddressNotAllowed,
    Busy,
    ExchangeError,
    Locked,
    Maintenance,
    NotForYou,
    NotSchoolgate,
    PasswordExpired,
    PasswordNotAllowed,
    ProxyLogin,
    ProxyRefusesPassword,
    ProxyWantsPassword,
    ProxyWantsWindowsLogin,
    Refused,
    ServiceTooOld,
    TooOld,
    Unreachable,
    WrongCredentials,
)
from schoolgate.wire.http import AddressRefused, Again, next_step, seconds_asked
from schoolgate.wire.proxies import ProxyRefused, offered_logins
from schoolgate.wire.tls import CertificateRefused
from schoolgate.wire.unreachable import seen_instead, technical, why_unreachable

READ_AT_ONCE = 64 * 1024
LONGEST_ANSWER_BYTES = 16 * 1024 * 1024
ANSWER_SECONDS = 180.0
LONGEST_CODE = 40
LONGEST_SAID = 300


@dataclass(frozen=True)
class Answer:
    status: int
    headers: httpx.Headers
    content: bytes

    def object(self) -> dict[str, Any] | None:
        """The JSON object that came, None when it is anything else."""
        if "json" not in self.headers.get("Content-Type", ""):
            return None
        try:
            found = json.loads(self.content)
        except (ValueError, RecursionError):
            return None
        return found if isinstance(found, dict) else None


def call(
    http: httpx.Client,
    method: str,
    url: str,
    *,
    content: bytes | None = None,
    body: Callable[[], BinaryIO] | None = None,
    headers: Mapping[str, str] | None = None,
    answer_seconds: float | None = None,
) -> Answer:
    """Make one call; `body` opens what is sent in parts, with its Content-Length in `headers`.

    Once an answer has begun it must end within `answer_seconds` (ANSWER_SECONDS when not given). Raises
    AddressNotAllowed, a ProxyLogin, Unreachable, or NotSchoolgate for an answer beyond all bounds.
    """
    try:
        with contextlib.ExitStack() as stack:
            sent = _parts(stack.enter_context(body())) if body is not None else content
            request = http.stream(
                method,
                url,
                content=sent,
                headers={"Accept-Encoding": "identity", "Accept": "application/json", **(headers or {})},
            )
            response = stack.enter_context(request)
            return Answer(response.status_code, response.headers, _read(response, answer_seconds or ANSWER_SECONDS))
    except AddressRefused as error:
        raise AddressNotAllowed(error.code, error.sentence) from None
    except httpx.InvalidURL:
        raise AddressNotAllowed("not-http", "The address is not a web address.") from None
    except ProxyRefused as error:
        raise _refused_by_proxy(error) from None
    except httpx.TransportError as error:
        raise _unreachable(error) from error


def expect(answer: Answer, now: datetime, statuses: tuple[int, ...] = (200,)) -> dict[str, Any]:
    """The JSON object of a call that succeeded; raises what `error_of` makes of any other answer."""
    said = answer.object()
    if answer.status in statuses and said is not None:
        return said
    raise error_of(answer, now)


def error_of(answer: Answer, now: datetime) -> ExchangeError:
    """What an answer other than the one hoped for means."""
    problem = answer.object() or {}
    status = answer.status
    retry_after = answer.headers.get("Retry-After", "")
    after = seconds_asked(retry_after, now)
    code = problem.get("code")
    own = code if isinstance(code, str) and len(code) <= LONGEST_CODE else ""
    if status == 407:
        return _proxy_login(offered_logins(answer.headers), login_given=False)
    if status == 426:
        return TooOld()
    if own == "locked":
        return Locked(after)
    if status == 401 and own in {"wrong-credentials", "password-expired"}:
        return WrongCredentials() if own == "wrong-credentials" else PasswordExpired()
    if own == "maintenance":
        return Maintenance(now + timedelta(seconds=after) if after else None, after)
    if own == "unknown-address":
        return ServiceTooOld(f"HTTP {status} {own}")
    if own == "password-not-allowed":
        rules = problem.get("rules")
        told = [rule[:LONGEST_SAID] for rule in rules if isinstance(rule, str)] if isinstance(rules, list) else []
        return PasswordNotAllowed(status, told)
    if status in {408, 429} or status >= 500:
        return Busy(own, status, after)
    if not own or status < 400:
        step = next_step(status, retry_after=retry_after, now=now)
        media = answer.headers.get("Content-Type", "no type").partition(";")[0][:80]
        return NotSchoolgate(step, f"HTTP {status} {media}")
    said = str(problem.get("detail") or "")[:LONGEST_SAID]
    return NotForYou(own, status, said) if status == 403 else Refused(own, status, said)


def _parts(body: BinaryIO) -> Iterator[bytes]:
    while part := body.read(READ_AT_ONCE):
        yield part


def _read(response: httpx.Response, seconds: float) -> bytes:
    """The whole answer, within bounds: one that trickles or never ends must not hold a stream for ever."""
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise NotSchoolgate(Again(), f"HTTP {response.status_code}, content encoding not asked for")
    deadline = time.monotonic() + seconds
    content = bytearray()
    for part in response.iter_raw():
        content += part
        if len(content) > LONGEST_ANSWER_BYTES:
            raise NotSchoolgate(Again(), f"HTTP {response.status_code}, answer too long")
        if time.monotonic() > deadline:
            raise Unreachable("timeout", "The answer did not end")
    return bytes(content)


def _refused_by_proxy(error: ProxyRefused) -> ExchangeError:
    if error.status == 407:
        return _proxy_login(error.offers, login_given=error.login_given)
    return Unreachable("proxy-denied" if error.status == 403 else "proxy", f"{error} {error.said}".strip())


def _proxy_login(offers: Sequence[str], *, login_given: bool) -> ProxyLogin:
    if offers and "basic" not in {offer.lower() for offer in offers}:
        return ProxyWantsWindowsLogin(offers)
    return ProxyRefusesPassword(offers) if login_given else ProxyWantsPassword(offers)


def _unreachable(error: httpx.TransportError) -> Unreachable:
    if isinstance(error, CertificateRefused):
        return Unreachable(error.reason, error.why, seen_instead(error))
    return Unreachable(why_unreachable(error), technical(error))
