"""The UK Gov profile of the 3.09 order: what its annotations ask for beyond the core schema (reference 5, end).

The profile's own schema was not recovered. These rules are our reconstruction, so a finding is told and refuses nothing
unless who receives the order decides so. Each rule is told once, with the first place and how many more there are.
"""

import re
from collections.abc import Iterator
from typing import TypeAlias

from lxml import etree

from schoolgate.documents.ebis.codes import code_list
from schoolgate.documents.ebis.figures import Figures, LineFigures
from schoolgate.documents.ebis.findings import Finding
from schoolgate.documents.problems import quoted

VERSION = "3.09-UKGov"
CURRENCY_LIST = "UKGov-CurrencyCode"
COUNTRY_LIST = "UKGov-CountryCode"
TAX_LIST = "UKGov-VAT"
LINE_NUMBERS = range(1, 10_000)

_CURRENCY = re.compile(r"[A-Z]{3}")
_COUNTRY = re.compile(r"[A-Z]{2}")
_TWO_PAIRS = re.compile(r"[0-9]{2} [0-9]{2}")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S")

Met: TypeAlias = "tuple[str, str, etree._Element]"  # noqa: SLF001  lxml has no other name for it
"""A rule's code, what is wrong in a sentence without its full stop, and where."""


def uk_gov_findings(figures: Figures) -> list[Finding]:
    """Hold an order to the profile; its findings are warnings, one for each rule that is broken."""
    first: dict[str, Met] = {}
    times: dict[str, int] = {}
    for met in (*_head(figures), *_everywhere(figures), *_lines(figures)):
        code = met[0]
        first.setdefault(code, met)
        times[code] = times.get(code, 0) + 1
    findings = []
    for code, (_, sentence, at) in first.items():
        more = times[code] - 1
        places = f" (and in {more:,} more {'place' if more == 1 else 'places'})" if more else ""
        message = f"UK Gov profile: {sentence}{places}."
        findings.append(Finding(f"uk-gov-{code}", message, at, severity="warning"))
    return findings


def _head(figures: Figures) -> Iterator[Met]:
    namespace, root = figures.namespace, figures.root
    head = figures.children.get(f"{namespace}OrderHead")
    if head is None:
        return
    version = head.find(f"{namespace}Schema/{namespace}Version")
    said = _text(version)
    if version is not None and not said.startswith(VERSION):
        yield "version", f"Version is {quoted(said[:40])}, not {VERSION} followed by a date", version
    separator = head.find(f"{namespace}Parameters/{namespace}DecimalSeparator")
    if separator is not None and _text(separator) != ".":
        yield "decimal-separator", "DecimalSeparator is not a full stop", separator
    maker = head.find(f"{namespace}OriginatingSoftware/{namespace}SoftwareManufacturer")
    if maker is not None and not _URI.match(_text(maker)):
        yield "software-manufacturer", "SoftwareManufacturer is no URI", maker
    currency = head.find(f"{namespace}OrderCurrency/{namespace}Currency")
    if currency is not None:
        if not _CURRENCY.fullmatch(currency.get("Code") or ""):
            yield "currency", "the currency’s Code is not one of ISO 4217, like GBP", currency
        elif currency.get("Codelist") != CURRENCY_LIST:
            yield "currency-list", f"the currency’s Codelist is not {CURRENCY_LIST}", currency
    originator = figures.children.get(f"{namespace}Originator")
    if originator is not None:
        yield "originator", "Originator stands at the order; it belongs at its lines", originator
    if not _is_dated(root, figures) and not all(_is_dated(line.element, figures) for line in figures.lines):
        sentence = "PreferredDate, the day the goods are required by, is missing from Delivery"
        yield "preferred-date", sentence, figures.children.get(f"{namespace}Delivery", root)


def _everywhere(figures: Figures) -> Iterator[Met]:
    for country in figures.root.iter(f"{figures.namespace}Country"):
        if country.get("Codelist") != COUNTRY_LIST or not _COUNTRY.fullmatch(country.get("Code") or ""):
            yield "country", f"Country has no Code of two letters of the Codelist {COUNTRY_LIST}, like GB", country
    for commodity in figures.root.iter(f"{figures.namespace}CommodityClass"):
        if not _TWO_PAIRS.match(_text(commodity)):
            yield "commodity-class", "CommodityClass has not its first two pairs of digits", commodity


def _lines(figures: Figures) -> Iterator[Met]:
    units, taxes = code_list("unit_ukgov"), code_list("tax_rate_ukgov")
    namespace = figures.namespace
    for line in figures.lines:
        children = line.children
        if line.number is not None and line.number not in LINE_NUMBERS:
            at = children[f"{namespace}LineNumber"]
            yield "line-number", f"LineNumber is {line.number}; allowed is 1 to 9999", at
        quantity = children.get(f"{namespace}Quantity")
        if quantity is not None:
            unit = quantity.get("UOMCode")
            if not unit:
                yield "unit-missing", "Quantity has no UOMCode; EA (each) is the usual one", quantity
            elif unit not in units:
                yield "unit", f"UOMCode {quoted(unit[:20])} is not on the profile’s list", quantity
        rate = line.rate_at
        if rate is not None and (rate.get("Codelist") != TAX_LIST or rate.get("Code") not in taxes):
            yield "tax-rate", f"TaxRate has no Code of the Codelist {TAX_LIST}: {', '.join(taxes)}", rate
        yield from _line_total(line, figures)


def _line_total(line: LineFigures, figures: Figures) -> Iterator[Met]:
    total = line.children.get(f"{figures.namespace}LineTotal")
    stated = None if total is None else figures.read(total)
    if stated is None:
        yield "line-total", "LineTotal, with tax, is missing", line.element if total is None else total
    elif line.gross is not None and stated != line.gross and total is not None:
        yield "line-total-differs", "LineTotal is not the GrossLineTotal", total


def _is_dated(parent: etree._Element, figures: Figures) -> bool:
    namespace = figures.namespace
    deliveries = figures.named(parent, "Delivery")
    return any(_text(delivery.find(f"{namespace}PreferredDate")) for delivery in deliveries)


def _text(element: etree._Element | None) -> str:
    return (element.text or "").strip() if element is not None else ""
