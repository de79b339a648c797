"""A ledger of a school: its year, codes, VAT, a supplier with its service, and people with different rights."""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from tests.conftest import PASSWORD
from tests.school.purchasing.stall import Stall, serve_stall

from schoolgate.commons.accounts.creating import create_user
from schoolgate.commons.accounts.models import User
from schoolgate.documents.ebis.baskets import basket_from_json
from schoolgate.documents.ebis.orders import write_order
from schoolgate.documents.ebis.parties import Party
from schoolgate.school.purchasing import establishment
from schoolgate.school.purchasing.models import (
    Coding,
    CodingTemplate,
    CostCentre,
    FinancialYear,
    Fund,
    LedgerCode,
    PurchasingRights,
    Supplier,
    VatCode,
    WebService,
)

SCHOOL_DUNS, SUPPLIER_DUNS = "217654321", "211234567"

Basket = Callable[..., bytes]


@pytest.fixture
def year(db: None) -> FinancialYear:
    """A year that is open, whatever the day is."""
    establishment.NAME.set("Green Abbey Primary School", by=None)
    establishment.DUNS.set(SCHOOL_DUNS, by=None)
    establishment.DELIVERY_ADDRESS.set("Green Abbey Primary School\n1 School Lane\nBedford\nMK40 1AA", by=None)
    made: FinancialYear = FinancialYear.objects.create(
        name="2026-27", first_day=date(2026, 4, 1), last_day=date(2027, 3, 31)
    )
    return made


@pytest.fixture
def codings(year: FinancialYear) -> list[Coding]:
    """Three linked threes with £1,000, £500 and nothing for the year."""
    fund = Fund.objects.create(year=year, code="01", name="Delegated budget")
    made = []
    for ledger, name, centre, of, budget in (
        ("E19", "Learning resources", "ENG", "English", Decimal(1000)),
        ("E19", "Learning resources", "SCI", "Science", Decimal(500)),
        ("E22", "Administrative supplies", "OFF", "Office", None),
    ):
        code, _ = LedgerCode.objects.get_or_create(year=year, code=ledger, defaults={"name": name})
        cost_centre = CostCentre.objects.create(year=year, code=centre, name=of)
        made.append(
            Coding.objects.create(year=year, fund=fund, ledger_code=code, cost_centre=cost_centre, budget=budget)
        )
    return made


@pytest.fixture
def vat(db: None) -> dict[str, VatCode]:
    """Standard, zero-rated and exempt, by their codes."""
    rows = (
        ("S", "Standard", "20.00", "S", True),
        ("Z", "Zero-rated", "0.00", "Z", True),
        ("E", "Exempt", "0.00", "E", False),
    )
    return {
        code: VatCode.objects.create(code=code, name=name, rate=Decimal(rate), sent_as=sent_as, standard=standard)
        for code, name, rate, sent_as, standard in rows
    }


@pytest.fixture
def service(db: None) -> WebService:
    return WebService.objects.create(
        name="Beacon Supplies", url="https://beacon.example/Service.asmx", username="green-abbey", password="secret-1"
    )


@pytest.fixture
def supplier(service: WebService) -> Supplier:
    return Supplier.objects.create(
        name="Beacon Supplies",
        account_number="A-1001",
        xml_reference_number=SUPPLIER_DUNS,
        duns=SUPPLIER_DUNS,
        order_method="e-procurement",
        web_service=service,
    )


def _person(name: str, **rights: Any) -> User:
    person = create_user(name, "purchaser", name=name.capitalize(), password=PASSWORD)
    PurchasingRights.objects.create(user=person, **rights)
    return person


@pytest.fixture
def clerk(db: None) -> User:
    """Raises, codes and imports."""
    return _person("clerk", raises=True, imports=True)


@pytest.fixture
def bursar(db: None) -> User:
    """Sets the ledger up, raises and imports."""
    return _person("bursar", raises=True, imports=True, sets_up=True)


@pytest.fixture
def head(db: None) -> User:
    """Authorises orders up to £1,000."""
    return _person("head", authorises_to=Decimal(1000))


@pytest.fixture
def chair(db: None) -> User:
    """Authorises any order, over budget too."""
    return _person("chair", authorises_to=Decimal(1_000_000), over_budget=True)


@pytest.fixture
def bookkeeper(db: None) -> User:
    """Enters invoices and deliveries."""
    return _person("bookkeeper", enters_invoices=True)


@pytest.fixture
def governor(db: None) -> User:
    """Authorises invoices for payment up to £1,000."""
    return _person("governor", pays_to=Decimal(1000))


@pytest.fixture
def looker(db: None) -> User:
    """Works with orders, and may only look."""
    return create_user("looker", "purchaser", name="Looker", password=PASSWORD)


@pytest.fixture
def basket() -> Basket:
    """Make a content order as a supplier's site sends it; by default two lines, for this school."""

    def do(
        *lines: dict[str, Any], supplier_duns: str = SUPPLIER_DUNS, buyer_duns: str = SCHOOL_DUNS, **more: Any
    ) -> bytes:
        usual = (
            {
                "product": "BX-100",
                "description": "Exercise books",
                "quantity": 3,
                "unit_price": "4.50",
                "tax_code": "S",
                "tax_rate": "20",
            },
            {
                "product": "PN-7",
                "description": "Pens",
                "quantity": 10,
                "unit_price": "1.25",
                "tax_code": "S",
                "tax_rate": "20",
            },
        )
        value = {"reference": "BASKET-1", "lines": list(lines or usual), "required_by": "2026-12-18", **more}
        parties = Party("Beacon Supplies", supplier_duns), Party("Green Abbey Primary School", buyer_duns)
        return write_order(basket_from_json(value, *parties))

    return do


@pytest.fixture
def ready_ledger(year: FinancialYear, codings: list[Coding], vat: dict[str, VatCode]) -> None:
    """A ledger in which every basket of Beacon's comes in: its supplier is known, and a default template codes it."""
    CodingTemplate.objects.create(year=year, coding=codings[0])
    Supplier.objects.create(name="Beacon Supplies", duns=SUPPLIER_DUNS, xml_reference_number=SUPPLIER_DUNS)


@pytest.fixture
def stall() -> Stall:
    """A supplier's service with an empty queue."""
    return Stall()


@pytest.fixture
def beacon(db: None, stall: Stall) -> Iterator[WebService]:
    """The ledger's row of the stall, which is served."""
    with serve_stall(stall) as service:
        yield service
