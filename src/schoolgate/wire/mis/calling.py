"""One way to call a vendor's API, for all connectors: pace, call, retry table, a note of each call, JSON.

What a refusal means is the vendor's business: a connector gives a `Refusal` that reads it.
"""

import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import httpx

from schoolgate.wire.http import AddressRefused
from schoolgate.wire.mis.connector import Call, MisError, Tools, Trouble
from schoolgate.wire.mis.retrying import (
    LONGEST_WAIT_SECONDS,
    TRIES,
    Then,
    after_exception,
    after_status,
    asked_wait,
    doubled,
    pause_after,
)
from schoolgate.wire.tls import CertificateRefused
from schoolgate.wire.unreachable import why_unreachable

MOST_BYTES = 64 * 1024 * 1024
"""An answer is never longer; a page of a thousand rows has about one megabyte."""

LONGEST_CALL_SECONDS = 300.0
"""So long an answer may take from its first to its last byte: one that drips must not keep a worker."""

MOST_PAGES = 5_000
"""A list has never more pages: half a million marks, a hundred at a time."""

WAITS_AS_TOLD = 3
"""A vendor that is still busy after so many waits of its own choice is given longer ones, and an end."""


class TokenRefused(Exception):
    """The token that a call carried is not taken (any more): with another one it may be."""

    def __init__(self, error: MisError) -> None:
        """`error` is what it is when another token is refused too."""
        super().__init__(error.sentence)
        self.error = error


Refusal: TypeAlias = Callable[[int, Any], MisError | TokenRefused]
"""Reads a refusal: its HTTP status and its body, JSON where it is that, else text."""

Headers: TypeAlias = Callable[[], Mapping[str, str]]
"""Gives the headers of one call, at the moment it is made: a token may be another by then."""


@dataclass(frozen=True, slots=True)
class _Answer:
    response: httpx.Response
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @property
    def said(self) -> Any:
        try:
            return _parsed(self.body)
        except ValueError:
            return self.text


class _TooLong(Exception):
    """The answer has more bytes than any should."""


class Caller:
    """Calls one vendor for one school. Raises MisError; whatever `Tools.sleep` raises passes through."""

    def __init__(
        self,
        tools: Tools,
        *,
        pace_key: str,
        per_second: float,
        refusal: Refusal,
        headers: Headers = dict,
        forget_token: Callable[[], None] = lambda: None,
        patience: bool = True,
    ) -> None:
        """`forget_token` makes `headers` get another one. Without `patience` each call is tried once: for a person."""
        self.tools = tools
        self.pace_key = pace_key
        self.per_second = per_second
        self.refusal = refusal
        self.headers = headers
        self.forget_token = forget_token
        self.patience = patience

    def get_json(self, url: str, *, what: str, params: Mapping[str, str] | None = None) -> Any:
        """GET an address; `what` names it in the log, without query and keys."""
        # A next link carries its query itself; httpx would take it away for an empty one.
        return self._json("GET", url, what, params=dict(params) if params else None)

    def post_form(self, url: str, form: Mapping[str, str], *, what: str, refusal: Refusal) -> Any:
        """POST a form, without the headers of data calls and outside the pace: a token service is another door."""
        return self._json("POST", url, what, data=dict(form), refusal=refusal)

    def _json(self, method: str, url: str, what: str, *, refusal: Refusal | None = None, **sent: Any) -> Any:
        unreadable = renewed = False
        tries = waits = 0
        while True:
            if refusal is None:
                self.tools.pace.take(self.pace_key, self.per_second)
            headers = self.headers() if refusal is None else {}
            tries += 1
            try:
                answer = self._send(method, url, what, tries, headers=headers, **sent)
            except httpx.HTTPError as error:
                if after_exception(error) is Then.NEVER or not self.patience or tries >= TRIES:
                    raise self._no_answer(error, what) from error
                self.tools.sleep(pause_after(tries))
                continue
            except _TooLong:
                raise _data(f"The answer for {what} is longer than any should be. Tell the vendor.") from None
            status = answer.response.status_code
            if answer.response.is_success:
                try:
                    return _parsed(answer.body)
                except ValueError:
                    if unreadable or not self.patience:
                        raise _data(f"The answer for {what} cannot be read as JSON. It is asked for again.") from None
                    unreadable = True
                    continue
            then = after_status(status)
            if then is Then.WAIT:
                tries -= 1
                waits += 1
                self._wait(answer, waits, paced=refusal is None)
            elif then is Then.AGAIN:
                if not self.patience or tries >= TRIES:
                    raise MisError(
                        Trouble.DOWN,
                        f"The service answers {status} for {what}. That is its vendor's; it is asked again later.",
                        ends="connection",
                        passes=True,
                        status=status,
                    )
                self.tools.sleep(pause_after(tries))
            else:
                refused = (refusal or self.refusal)(status, answer.said)
                if isinstance(refused, MisError):
                    raise refused
                if renewed:
                    raise refused.error
                renewed = True
                self.forget_token()

    def _send(self, method: str, url: str, what: str, attempt: int, **sent: Any) -> _Answer:
        began = time.monotonic()
        status, said = 0, ""
        try:
            with self.tools.http.stream(method, url, **sent) as response:
                status = response.status_code
                body = bytearray()
                for chunk in response.iter_bytes():
                    body += chunk
                    if len(body) > MOST_BYTES:
                        raise _TooLong
                    if time.monotonic() - began > LONGEST_CALL_SECONDS:
                        raise httpx.ReadTimeout("The answer takes too long to end")
            return _Answer(response, bytes(body))
        except httpx.HTTPError as error:
            said = why_unreachable(error) if isinstance(error, httpx.TransportError) else type(error).__name__
            status = 0
            raise
        except UnicodeEncodeError:
            said = "not-sent"
            raise MisError(
                Trouble.CREDENTIAL,
                "A setting has characters in it that no key and no token has. Enter it again.",
                ends="connection",
            ) from None
        except (httpx.InvalidURL, UnicodeError):
            said = "not-sent"
            raise MisError(
                Trouble.NETWORK, f"The address at which {what} is asked for is none. Correct it.", ends="connection"
            ) from None
        finally:
            self.tools.note(Call(what, status, time.monotonic() - began, attempt, said))

    def _wait(self, answer: _Answer, waits: int, *, paced: bool) -> None:
        seconds = asked_wait(answer.response, answer.text, waits, self.tools.now())
        if waits > WAITS_AS_TOLD:
            seconds = max(seconds, doubled(waits))
        if paced:
            self.tools.pace.hold(self.pace_key, seconds)
        if not self.patience or (waits > WAITS_AS_TOLD and seconds >= LONGEST_WAIT_SECONDS):
            raise MisError(
                Trouble.BUSY,
                f"The service takes no more calls for {seconds:.0f} s. It is asked again then.",
                ends="connection",
                passes=True,
                status=429,
            )
        self.tools.sleep(seconds)

    def _no_answer(self, error: httpx.HTTPError, what: str) -> MisError:
        if isinstance(error, AddressRefused):
            sentence = f"{error.sentence} Correct the address."
        elif isinstance(error, CertificateRefused):
            sentence = "The service's certificate is not trusted. Ask who looks after the network here."
        else:
            reason = why_unreachable(error) if isinstance(error, httpx.TransportError) else "reset"
            sentence = f"{_REASONS.get(reason, 'The connection broke')} when {what} was asked for."
            sentence += " Is the address right, and may this machine reach it?"
        passes = after_exception(error) is Then.AGAIN
        return MisError(Trouble.NETWORK, sentence, ends="connection", passes=passes)


_REASONS = {
    "name": "The name of the service is not known",
    "refused": "The service's machine takes no connection",
    "timeout": "No answer came in time",
}


def next_page(link: object, before: str, seen: set[str], what: str, query: Mapping[str, str] | None = None) -> str:
    """The address of the page that a next link names, on the page at `before`; what it lost of `query` is said again.

    `seen` are the pages asked for, to which it is added. Raises MisError for a link in a circle, for one to another
    host, which must not learn a key, and for pages without end.
    """
    try:
        home = httpx.URL(before)
        target = home.join(str(link or ""))
        lost = {name: text for name, text in (query or {}).items() if name not in target.params}
        if lost:
            target = target.copy_merge_params(lost)
    except (httpx.InvalidURL, UnicodeError):
        raise _misled(what) from None
    if (target.scheme, target.host, target.port) != (home.scheme, home.host, home.port) or str(target) in seen:
        raise _misled(what)
    if len(seen) >= MOST_PAGES:
        raise _data(f"The pages of {what} have no end. Tell the vendor.")
    seen.add(str(target))
    return str(target)


_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<no_character>u[dD][89a-fA-F][0-9a-fA-F]{2}|u0000)|.)",
    re.DOTALL,
)


def _parsed(body: bytes) -> Any:
    """The JSON of a body. Raises ValueError for what is none, or lies too deep in itself.

    NUL and halves of characters, which no file and no database takes, are shown as such (U+FFFD): for one broken value
    no other is lost.
    """
    text = body.decode("utf-8-sig", "replace")
    text = _ESCAPE.sub(lambda found: r"\ufffd" if found["no_character"] else found[0], text)
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError from None


def _misled(what: str) -> MisError:
    return _data(f"The next page of {what} leads nowhere. Tell the vendor.")


def _data(sentence: str) -> MisError:
    return MisError(Trouble.DATA, sentence, ends="group", passes=True)
