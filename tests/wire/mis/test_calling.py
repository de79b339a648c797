import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.wire.mis.kit import Clock, TokenBox

from schoolgate.simulators.serving import serving
from schoolgate.wire.mis import calling
from schoolgate.wire.mis.calling import Caller, TokenRefused, next_page
from schoolgate.wire.mis.connector import Call, MisError, Tools, Trouble
from schoolgate.wire.mis.pace import PaceInMemory
from schoolgate.wire.mis.retrying import LONGEST_WAIT_SECONDS

KEY = {"X-Key": "secret"}


def read_refusal(status: int, said: Any) -> MisError | TokenRefused:
    error = MisError(Trouble.CREDENTIAL, "Refused.", ends="connection", status=status)
    return TokenRefused(error) if said == {"token": "old"} else error


@dataclass
class Vendor:
    """Answers what it is told, the last of it for ever, and remembers the headers of calls."""

    answers: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    url: str = ""

    def says(self, status: str, body: bytes = b"{}", **headers: str) -> None:
        self.answers.append((status, {name.replace("_", "-"): text for name, text in headers.items()}, body))

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        self.asked.append(environ)
        status, headers, body = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        start(status, [*headers.items(), ("Content-Length", str(len(body)))])
        return [body]


class Talk:
    def __init__(self, vendor: Vendor, http: httpx.Client) -> None:
        self.vendor, self.clock = vendor, Clock()
        self.calls: list[Call] = []
        self.forgotten = 0
        pace = PaceInMemory(self.clock.seconds, self.clock.sleep)
        self.tools = Tools(http, self.clock.now, self.clock.sleep, pace, TokenBox(self.clock), self.calls.append)

    def caller(self, headers: dict[str, str] = KEY, *, patience: bool = True) -> Caller:
        return Caller(
            self.tools,
            pace_key="k",
            per_second=1000,
            refusal=read_refusal,
            headers=lambda: headers,
            forget_token=self.forget,
            patience=patience,
        )

    def forget(self) -> None:
        self.forgotten += 1

    def ask(self, **options: Any) -> Any:
        return self.caller(**options).get_json(self.vendor.url, what="pupils")

    def fails(self, **options: Any) -> MisError:
        with pytest.raises(MisError) as raised:
            self.ask(**options)
        return raised.value


@pytest.fixture
def talk() -> Iterator[Talk]:
    with ExitStack() as stack:
        vendor = Vendor()
        vendor.url = stack.enter_context(serving(vendor))
        yield Talk(vendor, stack.enter_context(httpx.Client(trust_env=False)))


def test_a_busy_vendor_is_waited_for_as_long_as_it_says(talk: Talk) -> None:
    talk.vendor.says("429 Busy", Retry_After="7")
    talk.vendor.says("200 OK", b'{"told": 1}')
    assert talk.ask() == {"told": 1}
    assert talk.clock.slept == [7.0]


@pytest.mark.parametrize("told", ["0", "1"])
def test_a_vendor_that_is_busy_for_ever_is_left_alone_though_it_asks_for_short_waits(talk: Talk, told: str) -> None:
    talk.vendor.says("429 Busy", Retry_After=told)
    error = talk.fails()
    assert (error.trouble, error.passes, error.status) == (Trouble.BUSY, True, 429)
    assert len(talk.calls) < 20
    assert sum(talk.clock.slept) >= LONGEST_WAIT_SECONDS


def test_all_calls_of_a_key_wait_when_one_is_told_to(talk: Talk) -> None:
    talk.vendor.says("429 Busy", Retry_After="30")
    assert talk.fails(patience=False).trouble is Trouble.BUSY
    talk.tools.pace.take("k", 1000)
    assert sum(talk.clock.slept) == pytest.approx(30)


def test_a_service_that_is_down_is_asked_six_times(talk: Talk) -> None:
    talk.vendor.says("503 Closed")
    error = talk.fails()
    assert (error.trouble, error.passes) == (Trouble.DOWN, True)
    assert [call.attempt for call in talk.calls] == [1, 2, 3, 4, 5, 6]


def test_a_token_that_is_refused_is_renewed_once(talk: Talk) -> None:
    talk.vendor.says("401 No", b'{"token": "old"}')
    assert talk.fails().sentence == "Refused."
    assert (talk.forgotten, len(talk.calls)) == (1, 2)


def test_a_refusal_that_no_token_cures_is_not_repeated(talk: Talk) -> None:
    talk.vendor.says("401 No", b'{"statusCode": 401}')
    assert talk.fails().status == 401
    assert (talk.forgotten, len(talk.calls)) == (0, 1)


@pytest.mark.parametrize("body", [b'{"value": [', b"\xff\xfe", b"[" * 100_000])
def test_an_answer_that_is_no_json_is_asked_for_once_more(talk: Talk, body: bytes) -> None:
    talk.vendor.says("200 OK", body)
    error = talk.fails()
    assert (error.trouble, error.ends) == (Trouble.DATA, "group")
    assert len(talk.calls) == 2


def test_an_answer_whose_packing_is_broken_is_asked_for_again(talk: Talk) -> None:
    talk.vendor.says("200 OK", b"no gzip", Content_Encoding="gzip")
    talk.vendor.says("200 OK", b'{"told": 1}')
    assert talk.ask() == {"told": 1}


def test_an_answer_without_end_is_not_read_to_it(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "MOST_BYTES", 1000)
    talk.vendor.says("200 OK", json.dumps(["x" * 1000]).encode())
    error = talk.fails()
    assert (error.trouble, error.ends, len(talk.calls)) == (Trouble.DATA, "group", 1)


def test_an_answer_that_drips_is_given_up(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "LONGEST_CALL_SECONDS", 0.0)
    talk.vendor.says("200 OK", b'{"told": 1}')
    error = talk.fails(patience=False)
    assert (error.trouble, error.passes) == (Trouble.NETWORK, True)


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (rb"A\ud800b", "A\ufffdb"),
        (b"A\xed\xa0\x80b", "A\ufffd\ufffd\ufffdb"),
        (rb"A\u0000b", "A\ufffdb"),
        (rb"\ud83d\ude00", "\N{GRINNING FACE}"),
        (rb"C:\\ud800\\u0000", r"C:\ud800\u0000"),
        ("Zoë".encode(), "Zoë"),
    ],
)
def test_what_is_no_character_is_shown_as_such_and_spoils_nothing_else(talk: Talk, sent: bytes, read: str) -> None:
    talk.vendor.says("200 OK", b'["' + sent + b'", "Amina"]')
    assert talk.ask() == [read, "Amina"]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))))
def test_json_is_read_as_it_was_written(said: list[str]) -> None:
    assert calling._parsed(json.dumps(said).encode()) == said


def test_a_token_service_learns_no_key_and_takes_no_turn(talk: Talk) -> None:
    talk.vendor.says("200 OK", b'{"access_token": "t"}')
    talk.tools.pace.hold("k", 60)
    said = talk.caller().post_form(talk.vendor.url, {"scope": "s"}, what="a token", refusal=read_refusal)
    assert said == {"access_token": "t"}
    assert "HTTP_X_KEY" not in talk.vendor.asked[0]
    assert talk.clock.slept == []


@pytest.mark.parametrize("url", ["http://[::", "nothing", "http://" + "a" * 70 + ".example/", "http://\udcff/"])
def test_an_address_that_is_none_is_told(talk: Talk, url: str) -> None:
    with pytest.raises(MisError) as raised:
        talk.caller(patience=False).get_json(url, what="pupils")
    assert raised.value.trouble is Trouble.NETWORK
    assert len(talk.calls) == 1


def test_a_secret_that_no_header_can_carry_is_told_without_it(talk: Talk) -> None:
    error = talk.fails(headers={"Authorization": "Bearer \N{RIGHT SINGLE QUOTATION MARK}"})
    assert error.trouble is Trouble.CREDENTIAL
    assert "\N{RIGHT SINGLE QUOTATION MARK}" not in error.sentence


HOME = "https://a.example/x?b=1"


@pytest.mark.parametrize(
    ("link", "page"),
    [
        ("https://a.example/x?b=1&$skip=5", "https://a.example/x?b=1&$skip=5"),
        ("x?b=1&$skip=5", "https://a.example/x?b=1&$skip=5"),
        ("https://a.example/x?$skip=5", "https://a.example/x?%24skip=5&b=1"),
        ("https://a.example:443/y?b=1", "https://a.example/y?b=1"),
    ],
)
def test_a_next_link_is_followed_with_all_that_was_asked(link: str, page: str) -> None:
    seen = {HOME}
    assert httpx.URL(next_page(link, HOME, seen, "pupils", {"b": "1"})) == httpx.URL(page)
    assert len(seen) == 2


@pytest.mark.parametrize(
    "link",
    [
        "https://b.example/x",
        "http://a.example/x",
        "https://a.example:8443/x",
        "//b.example/x",
        "https://a.example@b.example/x",
        HOME,
        "",
        None,
        "http://[::",
        "https://a.example:999999/",
    ],
)
def test_a_next_link_to_another_host_or_in_a_circle_is_not_followed(link: object) -> None:
    with pytest.raises(MisError) as raised:
        next_page(link, HOME, {HOME}, "pupils")
    assert (raised.value.trouble, raised.value.ends) == (Trouble.DATA, "group")


def test_pages_without_end_come_to_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "MOST_PAGES", 3)
    seen = {HOME}
    for number in (1, 2):
        next_page(f"{HOME}&page={number}", HOME, seen, "pupils")
    with pytest.raises(MisError, match="no end"):
        next_page(f"{HOME}&page=3", HOME, seen, "pupils")


@given(st.one_of(st.text(max_size=60), st.integers(), st.text(max_size=20).map(lambda text: f"https://{text}/")))
def test_whatever_a_next_link_says_no_other_host_is_asked(link: object) -> None:
    try:
        page = next_page(link, HOME, {HOME}, "pupils")
    except MisError:
        return
    assert httpx.URL(page).host == "a.example"
