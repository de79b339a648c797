"""The keys that pupils are searched by, and how a search is made to use their index."""

import re
from collections.abc import Iterator, Mapping

from django.db.models import Q

from schoolgate.authority.records.groups import spelling
from schoolgate.authority.records.groups.addresses import ADDRESSES
from schoolgate.authority.records.groups.basic_details import BASIC_DETAILS
from schoolgate.authority.records.groups.data_group import DataGroup, Payload
from schoolgate.authority.records.groups.identifiers import IDENTIFIERS
from schoolgate.authority.records.models import PupilKey

LONGEST = 400

_NAMES = ("Surname", "Forename", "MiddleNames", "PreferredSurname", "PreferredForename", "FormerSurname")
_BETWEEN_PARTS = re.compile(r"[\s\-\u2010-\u2015]+")
_NO_KEY = re.compile("[^0-9a-z]+")


def key_of(text: str) -> str:
    """The form in which a name or number is looked for: normal form (``spelling.name``) in small letters and digits.

    A letter that has no like in ASCII is written as ``x`` and its number, so that texts compare alike in every database
    and language.
    """
    key = spelling.name(text)
    if not key.isascii():
        key = "".join(letter if letter.isascii() else f"x{ord(letter):x}" for letter in key if letter.isalnum())
    return _NO_KEY.sub("", key)[:LONGEST]


def name_parts(name: str) -> Iterator[str]:
    """The keys of a name: of the whole and, where blanks or hyphens part it, of each part."""
    yield key_of(name)
    yield from map(key_of, _BETWEEN_PARTS.split(name))


def search_keys(payloads: Mapping[DataGroup, Payload]) -> frozenset[tuple[PupilKey.Kind, str]]:
    """All keys that a person can find this pupil by: parts of names of today and before, UPNs, post code."""
    basic, numbers = payloads.get(BASIC_DETAILS, {}), payloads.get(IDENTIFIERS, {})
    keys = {(PupilKey.Kind.NAME, part) for name in _NAMES for part in name_parts(basic.get(name, ""))}
    keys |= {(PupilKey.Kind.UPN, key_of(numbers.get(name, ""))) for name in ("UPN", "FormerUPN")}
    address = payloads.get(ADDRESSES, {}).get("Address", {})
    keys.add((PupilKey.Kind.POSTCODE, key_of(address.get("PostCode", ""))))
    return frozenset((kind, text) for kind, text in keys if text)


def prefix(field: str, key: str) -> Q:
    """A condition that ``field``, which holds keys (``key_of``), begins with ``key``; nothing begins with no key.

    A range, for which both databases use the field's index: SQLite reads the whole table for ``LIKE 'key%'``, and
    PostgreSQL does in most languages.
    """
    if not key:
        return Q(pk__in=[])
    end = _after(key)
    return Q(**{f"{field}__gte": key}) & (Q(**{f"{field}__lt": end}) if end else Q())


def _after(key: str) -> str:
    """The first key behind all that begin with ``key``; empty when there is none."""
    kept = key.rstrip("z")
    if not kept:
        return ""
    return kept[:-1] + ("a" if kept[-1] == "9" else chr(ord(kept[-1]) + 1))
