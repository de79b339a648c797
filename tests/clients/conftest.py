"""A supplier's site as it is run, called by SOAP clients that others wrote."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest
from tests.npm import node_modules
from tests.ports import free_port
from tests.tables import lay_tables

from schoolgate.documents.ebis.orders import Order, write_order
from schoolgate.documents.samples.ebis import OrderKind, make_order
from schoolgate.sites.demo_site import Site

HERE = Path(__file__).parent
SUPPLIER_DUNS = "123456789"
CLIENTS = [
    f"{client} {version}" for client in ("php", "perl", "node", "zeep", "mono", "ours") for version in ("1.1", "1.2")
]
BROKEN_ORDER = '<?xml version="1.0"?><Order xmlns="urn:schemas-basda-org:2000:purchaseOrder:xdr:3.01"/>'


@dataclass(frozen=True)
class School:
    """What a client is told: whom to be, what waits for it, and what to send."""

    wsdl: str
    user: str
    password: str
    doc_id: str
    document: str
    order: str
    broken_order: str = BROKEN_ORDER
    since: str = "2026-01-01T00:00:00"

    def told(self, version: str) -> dict[str, str]:
        return {"version": version, "address": self.wsdl.partition("?")[0], **vars(self)}


@dataclass
class Service:
    """The site, with a school for each client."""

    site: Site
    schools: dict[str, School] = field(default_factory=dict)


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    home = tmp_path_factory.mktemp("supplier") / "home"
    site = Site("supplier", home, f"http://127.0.0.1:{free_port()}")
    lay_tables("supplier", home)
    folder = tmp_path_factory.mktemp("documents")
    duns = {client: str(300_000_000 + number) for number, client in enumerate(CLIENTS)}
    documents = {client: write_order(_order(client, duns[client], "content")).decode("utf-8") for client in CLIENTS}
    for client, xml in documents.items():
        Path(folder, client).write_text(xml, "utf-8")
    users = {client: client.replace(" ", "-") for client in CLIENTS}
    _, *said = site.run_several(
        ["init", "--name", "Riverside School Supplies", "--duns", SUPPLIER_DUNS],
        *(
            ["buyers", "add", "--name", f"A {client} school", "--duns", duns[client], "--user", users[client]]
            for client in CLIENTS
        ),
        *(
            [
                "documents",
                "put",
                str(folder / client),
                "--buyer",
                user,
                "--type",
                "order",
                "--id",
                f"B-{user}",
            ]
            for client, user in users.items()
        ),
    )
    site.start()
    site.wait_until_up()
    service = Service(site)
    for client, school in zip(CLIENTS, said, strict=False):
        service.schools[client] = School(
            wsdl=f"{site.url}/Service.asmx?WSDL",
            user=school["user"],
            password=school["password"],
            doc_id=f"B-{users[client]}",
            document=documents[client],
            order=write_order(_order(client, duns[client], "purchase")).decode("utf-8"),
        )
    yield service
    site.stop()


def _order(client: str, duns: str, kind: OrderKind) -> Order:
    seed, between = CLIENTS.index(client), {"supplier_duns": SUPPLIER_DUNS, "buyer_duns": duns}
    return make_order(seed, 3, day=date(2026, 11, 26), kind=kind, **between)


@pytest.fixture(scope="session")
def soap_of_npm() -> Path:
    """Where `soap` and what it needs lie."""
    return node_modules(HERE / "node")
