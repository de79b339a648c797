"""Calls as most clients write them, read by one pattern: ASCII, short, and nothing about them that could be bent.

Nine of ten calls are such, and a parser with an answer to everything takes five times as long. Whatever differs in the
least is not read here, so it makes no difference to a caller: `calls` reads it, and would read these alike.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from schoolgate.wire.soap.contract import (
    ENVELOPES,
    HEADER,
    MEDIA_TYPES,
    NAMESPACE,
    OPERATIONS,
    PASSWORD,
    USERNAME,
    Operation,
    Type,
    Version,
)
from schoolgate.wire.soap.values import has_zone, is_date_time

LONGEST_BYTES = 4_096
"""Documents are longer, and hold what has to be escaped."""

_NAME = "[A-Za-z_][A-Za-z0-9_.-]*"
_BLANKS = "[ \t\r\n]*"
# No character of which there is more to know, as of < & > and those that are not ASCII.
_TEXT = "[ -%'-;=?-~]*"
_VALUE = "[ !#-%'-;=?-~]*"
_OURS = f'xmlns="{re.escape(NAMESPACE)}"'
_DECLARED = re.compile(f' xmlns:({_NAME})="({_VALUE})"')
_PARAMETER = re.compile(f"<({_NAME})>({_TEXT})</")
_PARAMETERS = f"(?:{_BLANKS}<(?P<name>{_NAME})>{_TEXT}</(?P=name)>)*"
_CALL = re.compile(
    _BLANKS.join(
        [
            '(?:<\\?xml version="1\\.0"(?: encoding="(?:utf-8|UTF-8)")?\\?>)?',
            f'<(?P<prefix>{_NAME}):Envelope(?P<declared>(?: xmlns:{_NAME}="{_VALUE}")+)>',
            "<(?P=prefix):Header>",
            f"<{HEADER} {_OURS}>",
            f"<{USERNAME}>(?P<username>{_TEXT})</{USERNAME}>",
            f"<{PASSWORD}>(?P<password>{_TEXT})</{PASSWORD}>",
            f"</{HEADER}>",
            "</(?P=prefix):Header>",
            "<(?P=prefix):Body>",
            f"<(?P<operation>{_NAME}) {_OURS}(?: ?/>|>(?P<parameters>{_PARAMETERS}){_BLANKS}</(?P=operation)>)",
            "</(?P=prefix):Body>",
            "</(?P=prefix):Envelope>",
            "",
        ]
    )
)


class PlainCall(NamedTuple):
    """A call that bends no rule: `arguments` are all parameters of the operation."""

    version: Version
    operation: str
    arguments: Mapping[str, str]
    username: str
    password: str


def read_plain_call(
    body: bytes, media_type: str, parameters: Mapping[str, str], soap_action: str | None
) -> PlainCall | None:
    """The call, or None where there is anything about it that `calls` should look at; see `calls.read_call`."""
    if len(body) > LONGEST_BYTES or not body.isascii() or parameters.get("charset", "").lower() not in {"", "utf-8"}:
        return None
    found = _CALL.fullmatch(body.decode("ascii"))
    if found is None:
        return None
    operation, version = OPERATIONS.get(found["operation"]), _version(found["prefix"], found["declared"])
    if operation is None or version is None or media_type != MEDIA_TYPES[version]:
        return None
    said, expected = (
        (soap_action, {f'"{operation.action}"'})
        if version == "1.1"
        else (parameters.get("action", ""), {"", operation.action})
    )
    arguments = _arguments(operation, found["parameters"] or "")
    if said not in expected or arguments is None:
        return None
    return PlainCall(version, operation.name, arguments, found["username"], found["password"])


@lru_cache(maxsize=64)
def _version(prefix: str, declared: str) -> Version | None:
    """By what the prefix stands for; None for what is no version of SOAP, or declares a prefix twice."""
    namespaces = _DECLARED.findall(declared)
    by_prefix = dict(namespaces)
    known = len(by_prefix) == len(namespaces)
    return next((version for version, uri in ENVELOPES.items() if known and uri == by_prefix.get(prefix)), None)


def _arguments(operation: Operation, text: str) -> dict[str, str] | None:
    """All parameters in the contract's order, in forms that bend nothing; else None."""
    told = _PARAMETER.findall(text)
    if len(told) != len(operation.parameters):
        return None
    for (name, value), parameter in zip(told, operation.parameters, strict=True):
        if name != parameter.name or not _is_plain(parameter.type, value):
            return None
    return dict(told)


def _is_plain(kind: Type, value: str) -> bool:
    if kind == "boolean":
        return value in {"true", "false"}
    if kind == "dateTime":
        return is_date_time(value) and has_zone(value)
    return value == value.strip()
