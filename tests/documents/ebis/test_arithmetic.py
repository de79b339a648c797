"""What arithmetic and types forbid on lines and in totals."""

import pytest
from tests.documents.ebis.skeletons import AUTHORISED_ORDER, CONTENT_ORDER, INVOICE, changed

from schoolgate.documents.ebis.checking import check_document
from schoolgate.documents.problems import Problem


def invalid(document: str, *changes: tuple[str, str]) -> list[Problem]:
    """What is invalid once places of a document are different; each must be there."""
    for old, new in changes:
        document = changed(document, old, new)
    return check_document(document).invalid


def stating(document: str, name: str, value: str) -> str:
    """The document with the first element of that name stating something else."""
    start = document.index(f"<{name}>") + len(name) + 2
    return document[:start] + value + document[document.index("<", start) :]


def codes(document: str, *changes: tuple[str, str]) -> list[str]:
    return [problem.code for problem in invalid(document, *changes)]


@pytest.mark.parametrize(
    ("amount", "code"),
    [("1.5", "quantity-not-whole"), ("-8", "quantity-negative"), ("", "quantity-missing")],
)
def test_an_orders_quantity_is_a_whole_number_from_nothing_up(amount: str, code: str) -> None:
    [problem] = [one for one in invalid(AUTHORISED_ORDER, (">8<", f">{amount}<")) if one.code.startswith("quantity")]
    assert problem.code == code
    assert problem.severity == "refusal"
    assert problem.path == "/Order/OrderLine/Quantity/Amount"


@pytest.mark.parametrize("amount", ["8.0", "+8", "8.", "08"])
def test_a_whole_number_may_be_written_in_any_way_of_the_schema(amount: str) -> None:
    assert invalid(AUTHORISED_ORDER, (">8<", f">{amount}<")) == []


def test_a_line_of_text_needs_no_quantity() -> None:
    quantity = '<Quantity UOMCode="EA"><Amount>8</Amount></Quantity>'
    bare = (quantity, "")
    assert "quantity-missing" in codes(AUTHORISED_ORDER, bare)
    assert "quantity-missing" not in codes(AUTHORISED_ORDER, bare, ('TypeCode="GDS"', 'TypeCode="DES"'))


def test_an_invoice_may_be_of_half_a_pack() -> None:
    half = [("<Amount>10<", "<Amount>9.5<"), ("<UnitPrice>4.55<", "<UnitPrice>4.7895<")]
    assert invalid(INVOICE, *half) == []


def test_no_two_lines_have_one_number() -> None:
    [problem] = invalid(INVOICE, ("<LineNumber>2<", "<LineNumber>1<"))
    assert (problem.code, problem.path) == ("line-number-twice", "/Invoice/InvoiceLine[2]/LineNumber")


@pytest.mark.parametrize(
    ("old", "new", "code", "path", "message"),
    [
        (
            ">45.50<",
            ">44.50<",
            "net-total-differs",
            "OrderLine[1]/NetLineTotal",
            "Line number 1: NetLineTotal is 44.50, but 10 x 4.55 makes 45.50.",
        ),
        (
            ">9.10<",
            ">9.16<",
            "tax-differs",
            "OrderLine[1]/LineTax",
            "Line number 1: TaxValue is 9.16, but 20 % of 45.50 is 9.10.",
        ),
        (
            ">54.60<",
            ">54.62<",
            "gross-total-differs",
            "OrderLine[1]/GrossLineTotal",
            "Line number 1: GrossLineTotal is 54.62, but 45.50 and tax of 9.10 make 54.60.",
        ),
        (
            "<GoodsValue>125.50",
            "<GoodsValue>125.53",
            "sum-differs",
            "OrderTotal/GoodsValue",
            "GoodsValue is 125.53, but the lines make 125.50.",
        ),
        (
            "<TaxTotal>25.10",
            "<TaxTotal>25.07",
            "sum-differs",
            "OrderTotal/TaxTotal",
            "TaxTotal is 25.07, but the lines’ taxes make 25.10.",
        ),
        (
            "<GrossValue>150.60",
            "<GrossValue>150.57",
            "sum-differs",
            "OrderTotal/GrossValue",
            "GrossValue is 150.57, but goods, charges and tax make 150.60.",
        ),
    ],
)
def test_each_sum_of_an_order_is_reckoned(old: str, new: str, code: str, path: str, message: str) -> None:
    problem = invalid(CONTENT_ORDER, (old, new))[0]
    assert (problem.code, problem.path, problem.message) == (code, f"/Order/{path}", message)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<NetLineTotal>45.50", "<NetLineTotal>45.51"),
        ("<GoodsValue>125.50", "<GoodsValue>125.52"),
        ("<GrossValue>150.60", "<GrossValue>150.58"),
        ("<TaxValue>9.10", "<TaxValue>9.11"),
    ],
)
def test_a_penny_a_line_is_rounding(old: str, new: str) -> None:
    assert invalid(CONTENT_ORDER, (old, new)) == []


def test_tax_may_have_been_rounded_by_the_unit() -> None:
    assert (
        invalid(
            CONTENT_ORDER,
            (">9.10<", ">9.15<"),
            (">54.60<", ">54.65<"),
            (">25.10<", ">25.15<"),
            (">150.60<", ">150.65<"),
        )
        == []
    )


def test_a_price_may_be_for_several_units() -> None:
    dozen = ("<UnitPrice>4.55<", "<Units>12</Units><UnitPrice>54.60<")
    assert invalid(CONTENT_ORDER, dozen) == []
    assert "net-total-differs" in codes(CONTENT_ORDER, ("<UnitPrice>4.55<", "<UnitPrice>54.60<"))


@pytest.mark.parametrize("units", ["box", "0"])
def test_a_price_for_units_that_are_no_number_is_not_reckoned_with(units: str) -> None:
    assert invalid(CONTENT_ORDER, ("<UnitPrice>4.55<", f"<Units>{units}</Units><UnitPrice>54.60<")) == []


PER_CENT = "<PercentDiscount><Percentage>10</Percentage></PercentDiscount>"


@pytest.mark.parametrize(
    ("discounts", "net"),
    [
        (PER_CENT, "40.95"),
        (PER_CENT * 2, "36.40"),
        (PER_CENT * 2, "36.86"),
        ("<AmountDiscount><Amount>5.50</Amount></AmountDiscount>", "40.00"),
        (f"{PER_CENT}<AmountDiscount><Amount>5</Amount></AmountDiscount>", "35.95"),
        (PER_CENT.replace("<Percentage>", '<Type Code="lpi"/><Percentage>'), "45.50"),
        (
            PER_CENT.replace("<Percentage>", '<QualifyingTerms Code="LPI"><PayByDate/></QualifyingTerms><Percentage>'),
            "45.50",
        ),
    ],
)
def test_discounts_are_taken_off_a_net_total_but_for_late_payment_charges(discounts: str, net: str) -> None:
    document = changed(CONTENT_ORDER, "</Price>", f"</Price>{discounts}")
    assert "net-total-differs" not in codes(document, (">45.50<", f">{net}<"))
    assert "net-total-differs" in codes(document, (">45.50<", ">30.00<"))


def test_the_goods_value_may_be_what_discounts_leave() -> None:
    off = [("</Price>", f"</Price>{PER_CENT}"), (">45.50<", ">40.95<"), (">9.10<", ">8.19<"), (">54.60<", ">49.14<")]
    totals = [("<TaxTotal>25.10", "<TaxTotal>24.19"), ("<GrossValue>150.60", "<GrossValue>145.14")]
    assert invalid(CONTENT_ORDER, *off, *totals) == []
    assert invalid(CONTENT_ORDER, *off, *totals, ("<GoodsValue>125.50", "<GoodsValue>120.95")) == []


def test_charges_belong_to_everything() -> None:
    freight = ("<TaxTotal>25.10", "<FreightCharges>5.00</FreightCharges><TaxTotal>26.10")
    assert invalid(CONTENT_ORDER, freight, ("<GrossValue>150.60", "<GrossValue>156.60")) == []
    assert codes(CONTENT_ORDER, freight) == ["sum-differs"]


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("TotalValueAtRate", "125.53"),
        ("TaxableValueAtRate", "100.00"),
        ("TaxAtRate", "30.00"),
        ("NetPaymentAtRate", "150.00"),
        ("GrossPaymentAtRate", "150.00"),
        ("LineValueTotal", "125.53"),
        ("TaxableTotal", "125.00"),
        ("TaxTotal", "25.00"),
        ("NetPaymentTotal", "150.00"),
        ("GrossPaymentTotal", "150.00"),
    ],
)
def test_each_sum_of_an_invoice_is_reckoned(name: str, wrong: str) -> None:
    messages = [problem.message for problem in check_document(stating(INVOICE, name, wrong)).invalid]
    assert any(message.startswith(f"{name} is {wrong}, but ") for message in messages)


@pytest.mark.parametrize("name", ["NumberOfLines", "NumberOfTaxRates"])
def test_an_invoice_counts_its_lines_and_rates(name: str) -> None:
    [problem] = check_document(stating(INVOICE, name, "7")).invalid
    assert (problem.code, problem.path) == ("count-differs", f"/Invoice/InvoiceTotal/{name}")


def test_there_is_one_sub_total_a_rate() -> None:
    start, end = INVOICE.index("  <TaxSubTotal>"), INVOICE.index("  <InvoiceTotal>")
    doubled = INVOICE[:end] + INVOICE[start:end] + INVOICE[end:]
    assert "tax-rate-twice" in codes(doubled)


def test_a_settlement_discount_lowers_what_is_taxable() -> None:
    settlement = "<SettlementDiscount><AmountDiscount><Amount>5.50</Amount></AmountDiscount></SettlementDiscount>"
    less = [
        ("<TaxSubTotal>", f"<Settlement>{settlement}</Settlement><TaxSubTotal>"),
        ("<TaxableValueAtRate>", "<SettlementDiscountAtRate>5.50</SettlementDiscountAtRate><TaxableValueAtRate>"),
        ("<TaxableTotal>", "<SettlementDiscountTotal>5.50</SettlementDiscountTotal><TaxableTotal>"),
    ]
    stated = {"TaxableValueAtRate": "120", "TaxAtRate": "24", "NetPaymentAtRate": "144", "GrossPaymentAtRate": "149.50"}
    stated |= {"TaxableTotal": "120", "TaxTotal": "24", "NetPaymentTotal": "144", "GrossPaymentTotal": "149.50"}
    document = INVOICE
    for name, value in stated.items():
        document = stating(document, name, value)
    assert invalid(document, *less) == []
    assert codes(document, less[0]) == ["sum-differs"] * 2


def test_a_number_of_more_digits_than_anybody_reckons_with_is_refused_once() -> None:
    long = ("<GoodsValue>125.50", f"<GoodsValue>125.5{'0' * 60}")
    [problem] = [one for one in invalid(CONTENT_ORDER, long) if one.code == "too-many-digits"]
    assert problem.path == "/Order/OrderTotal/GoodsValue"


@pytest.mark.parametrize(
    ("document", "old", "new"),
    [
        (CONTENT_ORDER, "<OrderDate>2026", "<OrderDate>12026"),
        (AUTHORISED_ORDER, "<PreferredDate>2026", "<PreferredDate>-2026"),
        (INVOICE, "<TaxPointDate>2026-11-21", "<TaxPointDate>21/11/2026"),
    ],
)
def test_a_date_that_no_finance_system_reads_is_refused(document: str, old: str, new: str) -> None:
    assert "not-a-date" in codes(document, (old, new))


def test_what_is_not_stated_is_not_checked() -> None:
    bare = CONTENT_ORDER
    for name in ("NetLineTotal", "GrossLineTotal", "TaxValue", "GoodsValue", "TaxTotal", "GrossValue"):
        while f"<{name}>" in bare:
            start, end = bare.index(f"<{name}>"), bare.index(f"</{name}>") + len(name) + 3
            bare = bare[:start] + bare[end:]
    assert check_document(bare).refusals() == []
