"""What an authorised order says: a test per row of reference 9.2, named after the row."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from tests.school.purchasing.conftest import SCHOOL_DUNS, SUPPLIER_DUNS
from tests.school.purchasing.ordering import an_order

from schoolgate.documents.ebis.checking import check_document
from schoolgate.documents.ebis.checksum import checksum
from schoolgate.documents.ebis.schema import ORDER_NAMESPACE
from schoolgate.documents.problems import DocumentError
from schoolgate.school.purchasing import establishment
from schoolgate.school.purchasing.models import Coding, Order, Supplier, VatCode
from schoolgate.school.purchasing.order_document import write

Make = Callable[..., Order]


@pytest.fixture
def make(supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode]) -> Make:
    def do(*lines: dict[str, Any], **head: Any) -> Order:
        return an_order(supplier, codings[0], vat["S"], *lines, **head)

    return do


class Written:
    """An order's document, asked by path."""

    def __init__(self, order: Order) -> None:
        self.xml = write(order)
        self.root = etree.fromstring(self.xml)

    def all(self, path: str) -> list[etree._Element]:
        """Every element at this path below the root."""
        return self.root.findall("/".join(f"{{{ORDER_NAMESPACE}}}{name}" for name in path.split("/")))

    def texts(self, path: str) -> list[str]:
        """Their texts."""
        return [(element.text or "").strip() for element in self.all(path)]

    def text(self, path: str) -> str:
        """The text of the one element at this path."""
        (found,) = self.texts(path)
        return found

    def attributes(self, path: str) -> dict[str, str]:
        """The attributes of the one element at this path."""
        (found,) = self.all(path)
        return {str(name): str(value) for name, value in found.attrib.items()}


def test_order_head_schema_version(make: Make) -> None:
    assert Written(make()).text("OrderHead/Schema/Version") == "3.09-UKGov.20030911"


def test_order_head_parameters_language(make: Make) -> None:
    establishment.LANGUAGE.set("cy", by=None)
    assert Written(make()).text("OrderHead/Parameters/Language") == "cy"


def test_order_head_parameters_decimal_separator_and_precision(make: Make) -> None:
    written = Written(make())
    assert written.text("OrderHead/Parameters/DecimalSeparator") == "."
    assert written.text("OrderHead/Parameters/Precision") == "10.2"


def test_order_head_order_type_and_function(make: Make) -> None:
    written = Written(make())
    assert written.attributes("OrderHead/OrderType") == {"Code": "PUO", "Codelist": "BASDA"}
    assert written.attributes("OrderHead/Function") == {"Code": "FIO", "Codelist": "BASDA"}


def test_order_head_order_currency(make: Make) -> None:
    assert Written(make()).attributes("OrderHead/OrderCurrency/Currency") == {
        "Code": "GBP",
        "Codelist": "UKGov-CurrencyCode",
    }


def test_order_head_checksum(make: Make) -> None:
    lines = [(1, Decimal(3)), (2, Decimal(10))]
    expected = checksum(date(2026, 11, 26), lines, Decimal("26.00"))
    assert Written(make()).text("OrderHead/Checksum") == str(expected)


def test_order_references_buyers_order_number(make: Make) -> None:
    assert Written(make()).text("OrderReferences/BuyersOrderNumber") == "PO-1001"


def test_order_references_suppliers_order_reference(make: Make) -> None:
    assert Written(make()).text("OrderReferences/SuppliersOrderReference") == "BASKET-1"
    raised_here = Written(make(number="PO-1002", reference=""))
    assert raised_here.all("OrderReferences/SuppliersOrderReference") == []


def test_order_date(make: Make) -> None:
    assert Written(make()).text("OrderDate") == "2026-11-26"


def test_supplier_and_buyer_references_party_address(make: Make, supplier: Supplier) -> None:
    supplier.address = "Beacon House\n\nLeeds\n"
    supplier.save()
    written = Written(make())
    assert written.text("Supplier/SupplierReferences/DUNS") == SUPPLIER_DUNS
    assert written.text("Supplier/SupplierReferences/BuyersCodeForSupplier") == SUPPLIER_DUNS
    assert written.text("Supplier/Party") == "Beacon Supplies"
    assert written.texts("Supplier/Address/AddressLine") == ["Beacon House", "Leeds"]
    assert written.text("Buyer/BuyerReferences/DUNS") == SCHOOL_DUNS
    assert written.text("Buyer/BuyerReferences/SuppliersCodeForBuyer") == "A-1001"
    assert written.text("Buyer/Party") == "Green Abbey Primary School"
    assert written.texts("Buyer/Address/AddressLine") == ["1 School Lane", "Bedford", "MK40 1AA"]


def test_delivery_deliver_to_party(make: Make) -> None:
    assert Written(make()).text("Delivery/DeliverTo/Party") == "Green Abbey Primary School"


def test_delivery_deliver_to_address_address_line(make: Make) -> None:
    lines = Written(make()).texts("Delivery/DeliverTo/Address/AddressLine")
    assert lines == ["The Office", "1 School Lane", "Bedford", "MK40 1AA"]


def test_an_order_without_a_delivery_address_goes_to_the_establishment(make: Make) -> None:
    written = Written(make(delivery_address=""))
    assert written.text("Delivery/DeliverTo/Party") == "Green Abbey Primary School"
    assert written.texts("Delivery/DeliverTo/Address/AddressLine") == ["1 School Lane", "Bedford", "MK40 1AA"]


def test_delivery_preferred_date(make: Make) -> None:
    assert Written(make()).text("Delivery/PreferredDate") == "2026-12-18"
    assert Written(make(number="PO-1002", required_by=None)).text("Delivery/PreferredDate") == "2026-12-24"


def test_an_order_of_the_last_day_that_there_is_can_be_written(make: Make) -> None:
    order = make(dated=date(9999, 12, 31), required_by=None)
    assert Written(order).text("Delivery/PreferredDate") == "9999-12-31"


def test_order_line(make: Make) -> None:
    written = Written(make())
    assert [dict(line.attrib) for line in written.all("OrderLine")] == [{"Action": "Original"}] * 2
    assert written.texts("OrderLine/LineNumber") == ["1", "2"]
    assert written.texts("OrderLine/Product/SuppliersProductCode") == ["BX-100", "PN-7"]
    assert written.texts("OrderLine/Product/Description") == ["Exercise books", "Pens"]
    assert written.texts("OrderLine/Quantity/Amount") == ["3", "10"]
    assert [dict(line.attrib) for line in written.all("OrderLine/Quantity")] == [{"UOMCode": "EA"}] * 2
    assert written.texts("OrderLine/Price/UnitPrice") == ["4.50", "1.25"]
    assert [dict(tax.attrib) for tax in written.all("OrderLine/LineTax/TaxRate")] == [
        {"Code": "standard", "Codelist": "UKGov-VAT"}
    ] * 2
    assert written.texts("OrderLine/LineTax/TaxRate") == ["20", "20"]
    assert written.texts("OrderLine/LineTax/TaxValue") == ["2.70", "2.50"]
    assert written.texts("OrderLine/NetLineTotal") == ["13.50", "12.50"]
    assert written.texts("OrderLine/GrossLineTotal") == written.texts("OrderLine/LineTotal") == ["16.20", "15.00"]


def test_order_total(make: Make) -> None:
    written = Written(make())
    assert written.text("OrderTotal/GoodsValue") == "26.00"
    assert written.text("OrderTotal/TaxTotal") == "5.20"
    assert written.text("OrderTotal/GrossValue") == "31.20"


def test_a_line_that_was_taken_off_is_not_sent_and_the_others_keep_their_numbers(make: Make) -> None:
    gone = {"part_number": "X", "description": "Gone", "quantity": 1, "unit_price": "9", "removed_at": timezone.now()}
    kept = {"part_number": "Y", "description": "Kept", "quantity": 2, "unit_price": "1"}
    written = Written(make(gone, kept))
    assert written.texts("OrderLine/LineNumber") == ["2"]
    assert written.text("OrderTotal/GoodsValue") == "2.00"


def test_a_basket_s_discount_and_the_units_of_its_price_go_back_with_the_line(make: Make) -> None:
    line = {
        "part_number": "PA-1",
        "description": "Paper, price for 1,000",
        "quantity": 5000,
        "quantity_sent": 5000,
        "unit_price": "12.00",
        "price_units": 1000,
        "discount": Decimal("6.00"),
    }
    written = Written(make(line))
    assert written.text("OrderLine/Price/Units") == "1000"
    assert written.text("OrderLine/AmountDiscount/Amount") == "6.00"
    assert written.text("OrderLine/NetLineTotal") == "54.00"
    assert check_document(written.xml, "order").invalid == []


@pytest.mark.parametrize(
    ("code", "sent_as", "rate", "word"),
    [
        ("Z", "Z", "0", "zero-rated"),
        ("E", "E", "0", "exempt"),
        ("R", "L", "5", "reduced"),
        ("X", "", "0", "zero-rated"),
    ],
)
def test_a_vat_code_is_sent_by_the_profile_s_word(
    make: Make, vat: dict[str, VatCode], code: str, sent_as: str, rate: str, word: str
) -> None:
    values = {"name": code, "rate": Decimal(rate), "sent_as": sent_as}
    vat_code, _ = VatCode.objects.update_or_create(code=code, defaults=values)
    line = {"part_number": "A", "description": "B", "quantity": 1, "unit_price": "1", "vat_code": vat_code}
    written = Written(make(line))
    assert written.attributes("OrderLine/LineTax/TaxRate") == {"Code": word, "Codelist": "UKGov-VAT"}
    assert written.text("OrderLine/LineTax/TaxRate") == rate


def test_an_element_without_a_value_is_left_out(make: Make, supplier: Supplier) -> None:
    supplier.account_number = supplier.xml_reference_number = ""
    supplier.save()
    line = {"part_number": "", "description": "Something", "quantity": 1, "unit_price": "1"}
    written = Written(make(line))
    assert [path for path in ("Supplier/Address", "OrderLine/Product/SuppliersProductCode") if written.all(path)] == []
    assert all((element.text or "").strip() or len(element) or element.attrib for element in written.root.iter())


def test_an_order_is_valid_against_the_core_schema_and_the_uk_gov_profile(make: Make) -> None:
    checked = check_document(write(make()), "order", supplier_duns=SUPPLIER_DUNS, buyer_duns=SCHOOL_DUNS)
    assert (checked.refusals(), checked.notes()) == ([], [])
    assert checked.checksum.matches


amounts = st.decimals(Decimal("0.0001"), Decimal(9999), places=4)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lines=st.lists(st.tuples(st.integers(1, 9999), amounts, st.sampled_from("SZE")), min_size=1, max_size=5),
    text=st.text(st.characters(min_codepoint=32, exclude_categories=["Cs", "Cc", "Cn"]), max_size=40),
)
def test_whatever_is_ordered_is_valid_adds_up_and_has_its_checksum(
    make: Make, vat: dict[str, VatCode], lines: list[tuple[int, Decimal, str]], text: str
) -> None:
    goods = [
        {"description": f"Goods {text}", "quantity": quantity, "unit_price": price, "vat_code": vat[code]}
        for quantity, price, code in lines
    ]
    order = make(*goods, delivery_address=text, number=f"PO-{Order.objects.count()}")
    checked = check_document(write(order), "order", supplier_duns=SUPPLIER_DUNS, buyer_duns=SCHOOL_DUNS)
    assert (checked.refusals(), checked.notes(), checked.checksum.matches) == ([], [], True)


def test_the_same_order_makes_the_same_bytes(make: Make) -> None:
    order = make()
    assert write(order) == write(Order.objects.get())


def test_an_establishment_without_a_name_can_send_nothing(make: Make) -> None:
    establishment.NAME.set("", by=None)
    with pytest.raises(DocumentError, match="name") as refused:
        write(make())
    assert refused.value.code == "incomplete"


def test_an_order_that_no_service_would_take_is_not_written(make: Make) -> None:
    order = make()
    order.lines.filter(number=1).update(vat=Decimal("99.00"))
    with pytest.raises(DocumentError) as refused:
        write(order)
    assert refused.value.code == "tax-differs"
