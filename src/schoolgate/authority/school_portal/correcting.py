"""*Things to correct*: what the authority does not take of a school's values and pupils, as the school itself put them.

The list is the one that the exchange tells a school's program. The children's names are those of the school's own
file; of whom might be a restricted pupil nothing is told.
"""

import logging
from collections.abc import Collection, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

from schoolgate.authority.bases.models import Base
from schoolgate.authority.exchange.feedback import numbers_as_sent, value_as_sent
from schoolgate.authority.exchange.import_job import schemas_of_today
from schoolgate.authority.exchange.kinds import KINDS
from schoolgate.authority.exchange.models import ReceivedFile
from schoolgate.authority.exchange.outcomes import standing_refusals
from schoolgate.authority.exchange.store import received_files
from schoolgate.authority.importing.held import restricted_held
from schoolgate.authority.importing.matching.keys import keys_of
from schoolgate.authority.importing.matching.nearness import may_be_any
from schoolgate.authority.importing.matching.rules import Held
from schoolgate.documents.problems import DocumentError
from schoolgate.documents.students.reader import StudentFile
from schoolgate.documents.students.wording import label_of
from schoolgate.wire.correction_words import LA_DECIDES, how_to_correct, item_words, value_words, why_not_taken

log = logging.getLogger(__name__)

MOST_SHOWN = 1_000
"""Of a longer list no more than an office can use."""


@dataclass(frozen=True)
class ToCorrect:
    """A value, or a whole pupil (no `item`), that was not taken and that the school can put right.

    `pupil` is how the school's own file names the child, empty where that is not kept any more. `new`: the newest file
    was the first to say it.
    """

    pupil: str
    upn: str
    item: str
    value: str
    code: str
    since: datetime
    new: bool

    @property
    def child(self) -> str:
        return self.pupil or self.upn or "not named"

    @property
    def item_words(self) -> str:
        return item_words(self.item)

    @property
    def why(self) -> str:
        return why_not_taken(self.code)

    @property
    def remedy(self) -> str:
        return how_to_correct(self.item, self.code)


def newest_imported(base: Base) -> ReceivedFile | None:
    """The file of which the list is: the newest pupil file of this base that was imported."""
    files = ReceivedFile.objects.filter(base=base, kind=KINDS["student"].name, its_import__completed_at__isnull=False)
    return files.select_related("base", "its_import").first()


def how_many(base: Base) -> int:
    """How many things there are to correct."""
    file = newest_imported(base)
    if file is None:
        return 0
    pupils = _pupils_not_taken(file)
    if pupils and (hidden := restricted_held()):
        pupils = _Names(file, (), pupils, hidden).pupils
    return len(pupils) + standing_refusals(file).exclude(code__in=LA_DECIDES).count()


def things_to_correct(base: Base) -> list[ToCorrect]:
    """What this school can put right, by child, the new first; at most `MOST_SHOWN` values."""
    file = newest_imported(base)
    if file is None or file.its_import is None:
        return []
    job = file.its_import.job_id
    refusals = list(standing_refusals(file).exclude(code__in=LA_DECIDES).order_by("-first_seen_in", "pk")[:MOST_SHOWN])
    upns = numbers_as_sent(base, {refusal.pupil_id for refusal in refusals})
    names = _Names(file, set(upns.values()), _pupils_not_taken(file), restricted_held())
    pupils = [
        ToCorrect(names.by_number.get(number, f"Pupil {number}"), "", "", "", code, file.received_at, new=True)
        for number, code in names.pupils.items()
    ]
    values = [
        ToCorrect(
            pupil=names.by_upn.get(upns.get(refusal.pupil_id, ""), ""),
            upn=upns.get(refusal.pupil_id, ""),
            item=refusal.item,
            value=value_words(value_as_sent(refusal)),
            code=refusal.code,
            since=refusal.since,
            new=refusal.first_seen_in == job,
        )
        for refusal in refusals
    ]
    return sorted([*pupils, *values], key=lambda one: (not one.new, one.child))


def _pupils_not_taken(file: ReceivedFile) -> Mapping[int, str]:
    """By its number in the file, why a pupil was not taken, where the school can do something about it."""
    problems = file.its_import.problems if file.its_import else ()
    told = {problem["pupil"]: problem["code"] for problem in problems if isinstance(problem.get("pupil"), int)}
    return {number: code for number, code in told.items() if code not in LA_DECIDES}


class _Names:
    """How the school's own file names pupils, by UPN and by their number in it, as far as it is kept.

    `pupils` are those not taken, without those who might be one of `hidden`.
    """

    def __init__(
        self, file: ReceivedFile, upns: Collection[str], pupils: Mapping[int, str], hidden: Collection[Held]
    ) -> None:
        self.by_upn: dict[str, str] = {}
        self.by_number: dict[int, str] = {}
        self.pupils = dict(pupils)
        if upns or pupils:
            self._read(file, upns, hidden)

    def _read(self, file: ReceivedFile, upns: Collection[str], hidden: Collection[Held]) -> None:
        try:
            with closing(received_files().open(file.sha256)) as plain:
                for entry in StudentFile(plain, schemas_of_today()).entries():
                    upn = str(entry.record.get("UPN", ""))
                    if entry.number in self.pupils and may_be_any(keys_of(entry.record), hidden):
                        del self.pupils[entry.number]
                    elif entry.number in self.pupils or upn in upns:
                        label = label_of(entry.record, entry.number)
                        self.by_upn.setdefault(upn, label)
                        self.by_number[entry.number] = label
        except (OSError, EOFError, DocumentError):
            log.info("A received file cannot be read any more: what to correct of it names no pupils.")
