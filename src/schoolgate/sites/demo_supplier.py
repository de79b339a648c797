"""The demonstration's supplier: a basket, an invoice, a credit note and a quote wait for each of three schools."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from schoolgate.documents.ebis.invoices import write_invoice
from schoolgate.documents.ebis.money import NOTHING
from schoolgate.documents.ebis.ordered import invoice_from_order
from schoolgate.documents.ebis.orders import write_order
from schoolgate.documents.ebis.totals import with_amounts
from schoolgate.documents.samples.ebis import make_invoice, make_order
from schoolgate.sites.demo_site import Site

NAME, DUNS = "Larkspur & Pennick School Supplies", "123456789"
SCHOOLS = (
    # The first is the demonstration's own school.
    ("Green Abbey School", "greenabbey", "987654321", "GA4321"),
    ("Oakhanger Primary School", "oakhanger", "876543210", "GA3210"),
    ("Eastmere Special School", "eastmere", "765432109", "GA2109"),
)
"""Name, user, DUNS, and the account number that made-up documents have for it."""
LINES = 4
BASKET_OF_THE_MAIN_JOB = 900
"""Its seed, so that its reference is none of those that waited before."""
REFERENCE_OF_THE_MAIN_JOB = f"BASKET-{BASKET_OF_THE_MAIN_JOB:05}"
INVOICE_OF_THE_MAIN_JOB, DEARER_INVOICE = f"SI-{BASKET_OF_THE_MAIN_JOB}-1", f"SI-{BASKET_OF_THE_MAIN_JOB}-2"
DEARER_BY = Decimal("0.75")
"""Pounds by which the second invoice's price is above the order's, so that it waits for somebody."""


def set_up(site: Site) -> list[dict[str, str]]:
    """Make the site with its people, its schools and what waits for them; the schools' accounts, the first the
    demonstration's own school's."""
    with TemporaryDirectory(dir=site.home.parent) as folder:
        documents = [
            ["documents", "put", str(path), "--buyer", user, "--type", kind]
            for number, (_, user, duns, _) in enumerate(SCHOOLS)
            for kind, path in _write_documents(Path(folder), user, duns, seed=number + 1)
        ]
        _, *users_and_buyers = site.run_several(
            ["init", "--name", NAME, "--duns", DUNS, "--contact", "Customer Service, 01234 000001"],
            ["users", "add", "administrator", "--role", "administrator"],
            ["users", "add", "staff", "--role", "staff"],
            *(
                ["buyers", "add", "--name", name, "--user", user, "--duns", duns, "--account-number", number]
                for name, user, duns, number in SCHOOLS
            ),
            *documents,
        )
    site.users += users_and_buyers[:2]
    buyers = users_and_buyers[2 : 2 + len(SCHOOLS)]
    return [{name: buyer[name] for name in ("user", "password", "duns", "name")} for buyer in buyers]


def queue_basket(site: Site, buyer: dict[str, str]) -> None:
    """Put one more basket into the queue, as a shop does while everything runs."""
    with TemporaryDirectory(dir=site.home.parent) as folder:
        path = Path(folder, "basket.xml")
        order = make_order(BASKET_OF_THE_MAIN_JOB, LINES, day=_today(), supplier_duns=DUNS, buyer_duns=buyer["duns"])
        path.write_bytes(write_order(order))
        site.run("documents", "put", str(path), "--buyer", buyer["user"], "--type", "order")


def queue_invoices(site: Site, buyer: dict[str, str], order_number: str) -> None:
    """Invoice an order of the main job in two parts: all lines but the last, and the last one at a higher price."""
    ordered = make_order(
        BASKET_OF_THE_MAIN_JOB, LINES, day=_today(), kind="purchase", supplier_duns=DUNS, buyer_duns=buyer["duns"]
    )
    order, last = replace(ordered, number=order_number), ordered.lines[-1]
    dearer = replace(last, unit_price=(last.unit_price or NOTHING) + DEARER_BY, net=None, tax_value=None, gross=None)
    parts = {INVOICE_OF_THE_MAIN_JOB: order.lines[:-1], DEARER_INVOICE: (with_amounts(dearer),)}
    with TemporaryDirectory(dir=site.home.parent) as folder:
        commands = []
        for number, lines in parts.items():
            path = Path(folder, f"{number}.xml")
            path.write_bytes(write_invoice(invoice_from_order(replace(order, lines=lines), number, _today())))
            commands.append(["documents", "put", str(path), "--buyer", buyer["user"], "--type", "invoice"])
        site.run_several(*commands)


def _write_documents(folder: Path, user: str, duns: str, *, seed: int) -> Iterator[tuple[str, Path]]:
    order = partial(make_order, seed, LINES, day=_today(), supplier_duns=DUNS, buyer_duns=duns)
    invoice = partial(make_invoice, seed, LINES, day=_today(), supplier_duns=DUNS, buyer_duns=duns)
    contents = {
        "order": write_order(order()),
        "invoice": write_invoice(invoice()),
        "creditnote": write_invoice(invoice(credit_note=True)),
        "quote": write_order(order(kind="quote")),
    }
    for kind, content in contents.items():
        path = folder / f"{user}-{kind}.xml"
        path.write_bytes(content)
        yield kind, path


def _today() -> date:
    return datetime.now(ZoneInfo("Europe/London")).date()
