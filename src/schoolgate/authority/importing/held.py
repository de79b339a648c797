"""Held pupils as matching sees them, looked up in the database, and the keys by which they are found."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.matching.index import names_and_births
from schoolgate.authority.importing.matching.keys import MatchKeys, match_keys
from schoolgate.authority.importing.matching.rules import Held
from schoolgate.authority.records.columns import PUPIL_COLUMNS
from schoolgate.authority.records.keys import key_of
from schoolgate.authority.records.models import Enrolment, Pupil, PupilKey
from schoolgate.authority.records.models.masking import restricted_pupils
from schoolgate.authority.records.subjects import PUPIL, STAFF, Subject

Kind = PupilKey.Kind


class HeldInDatabase:
    """``matching.index.HeldPupils`` for the documents of one base that tell of pupils, or of staff.

    A pupil on nobody's roll counts as active here when the base has an enrolment of it: whom a school had, it may
    speak of (inferred; reference 9.4 asks a person about an inactive pupil that turns up from elsewhere).
    """

    def __init__(self, base: Base, subject: Subject = PUPIL) -> None:
        self.base = base
        self.subject = subject

    def with_guid(self, guids: Collection[str]) -> Iterable[Held]:
        """Those of whom any of ``guids`` is known."""
        return self._with(Kind.GUID, guids)

    def with_upn(self, upns: Collection[str]) -> Iterable[Held]:
        """Those whose UPN is, or was, any of ``upns``."""
        return self._with(Kind.UPN, [key_of(upn) for upn in upns])

    def with_name_and_birth(self, digests: Collection[str]) -> Iterable[Held]:
        """Those who have any of ``digests`` among their own."""
        return self._with(Kind.NAME_AND_BIRTH, digests)

    def _with(self, kind: PupilKey.Kind, texts: Collection[str]) -> Iterable[Held]:
        ids = set(PupilKey.objects.filter(kind=kind, text__in=texts).values_list("pupil_id", flat=True))
        if not ids:
            return
        guids: dict[int, list[str]] = {}
        for pk, text in PupilKey.objects.filter(kind=Kind.GUID, pupil__in=ids).values_list("pupil_id", "text"):
            guids.setdefault(pk, []).append(text)
        own = set(Enrolment.objects.filter(base=self.base, pupil__in=ids).values_list("pupil_id", flat=True))
        for pupil in Pupil.people.filter(kind=self.subject, pk__in=ids):
            yield Held(pupil.pk, keys_of_held(pupil, guids.get(pupil.pk, ())), pupil.active or pupil.pk in own)


def restricted_held(subject: Subject = PUPIL) -> tuple[Held, ...]:
    """All restricted pupils, of whom there are few, in the order of their numbers: two queries. No staff are."""
    if subject == STAFF:
        return ()
    pupils = list(Pupil.objects.filter(pk__in=restricted_pupils()).order_by("pk"))
    guids: dict[int, list[str]] = {}
    keys = PupilKey.objects.filter(kind=Kind.GUID, pupil__in=[pupil.pk for pupil in pupils])
    for pk, text in keys.values_list("pupil_id", "text"):
        guids.setdefault(pk, []).append(text)
    return tuple(Held(pupil.pk, keys_of_held(pupil, guids.get(pupil.pk, ())), pupil.active) for pupil in pupils)


def keys_of_held(pupil: Pupil, guids: Iterable[str]) -> MatchKeys:
    """What a held pupil is recognised by, of its columns and the keys that schools' systems have for it."""
    return keys_of_columns({name: getattr(pupil, name) for name in PUPIL_COLUMNS}, guids, pupil.subject)


def keys_of_columns(columns: Mapping[str, Any], guids: Iterable[str], subject: Subject = PUPIL) -> MatchKeys:
    """The same of the columns of a pupil, or a member of staff (``records.columns.pupil_columns``)."""
    return match_keys(
        family=columns["surname"],
        given=columns["forename"],
        born=columns["born"],
        sex=columns["sex"],
        upn=columns["upn"],
        guids=guids,
        middle=columns["middle_names"],
        former_upns=[columns["former_upn"]],
        other_families=[columns["preferred_surname"], columns["former_surname"]],
        other_givens=[columns["preferred_forename"]],
        staff=subject == STAFF,
    )


def match_rows(keys: MatchKeys) -> frozenset[tuple[PupilKey.Kind, str]]:
    """The keys that a pupil is kept findable by for matching; the UPN's are ``records.keys.search_keys``'."""
    return frozenset(
        [
            *((Kind.GUID, guid) for guid in keys.guids),
            *((Kind.NAME_AND_BIRTH, digest) for digest in names_and_births(keys)),
        ]
    )
