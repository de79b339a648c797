"""A shop that is told of orders: a real HTTP server on this machine, one for each module."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.db.models.functions import Now

from schoolgate.commons.jobs.engine import work_off
from schoolgate.commons.jobs.models import Job, State
from schoolgate.documents.ebis.orders import write_order
from schoolgate.documents.samples import ebis as samples
from schoolgate.supplier.models import Buyer, Order, OrderContent, Supplier, Webhook
from schoolgate.supplier.webhooks.addresses import add_webhook


@dataclass
class Shop:
    """Remembers what it was told. `answers`: the next statuses, then 204; `headers` come with them."""

    address: str = ""
    told: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)


def _handler(shop: Shop) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            shop.told.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(shop.answers.pop(0) if shop.answers else 204)
            for name, value in shop.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler


@pytest.fixture(scope="module")
def shop_of_this_module() -> Iterator[Shop]:
    shop = Shop()
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(shop)) as server:
        shop.address = f"http://127.0.0.1:{server.server_address[1]}/orders"
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield shop
        server.shutdown()


@pytest.fixture
def shop(shop_of_this_module: Shop) -> Shop:
    shop_of_this_module.told.clear()
    shop_of_this_module.answers.clear()
    shop_of_this_module.headers.clear()
    return shop_of_this_module


@dataclass
class Told:
    """A webhook of Riverside's, and the secret that was told when it was added."""

    webhook: Webhook
    secret: str


@pytest.fixture
def told(shop: Shop, riverside: Supplier) -> Told:
    return Told(*add_webhook(riverside, shop.address, by=None))


MakeOrder = Callable[[], Order]


@pytest.fixture
def make_order(riverside: Supplier, green_abbey: Buyer) -> MakeOrder:
    """Orders of Green Abbey's, as if they had just come."""

    def make() -> Order:
        number = f"ORD{Order.objects.count() + 1:05}"
        order = Order.objects.create(supplier=riverside, buyer=green_abbey, number=number, digest=number)
        OrderContent.objects.create(
            order=order, xml=write_order(samples.make_order(7, 2, day=date(2026, 11, 26))).decode()
        )
        return order

    return make


def hasten() -> int:
    """Let every waiting job be due at once, and do them; how many were done."""
    Job.objects.filter(state=State.READY).update(run_at=Now())
    return work_off()


@pytest.fixture
def no_demo(settings: Any) -> None:
    settings.SCHOOLGATE_DEMO = False
