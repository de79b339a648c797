"""Addresses that people of a shared site type in: where a call may go, and that it goes where was looked."""

import socket
from pathlib import Path

import httpx
import pytest
from tests.tls import CertificateAuthority
from tests.wire.conftest import RawRequest, Serve, answer

from schoolgate.wire.http import AddressRefused
from schoolgate.wire.tls import trust
from schoolgate.wire.typed_addresses import TypedAddressTransport, checked_addresses, make_typed_address_client

PATIENT_SECONDS = 30.0
PUBLIC = "93.184.216.34"


def addresses(url: str, *leads_to: str, private_allowed: bool = False) -> list[str]:
    return checked_addresses(httpx.URL(url), lambda *_: list(leads_to), private_allowed=private_allowed)


def refusal(url: str, *leads_to: str, private_allowed: bool = False) -> str:
    with pytest.raises(AddressRefused) as raised:
        addresses(url, *leads_to, private_allowed=private_allowed)
    return raised.value.code


def test_an_address_of_the_internet_may_be_called() -> None:
    assert addresses("https://shop.example/hook", PUBLIC, "2606:2800:220:1::1") == [PUBLIC, "2606:2800:220:1::1"]


@pytest.mark.parametrize(
    "private",
    [
        *("10.0.0.1", "172.16.3.4", "192.168.1.1", "100.64.0.9", "127.0.0.1", "::1", "fd12::1", "0.0.0.0"),
        *("::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::1", "240.0.0.1"),
    ],
)
def test_what_leads_into_a_private_network_is_refused(private: str) -> None:
    assert refusal("https://shop.example/hook", private) in {"private-address", "forbidden-address"}


def test_one_private_address_among_public_ones_is_enough_to_refuse() -> None:
    assert refusal("https://shop.example/hook", PUBLIC, "10.0.0.1") == "private-address"


def test_a_setting_opens_private_networks() -> None:
    assert addresses("https://shop.example/hook", "10.0.0.1", private_allowed=True) == ["10.0.0.1"]


@pytest.mark.parametrize("forbidden", ["169.254.169.254", "fe80::1", "fd00:ec2::254", "::ffff:169.254.169.254"])
def test_metadata_and_link_local_addresses_are_refused_always(forbidden: str) -> None:
    assert refusal("https://shop.example/hook", forbidden, private_allowed=True) == "forbidden-address"


def test_plain_http_goes_to_this_machine_only() -> None:
    assert refusal("http://shop.example/hook", PUBLIC, private_allowed=True) == "plain-http"
    assert addresses("http://127.0.0.1:8000/hook", "127.0.0.1", private_allowed=True) == ["127.0.0.1"]


def test_a_localhost_that_leads_elsewhere_gets_no_plain_http() -> None:
    assert refusal("http://localhost/hook", "10.0.0.1", private_allowed=True) == "plain-http"


def client_to(leads_to: list[str], *, seconds: float = PATIENT_SECONDS, ca: Path | None = None) -> httpx.Client:
    """A client for which every name leads to these addresses."""
    transport = TypedAddressTransport(
        httpx.HTTPTransport(verify=trust(extra_ca_file=ca)),
        seconds=seconds,
        private_allowed=True,
        resolve=lambda *_: leads_to,
    )
    return httpx.Client(transport=transport, timeout=PATIENT_SECONDS)


def test_a_name_is_resolved_once_and_the_call_goes_to_what_was_looked_at(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ca = CertificateAuthority.make(tmp_path, "Made-up authority")
    server = serve(lambda *_: answer(200, {}), tls=ca.serving("shop.example"))
    port = server.listener.getsockname()[1]
    asked: list[str] = []
    real = socket.getaddrinfo

    def asks(host: str, *args: object, **options: object) -> object:
        asked.append(host)
        return real(host, *args, **options)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(socket, "getaddrinfo", asks)
    with client_to(["127.0.0.1"], ca=ca.file) as http:
        assert http.get(f"https://shop.example:{port}/hook").status_code == 200
    assert "shop.example" not in asked
    assert server.requests[0].headers["host"] == f"shop.example:{port}"


def test_the_certificate_is_held_to_the_name_not_to_the_address(serve: Serve, tmp_path: Path) -> None:
    ca = CertificateAuthority.make(tmp_path, "Made-up authority")
    server = serve(lambda *_: answer(200, {}), tls=ca.serving("127.0.0.1"))
    with client_to(["127.0.0.1"], ca=ca.file) as http, pytest.raises(httpx.ConnectError, match="certificate"):
        http.get(f"https://shop.example:{server.listener.getsockname()[1]}/hook")


def test_where_one_address_does_not_listen_the_next_is_called(serve: Serve) -> None:
    server = serve(lambda *_: answer(200, {}))
    with client_to(["::1", "127.0.0.1"]) as http:
        assert http.post(f"http://localhost:{server.listener.getsockname()[1]}/", content=b"body").status_code == 200
    assert server.requests[-1].body == b"body"


def test_an_answer_that_drips_is_given_up_when_the_call_has_taken_too_long(serve: Serve) -> None:
    def drip(request: RawRequest, line: socket.socket) -> None:
        line.sendall(b"HTTP/1.1 200 OK\r\n")
        line.settimeout(PATIENT_SECONDS)
        while line.recv(1):
            pass

    server = serve(drip)
    with client_to(["127.0.0.1"], seconds=0.2) as http, pytest.raises(httpx.ReadTimeout):
        http.get(f"{server.address}/hook")


def test_a_redirection_is_not_followed(serve: Serve) -> None:
    server = serve(lambda *_: answer(302, {}, Location="http://127.0.0.1/elsewhere"))
    with make_typed_address_client(seconds=PATIENT_SECONDS, private_allowed=True) as http:
        assert http.get(f"{server.address}/hook").status_code == 302
    assert server.asked == ["GET /hook"]


def test_a_name_that_nobody_has_is_said_to_be_so() -> None:
    with (
        make_typed_address_client(seconds=PATIENT_SECONDS, private_allowed=True) as http,
        pytest.raises(httpx.ConnectError, match="cannot be resolved"),
    ):
        http.get("https://nobody.invalid/hook")
