"""The WSDL says the address by which it is called, and never one that somebody only claims."""

from typing import Any

import pytest
from tests.supplier.service.calling import environ_of

from schoolgate.commons.programs.proxies import FORWARDED_HOST, PROXIED
from schoolgate.supplier.service.address import address_of


@pytest.fixture(autouse=True)
def _shop(settings: Any) -> None:
    settings.SCHOOLGATE_URL = "https://shop.example/orders"
    settings.ALLOWED_HOSTS = ["shop.example", "127.0.0.1", "localhost"]


@pytest.mark.parametrize(
    ("told", "address"),
    [
        ({"HTTP_HOST": "shop.example"}, "https://shop.example/orders/Service.asmx"),
        ({"HTTP_HOST": "shop.example:8443"}, "https://shop.example:8443/orders/Service.asmx"),
        (
            {"HTTP_HOST": "127.0.0.1:8322", "wsgi.url_scheme": "http"},
            "http://127.0.0.1:8322/orders/Service.asmx",
        ),
        ({"HTTP_HOST": "evil.example"}, "https://shop.example/orders/Service.asmx"),
        ({"HTTP_HOST": ""}, "https://shop.example/orders/Service.asmx"),
        ({"HTTP_HOST": 'shop.example"/>'}, "https://shop.example/orders/Service.asmx"),
        # A proxy that puts its own name for this site, says nothing, or says what it was called by.
        ({"HTTP_HOST": "127.0.0.1:8322", PROXIED: "https"}, "https://shop.example/orders/Service.asmx"),
        ({"HTTP_HOST": "shop.example", PROXIED: ""}, "https://shop.example/orders/Service.asmx"),
        (
            {"HTTP_HOST": "inner", PROXIED: "https", FORWARDED_HOST: "shop.example:444"},
            "https://shop.example:444/orders/Service.asmx",
        ),
        (
            {"HTTP_HOST": "inner", PROXIED: "https", FORWARDED_HOST: "evil.example"},
            "https://shop.example/orders/Service.asmx",
        ),
    ],
)
def test_the_address_is_the_called_one_or_the_site_s_own(told: dict[str, Any], address: str) -> None:
    assert address_of(environ_of("GET", **told)) == address


def test_the_path_is_a_setting(settings: Any) -> None:
    settings.SCHOOLGATE_SERVICE_PATH = "/web/ots"
    assert address_of(environ_of("GET", HTTP_HOST="shop.example")) == "https://shop.example/orders/web/ots"
