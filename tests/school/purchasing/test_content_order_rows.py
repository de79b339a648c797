"""Reference 9.1, row by row: each test's name has its row."""

from dataclasses import dataclass, field
from decimal import Decimal

import pytest
from tests.school.purchasing.conftest import SCHOOL_DUNS, SUPPLIER_DUNS, Basket
from tests.school.purchasing.taking import edited, order_of, refusal_of, taken

from schoolgate.documents.ebis.schema import ORDER_NAMESPACE
from schoolgate.school.purchasing import establishment
from schoolgate.school.purchasing.models import Coding, CodingTemplate, Order, Supplier, VatCode
from schoolgate.school.purchasing.rules import RULES

pytestmark = pytest.mark.usefixtures("vat", "supplier", "default")

Changes = tuple[tuple[str, str | None], ...]


@pytest.fixture
def default(codings: list[Coding]) -> CodingTemplate:
    """Codes whatever comes to the first three."""
    return CodingTemplate.objects.create(year=codings[0].year, coding=codings[0])


@dataclass(frozen=True)
class Row:
    """A row of 9.1, what is changed in a basket that is right, and the rule that it waits by; "" is taken."""

    row: str
    changes: Changes
    rule: str = ""
    found: str = ""
    expected: str = ""
    note: str = ""
    """A part of what is told beside it."""
    path: str = field(default="")


LINE = "OrderLine[2]"
LONG = "x" * 501

ROWS = (
    Row("OrderHead/Parameters/Language", (("OrderHead/Parameters/Language", "en-GB"),)),
    Row("OrderHead/Parameters/Language, any case", (("OrderHead/Parameters/Language", "EN"),)),
    Row("OrderHead/Parameters/Language", (("OrderHead/Parameters/Language", "cy"),), "language", "cy", "en"),
    Row("OrderHead/Parameters/Language, absent", (("OrderHead/Parameters/Language", None),), "language", "", "en"),
    Row(
        "OrderHead/OrderCurrency/Currency/@Code",
        (("OrderHead/OrderCurrency/Currency/@Code", "EUR"),),
        "currency",
        "EUR",
        "GBP",
    ),
    Row(
        "OrderHead/OrderCurrency/Currency/@Code, absent",
        (("OrderHead/OrderCurrency/Currency/@Code", None),),
        "currency",
        "",
        "GBP",
    ),
    Row(
        "Supplier/SupplierReferences/DUNS",
        (("Supplier/SupplierReferences/DUNS", "999999999"),),
        "supplier-unknown",
        "999999999",
    ),
    Row(
        "Supplier/SupplierReferences/DUNS, absent",
        (("Supplier/SupplierReferences/DUNS", None),),
        "supplier-duns-missing",
    ),
    Row(
        "Buyer/BuyerReferences/DUNS, another school’s",
        (("Buyer/BuyerReferences/DUNS", "888888888"),),
        "buyer-duns",
        "888888888",
        SCHOOL_DUNS,
    ),
    Row(
        "Buyer/BuyerReferences/DUNS, absent",
        (("Buyer/BuyerReferences/DUNS", None),),
        "buyer-duns-missing",
        "",
        SCHOOL_DUNS,
    ),
    Row(
        "Supplier/SupplierReferences/BuyersCodeForSupplier",
        (("Supplier/SupplierReferences/BuyersCodeForSupplier", SUPPLIER_DUNS),),
    ),
    Row(
        "Supplier/SupplierReferences/BuyersCodeForSupplier, another",
        (("Supplier/SupplierReferences/BuyersCodeForSupplier", "XR-77"),),
        "xml-reference-number",
        "XR-77",
        SUPPLIER_DUNS,
    ),
    Row("Buyer/BuyerReferences/SuppliersCodeForBuyer", (("Buyer/BuyerReferences/SuppliersCodeForBuyer", "a-1001"),)),
    Row(
        "Buyer/BuyerReferences/SuppliersCodeForBuyer, another",
        (("Buyer/BuyerReferences/SuppliersCodeForBuyer", "A-9999"),),
        "account-number",
        "A-9999",
        "A-1001",
    ),
    Row("OrderHead/OrderType/@Code, any", (("OrderHead/OrderType/@Code", "WEO"), ("OrderHead/Function/@Code", "COO"))),
    Row(
        "OrderLine/@Action, none Original",
        (("OrderLine[1]/@Action", "Delete"), ("OrderLine[2]/@Action", None)),
        "no-line",
        "Delete",
        "Original",
    ),
    Row("OrderLine/@Action, one not Original", ((f"{LINE}/@Action", "Change"),), note="1 line is left out"),
    Row("OrderLine/@Action, one without", ((f"{LINE}/@Action", None),), note="1 line is left out"),
    Row("OrderLine/@Action, as an element", ((f"{LINE}/@Action", None), (f"{LINE}/Action", "Original"))),
    Row("OrderLine/LineNumber, twice", ((f"{LINE}/LineNumber", "1"),), "line-number", "1"),
    Row("OrderLine/LineNumber, below 1", ((f"{LINE}/LineNumber", "-3"),), "line-number", "-3"),
    Row("OrderLine/LineNumber, absent", ((f"{LINE}/LineNumber", None),), note="numbered by their place"),
    Row(
        "OrderLine/Product, neither code nor description",
        ((f"{LINE}/Product/SuppliersProductCode", None), (f"{LINE}/Product/Description", None)),
        "goods",
    ),
    Row("OrderLine/Product/SuppliersProductCode, absent", ((f"{LINE}/Product/SuppliersProductCode", None),)),
    Row("OrderLine/Product/Description, too long", ((f"{LINE}/Product/Description", LONG),), "too-long", LONG),
    Row("OrderLine/Quantity/Amount, 3.00", (("OrderLine[1]/Quantity/Amount", "3.00"),)),
    Row(
        "OrderLine/Quantity/Amount, 2.5",
        ((f"{LINE}/Quantity/Amount", "2.5"),),
        "quantity",
        "2.5",
        path="/Order/OrderLine[2]/Quantity/Amount",
    ),
    Row("OrderLine/Quantity/Amount, 0", ((f"{LINE}/Quantity/Amount", "0"),), "quantity", "0"),
    Row("OrderLine/Quantity/Amount, -1", ((f"{LINE}/Quantity/Amount", "-1"),), "quantity", "-1"),
    Row("OrderLine/Quantity/Amount, in words", ((f"{LINE}/Quantity/Amount", "ten"),), "quantity", "ten"),
    Row("OrderLine/Quantity/Amount, absent", ((f"{LINE}/Quantity/Amount", None),), "quantity"),
    Row("OrderLine/Price/UnitPrice, absent", ((f"{LINE}/Price/UnitPrice", None),), "price"),
    Row("OrderLine/Price/UnitPrice, in words", ((f"{LINE}/Price/UnitPrice", "£1"),), "price", "£1"),
    Row("OrderLine/Price/UnitPrice, below 0", ((f"{LINE}/Price/UnitPrice", "-1.25"),), "price", "-1.25"),
    Row("OrderLine/Price/UnitPrice, five places", ((f"{LINE}/Price/UnitPrice", "1.25001"),), "price", "1.25001"),
    Row("OrderLine/Price/Units, none", ((f"{LINE}/Price/Units", "0"),), "price", "0"),
    Row("OrderLine/NetLineTotal, another", ((f"{LINE}/NetLineTotal", "12.52"),), "net-total", "12.52", "12.50"),
    Row("OrderLine/NetLineTotal, a penny beside", ((f"{LINE}/NetLineTotal", "12.51"),)),
    Row("OrderLine/NetLineTotal, absent", ((f"{LINE}/NetLineTotal", None),)),
    Row("OrderLine/LineTax/TaxRate, unknown", ((f"{LINE}/LineTax/TaxRate", "17.5"),), "vat-rate", "S 17.5 %"),
    Row("OrderLine/LineTax/TaxRate, absent", ((f"{LINE}/LineTax", None),), "vat-rate"),
    Row(
        "OrderLine/LineTax/TaxValue, another",
        ((f"{LINE}/LineTax/TaxValue", "9.99"),),
        note="Line 2: VAT is 9.99 in the document; the rate makes 2.50.",
    ),
    Row(
        "OrderTotal/GoodsValue, another",
        (("OrderTotal/GoodsValue", "2600.00"),),
        note="The document states goods of £2600.00 without VAT; the lines of the order make £26.00.",
    ),
    Row("OrderTotal/GoodsValue, a penny beside", (("OrderTotal/GoodsValue", "26.01"),)),
    Row("OrderTotal/FreightCharges", (("OrderTotal/FreightCharges", "4.95"),), note="carriage of £4.95"),
    Row("Delivery/PreferredDate, no date", (("Delivery/PreferredDate", "ASAP"),), note="“ASAP”"),
    Row("everything else", (("Colour", "blue"), (f"{LINE}/Surprise", "yes")), note="Surprise"),
)


@pytest.mark.parametrize("row", ROWS, ids=[f"{row.row} → {row.rule or 'taken'}" for row in ROWS])
def test_row(row: Row, basket: Basket) -> None:
    raw = edited(basket(), *row.changes)
    if not row.rule:
        outcome, notes = taken(raw)
        assert isinstance(outcome, Order), outcome
        assert row.note in " ".join(notes)
        return
    refused = refusal_of(raw)
    assert refused.rule == row.rule
    assert refused.found == row.found
    assert refused.expected == row.expected or not row.expected
    assert refused.path == row.path or not row.path
    assert refused.path.startswith("/Order")
    assert refused.line
    assert refused.said.endswith(".")


def test_a_basket_that_is_right_is_taken_with_nothing_to_tell(basket: Basket) -> None:
    outcome, notes = taken(basket())
    assert isinstance(outcome, Order)
    assert notes == []


class TestOrderHeadChecksum:
    """OrderHead/Checksum: validated."""

    def test_another_is_refused_with_both_values(self, basket: Basket) -> None:
        refused = refusal_of(edited(basket(), ("OrderHead/Checksum", "12345"), right_checksum=False))
        assert (refused.rule, refused.found) == ("checksum", "12345")
        assert refused.path == "/Order/OrderHead/Checksum"
        right = refused.expected
        order_of(edited(basket(), ("OrderHead/Checksum", right), right_checksum=False))

    @pytest.mark.parametrize("off", [1, -1])
    def test_one_beside_is_rounding(self, basket: Basket, off: int) -> None:
        right = int(refusal_of(edited(basket(), ("OrderHead/Checksum", "1"), right_checksum=False)).expected)
        order_of(edited(basket(), ("OrderHead/Checksum", str(right + off)), right_checksum=False))

    def test_a_document_without_one_is_refused(self, basket: Basket) -> None:
        assert refusal_of(edited(basket(), ("OrderHead/Checksum", None))).rule == "checksum"

    def test_of_3_10_there_is_none(self, basket: Basket) -> None:
        raw = edited(basket(), ("OrderHead/Checksum", None), ("OrderHead/Schema/Version", "3.10"))
        outcome, notes = taken(raw)
        assert isinstance(outcome, Order)
        assert "no checksum" in " ".join(notes)

    def test_of_3_10_one_that_is_there_is_verified(self, basket: Basket) -> None:
        wrong = (("OrderHead/Checksum", "1"), ("OrderHead/Schema/Version", "3.10"))
        assert refusal_of(edited(basket(), *wrong, right_checksum=False)).rule == "checksum"

    def test_without_a_date_it_cannot_be_verified(self, basket: Basket) -> None:
        assert refusal_of(edited(basket(), ("OrderDate", "soon"), right_checksum=False)).rule == "checksum"

    def test_lines_that_are_left_out_count(self, basket: Basket) -> None:
        raw = edited(basket(), ("OrderLine[2]/@Action", "Delete"))
        assert order_of(raw).lines.count() == 1

    def test_without_an_order_total_the_nets_of_lines_stand_for_it(self, basket: Basket) -> None:
        order_of(edited(basket(), ("OrderTotal", None), right_checksum=False))


class TestBuyersDuns:
    """Buyer/BuyerReferences/DUNS."""

    def test_a_missing_one_is_a_note_where_the_establishment_allows_it(self, basket: Basket) -> None:
        establishment.BUYER_DUNS_MAY_LACK.set(True, by=None)
        outcome, notes = taken(edited(basket(), ("Buyer/BuyerReferences/DUNS", None)))
        assert isinstance(outcome, Order)
        assert "does not say for which school" in " ".join(notes)

    def test_another_schools_is_refused_although_a_missing_one_is_allowed(self, basket: Basket) -> None:
        establishment.BUYER_DUNS_MAY_LACK.set(True, by=None)
        assert refusal_of(basket(buyer_duns="888888888")).rule == "buyer-duns"

    def test_a_ledger_without_a_duns_takes_none(self, basket: Basket) -> None:
        establishment.DUNS.set("", by=None)
        refused = refusal_of(basket())
        assert refused.rule == "buyer-duns"
        assert "has no DUNS yet" in refused.said


class TestSuppliersDuns:
    """Supplier/SupplierReferences/DUNS."""

    def test_a_closed_supplier_gets_no_order(self, basket: Basket, supplier: Supplier) -> None:
        Supplier.objects.filter(pk=supplier.pk).update(open=False)
        assert refusal_of(basket()).rule == "supplier-closed"

    def test_a_supplier_without_account_number_here_has_no_other_one(self, basket: Basket, supplier: Supplier) -> None:
        Supplier.objects.filter(pk=supplier.pk).update(account_number="")
        outcome, notes = taken(edited(basket(), ("Buyer/BuyerReferences/SuppliersCodeForBuyer", "A-5")))
        assert isinstance(outcome, Order)
        assert "account number “A-5”" in " ".join(notes)


def test_buyer_contact_name_is_who_filled_the_basket(basket: Basket) -> None:
    assert order_of(basket(user="j.smith")).basket_by == "j.smith"


def test_order_references_suppliers_order_reference_is_kept_to_go_back(basket: Basket) -> None:
    assert order_of(basket(reference="B-4711")).reference == "B-4711"


def test_order_line_product_price_and_number_are_kept(basket: Basket) -> None:
    line = order_of(basket()).lines.get(number=2)
    assert (line.part_number, line.description) == ("PN-7", "Pens")
    assert (line.quantity, line.unit, line.unit_price) == (10, "EA", Decimal("1.25"))


def test_order_line_action_of_the_lines_left_out_none_is_ordered(basket: Basket) -> None:
    order = order_of(edited(basket(), ("OrderLine[1]/@Action", "Delete")))
    assert [line.number for line in order.lines.all()] == [2]
    assert (order.net, order.vat, order.gross) == (Decimal("12.50"), Decimal("2.50"), Decimal("15.00"))


def test_order_line_tax_rate_is_the_lines_vat_code_by_rate_and_code(basket: Basket, vat: dict[str, VatCode]) -> None:
    goods = {"product": "P", "description": "Books", "quantity": 1, "unit_price": "1.00"}
    order = order_of(
        basket(
            {**goods, "tax_code": "S", "tax_rate": "20"},
            {**goods, "tax_code": "Z", "tax_rate": "0"},
            {**goods, "tax_code": "E", "tax_rate": "0"},
        )
    )
    assert [line.vat_code for line in order.lines.all()] == [vat["S"], vat["Z"], vat["E"]]


def test_order_line_tax_rate_of_a_code_that_the_ledger_has_not_is_the_usual_of_its_rate(
    basket: Basket, vat: dict[str, VatCode]
) -> None:
    order = order_of(edited(basket(), ("OrderLine[1]/LineTax/TaxRate", "0"), ("OrderLine[1]/LineTax/TaxValue", "0")))
    assert order.lines.get(number=1).vat_code == vat["Z"]


def test_order_line_tax_rate_of_a_closed_vat_code_waits(basket: Basket, vat: dict[str, VatCode]) -> None:
    VatCode.objects.filter(code="S").update(open=False)
    assert refusal_of(basket()).rule == "vat-rate"


def test_delivery_and_narrative_are_taken_when_present(basket: Basket) -> None:
    to = {"name": "Green Abbey Nursery", "lines": ["2 School Lane", "Bedford"], "postcode": "MK40 1AB"}
    order = order_of(basket(delivery=to, note="Leave at the side door"))
    assert order.delivery_address == "Green Abbey Nursery\n2 School Lane\nBedford\nMK40 1AB"
    assert order.suppliers_notes == "Leave at the side door"


def test_delivery_absent_is_the_establishments_address(basket: Basket) -> None:
    assert order_of(basket()).delivery_address == establishment.DELIVERY_ADDRESS.get()


class TestNeverForItsSchema:
    """Only the rules decide; what the schema says is a note."""

    def test_a_document_that_no_schema_takes_comes_in_with_a_note(self, basket: Basket) -> None:
        raw = edited(basket(), ("OrderHead/Parameters/Precision", None), ("Supplier/Party", None))
        outcome, notes = taken(raw)
        assert isinstance(outcome, Order)
        assert len(notes) == 2

    def test_any_prefix_and_no_namespace_are_read(self, basket: Basket) -> None:
        raw = basket().decode()
        prefixed = raw.replace("</", "</b:").replace("<", "<b:").replace("<b:/b:", "</b:").replace("<b:?", "<?")
        order_of(prefixed.replace("xmlns=", "xmlns:b="))
        order_of(raw.replace(f' xmlns="{ORDER_NAMESPACE}"', "").replace("BASKET-1", "BASKET-2"))

    def test_text_of_a_soap_answer_is_read_whatever_encoding_it_declares(self, basket: Basket) -> None:
        order_of(basket().decode().replace('encoding="utf-8"', 'encoding="utf-16"'))

    def test_of_many_findings_the_first_stand_and_all_are_counted(self, basket: Basket) -> None:
        goods = {
            "product": "P",
            "description": "B",
            "quantity": 1,
            "unit_price": "1",
            "tax_code": "S",
            "tax_rate": "20",
        }
        raw = basket(*[goods] * 30).replace(b"<OrderLine ", b'<OrderLine Odd="1" ')
        _, notes = taken(raw)
        assert len(notes) == 21
        assert notes[-1] == "The schema has 10 more findings."

    @pytest.mark.parametrize("raw", ["", "no XML", "<Invoice/>", "<Order", "<!DOCTYPE Order><Order/>"])
    def test_what_is_no_order_at_all_waits(self, raw: str) -> None:
        assert refusal_of(raw).rule == "unreadable"


def test_every_rule_says_what_to_do_next() -> None:
    assert len({rule.code for rule in RULES}) == len(RULES)
    assert all(rule.next.endswith(".") and rule.demands.endswith(".") for rule in RULES)
