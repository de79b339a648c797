"""Certificates that are not believed: told by what is wrong with them, and nothing is said to whoever showed them."""

import ssl
from pathlib import Path

import httpx
import pytest
from tests.tls import DAY, CertificateAuthority
from tests.wire.conftest import Serve, answer
from tests.wire.green_abbey import client_of

from schoolgate.wire.exchange_errors import Unreachable
from schoolgate.wire.http import make_client
from schoolgate.wire.tls import LONGEST_NAME

SERVICE = answer(200, {"service": "schoolgate-exchange", "la": "820"})


@pytest.fixture
def filter_ca(tmp_path: Path) -> CertificateAuthority:
    """The authority of an internet filter, which nobody trusts."""
    return CertificateAuthority.make(tmp_path, "Filter Inspection CA", "Green Abbey Network")


def test_nothing_is_said_to_a_server_whose_certificate_is_not_believed(
    serve: Serve, http: httpx.Client, filter_ca: CertificateAuthority
) -> None:
    server = serve(lambda *_: SERVICE, tls=filter_ca.serving("127.0.0.1"))
    with pytest.raises(Unreachable) as raised:
        client_of(server.address, http).token()
    assert raised.value.reason == "certificate"
    assert raised.value.sentence.endswith("Issued by: Filter Inspection CA, Green Abbey Network.")
    assert server.requests == []


def test_a_certificate_of_the_extra_ca_file_is_believed(serve: Serve, filter_ca: CertificateAuthority) -> None:
    server = serve(lambda *_: SERVICE, tls=filter_ca.serving("127.0.0.1"))
    with make_client(extra_ca_file=filter_ca.file) as http:
        assert client_of(server.address, http).service().la == "820"


def test_a_trusted_issuer_does_not_make_an_old_certificate_good(serve: Serve, filter_ca: CertificateAuthority) -> None:
    server = serve(lambda *_: SERVICE, tls=filter_ca.serving("127.0.0.1", begins=-3 * DAY, ends=-DAY))
    with make_client(extra_ca_file=filter_ca.file) as http, pytest.raises(Unreachable) as raised:
        client_of(server.address, http).service()
    assert raised.value.reason == "certificate-expired"
    assert server.requests == []


def test_an_issuer_may_call_himself_what_he_likes(serve: Serve, http: httpx.Client, tmp_path: Path) -> None:
    ca = CertificateAuthority.make(tmp_path, "x\n<b>\u202e" + "y" * 50, "z" * 60)
    server = serve(lambda *_: SERVICE, tls=ca.serving("127.0.0.1"))
    with pytest.raises(Unreachable) as raised:
        client_of(server.address, http).service()
    told = raised.value.sentence.partition("Issued by: ")[2]
    assert told.isprintable()
    assert len(told) == LONGEST_NAME + 1


@pytest.mark.parametrize(("minimum", "spoken"), [("1.2", True), ("1.3", False)])
def test_the_tls_minimum_decides_who_is_spoken_to(
    minimum: str, spoken: bool, serve: Serve, filter_ca: CertificateAuthority
) -> None:
    server = serve(lambda *_: SERVICE, tls=filter_ca.serving("127.0.0.1", newest=ssl.TLSVersion.TLSv1_2))
    with make_client(extra_ca_file=filter_ca.file, tls_minimum=minimum) as http:  # type: ignore[arg-type]  # a text
        if spoken:
            assert client_of(server.address, http).service().la == "820"
        else:
            with pytest.raises(Unreachable) as raised:
                client_of(server.address, http).service()
            assert raised.value.reason == "tls-version"
