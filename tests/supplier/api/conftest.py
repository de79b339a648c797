"""Riverside's shop, which calls the REST API with a key that may do everything."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from tests.doors import DoorOfTheTest

from schoolgate.supplier.api.keys import make_key
from schoolgate.supplier.models import SCOPES, ApiKey, Buyer, Supplier


@pytest.fixture
def api() -> DoorOfTheTest:
    return DoorOfTheTest("schoolgate.supplier.api.urls")


@pytest.fixture
def door(api: DoorOfTheTest) -> Iterator[httpx.Client]:
    """The REST API as a program meets it, by its own door and without a server between."""
    with httpx.Client(transport=httpx.WSGITransport(app=api), base_url="http://testserver/api/v1/") as http:
        yield http


@dataclass
class Shop:
    """A shop's program with its key."""

    http: httpx.Client
    key: ApiKey
    text: str

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.http.get(path, headers=self.headers(), **options)

    def post(self, path: str, value: Any = None, *, once: str = "", **options: Any) -> httpx.Response:
        """Send `value` as JSON, with `once` as its Idempotency-Key."""
        body = {} if value is None else {"json": value}
        return self.http.post(path, headers=self.headers(once), **body, **options)

    def headers(self, once: str = "") -> dict[str, str]:
        return {"Authorization": f"Bearer {self.text}", **({"Idempotency-Key": once} if once else {})}


@pytest.fixture
def shop(door: httpx.Client, riverside: Supplier) -> Shop:
    return Shop(door, *make_key(riverside, "Web shop", SCOPES, by=None))


@pytest.fixture
def hilltop_shop(door: httpx.Client, hilltop: Supplier) -> Shop:
    """Another supplier's: a stranger to everything of Riverside's."""
    return Shop(door, *make_key(hilltop, "Hilltop's shop", SCOPES, by=None))


@pytest.fixture
def basket(green_abbey: Buyer) -> dict[str, Any]:
    """What the shop sends for a basket of two lines that a teacher of Green Abbey has filled."""
    return {
        "reference": "BASKET-0001",
        "buyer": "greenabbey",
        "user": "j.smith",
        "lines": [
            {
                "product": "PN-100",
                "description": "Pencils, box of 12",
                "quantity": 10,
                "unit_price": "4.55",
                "tax_code": "S",
                "tax_rate": "20",
            },
            {
                "product": "PN-200",
                "description": "Paper, A4, 5 reams",
                "quantity": 5,
                "unit_price": 16.00,
                "tax_code": "S",
                "tax_rate": 20,
            },
        ],
    }
