"""An import from its first byte to its last commit: read, match, decide, apply (DESIGN 4).

First the whole document is read and its pupils are recognised; then portions of pupils are written, each in one
transaction. A crash leaves some pupils new and some old; the same job done again finds the new ones settled.
"""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass, field
from itertools import islice
from typing import Any, BinaryIO

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from schoolgate.authority.importing.addresses.listed import AS_SENT, AddressRule
from schoolgate.authority.importing.applying import AT_ONCE, Applying, ChangedMeanwhile
from schoolgate.authority.importing.aside import Aside
from schoolgate.authority.importing.case import Work
from schoolgate.authority.importing.counting import Counts, Fates, settled_fate_of
from schoolgate.authority.importing.deciding import IMPORT_EVERYTHING, Rules
from schoolgate.authority.importing.guarding import few_pupils, is_older, note_who_is_missing, roll_of
from schoolgate.authority.importing.held import HeldInDatabase, restricted_held
from schoolgate.authority.importing.matching.rules import MatchSettings
from schoolgate.authority.importing.models import Import, Met, Preview, Waiting
from schoolgate.authority.importing.previewing import Outlook, keep, key_of, look_ahead, upto_now
from schoolgate.authority.importing.reading import Document, Readable, Refused, incoming_of
from schoolgate.authority.importing.recognising import Recogniser, Recognition, WhyNot
from schoolgate.authority.importing.settling import digester, known_entries
from schoolgate.authority.importing.waiting import Waits, by_people, end_waiting, keep_waiting, wait_no_more
from schoolgate.authority.records.models import Pupil
from schoolgate.authority.records.restricting import let_nobody_be_restricted
from schoolgate.commons.faults import fault_point
from schoolgate.commons.jobs.kinds import LeaseLost
from schoolgate.documents.problems import Problem
from schoolgate.documents.students.versions import SchemaShelf

PROBLEMS_KEPT = 100
"""So many problems of a document are kept; all are counted."""

_WITHOUT_VALUES = ("code", "path", "line", "column", "rule", "item", "allowed", "remedy")
"""What is kept of a problem: the rest may quote a child's data."""


def _nothing(*_: object) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Telling:
    """Whom an import tells how it goes."""

    progress: Callable[[int, int, str], None] = _nothing
    """How many pupils are done of how many (0: not known), and what is being done. May end the import by raising."""
    ended: Callable[[Import], None] = _nothing
    """Called within the transaction in which the import completes, fails or begins to wait."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """By what an import matches and decides."""

    matching: MatchSettings = field(default_factory=MatchSettings)
    rules: Rules = IMPORT_EVERYTHING
    add_unmatched: bool = True
    """Whether whom nobody knows is added; else it waits for a person."""
    addresses: AddressRule = AS_SENT
    """By what addresses are taken."""
    demo: bool = False
    """Whether numbers of samples are taken."""
    shortcut: bool = True
    """Whether what is settled is passed over: the result is the same without."""
    ask_first: bool = False
    """Whether a person looks at what an import would do before it is done."""

    @property
    def key(self) -> str:
        """Stands for all that decides, as a preview remembers it."""
        return key_of(self.rules, self.matching.key, str(self.add_unmatched), self.addresses.key, str(self.demo))


def carry_out(
    this: Import,
    open_stream: Callable[[], BinaryIO],
    ruling: Ruling,
    *,
    job: int,
    shelf: SchemaShelf | None = None,
    telling: Telling | None = None,
) -> None:
    """Import the student file whose plain bytes ``open_stream`` gives, as often as asked (``carry_out_document``)."""
    carry_out_document(
        this, lambda: Document(open_stream, shelf, demo=ruling.demo), ruling, job=job, telling=telling or Telling()
    )


def carry_out_document(
    this: Import, open_document: Callable[[], Readable], ruling: Ruling, *, job: int, telling: Telling
) -> None:
    """Import a document, whatever it is.

    In the end ``this`` is completed, waits for a person, or has failed because the document is refused whole: which of
    them is on the row. Done again after a crash it goes on; done again after its end it changes nothing. ``job`` is the
    number of the job that does it. ``open_document`` may raise Refused.
    """
    if this.completed_at:
        return
    # A job that failed may be started again: an operator has added a schema, say.
    this.failed_at, this.problems = None, []
    course = _Course(this, ruling, job, telling, stored_done=this.done)
    try:
        course.document = open_document()
        if Waiting.OLDER not in this.agreed and is_older(this):
            _wait(course, Waiting.OLDER)
            return
        while True:
            try:
                _carry_out(course)
            except ChangedMeanwhile:
                continue
            return
    except Refused as refused:
        _refuse(course, refused)


@dataclass(slots=True)
class _Course:
    """One attempt at an import."""

    this: Import
    ruling: Ruling
    job: int
    telling: Telling
    stored_done: int
    """What the row says of the pupils done, as far as this attempt knows."""
    document: Readable = field(init=False)


def _carry_out(course: _Course) -> None:
    with Aside() as aside:
        _import(course, aside)


def _import(course: _Course, aside: Aside) -> None:
    this = course.this
    newest_pupil = Pupil.people.aggregate(newest=Max("pk"))["newest"] or 0
    roll = roll_of(this.base, this.told_of)
    found = recognise(
        this,
        course.document,
        course.ruling,
        job=course.job,
        aside=aside,
        on_progress=lambda number: course.telling.progress(number, 0, "reading"),
    )
    if this.full and Waiting.FEW not in this.agreed and few_pupils(roll, found):
        figures = {"roll": len(roll), "of_roll": len(roll & found.seen), "pupils": found.pupils}
        _wait(course, Waiting.FEW, figures)
        return
    applying = Applying(
        this,
        course.ruling.rules,
        job=course.job,
        newest_pupil=newest_pupil,
        addresses=course.ruling.addresses,
    )
    if course.ruling.ask_first and Waiting.ASKED not in this.agreed:
        upto = upto_now()
        outlook = look_ahead(applying, found, aside)
        _wait(course, Waiting.ASKED, outlook=outlook, upto=upto)
        return
    this.pupils = found.pupils
    this.done = found.pupils - len(found.to_do)
    written = Counts.from_json(this.counts)
    counted = Met.pupils_of(this)
    entries = iter(aside)
    while read := list(islice(entries, AT_ONCE)):
        portion = [Work(found.to_do[number], incoming) for number, incoming in read if number in found.to_do]
        waiting = [
            Waits(number, found.signs[number], why, incoming)
            for number, incoming in read
            if (why := found.waits(number))
        ]
        if not portion and not waiting:
            continue
        with transaction.atomic():
            _hold_alone(course)
            let_nobody_be_restricted()
            if any(work.whose.pupil is None for work in portion) and restricted_held(this.told_of) != found.restricted:
                # Who is to be added might be somebody who was restricted since.
                raise ChangedMeanwhile
            fates = _without(counted, applying.apply(portion))
            keep_waiting(this, waiting)
            taken = (number for number, _ in read if number in found.to_do)
            wait_no_more(this, [found.signs[number] for number in taken if number in found.signs])
            Met.keep(this, fates, entered=applying.entered)
            written += Counts.of(fates)
            this.done += len(portion)
            this.counts = written.as_json()
            this.save(update_fields=["pupils", "done", "counts", "failed_at", "problems"])
            course.stored_done = this.done
            fault_point("import.before-commit")
        fault_point("import.portion")
        course.telling.progress(this.done, this.pupils, "importing")
    with transaction.atomic():
        _hold_alone(course)
        note_who_is_missing(this, roll, found.seen, course.job)
        end_waiting(this)
        _complete(course, found, written, counted)
        fault_point("import.before-end")
    fault_point("import.completed")


def _hold_alone(course: _Course) -> None:
    """Lock the import's row. Whoever lost the job stops, once another attempt wrote, or a person decided, since."""
    this = course.this
    as_it_was = Import.objects.filter(
        pk=this.pk,
        job=this.job_id,
        done=course.stored_done,
        completed_at=None,
        waiting="",
        not_imported_because="",
    )
    if not as_it_was.select_for_update().values_list("pk"):
        raise LeaseLost


def _without(counted: AbstractSet[int], fates: Fates) -> Fates:
    """The fates of those whom no attempt before this one counted: what was counted first stands.

    An entry comes again when another school changed its pupil meanwhile, or when the import goes on by another job.
    """
    if not counted:
        return fates
    left = {fate: [pupil for pupil in pupils if pupil not in counted] for fate, pupils in fates.items()}
    return {fate: pupils for fate, pupils in left.items() if pupils}


def recognise(
    this: Import,
    document: Readable,
    ruling: Ruling,
    *,
    job: int,
    aside: Aside,
    on_progress: Callable[[int], None],
) -> Recognition:
    """Find out whose each entry of a document is, and put ``aside`` what is to be decided on. Raises Refused.

    Nothing is written, and ``this`` need not be saved. ``on_progress`` is told how many entries were met.
    """
    check = document.value_check()
    recogniser = Recogniser(
        document,
        HeldInDatabase(this.base, this.told_of),
        known_entries(this.base, full=this.full) if ruling.shortcut else {},
        digester(
            judged_by=document.judged_by,
            academic_year=document.header.academic_year,
            matching=ruling.matching,
            rules=ruling.rules,
            addresses=ruling.addresses.key,
            demo=ruling.demo,
        ),
        lambda entry: aside.put(entry.number, incoming_of(entry, check, full=this.full, of=document.speaks_of(entry))),
        ruling.matching,
        job=job,
        today=timezone.localdate(),
        people=by_people(this.base, this.told_of),
        add_unmatched=ruling.add_unmatched,
    )
    return recogniser.recognise(on_progress)


def _complete(course: _Course, found: Recognition, written: Counts, counted: AbstractSet[int]) -> None:
    """The numbers of all pupils, and the end."""
    this = course.this
    settled = _without(counted, {settled_fate_of(tally): pupils for tally, pupils in found.settled.items()})
    not_taken: dict[str, list[int]] = {}
    for number, why in sorted(found.not_taken.items()):
        not_taken.setdefault(why, []).append(number)
    Met.keep(this, settled, not_taken)
    counts = written + Counts.of(settled)
    twice = sum(why is WhyNot.TWICE for why in found.not_taken.values())
    counts.pupils["twice"] += twice
    counts.pupils["unmatched"] += len(found.not_taken) - twice
    this.counts = counts.as_json()
    this.problems = [{"code": why, "pupil": number} for number, why in sorted(found.not_taken.items())[:PROBLEMS_KEPT]]
    this.pupils = this.done = found.pupils
    this.completed_at = timezone.now()
    this.save()
    Preview.objects.filter(of=this).delete()
    course.telling.ended(this)


def _wait(
    course: _Course,
    waiting: Waiting,
    figures: dict[str, int] | None = None,
    *,
    outlook: Outlook | None = None,
    upto: tuple[int, int] = (0, 0),
) -> None:
    this = course.this
    with transaction.atomic():
        _hold_alone(course)
        if outlook is not None:
            keep(this, outlook, [waiting], course.ruling.key, upto)
        this.waiting, this.figures = waiting, figures or {}
        this.save(update_fields=["waiting", "figures"])
        course.telling.ended(this)


def _refuse(course: _Course, refused: Refused) -> None:
    this = course.this
    with transaction.atomic():
        _hold_alone(course)
        this.problems = [told_problem(problem) for problem in refused.problems[:PROBLEMS_KEPT]]
        this.failed_at = timezone.now()
        this.save(update_fields=["problems", "failed_at"])
        course.telling.ended(this)


def told_problem(problem: Problem) -> dict[str, Any]:
    """What is kept of a problem: nothing that quotes a value."""
    return {name: value for name, value in asdict(problem).items() if name in _WITHOUT_VALUES and value}
