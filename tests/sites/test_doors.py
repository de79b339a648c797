"""Programs and people come in by different doors, and forwarded headers are believed only from named proxies."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from schoolgate.sites.doors import Doors

Environ = dict[str, Any]


class Witness:
    """A WSGI application that remembers what it was called with."""

    def __init__(self) -> None:
        self.seen: list[Environ] = []

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        self.seen.append(environ)
        return []


@pytest.fixture
def people() -> Witness:
    return Witness()


@pytest.fixture
def programs() -> Witness:
    return Witness()


@pytest.fixture
def doors(people: Witness, programs: Witness) -> Doors:
    return Doors(people, {"/exchange/": programs}, ["10.0.0.9"])  # type: ignore[arg-type, dict-item]  # any WSGI application


def call(doors: Doors, path: str = "/", **headers: str) -> None:
    doors({"PATH_INFO": path, "REMOTE_ADDR": "10.0.0.9", "wsgi.url_scheme": "http", **headers}, lambda *_: None)


def test_the_exchange_api_leaves_by_the_door_for_programs(doors: Doors, people: Witness, programs: Witness) -> None:
    call(doors, "/exchange/v1/")
    assert (len(programs.seen), len(people.seen)) == (1, 0)


def test_a_page_leaves_by_the_door_for_people(doors: Doors, people: Witness, programs: Witness) -> None:
    call(doors, "/exchanges")
    assert (len(programs.seen), len(people.seen)) == (0, 1)


def test_a_named_proxy_is_believed(doors: Doors, people: Witness) -> None:
    call(doors, HTTP_X_FORWARDED_FOR="1.2.3.4, 192.0.2.7", HTTP_X_FORWARDED_PROTO="https")
    assert (people.seen[0]["REMOTE_ADDR"], people.seen[0]["wsgi.url_scheme"]) == ("192.0.2.7", "https")


def test_anybody_else_is_not_believed(doors: Doors, people: Witness) -> None:
    call(doors, REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR="10.1.1.1", HTTP_X_FORWARDED_PROTO="https")
    assert (people.seen[0]["REMOTE_ADDR"], people.seen[0]["wsgi.url_scheme"]) == ("192.0.2.1", "http")


@pytest.mark.parametrize(
    ("entry", "caller"),
    [("192.0.2.7:4711", "192.0.2.7"), ("[2001:db8::1]:4711", "2001:db8::1"), ("2001:db8::1", "2001:db8::1")],
)
def test_a_proxy_may_name_the_port_too(doors: Doors, people: Witness, entry: str, caller: str) -> None:
    call(doors, HTTP_X_FORWARDED_FOR=entry)
    assert people.seen[0]["REMOTE_ADDR"] == caller


def test_what_is_no_address_is_not_taken_for_one(doors: Doors, people: Witness) -> None:
    call(doors, HTTP_X_FORWARDED_FOR="unknown")
    assert people.seen[0]["REMOTE_ADDR"] == "10.0.0.9"
