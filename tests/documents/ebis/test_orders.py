from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from tests.documents.ebis.made import STANDARD, a_line, an_order
from tests.documents.ebis.skeletons import CONTENT_ORDER, SUPPLIER_DUNS
from tests.documents.ebis.strategies import orders

from schoolgate.documents.ebis.nodes import ValuesUnreadable, parse
from schoolgate.documents.ebis.orders import Order, OrderTotals, read_order, write_order
from schoolgate.documents.ebis.parties import Delivery, Party
from schoolgate.documents.ebis.schema import SCHEMAS
from schoolgate.documents.problems import DocumentError


@given(order=orders)
def test_an_order_written_reads_back_the_same(order: Order) -> None:
    assert read_order(write_order(order)) == order


@given(order=orders)
def test_every_order_written_is_valid(order: Order) -> None:
    validator = SCHEMAS["order"].validator()
    assert validator.validate(parse(write_order(order))), validator.error_log


def test_the_checksum_of_the_reference_is_filled_in() -> None:
    assert read_order(write_order(an_order())).checksum == 51927


def test_the_skeleton_of_the_reference_is_read() -> None:
    order = read_order(CONTENT_ORDER)
    assert (order.reference, order.supplier.duns, order.buyer.contact.name) == ("BASKET-0001", SUPPLIER_DUNS, "j.smith")
    assert [(line.product, line.net, line.tax) for line in order.lines] == [
        ("PN-100", Decimal("45.50"), STANDARD),
        ("PN-200", Decimal("80.00"), STANDARD),
    ]
    assert order.totals == OrderTotals(Decimal("125.50"), tax=Decimal("25.10"), gross=Decimal("150.60"))


def test_the_stated_checksum_is_no_part_of_what_an_order_is() -> None:
    assert an_order(checksum=1) == an_order(checksum=2)


def test_a_part_without_a_value_is_left_out() -> None:
    written = write_order(an_order(supplier=Party("Oakhanger"), delivery=Delivery()))
    assert b"References>\n    <DUNS" not in written
    assert b"Delivery" not in written


def test_tax_is_written_in_the_words_of_the_uk_gov_profile_and_read_as_a_letter() -> None:
    written = write_order(an_order())
    assert b'<TaxRate Code="standard" Codelist="UKGov-VAT">20</TaxRate>' in written
    assert read_order(written).lines[0].tax.code == "S"


def test_a_tax_code_of_another_list_is_kept_with_the_list() -> None:
    text = write_order(an_order()).replace(b'"standard" Codelist="UKGov-VAT"', b'"T1" Codelist="Sage"')
    tax = read_order(text).lines[0].tax
    assert (tax.code, tax.codelist) == ("T1", "Sage")


def test_the_line_total_counts_as_gross_where_there_is_no_other() -> None:
    text = write_order(an_order()).decode().replace("<GrossLineTotal>54.60</GrossLineTotal>", "")
    assert read_order(text).lines[0].gross == Decimal("54.60")


def test_neither_namespace_nor_order_of_elements_is_demanded() -> None:
    text = """<x:Order xmlns:x="urn:other"><x:OrderLine><x:Quantity><x:Amount>3</x:Amount></x:Quantity>
    <x:LineNumber>7</x:LineNumber></x:OrderLine><x:OrderDate>2026-11-21T10:30:00Z</x:OrderDate></x:Order>"""
    order = read_order(text)
    assert (order.date, order.lines[0].number, order.lines[0].quantity) == (date(2026, 11, 21), 7, Decimal(3))
    assert order.supplier == Party("")


def test_text_ignores_the_encoding_it_declares_itself() -> None:
    text = '<?xml version="1.0" encoding="utf-16"?><Order><Narrative>£5 é</Narrative></Order>'
    assert read_order(text).notes == ("£5 é",)


def test_bytes_of_utf_16_are_read() -> None:
    text = write_order(an_order(notes=("£5",))).decode().replace("utf-8", "utf-16")
    assert read_order(text.encode("utf-16")) == an_order(notes=("£5",))


def test_every_value_that_cannot_be_read_is_told_with_its_place() -> None:
    text = (
        write_order(an_order())
        .replace(b"16.00</UnitPrice>", b"sixteen</UnitPrice>")
        .replace(b"2026-11-21", b"21/11/26")
    )
    with pytest.raises(ValuesUnreadable) as caught:
        read_order(text)
    assert [(problem.code, problem.path, problem.sent) for problem in caught.value.problems] == [
        ("not-a-date", "/Order/OrderDate", "21/11/26"),
        ("not-a-number", "/Order/OrderLine[2]/Price/UnitPrice", "sixteen"),
    ]
    lines = text.decode().splitlines()
    assert all(problem.sent in lines[problem.line - 1] for problem in caught.value.problems)


@pytest.mark.parametrize("day", ["2026-W47-6", "20261121", "2026-02-30", "2026-1-2"])
def test_a_day_in_any_other_form_is_not_guessed_at(day: str) -> None:
    with pytest.raises(ValuesUnreadable):
        read_order(f"<Order><OrderDate>{day}</OrderDate></Order>")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("<Invoice/>", "wrong-document"),
        ("<Order>", "not-well-formed"),
        ("", "empty"),
        ("\ud800", "encoding-broken"),
        ("<!DOCTYPE Order><Order/>", "doctype"),
    ],
)
def test_what_is_no_order_is_refused_by_a_code(text: str, code: str) -> None:
    with pytest.raises(DocumentError) as caught:
        read_order(text)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "missing",
    [{"date": None}, {"lines": ()}, {"supplier": Party("")}, {"buyer": Party("")}, {"language": ""}, {"currency": ""}],
)
def test_an_order_that_the_schema_would_refuse_is_not_written(missing: dict[str, object]) -> None:
    with pytest.raises(DocumentError) as caught:
        write_order(replace(an_order(), **missing))  # type: ignore[arg-type]  # one field of each
    assert caught.value.code == "incomplete"


def test_a_character_that_xml_cannot_carry_is_not_written() -> None:
    with pytest.raises(DocumentError) as caught:
        write_order(an_order(notes=("bell \a",)))
    assert caught.value.code == "character-not-allowed"


def test_a_deleted_line_says_so() -> None:
    line = replace(a_line(1, "P", quantity="1", price="1", tax_value="0", net="1", gross="1"), action="Delete")
    assert read_order(write_order(an_order(lines=(line,)))).lines[0].action == "Delete"
