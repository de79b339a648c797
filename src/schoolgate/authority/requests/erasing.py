"""Erase all that is held of a person, because of a request, with its trace (UK GDPR Article 17, ADR 027).

One transaction takes the record with its history and everything that was said of it elsewhere, and writes what stays:
the audit's line, without a name, and keyed digests by which the person is known again (`importing.erased`). A kill
leaves all or nothing. Bytes of files go with the next sweep, once no row speaks of them, as with retention.
"""

from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest
from django.utils import timezone

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection.models import CollectionRun, HeldBackRow, NotYetHeld, RawMark, SuspendedResult
from schoolgate.authority.collection.models.run import OPEN
from schoolgate.authority.exchange.models import OutboxEntry, ReceivedFile
from schoolgate.authority.exchange.outbox import withdraw_what_tells_of
from schoolgate.authority.exchange.retention import reason_to_keep
from schoolgate.authority.importing.erased import note_erased
from schoolgate.authority.importing.models import Conflict, Met, Note, Preview, Unmatched
from schoolgate.authority.importing.telling import refusals_changed
from schoolgate.authority.records.models import (
    Attendance,
    Decision,
    EnrolmentGroup,
    Pupil,
    PupilGroup,
    Refusal,
    Restriction,
)
from schoolgate.authority.records.removing import remove
from schoolgate.authority.records.restricting import let_nobody_be_restricted
from schoolgate.authority.records.roll import is_on_roll
from schoolgate.authority.requests.models import DataRequest, Kind, State
from schoolgate.authority.requests.receiving import end, held, note
from schoolgate.authority.requests.traces import Traces, is_about_others, reasons_about, traces_of
from schoolgate.commons.accounts.models import User
from schoolgate.commons.faults import fault_point

RULES = (
    ("17(1)(a)", "It is no longer needed for what it was collected for"),
    ("17(1)(b)", "Consent was withdrawn, and nothing else allows to hold it"),
    ("17(1)(c)", "The person objects, and no overriding reason stands against it"),
    ("17(1)(d)", "It was never allowed to be held"),
    ("17(1)(e)", "A law asks for it to be erased"),
)
"""Grounds of UK GDPR Article 17(1), each by its letter."""

STAYS = (
    (
        "In the audit: who looked and who did what, by number. Nobody can change the audit, so what colleagues typed "
        "there, to find somebody or as a reason, stays as they typed it."
    ),
    "The numbers of each import, and each file’s name, receipt and digest: they name nobody.",
    (
        "Keyed digests of the person’s numbers, and of names with the date of birth: by them an entry of a later file "
        "is known again and waits for you, so that no file brings the record back by itself."
    ),
    "Backups of this site, until the last one from before the erasure is gone.",
    "What schools and others hold. Ask them, too.",
)
"""What no erasure takes, and why."""

RESTRICTED = (
    "The whereabouts of this pupil must not leak, and only its record says so. Lift the restriction first; once the "
    "record is erased, what a school sends of the child is seen by every officer."
)


class CannotErase(Exception):
    """Nothing was erased; the text says why, and what to do."""


class Goes(NamedTuple):
    """What an erasure takes, as the heading of a list's line, and how many of them."""

    words: str
    number: int


class Foreseen(NamedTuple):
    """What an erasure would do: what goes, what stays and why, and what speaks against it (empty: nothing)."""

    goes: list[Goes]
    stays: list[str]
    faults: list[str]
    warnings: list[str]


def foresee(pupil: Pupil) -> Foreseen:
    """What erasing a person would do; nothing is written."""
    traces = traces_of(pupil)
    goes = [one for one in _what_goes(pupil, traces) if one.number]
    stays = list(STAYS)
    if needed := sorted({file.name for file in _files(traces)[1]}):
        stays.append(f"The content of {', '.join(needed)}: until its import has ended, and as long as files are kept.")
    return Foreseen(goes, stays, _faults(pupil), _warnings(pupil))


def _what_goes(pupil: Pupil, traces: Traces) -> Iterator[Goes]:
    enrolments = list(pupil.enrolments.values_list("pk", flat=True))
    rows = [*PupilGroup.objects.of(pupil.pk)]
    for enrolment in enrolments:
        rows += EnrolmentGroup.objects.of(enrolment)
    yield Goes("Values, with all that they were before", sum(len(row.payload) for row in rows))
    yield Goes("Registers", Attendance.objects.filter(enrolment__pupil=pupil).count())
    yield Goes("Times at schools", len(enrolments))
    yield Goes("Conflicts, decided ones too", Conflict.objects.filter(pupil=pupil).count())
    yield Goes("Refused values", Refusal.objects.filter(pupil=pupil).count())
    yield Goes("Officers’ notes", Note.objects.filter(pupil=pupil).count())
    yield Goes("Reasons of decisions on this person alone", len(_reasons_for_it_alone(pupil)))
    yield Goes("Entries that wait and tell of the same person", len(traces.unmatched) + len(traces.suspended))
    from_systems = len(traces.held_back) + len(traces.raw_marks) + len(traces.not_yet_held)
    yield Goes("Rows of schools’ systems", from_systems)
    yield Goes("Content of files that told of the person", len(_files(traces)[0]))
    offered = traces.offered.filter(content_gone_at=None).count()
    yield Goes("Content of files for schools that tell of the person", offered)


@transaction.atomic
def erase(
    asked: DataRequest, *, rule: str, reason: str, by: User | None, request: HttpRequest | None = None
) -> DataRequest:
    """Erase the person whom a request is about, and close the request.

    `rule` is one of RULES by its letter, `reason` stands in the audit and names nobody. Raises receiving.Closed, and
    CannotErase, after which nothing is written.
    """
    if rule not in dict(RULES):
        raise ValueError(f"{rule} is no ground of Article 17(1).")
    let_nobody_be_restricted()
    pupil = Pupil.people.select_for_update(of=("self",)).filter(data_requests=asked).first()
    asked = held(asked.pk)
    if pupil is None:
        raise CannotErase("The record is not held any more.")
    if asked.kind != Kind.ERASURE:
        raise CannotErase(f"{asked.ref} does not ask for erasure.")
    if faults := _faults(pupil):
        raise CannotErase(" ".join(faults))
    traces = traces_of(pupil)
    note_erased(traces.keys, pupil.subject, asked.ref)
    _forget_what_was_said(pupil, traces)
    _forget_files(pupil, traces)
    _forget_who_asked(pupil, asked, by)
    end(asked, State.DONE, f"Erased: Article {rule}.", by=by)
    note(asked, f"{pupil.noun} erased", f"UK GDPR Article {rule}; {reason}", by=by, request=request)
    refused_at = list(Base.objects.filter(pk__in=pupil.refusals.values("base")))
    remove(pupil)
    for base in refused_at:
        refusals_changed(base)
    transaction.on_commit(_write_over)
    fault_point("erasing.before-commit")
    return asked


def _write_over() -> None:
    """Leave nothing in SQLite's log, nor in pages that it has yet to write over; somebody who reads may delay it.

    PostgreSQL takes the room of former rows for new ones by itself.
    """
    if connection.vendor == "sqlite":
        with suppress(DatabaseError), connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _faults(pupil: Pupil) -> list[str]:
    return [RESTRICTED] if Restriction.objects.filter(pupil=pupil).exists() else []


def _warnings(pupil: Pupil) -> list[str]:
    """Who is on a roll is told of again."""
    schools = [one.base.name for one in pupil.enrolments.select_related("base") if is_on_roll(one)]
    if not schools:
        return []
    told = f"{', '.join(schools)} told of this person last as there today."
    then = "The next file tells of it again, and waits for you."
    return [f"{told} {then} Where the law has you hold the record, refuse the request (Article 17(3))."]


def _reasons_for_it_alone(pupil: Pupil) -> list[Decision]:
    return [one for one in reasons_about(pupil) if not is_about_others(one, pupil)]


def _forget_what_was_said(pupil: Pupil, traces: Traces) -> None:
    """What names the person and has no foreign key to it; the rest goes with the record."""
    alone = [decision.pk for decision in _reasons_for_it_alone(pupil)]
    Decision.objects.filter(pk__in=alone).update(reason="")
    Unmatched.objects.filter(pk__in=[one.pk for one in traces.unmatched]).delete()
    SuspendedResult.objects.filter(pk__in=[one.pk for one in traces.suspended]).delete()
    HeldBackRow.objects.filter(pk__in=[one.pk for one in traces.held_back]).delete()
    RawMark.objects.filter(pk__in=[one.pk for one in traces.raw_marks]).delete()
    NotYetHeld.objects.filter(pk__in=[one.pk for one in traces.not_yet_held]).delete()
    # A preview tells names and values of everybody in a document; it is made anew when somebody asks.
    Preview.objects.filter(of__base__in=traces.bases).delete()
    Met.forget(traces.numbers, traces.bases)


def _files(traces: Traces) -> tuple[list[ReceivedFile], list[ReceivedFile]]:
    """Received files whose content nobody needs any more, and those that an import has yet to be done with."""
    kept = list(traces.files.filter(content_gone_at=None))
    needed = {file.sha256 for file in kept if reason_to_keep(file.its_import)}
    return [one for one in kept if one.sha256 not in needed], [one for one in kept if one.sha256 in needed]


def _forget_files(pupil: Pupil, traces: Traces) -> None:
    """The content of files and collections that told of the person, and of files that schools were to have."""
    now = timezone.now()
    withdrawn = [entry.pk for entry in traces.offered]
    withdraw_what_tells_of(pupil, "erased")
    OutboxEntry.objects.filter(pk__in=withdrawn, content_gone_at=None).update(content_gone_at=now)
    files, _ = _files(traces)
    ReceivedFile.objects.filter(pk__in=[file.pk for file in files]).update(content_gone_at=now)
    for run in traces.runs.exclude(source_key=""):
        if run.state not in OPEN and not reason_to_keep(run.its_import):
            CollectionRun.objects.filter(pk=run.pk).update(source_key="")


def _forget_who_asked(pupil: Pupil, asked: DataRequest, by: User | None) -> None:
    """Requests about a record that is gone name nobody any more, and nobody has to answer the others."""
    for other in DataRequest.objects.select_for_update(of=("self",)).open().filter(pupil=pupil).exclude(pk=asked.pk):
        end(other, State.DONE, f"The record was erased by {asked.ref}.", by=by)
    DataRequest.objects.filter(pupil=pupil).update(asked_by="")
