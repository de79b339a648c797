"""`schoolgate school invoices`, in this process."""

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result
from tests.school.purchasing.billing import an_invoice
from tests.school.purchasing.ordering import an_order

from schoolgate.commons.accounts.models import User
from schoolgate.school.purchasing.models import (
    Coding,
    Difference,
    Invoice,
    InvoiceState,
    Order,
    OrderState,
    Supplier,
    VatCode,
)
from schoolgate.sites.cli import main

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("home")]


@pytest.fixture(autouse=True)
def _on_the_database_of_the_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("schoolgate.sites.commands.shared.open_site", lambda *_, **__: None)
    monkeypatch.setattr("schoolgate.sites.commands.shared.require_current_database", lambda _: None)


@pytest.fixture
def order(supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode]) -> Order:
    return an_order(supplier, codings[0], vat["S"], state=OrderState.SENT)


@pytest.fixture
def invoice(order: Order) -> Invoice:
    return an_invoice(order, {1: 3, 2: 10}, number="SI-7")


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["school", "invoices", *words])


def told(*words: str) -> Any:
    result = run(*words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


ENTER = ("enter", "GAS-10", "--by", "bookkeeper", "--date", "2026-11-27", "--net", "100", "--vat", "S=20")
ITEM = ("--supplier", "Beacon Supplies", "--item", "Gas", "1", "100", "S", "01/E19/SCI")


def test_invoices_are_listed_by_state_and_by_what_differs(invoice: Invoice) -> None:
    (row,) = told("list")
    assert (row["number"], row["order"], row["gross"], row["differs"]) == ("SI-7", "PO-1001", "31.20", 0)
    assert told("list", "--differs") == told("list", "--state", "posted") == []
    assert "No invoices." in run("list", "--state", "posted").stdout


def test_what_differs_is_shown_accepted_and_then_it_is_authorised(
    invoice: Invoice, bookkeeper: User, governor: User
) -> None:
    Difference.objects.create(invoice=invoice, code="price-differs", said="Paper costs more.")
    shown = told("show", "si-7")
    assert [line["net"] for line in shown["lines"]] == ["13.50", "12.50"]
    number = str(shown["differences"][0]["difference"])
    assert "accept each with a reason first" in run("authorise", "SI-7", "--by", "governor").output
    assert told("accept", number, "--by", "bookkeeper", "--reason", "They rang.")["differs"] == 0
    assert told("authorise", "SI-7", "--by", "governor")["state"] == "authorised"
    assert told("take-back", "SI-7", "--by", "governor")["state"] == "unauthorised"


def test_whoever_is_named_needs_the_right(invoice: Invoice, bookkeeper: User) -> None:
    failed = run("authorise", "SI-7", "--by", "bookkeeper")
    assert (failed.exit_code, "Bookkeeper may not do that" in failed.output) == (1, True)


def test_one_is_discarded(invoice: Invoice, bookkeeper: User) -> None:
    assert told("discard", "SI-7", "--by", "bookkeeper", "--reason", "here twice")["state"] == "discarded"
    assert Invoice.objects.get().state == InvoiceState.DISCARDED


def test_an_invoice_without_an_order_is_entered(
    supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode], bookkeeper: User
) -> None:
    assert told(*ENTER, "--gross", "120", *ITEM)["gross"] == "120.00"
    assert Invoice.objects.get().lines.get().coding == codings[1]
    assert "is in the ledger already" in run(*ENTER, "--gross", "120", *ITEM).output


def test_what_differs_is_saved_only_when_it_is_said_to_stand_so(
    supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode], bookkeeper: User
) -> None:
    failed = run(*ENTER, "--gross", "121", *ITEM)
    assert failed.exit_code == 1
    assert "The total is £121.00" in failed.output
    assert not Invoice.objects.exists()
    assert told(*ENTER, "--gross", "121", *ITEM, "--as-it-stands")["differs"] == 1


def test_an_invoice_for_an_order_is_entered(order: Order, bookkeeper: User) -> None:
    words = ("enter", "SI-8", "--by", "bookkeeper", "--date", "2026-11-27", "--order", "PO-1001", "--of", "1=2")
    assert told(*words, "--net", "9", "--vat", "S=1.80", "--gross", "10.80")["order"] == "PO-1001"
    order.refresh_from_db()
    assert order.state == OrderState.PART_INVOICED


def test_a_number_that_several_suppliers_have_is_asked_about(invoice: Invoice, year: Any) -> None:
    other = Supplier.objects.create(name="Other Ltd")
    Invoice.objects.create(number="SI-7", supplier=other, year=year, dated="2026-11-27")
    assert "say --supplier (Beacon Supplies, Other Ltd)" in run("show", "SI-7").output
    assert told("show", "SI-7", "--supplier", "other ltd")["supplier"] == "Other Ltd"
