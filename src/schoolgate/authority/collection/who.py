"""Who the pupils are whom a school's system speaks of by its own keys."""

from collections.abc import Collection, Iterable

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.matching.keys import normal_guid
from schoolgate.authority.records.models import Pupil, PupilKey
from schoolgate.documents.students.entries import Record

_AT_ONCE = 500


def held_keys(base: Base) -> frozenset[str]:
    """The keys by which pupils enrolled at a base are known, in compared form; without those that are two pupils'."""
    texts: set[str] = set()
    twice: set[str] = set()
    found = PupilKey.objects.filter(kind=PupilKey.Kind.GUID, pupil__enrolments__base=base).order_by()
    for text in found.values_list("text", flat=True).iterator():
        (twice if text in texts else texts).add(text)
    return frozenset(texts - twice)


def who_is_held(base: Base, keys: Collection[str]) -> dict[str, Record]:
    """By key who a pupil is as it is held, so that it is found again (`matching.rules`): names, birth, sex, UPN."""
    by_text = {normal_guid(key): key for key in keys}
    found: dict[str, Record] = {}
    texts = sorted(by_text)
    for start in range(0, len(texts), _AT_ONCE):
        rows = PupilKey.objects.filter(
            kind=PupilKey.Kind.GUID, text__in=texts[start : start + _AT_ONCE], pupil__enrolments__base=base
        ).select_related("pupil")
        found.update(
            (key, {**who_is(row.pupil), "SuppInfo": {"GUID": key}}) for row in rows for key in [by_text[row.text]]
        )
    return found


def only_who(record: Record) -> Record:
    """The part of a pupil's record by which it is recognised."""
    basic = record.get("BasicDetails", {})
    named = {name: basic[name] for name in _OTHER_NAMES if name in basic}
    who = {name: record[name] for name in _WHO if name in record}
    return {**who, **({"BasicDetails": named} if named else {})}


_WHO = ("UPN", "Surname", "Forename", "DOB", "Sex", "SuppInfo")
_OTHER_NAMES: Iterable[str] = (
    "MiddleNames",
    "PreferredSurname",
    "PreferredForename",
    "FormerSurname",
    "FormerForename",
    "FormerUPN",
)


def who_is(pupil: Pupil) -> Record:
    """The part of a pupil's record by which it is recognised, as it is held."""
    said = {
        "UPN": pupil.upn,
        "Surname": pupil.surname,
        "Forename": pupil.forename,
        "DOB": pupil.born.isoformat() if pupil.born else "",
        "Sex": pupil.sex,
    }
    return {name: text for name, text in said.items() if text}
