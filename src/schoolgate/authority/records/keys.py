"""The keys that pupils are searched by, and how a search is made to use their index."""

import re
from collections.abc import Iterator, Mapping

from django.db.models import Q

from schoolgate.authority.records.groups import spelling
from schoolgate.authority.records.groups.addresses import ADDRESSES
from schoolgate.authority.records.groups.basic_details import BASIC_DETAILS
from schoolgate.authority.records.groups.data_group import DataGroup, Payload
from schoolgate.authority.records.groups.engagement import ENGAGEMENT
from schoolgate.authority.records.groups.enrolment import ENROLMENT
from schoolgate.authority.records.groups.identifiers import IDENTIFIERS
from schoolgate.authority.records.groups.staff_contact import STAFF_CONTACT
from schoolgate.authority.records.groups.staff_details import STAFF_DETAILS, given_names
from schoolgate.authority.records.groups.staff_identifiers import STAFF_IDENTIFIERS
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


def system_key_of(payloads: Mapping[DataGroup, Payload]) -> str:
    """The key that the school's own system has for the person; empty where it tells none."""
    key: str = (payloads.get(ENROLMENT) or payloads.get(ENGAGEMENT) or {}).get("GUID", "")
    return key


def post_code_of(payloads: Mapping[DataGroup, Payload]) -> str:
    """The post code of where the person lives; empty where none is held."""
    code: str = (payloads.get(ADDRESSES) or payloads.get(STAFF_CONTACT) or {}).get("Address", {}).get("PostCode", "")
    return code


def search_keys(payloads: Mapping[DataGroup, Payload]) -> frozenset[tuple[PupilKey.Kind, str]]:
    """All keys by which somebody can find this pupil: parts of names of today and before, UPNs, post code.

    A member of staff is found by names, numbers and post code.
    """
    if STAFF_DETAILS in payloads or STAFF_IDENTIFIERS in payloads or STAFF_CONTACT in payloads:
        return _staff_keys(payloads)
    basic, numbers = payloads.get(BASIC_DETAILS, {}), payloads.get(IDENTIFIERS, {})
    keys = {(PupilKey.Kind.NAME, part) for name in _NAMES for part in name_parts(basic.get(name, ""))}
    keys |= {(PupilKey.Kind.UPN, key_of(numbers.get(name, ""))) for name in ("UPN", "FormerUPN")}
    keys.add((PupilKey.Kind.POSTCODE, key_of(post_code_of(payloads))))
    return frozenset((kind, text) for kind, text in keys if text)


def _staff_keys(payloads: Mapping[DataGroup, Payload]) -> frozenset[tuple[PupilKey.Kind, str]]:
    details, numbers = payloads.get(STAFF_DETAILS, {}), payloads.get(STAFF_IDENTIFIERS, {})
    names = [details.get(name, "") for name in ("PersonFamilyName", "PreferredFamilyName", "PreferredGivenName")]
    names += [*details.get("FormerFamilyNames", []), *given_names(details)]
    keys = {(PupilKey.Kind.NAME, part) for name in names for part in name_parts(name)}
    keys |= {(PupilKey.Kind.UPN, key_of(numbers.get(name, ""))) for name in ("TeacherNumber", "NINumber")}
    keys.add((PupilKey.Kind.POSTCODE, key_of(post_code_of(payloads))))
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
