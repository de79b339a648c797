"""The UK Gov profile as we reconstruct it: told, and refusing nothing."""

import pytest
from tests.documents.ebis.skeletons import AUTHORISED_ORDER, CONTENT_ORDER, INVOICE, changed

from schoolgate.documents.ebis.checking import check_document

DELIVERY = AUTHORISED_ORDER[AUTHORISED_ORDER.index("  <Delivery>") : AUTHORISED_ORDER.index("  <OrderLine")]
PREFERRED = "<PreferredDate>2026-12-04</PreferredDate>"


@pytest.mark.parametrize(
    ("old", "new", "code", "path"),
    [
        ("3.09-UKGov.20030911", "3.09", "version", "OrderHead/Schema/Version"),
        (">.<", ">,<", "decimal-separator", "OrderHead/Parameters/DecimalSeparator"),
        ('Codelist="UKGov-CurrencyCode"', "", "currency-list", "OrderHead/OrderCurrency/Currency"),
        ('Code="GBP"', 'Code="pounds"', "currency", "OrderHead/OrderCurrency/Currency"),
        (PREFERRED, "", "preferred-date", "Delivery"),
        (PREFERRED, "<PreferredDate/>", "preferred-date", "Delivery"),
        (' UOMCode="EA"', "", "unit-missing", "OrderLine/Quantity"),
        ('UOMCode="EA"', 'UOMCode="PCE"', "unit", "OrderLine/Quantity"),
        ('Code="standard" Codelist="UKGov-VAT"', 'Code="S"', "tax-rate", "OrderLine/LineTax/TaxRate"),
        ('Code="standard"', 'Code="S"', "tax-rate", "OrderLine/LineTax/TaxRate"),
        ("<LineTotal>43.68</LineTotal>", "", "line-total", "OrderLine"),
        ("<LineTotal>43.68", "<LineTotal>36.40", "line-total-differs", "OrderLine/LineTotal"),
        ("<LineNumber>1<", "<LineNumber>0<", "line-number", "OrderLine/LineNumber"),
        ("<LineNumber>1<", "<LineNumber>10000<", "line-number", "OrderLine/LineNumber"),
        ("</PostCode>", '</PostCode><Country Code="GBR"/>', "country", "Supplier/Address/Country"),
        (
            "</Description>",
            "</Description><CommodityClass>44</CommodityClass>",
            "commodity-class",
            "OrderLine/Product/CommodityClass",
        ),
        ("  <Buyer>", "<Originator><Party>The office</Party></Originator><Buyer>", "originator", "Originator"),
        (
            "<OrderType",
            (
                "<OriginatingSoftware><SoftwareManufacturer>Us</SoftwareManufacturer><SoftwareProduct/><SoftwareVersion/>"
                "</OriginatingSoftware><OrderType"
            ),
            "software-manufacturer",
            "OrderHead/OriginatingSoftware/SoftwareManufacturer",
        ),
    ],
)
def test_each_rule_of_the_profile_is_told_with_its_place(old: str, new: str, code: str, path: str) -> None:
    checked = check_document(changed(AUTHORISED_ORDER, old, new), "order")
    assert [(one.code, one.severity, one.path) for one in checked.profile] == [
        (f"uk-gov-{code}", "warning", f"/Order/{path}")
    ]
    assert all(problem.code.startswith("checksum") for problem in checked.refusals())
    assert checked.schema == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("</PostCode>", '</PostCode><Country Code="GB" Codelist="UKGov-CountryCode"/>'),
        ("</Description>", "</Description><CommodityClass>44 12 17 06</CommodityClass>"),
        ('Code="standard"', 'Code="zero-rated"'),
        ('UOMCode="EA"', 'UOMCode="PK"'),
    ],
)
def test_what_the_profile_asks_for_is_not_told(old: str, new: str) -> None:
    assert check_document(changed(AUTHORISED_ORDER, old, new), "order").profile == []


def test_a_date_at_every_line_does_for_the_order() -> None:
    no_header = changed(AUTHORISED_ORDER, DELIVERY, "")
    at_line = changed(no_header, "</LineTotal>", f"</LineTotal><Delivery>{PREFERRED}</Delivery>")
    assert check_document(at_line, "order").profile == []


def test_a_rule_broken_on_many_lines_is_told_once_with_how_many() -> None:
    start, end = CONTENT_ORDER.index("  <OrderLine"), CONTENT_ORDER.index("  <OrderTotal>")
    many = CONTENT_ORDER[:start] + CONTENT_ORDER[start:end] * 700 + CONTENT_ORDER[end:]
    told = [one for one in check_document(many).profile if one.code == "uk-gov-unit-missing"]
    assert [one.message for one in told] == [
        "UK Gov profile: Quantity has no UOMCode; EA (each) is the usual one (and in 1,399 more places)."
    ]


def test_the_profile_is_for_orders_alone() -> None:
    assert check_document(INVOICE).profile == []
