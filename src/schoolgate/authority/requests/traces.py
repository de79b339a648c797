"""What is held of a person outside its own record: who waits and is the same, files that told of it, copies of values.

Nothing here has a foreign key to the person: it is found by the rules of matching, by the keys that schools' systems
have for it, and by whom each import met.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection.models import CollectionRun, HeldBackRow, NotYetHeld, RawMark, SuspendedResult
from schoolgate.authority.exchange.models import OutboxEntry, ReceivedFile
from schoolgate.authority.importing.held import keys_of_held
from schoolgate.authority.importing.matching.keys import MatchKeys, keys_of, normal_guid
from schoolgate.authority.importing.matching.rules import Held, Inactive, Match, MatchSettings, match
from schoolgate.authority.importing.models import Conflict, Import, KnownAs, Met, Unmatched
from schoolgate.authority.importing.undoing import pupils_written_by
from schoolgate.authority.importing.waiting import incoming_of_text, keys_of_incoming, keys_of_known
from schoolgate.authority.records.leading_on import numbers_of
from schoolgate.authority.records.models import Change, Decision, Enrolment, Pupil, PupilKey
from schoolgate.authority.records.restricting import changes_of

_ANY_GUID = MatchSettings(guid_match=True)


@dataclass(frozen=True, slots=True)
class Traces:
    """What was found of a person."""

    pupil: Pupil
    numbers: list[int]
    """Its own, and those of records that were merged into it."""
    keys: list[MatchKeys]
    """What it is recognised by: as it is held, and as people said that schools know it."""
    bases: frozenset[int]
    """Schools that ever told of it, by number."""
    unmatched: list[Unmatched] = field(default_factory=list)
    suspended: list[SuspendedResult] = field(default_factory=list)
    held_back: list[HeldBackRow] = field(default_factory=list)
    raw_marks: list[RawMark] = field(default_factory=list)
    not_yet_held: list[NotYetHeld] = field(default_factory=list)
    imports: list[Import] = field(default_factory=list)
    """Imports that met it, or have it wait, the newest first."""
    may_tell: list[Import] = field(default_factory=list)
    """Other imports of schools that told of it which left somebody untaken: nobody can say any more whom."""

    @property
    def files(self) -> "QuerySet[ReceivedFile]":
        """The files of all those imports, and others of the same bytes."""
        of_imports = ReceivedFile.objects.filter(its_import__in=[*self.imports, *self.may_tell])
        found = ReceivedFile.objects.filter(sha256__in=of_imports.values("sha256"))
        return found.select_related("base", "its_import__job")

    @property
    def runs(self) -> "QuerySet[CollectionRun]":
        """What was collected for all those imports."""
        found = CollectionRun.objects.filter(its_import__in=[*self.imports, *self.may_tell])
        return found.select_related("base", "its_import__job")

    @property
    def offered(self) -> "QuerySet[OutboxEntry]":
        """Files for schools that tell of it."""
        return OutboxEntry.objects.files().filter(told_of__pupil=self.pupil).select_related("base")


def traces_of(pupil: Pupil) -> Traces:
    """Look for everything; some dozen queries, and a look into each import of the schools that told of the person."""
    guids = _guids(pupil)
    known = KnownAs.objects.filter(pupil=pupil)
    keys = [keys_of_held(pupil, guids), *(keys_of_known(one, pupil.subject) for one in known)]
    bases = frozenset(_bases(pupil))
    numbers = numbers_of(pupil.pk)
    unmatched = [row for row in _may_wait(pupil, keys, bases) if _is_one(_said_by(row), pupil, keys)]
    bases |= {row.base_id for row in unmatched}
    imports = _imports_that_met(numbers, bases, pupil, {row.seen_in_id for row in unmatched})
    return Traces(
        pupil,
        numbers,
        keys,
        bases,
        unmatched=unmatched,
        suspended=[
            row
            for row in SuspendedResult.objects.filter(base__in=bases).select_related("base")
            if _is_one(keys_of(row.who), pupil, keys)
        ],
        held_back=_with_key(HeldBackRow.objects.select_related("base"), bases, guids),
        raw_marks=_with_key(RawMark.objects.select_related("base"), bases, guids),
        not_yet_held=_with_key(NotYetHeld.objects.all(), bases, guids),
        imports=imports,
        may_tell=_imports_that_left_somebody(imports, bases, pupil),
    )


def reasons_about(pupil: Pupil) -> "QuerySet[Decision]":
    """What people decided on a person, where they gave a reason: it may name anybody."""
    changes = changes_of(pupil)
    decided = Q(changes__in=changes) | Q(conflicts__pupil=pupil) | Q(known_as__pupil=pupil) | Q(merged__pupil=pupil)
    return Decision.objects.filter(decided).exclude(reason="").distinct()


def is_about_others(decision: Decision, pupil: Pupil) -> bool:
    """Whether a decision was on other persons, too."""
    if Conflict.objects.filter(decision=decision).exclude(pupil=pupil).exists():
        return True
    changes = list(Change.objects.filter(decision=decision).values_list("pk", flat=True))
    return bool(pupils_written_by(changes) - {pupil.pk})


def _guids(pupil: Pupil) -> frozenset[str]:
    return frozenset(PupilKey.objects.filter(pupil=pupil, kind=PupilKey.Kind.GUID).values_list("text", flat=True))


def _bases(pupil: Pupil) -> Iterator[int]:
    yield from Enrolment.objects.filter(pupil=pupil).values_list("base_id", flat=True)
    yield from KnownAs.objects.filter(pupil=pupil).values_list("base_id", flat=True)
    told = Base.objects.filter(pk__in=Change.objects.filter(pk__in=changes_of(pupil)).values("base"))
    yield from told.values_list("pk", flat=True)


def _may_wait(pupil: Pupil, keys: Collection[MatchKeys], bases: Collection[int]) -> "QuerySet[Unmatched]":
    """Rows worth a closer look; not those of whom a person said that they are somebody else."""
    numbers = {number for one in keys for number in one.upns}
    births = {one.born for one in keys} - {None}
    alike = Q(base__in=bases) | Q(upn__in=numbers) | Q(born__in=births)
    rows = Unmatched.objects.filter(alike, seen_in__subject=pupil.kind).exclude(not_of=pupil.pk)
    return rows.select_related("base", "seen_in").order_by("pk")


def _said_by(row: Unmatched) -> MatchKeys:
    return keys_of_incoming(incoming_of_text(row.entry_text))


def _is_one(incoming: MatchKeys, pupil: Pupil, known: Collection[MatchKeys]) -> bool:
    """Whether an import would take an entry for the person, were nobody else held."""
    held = (Held(pupil.pk, keys) for keys in known)
    today = timezone.localdate()
    return any(isinstance(match(incoming, [one], _ANY_GUID, today), Match | Inactive) for one in held)


def _with_key(rows: "QuerySet[Any]", bases: Collection[int], guids: Collection[str]) -> list[Any]:
    """Those of the rows of these schools whose vendor's key is one of the person's."""
    return [row for row in rows.filter(base__in=bases).iterator() if normal_guid(row.key) in guids] if guids else []


def _imports_that_met(
    numbers: Collection[int], bases: Collection[int], pupil: Pupil, have_it_wait: Collection[int]
) -> list[Import]:
    ours = frozenset(numbers)
    met = Met.objects.filter(of__base__in=bases, of__subject=pupil.kind).defer("not_taken", "entered_packed")
    found = {one.of_id for one in met.iterator() if any(not ours.isdisjoint(fate) for fate in one.fates.values())}
    return list(Import.objects.filter(pk__in=found.union(have_it_wait)).select_related("base", "first_load"))


def _imports_that_left_somebody(known: Collection[Import], bases: Collection[int], pupil: Pupil) -> list[Import]:
    left = Met.objects.filter(of__base__in=bases, of__subject=pupil.kind).exclude(not_taken={})
    others = Import.objects.filter(pk__in=left.values("of")).exclude(pk__in=[one.pk for one in known])
    return list(others)
