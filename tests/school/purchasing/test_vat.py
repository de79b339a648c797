"""VAT codes: which one is taken where only a rate is known."""

from decimal import Decimal
from typing import Any

import pytest
from tests.school.purchasing.booked import an_invoice_of

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.school.purchasing.changing import SetUpRefused
from schoolgate.school.purchasing.models import (
    Coding,
    FinancialYear,
    InvoiceLine,
    Order,
    OrderLine,
    Supplier,
    VatCode,
    VatSum,
)
from schoolgate.school.purchasing.vat import add_usual, remove_code, save_code


def values(code: str, rate: str, **more: Any) -> dict[str, Any]:
    return {"code": code, "name": code, "rate": Decimal(rate), "sent_as": "", "standard": False, "open": True, **more}


def standard_of(rate: str) -> list[str]:
    return [code.code for code in VatCode.objects.filter(standard=True) if code.rate == Decimal(rate)]


def test_the_usual_codes_are_added_once(bursar: User) -> None:
    assert add_usual(by=bursar) == 4
    assert add_usual(by=bursar) == 0
    assert [(one.code, one.rate) for one in VatCode.objects.all()] == [
        ("E", Decimal("0.00")),
        ("L", Decimal("5.00")),
        ("S", Decimal("20.00")),
        ("Z", Decimal("0.00")),
    ]
    assert standard_of("0") == ["Z"]


def test_the_only_code_of_a_rate_is_its_standard(bursar: User) -> None:
    save_code(VatCode(), values("S", "17.5"), by=bursar)
    assert standard_of("17.5") == ["S"]


def test_two_codes_share_a_rate_and_one_is_standard(vat: dict[str, VatCode], bursar: User) -> None:
    assert standard_of("0") == ["Z"]
    save_code(vat["E"], {"standard": True}, by=bursar)
    assert standard_of("0") == ["E"]
    assert AuditEntry.objects.get(target="Z Zero-rated").details == "standard yes → no"
    save_code(vat["Z"], {"standard": True}, by=bursar)
    assert standard_of("0") == ["Z"]


def test_when_the_standard_is_closed_another_takes_its_place(vat: dict[str, VatCode], bursar: User) -> None:
    save_code(vat["Z"], {"open": False}, by=bursar)
    assert standard_of("0") == ["E"]


def test_when_the_standard_is_removed_another_takes_its_place(vat: dict[str, VatCode], bursar: User) -> None:
    remove_code(vat["Z"], by=bursar)
    assert standard_of("0") == ["E"]


@pytest.mark.parametrize("rate", ["-0.01", "100.01", "17.555"])
def test_a_rate_is_from_0_to_100_with_two_places(bursar: User, rate: str) -> None:
    with pytest.raises(SetUpRefused) as refused:
        save_code(VatCode(), values("S", rate), by=bursar)
    assert refused.value.faults.keys() == {"rate"}


@pytest.mark.parametrize("rate", ["0", "0.01", "100"])
def test_rates_at_the_edges_are_taken(bursar: User, rate: str) -> None:
    save_code(VatCode(), values("S", rate), by=bursar)
    assert VatCode.objects.get().rate == Decimal(rate)


def test_a_code_is_one_in_capital_and_small_letters(vat: dict[str, VatCode], bursar: User) -> None:
    with pytest.raises(SetUpRefused, match="already"):
        save_code(VatCode(), values("s", "20"), by=bursar)


def test_the_rate_of_a_code_that_orders_have_stays(
    vat: dict[str, VatCode], year: FinancialYear, codings: list[Coding], supplier: Supplier, bursar: User
) -> None:
    order = Order.objects.create(number="1", year=year, supplier=supplier, dated="2026-11-20")
    OrderLine.objects.create(
        order=order,
        number=1,
        description="Pens",
        quantity=1,
        unit_price=1,
        net=1,
        vat=0,
        vat_code=vat["S"],
        coding=codings[0],
    )
    with pytest.raises(SetUpRefused, match="Close it"):
        save_code(vat["S"], {"rate": Decimal("17.5")}, by=bursar)
    with pytest.raises(SetUpRefused, match="Close it"):
        remove_code(vat["S"], by=bursar)
    assert VatCode.objects.get(code="S").rate == Decimal(20)


def test_the_rate_of_a_code_that_only_invoices_have_stays(
    vat: dict[str, VatCode], codings: list[Coding], supplier: Supplier, bursar: User
) -> None:
    invoice = an_invoice_of(supplier, ("Boiler service", "100.00", codings[0], vat["S"]))
    for rows in (VatSum.objects, InvoiceLine.objects):
        with pytest.raises(SetUpRefused, match="invoices have this code"):
            save_code(vat["S"], {"rate": Decimal("17.5")}, by=bursar)
        rows.filter(invoice=invoice).delete()
    assert save_code(vat["S"], {"rate": Decimal("17.5")}, by=bursar)
