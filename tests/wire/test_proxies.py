"""Proxy names as people type them, and what a proxy offers for a login."""

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolgate.wire.proxies import Proxy, ProxyNameWrong, offered_logins, proxy_address


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("proxy.school.example:3128", "http://proxy.school.example:3128"),
        ("proxy", "http://proxy:8080"),
        (" 10.0.0.8:8080 ", "http://10.0.0.8:8080"),
        ("[fd00::1]", "http://[fd00::1]:8080"),
        ("[FD00:0::1]:3128", "http://[fd00::1]:3128"),
        ("http://proxy.school.example:8080/", "http://proxy.school.example:8080"),
    ],
)
def test_a_proxy_name_is_a_host_or_an_address_with_its_port(name: str, address: str) -> None:
    assert proxy_address(name) == address


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("", "proxy's name"),
        ("proxy:", "port"),
        ("proxy:0", "port"),
        ("proxy:65536", "port"),
        ("proxy:eighty", "port"),
        ("proxy:\uff18\uff10", "port"),
        ("fd00::1", "brackets"),
        ("[fd00::1", "brackets"),
        ("[fd00::1]8080", "brackets"),
        ("[fd00::zz]:80", "no IPv6 address"),
        ("10.0.0.256", "proxy's name"),
        ("a proxy", "proxy's name"),
        ("https://proxy:443", "without https://"),
        ("http://user:word@proxy:8080", "their own fields"),
    ],
)
def test_what_is_no_proxy_name_is_told_in_a_sentence(name: str, told: str) -> None:
    with pytest.raises(ProxyNameWrong, match=told):
        proxy_address(name)


@given(st.text(max_size=40))
def test_whatever_is_typed_becomes_an_address_that_can_be_called_or_a_sentence(text: str) -> None:
    try:
        address = proxy_address(text)
    except ProxyNameWrong as wrong:
        told = str(wrong)
    else:
        url = httpx.URL(address)
        assert (url.scheme, url.userinfo, url.path) == ("http", b"", "/")
        told = f"{url.host}."
    assert len(told) > 1
    assert told.endswith(".")


def test_no_repr_shows_the_proxys_password() -> None:
    assert "Lantern" not in repr(Proxy("http://proxy:8080", "green-abbey", "Proxy-Lantern-7"))


def test_the_logins_a_proxy_offers_are_named_once_each() -> None:
    headers = httpx.Headers(
        [("Proxy-Authenticate", "Negotiate"), ("Proxy-Authenticate", "NTLM"), ("Proxy-Authenticate", 'Basic realm="x"')]
    )
    assert offered_logins(headers) == ("Negotiate", "NTLM", "Basic")
