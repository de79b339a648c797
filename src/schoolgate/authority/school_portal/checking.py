"""What is found of a file that a school uploads, before anything of it is kept: the checks of a school's own site."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO

from django.conf import settings
from django.db.models import QuerySet

from schoolgate.authority.bases.la import LA_NUMBER, la_called
from schoolgate.authority.bases.models import Base
from schoolgate.authority.exchange.door import refuse_in_maintenance
from schoolgate.authority.exchange.kinds import KINDS
from schoolgate.authority.exchange.models import ReceivedFile
from schoolgate.authority.exchange.problems import PROBLEMS, ApiProblem
from schoolgate.authority.exchange.receiving import base_of
from schoolgate.authority.importing.models import Import
from schoolgate.authority.records.models import Change
from schoolgate.commons.schemas import site_shelf
from schoolgate.documents.problems import DocumentError
from schoolgate.documents.students.check import Verdict, check_stream
from schoolgate.documents.students.header import HEAD_LIMIT, Header, read_header
from schoolgate.documents.students.holding_back import Reason, reason_against
from schoolgate.documents.students.names import StudentFileName
from schoolgate.documents.students.naming import suggest_name
from schoolgate.documents.students.versions import SchemaShelf

KIND = KINDS["student"]
FEW = 0.6
"""A full file with a smaller part of the last one's pupils is asked about."""

_WORDS = {
    "no-licence": ("Your LA has no licence for your school, so it takes no files from it.", "Ask it to get one."),
    "no-out-of-county-licence": (
        "This LA has no Out of County licence, so it takes no files from schools of other LAs.",
        "Ask it to get one.",
    ),
    "maintenance": ("This site is being looked after, and takes no files now.", "Upload the file again later."),
    "not-set-up": ("This site does not know yet which LA it belongs to.", "Upload the file again later."),
    "no-space": (
        "There is no space left here; your LA was told.",
        "Nothing was kept. Upload the file again later.",
    ),
}
"""What the door's refusals are to a person, and what to do; the others cannot be met by who passed the checks."""


@dataclass(frozen=True)
class Checked:
    """What was found of a file: `name` is the one under which it goes, `given` the one it came with.

    `reason` says why it may not be sent. `known` is the very same file, received before; else there may be `questions`
    to answer first. `before` is the number of pupils of the last full file, where this is one and there was one.
    """

    given: str
    name: str
    verdict: Verdict
    reason: Reason | None
    known: ReceivedFile | None
    questions: tuple[str, ...]
    before: int | None

    @property
    def renamed(self) -> bool:
        return self.given != self.name


def check(base: Base, given: str, stream: BinaryIO) -> Checked:
    """Check a file that a person of this base chose; `stream` can be read again from its start."""
    shelf = site_shelf()
    name = suggest_name(given, _header_in(stream, shelf), lambda *_: _used_names(base)) or given
    stream.seek(0)
    verdict = check_stream(stream, name=name, shelf=shelf, demo=settings.SCHOOLGATE_DEMO)
    reason = reason_against(verdict, name, "", lambda parts: _elsewhere(base, parts)) or _shut_out(base, name)
    before = _pupils_before(base) if verdict.header and verdict.header.qualifier == "full" else None
    known: ReceivedFile | None = None
    questions: tuple[str, ...] = ()
    if reason is None:
        received = ReceivedFile.objects.filter(base=base, kind=KIND.name)
        known = received.filter(name=name, sha256=verdict.sha256).first()
        questions = (*_about_pupils(verdict, before), *_about_earlier(received, name, verdict.sha256))
    return Checked(given, name, verdict, reason, known, questions, before)


def words_of(code: str) -> Reason:
    """What a refusal of the exchange's door is to a person, by its code."""
    sentence, remedy = _WORDS.get(code, (PROBLEMS[code].detail, ""))
    return Reason(code, sentence, remedy)


def _header_in(stream: BinaryIO, shelf: SchemaShelf) -> Header | None:
    with suppress(DocumentError):
        return read_header(stream.read(HEAD_LIMIT), shelf.layouts)
    return None


def _used_names(base: Base) -> Iterable[str]:
    """Its own only: how far the serials of another school have come is not for this one."""
    return ReceivedFile.objects.filter(base=base, kind=KIND.name).values_list("name", flat=True)


def _elsewhere(base: Base, parts: StudentFileName) -> Reason | None:
    """Why a file of this name is not for this school to send, or not to this LA."""
    here = LA_NUMBER.get()
    if not here:
        return words_of("not-set-up")
    if (parts.source_la, parts.source_school) != (base.la, base.number):
        return Reason(
            "not-your-base",
            f"The file is from school {parts.source_la} {parts.source_school}, and you send for {base}.",
            "Choose the file of this school. If you work for the other one too, go to its pages first.",
        )
    if parts.destination_la != here:
        return Reason(
            "not-this-authority",
            f"The file is for LA {parts.destination_la}, and this is {la_called()} ({here}).",
            "Set the LA that the file goes to in the export of your MIS, and export again.",
        )
    return None


def _shut_out(base: Base, name: str) -> Reason | None:
    """Why the exchange's door would not take any file of this school today."""
    try:
        refuse_in_maintenance()
        base_of(Base.objects.filter(pk=base.pk), KIND, name)
    except ApiProblem as problem:
        return words_of(problem.code)
    return None


def _pupils_before(base: Base) -> int | None:
    imported = Import.objects.of_files().filter(base=base, source=Change.Source.FILE, full=True, undo=None)
    imported = imported.filter(completed_at__isnull=False)
    return imported.order_by("-written_at").values_list("pupils", flat=True).first()


def _about_pupils(verdict: Verdict, before: int | None) -> Iterator[str]:
    if not verdict.pupils:
        yield "The file holds no pupil. Is that right?"
    elif before and verdict.pupils < before * FEW:
        fewer = round(100 - 100 * verdict.pupils / before)
        yield (
            f"This is a full file, and it holds {fewer} % fewer pupils than your last one: {verdict.pupils:,}, not "
            f"{before:,}. Are these all pupils of your school?"
        )


def _about_earlier(received: QuerySet[ReceivedFile], name: str, sha256: str) -> Iterator[str]:
    same = received.filter(sha256=sha256).first()
    if same is not None:
        yield f"The same content was received before, as {same.name}. Sent again it changes nothing."
    elif received.filter(name=name).exists():
        yield "A file of this name with other content was received before. Is this one the newer?"
