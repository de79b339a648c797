import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from tests.documents.ebis.made import BUYER, SUPPLIER
from tests.documents.ebis.strategies import words

from schoolgate.documents.ebis.baskets import basket_from_json, invoice_from_json, invoice_to_json, order_to_json
from schoolgate.documents.ebis.checking import Checked, check_document
from schoolgate.documents.ebis.invoices import read_invoice, write_invoice
from schoolgate.documents.ebis.json_values import JsonRefused
from schoolgate.documents.ebis.orders import read_order, write_order
from schoolgate.documents.problems import Problem

LINE = {
    "product": "PN-100",
    "description": "Pencils, box of 12",
    "quantity": 10,
    "unit_price": "4.55",
    "tax_code": "S",
    "tax_rate": "20",
}
BASKET = {"reference": "BASKET-0001", "user": "j.smith", "date": "2026-11-21", "lines": [LINE]}
BILLED = {**LINE, "order_line": "1"}
INVOICE = {"number": "SI-9001", "order": "ORD00017", "date": "2026-11-21", "lines": [BILLED]}


def basket(**changed: Any) -> dict[str, Any]:
    return BASKET | changed


def with_line(**changed: Any) -> dict[str, Any]:
    return basket(lines=[LINE | changed])


def findings(checked: Checked) -> list[Problem]:
    return [*checked.schema, *checked.invalid, *checked.duns, *checked.profile]


def faults(value: object, read: Callable[..., object] = basket_from_json) -> list[tuple[str, str]]:
    with pytest.raises(JsonRefused) as caught:
        read(value, SUPPLIER, BUYER)
    return [(problem.code, problem.path) for problem in caught.value.problems]


def test_a_basket_becomes_a_content_order_with_everything_filled_in() -> None:
    order = basket_from_json(BASKET, SUPPLIER, BUYER)
    line = order.lines[0]
    assert (order.kind, order.reference, order.buyer.contact.name) == ("CTO", "BASKET-0001", "j.smith")
    assert (order.supplier, order.buyer.duns) == (SUPPLIER, BUYER.duns)
    assert (order.currency, order.language) == ("GBP", "en")
    assert (line.number, line.action, line.unit) == (1, "Original", "EA")
    assert (line.net, line.tax_value, line.gross) == (Decimal("45.50"), Decimal("9.10"), Decimal("54.60"))
    assert (order.totals.goods, order.totals.gross) == (Decimal("45.50"), Decimal("54.60"))
    assert read_order(write_order(order)) == order


_lines_of_json = st.lists(
    st.fixed_dictionaries(
        {
            "product": words,
            "description": words,
            "quantity": st.integers(1, 999_999),
            "unit": st.sampled_from(["EA", "BX", "5I"]),
            "unit_price": st.decimals(0, 90, places=4, allow_nan=False).map(str),
            "tax_code": st.sampled_from(["S", "L"]),
            "tax_rate": st.sampled_from([20, "5", Decimal("17.5")]),
        },
        optional={"cost_centre": words, "ledger_code": words},
    ),
    min_size=1,
    max_size=5,
)


@given(lines=_lines_of_json)
def test_nothing_is_found_wrong_with_an_order_made_of_a_basket(lines: list[dict[str, object]]) -> None:
    written = write_order(basket_from_json(basket(lines=lines), SUPPLIER, BUYER))
    assert findings(check_document(written, "order", supplier_duns=SUPPLIER.duns, buyer_duns=BUYER.duns)) == []


@given(lines=_lines_of_json)
def test_nothing_is_found_wrong_with_an_invoice_made_of_json(lines: list[dict[str, object]]) -> None:
    billed = [line | {"order_line": "1", "discount_percent": "2.5"} for line in lines]
    written = write_invoice(invoice_from_json(INVOICE | {"lines": billed}, SUPPLIER, BUYER))
    assert findings(check_document(written, "invoice", supplier_duns=SUPPLIER.duns, buyer_duns=BUYER.duns)) == []


def test_what_a_basket_says_stands_in_the_order() -> None:
    order = basket_from_json(
        basket(
            required_by="2026-12-01",
            currency="EUR",
            language="cy",
            note="Ring first",
            delivery={"name": "Green Abbey School", "lines": ["Abbey Fields", "Pennick"], "postcode": "ZZ99 1AA"},
            lines=[LINE | {"unit": "BX", "cost_centre": "ART", "ledger_code": "E19"}],
        ),
        SUPPLIER,
        BUYER,
    )
    assert (order.currency, order.language, order.notes) == ("EUR", "cy", ("Ring first",))
    assert order.delivery.preferred == date(2026, 12, 1)
    assert (order.delivery.name, order.delivery.address.lines) == ("Green Abbey School", ("Abbey Fields", "Pennick"))
    assert (order.lines[0].unit, order.lines[0].cost_centre, order.lines[0].ledger_code) == ("BX", "ART", "E19")


@time_machine.travel("2026-06-30T23:30:00Z", tick=False)
def test_a_basket_without_a_date_is_of_today_in_london_and_required_in_two_weeks() -> None:
    order = basket_from_json({name: BASKET[name] for name in ("reference", "lines")}, SUPPLIER, BUYER)
    assert (order.date, order.delivery.preferred) == (date(2026, 7, 1), date(2026, 7, 15))


def test_a_quote_is_an_order_of_type_qtn() -> None:
    assert basket_from_json(basket(kind="quote"), SUPPLIER, BUYER).kind == "QTN"


@pytest.mark.parametrize("price", ["4.55", Decimal("4.55"), Decimal("455E-2")])
def test_a_number_may_be_text_or_a_number(price: object) -> None:
    assert basket_from_json(with_line(unit_price=price), SUPPLIER, BUYER).lines[0].unit_price == Decimal("4.55")


@pytest.mark.parametrize("code", ["Z", "E", "X"])
def test_what_is_not_taxed_needs_no_rate(code: str) -> None:
    line = {name: LINE[name] for name in LINE if name != "tax_rate"} | {"tax_code": code}
    assert basket_from_json(basket(lines=[line]), SUPPLIER, BUYER).lines[0].tax.rate == 0


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"quantity": Decimal("2.5")}, ("quantity-not-whole", "lines[0].quantity")),
        ({"quantity": 0}, ("too-small", "lines[0].quantity")),
        ({"quantity": "-1"}, ("too-small", "lines[0].quantity")),
        ({"quantity": 1_000_000}, ("too-large", "lines[0].quantity")),
        ({"quantity": "ten"}, ("not-a-number", "lines[0].quantity")),
        ({"quantity": True}, ("not-a-number", "lines[0].quantity")),
        ({"quantity": None}, ("missing", "lines[0].quantity")),
        ({"unit_price": "4.55555"}, ("too-many-decimals", "lines[0].unit_price")),
        ({"unit_price": 4.55}, ("not-a-number", "lines[0].unit_price")),
        ({"unit_price": Decimal("1E+999999999")}, ("not-a-number", "lines[0].unit_price")),
        ({"unit_price": Decimal("NaN")}, ("not-a-number", "lines[0].unit_price")),
        ({"unit_price": 10**5000}, ("not-a-number", "lines[0].unit_price")),
        ({"unit_price": "1000000"}, ("too-large", "lines[0].unit_price")),
        ({"tax_code": "T1"}, ("unknown-tax-code", "lines[0].tax_code")),
        ({"tax_code": "Z"}, ("tax-rate-not-zero", "lines[0].tax_rate")),
        ({"tax_rate": ""}, ("missing", "lines[0].tax_rate")),
        ({"tax_rate": "101"}, ("too-large", "lines[0].tax_rate")),
        ({"product": " "}, ("missing", "lines[0].product")),
        ({"product": 100}, ("not-text", "lines[0].product")),
        ({"description": "d" * 256}, ("too-long", "lines[0].description")),
        ({"description": "bell \a"}, ("character-not-allowed", "lines[0].description")),
        ({"unit": "box"}, ("unknown-unit", "lines[0].unit")),
        ({"unitprice": "1"}, ("unknown-field", "lines[0].unitprice")),
    ],
)
def test_a_fault_of_a_line_has_its_code_and_its_place(changed: dict[str, object], fault: tuple[str, str]) -> None:
    assert faults(with_line(**changed)) == [fault]


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ([], ("not-an-object", "")),
        ("{}", ("not-an-object", "")),
        (basket(reference=""), ("missing", "reference")),
        (basket(reference="r" * 101), ("too-long", "reference")),
        (basket(date="21/11/2026"), ("not-a-date", "date")),
        (basket(date="2026-11-31"), ("not-a-date", "date")),
        (basket(date="9999-12-31"), ("not-a-date", "date")),
        (basket(date="0026-11-21"), ("not-a-date", "date")),
        (basket(required_by="2026-11-20"), ("required-too-early", "required_by")),
        (basket(currency="£"), ("unknown-currency", "currency")),
        (basket(language="EN"), ("unknown-language", "language")),
        (basket(kind="invoice"), ("unknown-kind", "kind")),
        (basket(lines=[]), ("missing", "lines")),
        (basket(lines={}), ("not-a-list", "lines")),
        (basket(lines=[LINE] * 10_000), ("too-many", "lines")),
        (basket(lines=["PN-100"]), ("not-an-object", "lines[0]")),
        (basket(lines=[LINE | {"quantity": 999_999, "unit_price": 999_999}]), ("total-too-large", "lines")),
        (basket(delivery="Hall"), ("not-an-object", "delivery")),
        (basket(delivery={"lines": []}), ("missing", "delivery.name")),
        (basket(delivery={"name": "Hall", "lines": "Hall"}), ("not-a-list", "delivery.lines")),
        (basket(delivery={"name": "Hall", "lines": ["a", "b" * 101]}), ("too-long", "delivery.lines[1]")),
        (basket(delivery={"name": "Hall", "lines": ["a"] * 11}), ("too-many", "delivery.lines")),
        (basket(Note="capital"), ("unknown-field", "Note")),
    ],
)
def test_a_fault_of_a_basket_has_its_code_and_its_place(value: object, fault: tuple[str, str]) -> None:
    assert fault in faults(value)


def test_all_faults_are_told_at_once_in_words() -> None:
    with pytest.raises(JsonRefused) as caught:
        basket_from_json(basket(reference="", lines=[LINE | {"quantity": "2.5", "tax_code": "Q"}]), SUPPLIER, BUYER)
    assert [problem.message for problem in caught.value.problems] == [
        "reference is missing.",
        "lines[0].quantity is not a whole number: 2.5.",
        "lines[0].tax_code is none that is taken.",
    ]
    assert caught.value.problems[1].remedy == "Finance systems take whole numbers only: sell packs, or round."
    assert caught.value.problems[2].remedy == "Taken are S, Z, E, L, H, N, X."


def test_a_thousand_faults_are_enough() -> None:
    assert len(faults(basket(lines=[{}] * 300))) == 1_000


def test_a_text_that_is_refused_is_not_quoted() -> None:
    with pytest.raises(JsonRefused) as caught:
        basket_from_json(basket(user="Martha Quill" * 10), SUPPLIER, BUYER)
    assert "Martha" not in caught.value.problems[0].message


def test_an_invoice_becomes_one_with_its_sums_by_rate() -> None:
    postage = {**LINE, "product": "POST", "quantity": 1, "unit_price": "5", "tax_code": "Z", "tax_rate": 0}
    invoice = invoice_from_json(INVOICE | {"lines": [BILLED, postage]}, SUPPLIER, BUYER)
    assert [(part.tax.code, part.lines, part.value, part.tax_value) for part in invoice.tax_subtotals] == [
        ("S", 1, Decimal("45.50"), Decimal("9.10")),
        ("Z", 1, Decimal("5.00"), Decimal(0)),
    ]
    assert (invoice.totals.lines, invoice.totals.rates, invoice.totals.gross) == (2, 2, Decimal("59.60"))
    assert [line.order_line for line in invoice.lines] == ["1", ""]
    assert read_invoice(write_invoice(invoice)).totals == invoice.totals


def test_a_line_of_an_invoice_is_less_its_discount() -> None:
    line = invoice_from_json(INVOICE | {"lines": [LINE | {"discount_percent": "10"}]}, SUPPLIER, BUYER).lines[0]
    assert (line.net, line.tax_value) == (Decimal("40.95"), Decimal("8.19"))


def test_a_credit_note_names_the_invoice_it_is_for() -> None:
    credit = invoice_from_json(INVOICE | {"kind": "creditnote", "credits": "SI-9000"}, SUPPLIER, BUYER)
    assert (credit.is_credit_note, credit.credits) == (True, "SI-9000")


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"kind": "creditnote"}, ("missing", "credits")),
        ({"credits": "SI-9000"}, ("credits-on-invoice", "credits")),
        ({"order": ""}, ("missing", "order")),
        ({"number": None}, ("missing", "number")),
        ({"lines": [LINE | {"discount_percent": 101}]}, ("too-large", "lines[0].discount_percent")),
        ({"lines": [LINE | {"quantity": "0.00001"}]}, ("too-many-decimals", "lines[0].quantity")),
        ({"user": "j.smith"}, ("unknown-field", "user")),
    ],
)
def test_a_fault_of_an_invoice_has_its_code_and_its_place(changed: dict[str, object], fault: tuple[str, str]) -> None:
    assert faults(INVOICE | changed, invoice_from_json) == [fault]


def test_an_order_goes_out_in_a_baskets_words() -> None:
    told = json.loads(json.dumps(order_to_json(basket_from_json(BASKET, SUPPLIER, BUYER))))
    assert {name: told[name] for name in ("reference", "user", "date")} == {
        name: BASKET[name] for name in ("reference", "user", "date")
    }
    assert told["lines"][0] | {"quantity": 10} == told["lines"][0] | LINE
    assert told["totals"] == {"net": "45.50", "tax": "9.10", "gross": "54.60"}


def test_what_an_order_lacks_goes_out_as_null_or_empty() -> None:
    told = order_to_json(read_order("<Order><OrderLine/></Order>"))
    assert (told["number"], told["date"], told["totals"]["gross"]) == ("", None, None)
    assert told["lines"][0]["quantity"] is None


def test_an_invoice_goes_out_in_the_words_it_came_in() -> None:
    line = BILLED | {"discount_percent": "10"}
    told = json.loads(json.dumps(invoice_to_json(invoice_from_json(INVOICE | {"lines": [line]}, SUPPLIER, BUYER))))
    assert {name: told[name] for name in ("number", "order", "date")} == {
        name: INVOICE[name] for name in ("number", "order", "date")
    }
    assert told["lines"][0] | {"quantity": 10} == told["lines"][0] | line
