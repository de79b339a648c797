"""What orders and invoices have in common around their lines: the head, its currency and its checksum."""

from datetime import date
from decimal import Decimal

from schoolgate.documents.ebis.checksum import checksum
from schoolgate.documents.ebis.elements import element, value
from schoolgate.documents.ebis.lines import Line
from schoolgate.documents.ebis.money import NOTHING
from schoolgate.documents.ebis.nodes import Node
from schoolgate.documents.ebis.parties import Party
from schoolgate.documents.problems import DocumentError

VERSION = "3.09-UKGov.20030911"
"""What FMS writes and expects (reference 3)."""


def checksum_of(day: date, lines: tuple[Line, ...], total: Decimal) -> int:
    """Reckon a document's checksum (reference 8); a line without a quantity counts as 0."""
    return checksum(day, [(line.number, line.quantity or NOTHING) for line in lines], total)


def head_elements(version: str, language: str) -> tuple[str, str]:
    """Write what both kinds of head begin with: Schema and Parameters."""
    return (
        element("Schema", value("Version", version)),
        element("Parameters", value("Language", language), value("DecimalSeparator", "."), value("Precision", "10.2")),
    )


def read_currency(node: Node) -> str:
    """Read a currency's ISO 4217 code."""
    currency = node.child("Currency")
    return currency.attribute("Code") or currency.own_text()


def currency_element(name: str, currency: str, *, codelist: str = "") -> str:
    """Write a currency's code."""
    return element(name, value("Currency", "", Code=currency, Codelist=codelist))


def must_have(language: str, currency: str, supplier: Party, buyer: Party, lines: tuple[Line, ...]) -> None:
    """Raises DocumentError ``incomplete`` where the schema couldn't be kept, for want of what it demands of all."""
    for there, what in (
        (language, "a language"),
        (currency, "a currency"),
        (supplier.name, "the supplier's name"),
        (buyer.name, "the school's name"),
        (lines, "a line"),
    ):
        if not there:
            raise incomplete(what)


def incomplete(what: str) -> DocumentError:
    """Say what a document cannot be written without."""
    return DocumentError("incomplete", f"The document lacks {what}.")
