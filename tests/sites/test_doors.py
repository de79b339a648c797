"""Programs and people come in by different doors, and forwarded headers are believed only from named proxies."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from schoolgate.commons.programs.proxies import FORWARDED_HOST, PROXIED
from schoolgate.sites.doors import Doors, EncryptedOnly

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
    return Doors(people, {"/exchange/": programs}, ["10.0.0.9"])


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


class TestService:
    """A service's own path, and what is let in by https alone."""

    @pytest.fixture
    def service(self) -> Witness:
        return Witness()

    @pytest.fixture
    def doors(self, people: Witness, service: Witness) -> Doors:
        return Doors(people, {}, ["10.0.0.9"], {"/Service.asmx": EncryptedOnly(service)})

    @pytest.mark.parametrize("path", ["/Service.asmx", "/service.ASMX", "/Service.asmx/"])
    def test_its_path_is_taken_in_any_case(self, doors: Doors, service: Witness, people: Witness, path: str) -> None:
        call(doors, path, HTTP_X_FORWARDED_PROTO="https")
        assert (len(service.seen), len(people.seen)) == (1, 0)

    @pytest.mark.parametrize("path", ["/Service.asmx/more", "/Service.asmxx", "/old/Service.asmx"])
    def test_what_only_looks_like_its_path_is_a_page(
        self, doors: Doors, service: Witness, people: Witness, path: str
    ) -> None:
        call(doors, path, HTTP_X_FORWARDED_PROTO="https")
        assert (len(service.seen), len(people.seen)) == (0, 1)

    @pytest.mark.parametrize(
        ("told", "comes_in"),
        [
            ({"REMOTE_ADDR": "192.0.2.1", "wsgi.url_scheme": "https"}, True),
            ({"REMOTE_ADDR": "192.0.2.1"}, False),
            ({"REMOTE_ADDR": "127.0.0.1"}, True),
            ({"REMOTE_ADDR": "::1"}, True),
            ({"REMOTE_ADDR": ""}, False),
            # Who only claims to be a proxy, or to have been called by https, is not believed.
            ({"REMOTE_ADDR": "192.0.2.1", "HTTP_X_FORWARDED_PROTO": "https"}, False),
            ({"REMOTE_ADDR": "192.0.2.1", "HTTP_X_FORWARDED_FOR": "127.0.0.1"}, False),
            ({"REMOTE_ADDR": "10.0.0.9"}, True),
            ({"REMOTE_ADDR": "10.0.0.9", "HTTP_X_FORWARDED_PROTO": "https"}, True),
            ({"REMOTE_ADDR": "10.0.0.9", "HTTP_X_FORWARDED_PROTO": "http"}, False),
            ({"REMOTE_ADDR": "10.0.0.9", "HTTP_X_FORWARDED_PROTO": "HTTP"}, False),
            ({"REMOTE_ADDR": "10.0.0.9", "HTTP_X_FORWARDED_PROTO": "https, http"}, False),
        ],
    )
    def test_plain_http_comes_in_from_this_machine_or_by_a_trusted_proxy_alone(
        self, doors: Doors, service: Witness, told: dict[str, str], comes_in: bool
    ) -> None:
        call(doors, "/Service.asmx", **told)
        assert bool(service.seen) is comes_in

    def test_who_is_refused_is_told_why_and_sent_nowhere(self, doors: Doors) -> None:
        said: list[Any] = []
        answer = doors(
            {"PATH_INFO": "/Service.asmx", "REMOTE_ADDR": "192.0.2.1", "wsgi.url_scheme": "http"},
            lambda status, headers: said.extend([status, dict(headers)]),
        )
        assert said[0] == "403 Forbidden"
        assert "Location" not in said[1]
        assert b"Call by https." in b"".join(answer)

    def test_a_trusted_proxy_says_what_it_was_called_by(self, doors: Doors, service: Witness) -> None:
        call(doors, "/Service.asmx", HTTP_X_FORWARDED_PROTO="https", HTTP_X_FORWARDED_HOST="evil.example, shop.example")
        assert (service.seen[0][PROXIED], service.seen[0][FORWARDED_HOST]) == ("https", "shop.example")

    def test_what_anybody_else_says_of_it_is_gone(self, doors: Doors, service: Witness) -> None:
        call(doors, "/Service.asmx", REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_HOST="evil.example")
        assert not {PROXIED, FORWARDED_HOST, "HTTP_X_FORWARDED_HOST"} & service.seen[0].keys()
