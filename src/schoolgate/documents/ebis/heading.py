"""What the head of an order or invoice says it is, whom it is between, and what finance systems make of that."""

from collections.abc import Iterator
from typing import Literal

from lxml import etree

from schoolgate.documents.ebis.codes import code_list
from schoolgate.documents.ebis.figures import Figures
from schoolgate.documents.ebis.findings import Finding
from schoolgate.documents.problems import Severity, quoted

Kind = Literal["order", "quote", "invoice", "creditnote"]
"""As a fetch index says it: ``order`` is a content order or an authorised one, ``quote`` an order of type QTN."""

_ASK_THE_SCHOOL = "Compare the number with the one that the school’s finance system holds."


def kind_of(figures: Figures) -> Kind:
    """Tell what the document says it is, by the code of its type."""
    code = _code(figures.head(f"{figures.form}Type"))
    if figures.form == "Order":
        return "quote" if code == "QTN" else "order"
    return "creditnote" if code == "CRN" else "invoice"


def version_of(figures: Figures) -> str:
    """Return what Schema/Version says: ``3.09-UKGov.20030911``; empty when it is absent."""
    namespace = figures.namespace
    schema = figures.head("Schema")
    return "" if schema is None else (schema.findtext(f"{namespace}Version") or "").strip()


def kind_findings(figures: Figures, wanted: Kind | None) -> Iterator[Finding]:
    """Refuse what is another document than ``wanted``, and what FMS refuses to take as an invoice (reference 9.3)."""
    kind = kind_of(figures)
    at = figures.head(f"{figures.form}Type")
    at = figures.root if at is None else at
    if wanted is not None and wanted != kind:
        # Nobody fetches a quote, so whatever type its order is of does no harm.
        severity: Severity = "warning" if wanted == "quote" else "refusal"
        yield Finding("kind-differs", f"The document’s type says {kind}, not {wanted}.", at, severity=severity)
    if figures.form == "Order":
        return
    code = _code(at)
    if code not in ("INV", "CRN"):
        message = f"InvoiceType is {quoted(code[:20])}; finance systems take INV (invoice) and CRN (credit note) only."
        yield Finding("invoice-type", message, at, allowed="INV or CRN")
    if (at.get("Codelist") or "BASDA").strip().upper() != "BASDA":
        message = "InvoiceType’s Codelist is not BASDA; finance systems take no other."
        yield Finding("invoice-type", message, at, allowed="BASDA")
    if not _has_order_number(figures):
        message = "No BuyersOrderNumber says which order of the school the document is for."
        references = figures.children.get(f"{figures.namespace}InvoiceReferences", at)
        yield Finding("order-number-missing", message, references)


def flag_findings(figures: Figures) -> Iterator[Finding]:
    """A document with a test flag set is no business: FMS refuses such an invoice (reference 9.3)."""
    flag = figures.head("TestFlag")
    for test in () if flag is None else (flag, *flag):
        if (test.get("Mode") or "").strip() in ("1", "true"):
            refuses = figures.form == "Invoice"
            follows = "finance systems take it for no invoice" if refuses else "the order may not be meant"
            message = f"The document’s test flag is set: {follows}."
            yield Finding("test-flag", message, test, severity="refusal" if refuses else "warning")


def duns_findings(figures: Figures, supplier_duns: str, buyer_duns: str) -> Iterator[Finding]:
    """The DUNS of both sides are the handshake: compared with those given, and missed where absent (reference 9)."""
    for role, expected in (("Supplier", supplier_duns), ("Buyer", buyer_duns)):
        party = figures.children.get(figures.namespace + role)
        stated = None
        if party is not None:
            stated = party.find(f"{figures.namespace}{role}References/{figures.namespace}DUNS")
        who = role.lower()
        number = "" if stated is None else (stated.text or "").strip()
        if stated is None or not number:
            at = figures.root if party is None else party
            message = f"The {who}’s DUNS is missing: by it a finance system knows the {who}."
            yield Finding(f"{who}-duns-missing", message, at, severity="warning", remedy=_ASK_THE_SCHOOL)
        elif expected and number != expected:
            message = f"The {who}’s DUNS is {quoted(number[:20])}; expected is {expected}."
            yield Finding(
                f"{who}-duns-differs",
                message,
                stated,
                severity="warning",
                sent=number[:20],
                allowed=expected,
                remedy=_ASK_THE_SCHOOL,
            )


def code_findings(figures: Figures) -> Iterator[Finding]:
    """Codes of the head that BASDA's lists do not have (reference 7.1 to 7.4); nobody is known to refuse them."""
    form = figures.form
    for name, listed in ((f"{form}Type", f"{form.lower()}_type"), ("Function", f"{form.lower()}_function")):
        element = figures.head(name)
        code = _code(element)
        if element is None or (element.get("Codelist") or "BASDA").strip().upper() != "BASDA":
            continue
        if code and code not in code_list(listed):
            message = f"{name} {quoted(code[:20])} is not on BASDA’s list."
            yield Finding("code-unknown", message, element, severity="warning")


def line_notes(figures: Figures) -> Iterator[Finding]:
    """Lines that a finance system leaves out or takes for something else, told once (reference 9.1, 9.3)."""
    namespace = figures.namespace
    if figures.form == "Order":
        if _code(figures.head("OrderType")) != "CTO":
            return
        left_out = [line.element for line in figures.lines if line.element.get("Action") != "Original"]
        if left_out:
            message = f"{_lines(len(left_out))} without the Action Original: finance systems leave such lines out."
            yield Finding("line-left-out", message, left_out[0], severity="warning")
        return
    without_net = [line.element for line in figures.lines if line.net is None]
    if without_net:
        message = f"{_lines(len(without_net))} without a NetLineTotal, from which finance systems take the amount."
        yield Finding("net-total-missing", message, without_net[0], severity="warning")
    unlinked = []
    for line in figures.lines:
        references = line.children.get(f"{namespace}InvoiceLineReferences")
        numbers = () if references is None else (references.find(namespace + name) for name in _ORDER_LINES)
        if not any(number is not None and (number.text or "").strip() for number in numbers):
            unlinked.append(line.element)
    if unlinked:
        message = f"{_lines(len(unlinked))} without an OrderLineNumber, as postage and packing is."
        yield Finding("order-line-missing", message, unlinked[0], severity="warning")


_ORDER_LINES = ("OrderLineNumber", "BuyersOrderLineReference")


def _has_order_number(figures: Figures) -> bool:
    namespace = figures.namespace
    places = [figures.children.get(f"{namespace}InvoiceReferences")]
    places += [line.children.get(f"{namespace}InvoiceLineReferences") for line in figures.lines]
    return any((place.findtext(f"{namespace}BuyersOrderNumber") or "").strip() for place in places if place is not None)


def _code(element: etree._Element | None) -> str:
    return "" if element is None else (element.get("Code") or "").strip().upper()


def _lines(number: int) -> str:
    return "1 line is" if number == 1 else f"{number:,} lines are"
