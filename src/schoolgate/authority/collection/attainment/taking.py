"""What a run does with files in a task's folder: their attainment, and nothing else of them, becomes one document.

It tells of pupils who are held at the school; for each of them it says who that is as it is held here, so that nothing
but attainment can differ. Of whom nobody knows there, the results wait (`suspense`), and are looked at again by each
run. What was read, what waits and what is imported change in one commit: after a kill all of it is read again.
"""

import hashlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection.attainment.folder import Found, files_of, fits, folder_below_root
from schoolgate.authority.collection.ending import succeed
from schoolgate.authority.collection.models import AttainmentFile, CollectionRun, Level, SuspendedResult
from schoolgate.authority.collection.run_log import RunLog
from schoolgate.authority.collection.staging import keep_lines
from schoolgate.authority.collection.who import only_who, who_is
from schoolgate.authority.exchange.import_job import schemas_of_today, submit_import
from schoolgate.authority.importing.matching.keys import keys_of
from schoolgate.authority.importing.models import Import
from schoolgate.authority.importing.people import sign_of
from schoolgate.authority.importing.recognising import WhyNot
from schoolgate.authority.importing.recognising_alone import recognise_alone
from schoolgate.authority.records.groups.attainment import ATTAINMENT
from schoolgate.authority.records.groups.data_group import Payload
from schoolgate.authority.records.keys import key_of
from schoolgate.authority.records.models import Change, Pupil
from schoolgate.commons.faults import fault_point
from schoolgate.commons.filestore import Stored
from schoolgate.commons.jobs.kinds import LeaseLost
from schoolgate.documents.problems import DocumentError
from schoolgate.documents.students.entries import Record
from schoolgate.documents.students.reader import StudentFile

NOT_HERE = "not-at-the-school"
"""Why results wait: the pupil is held, and has never been at this school."""


@dataclass
class Said:
    """What files say of one pupil, and which said it last."""

    who: Record
    results: Payload
    file: str


@dataclass
class _Read:
    """What was read of one run's files, by who it is as the school knows it."""

    said: dict[bytes, Said] = field(default_factory=dict)
    files: list[tuple[str, str]] = field(default_factory=list)
    left: int = 0
    """Files that could not be read; they are tried again."""


@dataclass
class _Sorted:
    """Whose the results are, by the pupil's number; and why the others wait, by sign."""

    known: dict[int, tuple[Pupil, Payload]] = field(default_factory=dict)
    waits: dict[bytes, str] = field(default_factory=dict)


def take_files(run: CollectionRun, notes: RunLog) -> None:
    """Read the new files of a run's school, and hand their attainment over to be imported.

    Raises FolderRefused, NoSpace, and LeaseLost where another attempt was quicker.
    """
    assert run.task is not None
    read = _read_files(run.base, folder_below_root(run.task.folder), notes)
    fault_point("attainment.read")
    with transaction.atomic():
        held = CollectionRun.objects.select_for_update().filter(pk=run.pk, job=run.job_id)
        waiting, known = _settle(run.base, read)
        AttainmentFile.objects.bulk_create(
            [AttainmentFile(base=run.base, name=name, sha256=sha256, run=run) for name, sha256 in read.files],
            ignore_conflicts=True,
        )
        if known:
            stored = keep_known(known)
            this = ask_for_import(run, stored.sha256)
            if not held.take("hand over", its_import=this, source_key=stored.sha256, held_back=waiting):
                raise LeaseLost
        elif not succeed(run, _in_words(read, waiting), level=_level(read, waiting), held_back=waiting):
            raise LeaseLost
        fault_point("attainment.before-commit")


def look_again(run: CollectionRun) -> bool:
    """Take the results that wait at a run's school and whose pupil is held by now, in the caller's transaction.

    False: there are none, and the run has nothing to do. Raises NoSpace.
    """
    _, known = _settle(run.base, _Read())
    if known:
        hand_over_known(run, known)
    return bool(known)


def hand_over_known(run: CollectionRun, known: Iterable[tuple[Pupil, Payload]]) -> None:
    """Have results of held pupils imported by a run, which is collecting. Raises NoSpace."""
    stored = keep_known(known)
    this = ask_for_import(run, stored.sha256)
    CollectionRun.objects.filter(pk=run.pk).take("hand over", its_import=this, source_key=stored.sha256)


def keep_known(known: Iterable[tuple[Pupil, Payload]]) -> Stored:
    """Write the document. Raises NoSpace."""
    lines = (
        {"key": str(pupil.pk), "who": who_is(pupil), "says": ATTAINMENT.write(results)}
        for pupil, results in sorted(known, key=lambda one: one[0].pk)
    )
    return keep_lines(None, lines)


def ask_for_import(run: CollectionRun, source_key: str) -> Import:
    """Ask for the import of a document that a run has kept."""
    this = Import.objects.create(
        base=run.base,
        source=Change.Source.RUN,
        source_name=f"{run.task_name}, {timezone.localtime(run.started_at or run.made_at):%d %b %Y %H:%M}",
        source_key=source_key,
        full=False,
        written_at=timezone.now(),
    )
    submit_import(this)
    return this


def _read_files(base: Base, folder: Path, notes: RunLog) -> _Read:
    """What is new in the folder. Raises FolderRefused."""
    read = _Read()
    taken = set(AttainmentFile.objects.filter(base=base).values_list("name", "sha256"))
    for found in files_of(folder, base):
        try:
            with found.path.open("rb") as stream:
                trouble = _why_not_looked_into(found, stream)
                if not trouble:
                    sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
                    if (found.name, sha256) in taken:
                        continue
                    trouble = _read_file(found, stream, read)
        except OSError as error:
            trouble = f"it cannot be read ({error.strerror or type(error).__name__})"
        except DocumentError as error:
            trouble = f"it is no pupil file that can be read ({error.code})"
        if trouble:
            read.left += 1
            notes.warn(f"{found.name}: {trouble}. It stays where it is, and the next run tries again.")
            continue
        read.files.append((found.name, sha256))
    return read


def _why_not_looked_into(found: Found, stream: BinaryIO) -> str:
    """Why a file is not read at all, empty where it is; before all of it is read for its digest. Raises OSError."""
    if os.fstat(stream.fileno()).st_size > settings.SCHOOLGATE_MAX_FILE_BYTES:
        return "it is larger than this authority takes"
    fitting = fits(found.name, stream)
    stream.seek(0)
    return "" if fitting else "name and header do not name the same school and authority"


def _read_file(found: Found, stream: BinaryIO, read: _Read) -> str:
    """Add what a file says; why it is not read, empty where it was. Raises DocumentError, OSError."""
    stream.seek(0)
    file = StudentFile(stream, schemas_of_today())
    records = [entry.record for entry in file.entries()]
    if file.problems.refusals:
        return f"{file.problems.refusals:,} places in it are not as its schema wants them"
    for record in records:
        results = ATTAINMENT.read(record)
        if results is not None:
            sign = sign_of(keys_of(record))
            before = read.said.get(sign)
            joined = ATTAINMENT.joined(before.results if before else None, results)
            read.said[sign] = Said(only_who(record), joined, found.name)
    return ""


def _settle(base: Base, read: _Read) -> tuple[int, list[tuple[Pupil, Payload]]]:
    """How many wait now that did not, and the results of pupils who are held; in the caller's transaction.

    What waited before is looked at again with what was read; what is known by now waits no more.
    """
    base = Base.objects.select_for_update(of=("self",)).get(pk=base.pk)
    rows = {bytes(row.sign): row for row in SuspendedResult.objects.select_for_update().filter(base=base)}
    said = dict(read.said)
    for sign, row in rows.items():
        now = said.get(sign)
        results = ATTAINMENT.joined(row.results, now.results) if now else row.results
        if row.state == SuspendedResult.State.DISCARDED and not ATTAINMENT.differing(row.results, results):
            said.pop(sign, None)
        else:
            said[sign] = Said(now.who if now else row.who, results, now.file if now else row.file)
    sorted_out = _sort(base, said)
    new = 0
    for sign, one in said.items():
        if sign not in sorted_out.waits:
            if sign in rows:
                rows[sign].delete()
            continue
        waits = rows.get(sign, SuspendedResult(base=base, sign=sign, state=""))
        new += waits.state != SuspendedResult.State.HELD
        waits.take(one.who, one.results)
        waits.state, waits.why, waits.file = SuspendedResult.State.HELD, sorted_out.waits[sign], one.file
        waits.surname_key = key_of(str(one.who.get("Surname", "")))[:400]
        waits.save()
    return new, list(sorted_out.known.values())


def _sort(base: Base, said: Mapping[bytes, Said]) -> _Sorted:
    found = recognise_alone(base, ((number, one.who) for number, one in enumerate(said.values(), 1)))
    pupils = {number: one.pupil for number, one in found.to_do.items() if one.pupil is not None}
    here = Pupil.objects.filter(pk__in=pupils.values(), enrolments__base=base).in_bulk()
    sorted_out = _Sorted()
    for number, (sign, one) in enumerate(said.items(), 1):
        pupil = here.get(pupils.get(number, 0))
        if pupil is None:
            sorted_out.waits[sign] = NOT_HERE if number in pupils else found.not_taken.get(number, WhyNot.NOT_KNOWN)
        else:
            before = sorted_out.known.get(pupil.pk)
            sorted_out.known[pupil.pk] = pupil, ATTAINMENT.joined(before[1] if before else None, one.results)
    return sorted_out


def _in_words(read: _Read, waiting: int) -> str:
    if not read.files and not read.left:
        return "No new file of the school lies in the folder."
    files = "1 file" if len(read.files) == 1 else f"{len(read.files):,} files"
    told = f"{files} read, with nothing to import."
    if waiting:
        told += f" Results of {waiting:,} pupil{'s' if waiting > 1 else ''} wait in suspense."
    if read.left:
        told += f" {read.left:,} could not be read; the details say why."
    return told


def _level(read: _Read, waiting: int) -> Level:
    return Level.WARN if read.left or waiting else Level.INFO
