"""What an import would do: everything but apply (DESIGN 4). No pupil's row is written, nor one of what waits."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from schoolgate.authority.importing.applying import AT_ONCE, Applying
from schoolgate.authority.importing.aside import Aside
from schoolgate.authority.importing.before_and_after import around_the_difference
from schoolgate.authority.importing.case import Case, Work, fates_of
from schoolgate.authority.importing.counting import Counts, Fates, settled_fate_of
from schoolgate.authority.importing.deciding import Rules
from schoolgate.authority.importing.models import Import, Preview
from schoolgate.authority.importing.recognising import Recognition, WhyNot
from schoolgate.authority.records.columns import pupil_columns
from schoolgate.authority.records.groups.data_group import DataGroup
from schoolgate.authority.records.groups.enrolment import ENROLMENT
from schoolgate.authority.records.groups.registry import group_numbered
from schoolgate.authority.records.models import Change, Decision


class NewPupil(NamedTuple):
    """Who would be added, by the place in the document."""

    number: int
    surname: str
    forename: str
    born: str
    year_group: str


class Value(NamedTuple):
    """A value that would be written, would wait for a person, or would be left out."""

    pupil: int
    group: int
    item: str
    what: str
    """`changed`, `conflict` or `left_out`."""
    ours: str
    theirs: str
    code: str

    @property
    def data_group(self) -> DataGroup:
        """The group it is of."""
        return group_numbered(self.group)


@dataclass(slots=True)
class Outlook:
    """What a document would do to its pupils."""

    pupils: int = 0
    fates: Fates = field(default_factory=dict)
    """Held pupils by what would become of them; 0 stands for each new one."""
    twice: int = 0
    unmatched: int = 0
    new: list[NewPupil] = field(default_factory=list)
    values: list[Value] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, Any]:
        """As `Import.counts` would be."""
        counts = Counts.of(self.fates)
        counts.pupils["twice"] += self.twice
        counts.pupils["unmatched"] += self.unmatched
        return counts.as_json()


def look_ahead(
    applying: Applying, found: Recognition, aside: Aside, on_progress: Callable[[int, int], None] = lambda *_: None
) -> Outlook:
    """Decide on a document's pupils as an import would. Raises ChangedMeanwhile.

    No pupil is in two portions, so that what an earlier one would have written is nothing to a later one.
    """
    twice = sum(why is WhyNot.TWICE for why in found.not_taken.values())
    outlook = Outlook(found.pupils, twice=twice, unmatched=len(found.not_taken) - twice)
    for tally, pupils in found.settled.items():
        outlook.fates.setdefault(settled_fate_of(tally), []).extend(pupils)
    entries = iter(aside)
    done = found.pupils - len(found.to_do)
    while read := list(islice(entries, AT_ONCE)):
        numbers = [number for number, _ in read if number in found.to_do]
        portion = [Work(found.to_do[number], incoming) for number, incoming in read if number in found.to_do]
        with transaction.atomic():
            cases = applying.decide(portion)
        for number, case in zip(numbers, cases, strict=True):
            case.is_changed = bool(case.decisions.writes) or case.holding.enrolment is None
            if case.is_new:
                outlook.new.append(_new(number, case))
            elif not case.holding.restricted:
                outlook.values += _values(case)
        for fate, pupils in fates_of(cases).items():
            outlook.fates.setdefault(fate, []).extend(pupils)
        done += len(portion)
        on_progress(done, found.pupils)
    return outlook


def keep(this: Import, outlook: Outlook, asks: list[str], ruled_by: str, upto: tuple[int, int]) -> Preview:
    """Keep what was found in the place of the preview before it; ``upto`` is `upto_now` of before it was looked for."""
    preview = Preview.objects.filter(of=this).first() or Preview(of=this)
    preview.made_at = timezone.now()
    preview.pupils, preview.counts, preview.asks, preview.problems = outlook.pupils, outlook.counts, asks, []
    preview.upto_change, preview.upto_decision = upto
    preview.ruled_by = ruled_by
    preview.pack({"new": outlook.new, "values": outlook.values})
    preview.save()
    return preview


def upto_now() -> tuple[int, int]:
    """The newest change and the newest decision: whatever comes later may make a preview stale."""
    return (
        Change.objects.aggregate(newest=Max("pk"))["newest"] or 0,
        Decision.objects.aggregate(newest=Max("pk"))["newest"] or 0,
    )


def is_stale(preview: Preview, ruled_by: str) -> bool:
    """Whether something was written or decided since, or other rules count: the import may do something else."""
    this = preview.of
    changes = Change.objects.filter(Q(base=this.base_id) | Q(source=Change.Source.PERSON), pk__gt=preview.upto_change)
    decided = Decision.objects.filter(pk__gt=preview.upto_decision)
    return preview.ruled_by != ruled_by or changes.exists() or decided.exists()


def new_pupils(preview: Preview) -> list[NewPupil]:
    """Who would be added."""
    return [NewPupil(*one) for one in preview.told.get("new", [])]


def values(preview: Preview) -> list[Value]:
    """What would be written, wait or be left out of held pupils, but for restricted ones."""
    return [Value(*one) for one in preview.told.get("values", [])]


def key_of(rules: Rules, *others: str) -> str:
    """What stands for all that a preview was decided by beside what is held."""
    items = {"/".join(place): effect for place, effect in sorted(rules.items.items())}
    return "|".join([rules.otherwise, str(dict(sorted(rules.groups.items()))), str(items), *others])


def _new(number: int, case: Case) -> NewPupil:
    columns = pupil_columns(case.after)
    year_group = case.after.get(ENROLMENT, {}).get("NCyearActual", "")
    born = columns["born"].isoformat() if columns["born"] else ""
    return NewPupil(number, columns["surname"], columns["forename"], born, year_group)


def _values(case: Case) -> Iterator[Value]:
    held = case.holding.payloads
    for write in case.decisions.writes:
        for item in write.taken:
            yield _value(case, write.group, item, "changed", held.get(write.group, {}).get(item), write.payload[item])
    for one in case.decisions.conflicts:
        yield _value(case, one.group, one.item, "conflict", one.held, one.incoming)
    for left in case.decisions.left_out:
        yield _value(case, left.group, left.item, "left_out", None, left.value, left.code)


def _value(case: Case, group: DataGroup, item: str, what: str, ours: Any, theirs: Any, code: str = "") -> Value:
    form = group.form_of(item)
    texts = [
        "" if value is None else value if isinstance(value, str) and code else form.text(value)
        for value in (ours, theirs)
    ]
    return Value(case.pupil_id, group.number, item, what, *around_the_difference(*texts), code)
