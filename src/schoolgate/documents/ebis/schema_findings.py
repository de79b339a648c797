"""What our schemas do not take of an order, an invoice or an index, in words of our own (reference 3.1)."""

import re
from collections.abc import Iterable
from typing import Any, cast

from lxml import etree

from schoolgate.documents.ebis.batches import batches
from schoolgate.documents.ebis.findings import SENDER, Finding
from schoolgate.documents.ebis.nodes import local_name
from schoolgate.documents.ebis.schema import SCHEMAS, SchemaName
from schoolgate.documents.problems import LIMIT, quoted
from schoolgate.documents.schema_errors import (
    CONTENT,
    OTHER_RULES,
    STRUCTURE,
    VALUE_RULES,
    SchemaError,
    copy_errors,
)

# What is allowed, by the name of an element or attribute, else by its type.
_BY_NAME = {
    "Action": "Original, Add, Change or Delete",
    "CalculationType": "M (multiply) or D (divide)",
    "CardType": "Charge, Credit or Debit",
    "CommodityClass": "pairs of digits like 44 12 17 06",
    "CRI": "1 to 16 letters or digits",
    "DecimalSeparator": "a full stop or a comma",
    "DocID": "1 to 100 characters without blanks",
    "DocType": "order, invoice, creditnote or quote",
    "DUNS": "nine digits",
    "Email": "an e-mail address",
    "ExpiresEnd": "a month like 09/28",
    "GloballyUniqueID": "a GUID of 8-4-4-4-12 letters and digits",
    "Language": "a language like en or en-GB",
    "OrderGloballyUniqueID": "a GUID of 8-4-4-4-12 letters and digits",
    "ValidFrom": "a month like 09/26",
}
_BY_TYPE = {
    "Date": "a date like 2026-11-21, with four digits of the year and two of month and day",
    "DateOrEmpty": "a date like 2026-11-21, with four digits of the year and two of month and day, or nothing",
    "DecimalOrEmpty": "a number like 4.55, or nothing",
    "DoubleOrEmpty": "a number like 10.2, or nothing",
    "IntegerOrEmpty": "a whole number, or nothing",
    "xs:boolean": "true or false",
    "xs:dateTime": "a date and time like 2026-11-21T09:00:00+00:00",
    "xs:decimal": "a number like 4.55",
    "xs:int": "a whole number",
    "xs:integer": "a whole number",
}
_TYPE = re.compile(r"type '(?:\{[^}']*\})?([^'{}]+)'\.\s*$")
_ATTRIBUTE = re.compile(r"^Element '[^']*', attribute '(?:\{[^}']*\})?([^']*)': ")
_LACKING_ATTRIBUTE = re.compile(r"The attribute '([^']*)' is required but missing\.\s*$")
_STEP_PREFIX = re.compile(r"/[^/\[:]+:")
_SENT = 100
"""So many characters of a value are shown."""


def schema_findings(root: etree._Element, name: SchemaName, *, whole: bool = True) -> list[Finding]:
    """Validate a document against our schema; one finding for each element or attribute, ``LIMIT`` at most.

    ``whole`` False: a large one, which is not ``crowded``, some lines at a time.
    """
    findings: dict[tuple[etree._Element, str, bool], Finding] = {}
    with SCHEMAS[name].lent() as validator:
        if whole:
            _validate(root, validator, findings)
            return list(findings.values())
        for _ in batches(root, name):
            if len(findings) < LIMIT:
                _validate(root, validator, findings)
    return list(findings.values())


def _validate(
    root: etree._Element, validator: etree.XMLSchema, findings: dict[tuple[etree._Element, str, bool], Finding]
) -> None:
    if validator.validate(root):
        return
    for error in copy_errors(validator):
        if len(findings) == LIMIT:
            return
        element, attribute = _element(root, error.path), _ATTRIBUTE.match(error.message)
        name = attribute[1] if attribute else ""
        # A facet and the type it belongs to are two errors of one value.
        findings.setdefault((element, name, error.number == CONTENT), _finding(element, error, name))


def _element(root: etree._Element, path: str) -> etree._Element:
    """The element that libxml2 means, which gives no names but where a prefix is written out."""
    namespaces = {}
    if _STEP_PREFIX.search(path):
        namespaces = {prefix: uri for node in root.iter("*") for prefix, uri in node.nsmap.items() if prefix}
    try:
        found = cast("list[Any]", root.xpath(path, namespaces=namespaces))
    except etree.XPathError:
        return root
    element: etree._Element = found[0] if found else root
    return element


def _finding(element: etree._Element, error: SchemaError, attribute: str) -> Finding:
    if error.number == CONTENT:
        return _content(element, error)
    name = local_name(element)
    subject = f"{name}’s attribute {attribute}" if attribute else name
    if error.number in VALUE_RULES:
        sent = " ".join(((element.get(attribute) if attribute else element.text) or "").split())[:_SENT]
        given = f"is {quoted(sent)}" if sent else "has no value"
        allowed = _allowed(attribute or name, error.message)
        message = f"{subject} {given}; allowed is {allowed}." if allowed else f"{subject} {given}."
        return Finding("schema", message, element, rule=VALUE_RULES[error.number], sent=sent, allowed=allowed)
    rule, what = OTHER_RULES.get(error.number, STRUCTURE)
    if lacking := _LACKING_ATTRIBUTE.search(error.message):
        what = f"lacks the attribute {lacking[1]}"
    elif attribute:
        subject, what = name, f"has an attribute {quoted(attribute[:_SENT])}, which does not belong there"
    return Finding("schema", f"{subject} {what}.", element, rule=rule)


def _content(element: etree._Element, error: SchemaError) -> Finding:
    name = local_name(element)
    expected = [one for one in error.expected if one != "*"]
    if error.is_lack:
        message = f"{name} ends too early: it lacks {_one_of(expected)}."
        return Finding("schema", message, element, rule="required element", allowed=_one_of(expected))
    shown = quoted(name[:_SENT])
    if not expected:
        message = f"{shown} does not belong here, or not again; nothing more is expected."
    elif len(expected) == 1:
        message = f"{shown} stands where {expected[0]} is expected."
    else:
        message = f"{shown} does not belong here; expected is {_one_of(expected)}."
    return Finding(
        "schema",
        message,
        element,
        rule="order of elements",
        allowed=_one_of(expected),
        remedy=f"{SENDER} The schema says in which order elements stand.",
    )


def _allowed(name: str, message: str) -> str:
    if name in _BY_NAME:
        return _BY_NAME[name]
    found = _TYPE.search(message)
    return _BY_TYPE.get(found[1], "") if found else ""


def _one_of(names: Iterable[str]) -> str:
    listed = list(names)
    return f"{', '.join(listed[:-1])} or {listed[-1]}" if len(listed) > 1 else "".join(listed)
