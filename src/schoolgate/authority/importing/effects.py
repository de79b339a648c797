"""What rules would have done with what came lately, by the rows that tell what was done then (reference 9.5).

Looked at are the values that imports wrote, those that they put in conflict, and those that a rule left out. What was
held when a conflict opened, or a rule left a value out, is not known any more: what is held today is taken for it. No
rule decides on what is not valid, was refused by a person, or is left to the main registration.
"""

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, Literal, NamedTuple, TypeAlias

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.deciding import ALWAYS_IMPORTED, NOT_IMPORTED, Effect, Rules
from schoolgate.authority.importing.models import Conflict, Import
from schoolgate.authority.importing.recognising import NEW
from schoolgate.authority.records.groups.data_group import DataGroup, Payload
from schoolgate.authority.records.groups.registry import GROUPS, group_numbered
from schoolgate.authority.records.models import (
    Change,
    Enrolment,
    EnrolmentGroup,
    Pupil,
    PupilGroup,
    Refusal,
    Replaced,
    Restriction,
    row_key,
)
from schoolgate.authority.records.models.group_rows import group_of, owner_of

Fate: TypeAlias = Literal["imported", "filled", "conflict", "left-out"]
FATES: tuple[Fate, ...] = ("imported", "filled", "conflict", "left-out")

EXAMPLES = 10
_EXAMPLES_OF_A_GROUP = 3
_CHANGES_AT_ONCE = 50
_VALUES_AT_ONCE = 500

_Row: TypeAlias = tuple[int, int, int]
"""A version of a row: its table (``Replaced.Table``), its key, and the change that wrote it."""


class Example(NamedTuple):
    """A value that would have met another fate."""

    pupil: int
    group: str
    item: str
    was: Fate
    then: Fate


class _Value(NamedTuple):
    """A value that came: of whom, what became of it, and what was held."""

    pupil: int
    group: DataGroup
    item: str
    was: Fate
    held: Any
    is_new: bool = False
    """It came with the pupil's first arrival at the base, when there is nothing to be in conflict with."""


@dataclass(slots=True)
class Effects:
    """Numbers of values: by group, what became of them and what would have."""

    imports: int = 0
    new_pupils: int = 0
    """Of whom all is taken but what isn't imported: their values are not counted."""
    was: dict[str, Counter[str]] = field(default_factory=dict)
    then: dict[str, Counter[str]] = field(default_factory=dict)
    examples: list[Example] = field(default_factory=list)

    def count(self, value: _Value, then: Fate) -> None:
        """Count a value, and keep it as an example where its fate changes."""
        name = value.group.name
        self.was.setdefault(name, Counter())[value.was] += 1
        self.then.setdefault(name, Counter())[then] += 1
        if _as_before(value.was, then) or len(self.examples) >= EXAMPLES:
            return
        if sum(one.group == name for one in self.examples) < _EXAMPLES_OF_A_GROUP:
            self.examples.append(Example(value.pupil, name, value.item, value.was, then))

    def as_json(self) -> dict[str, Any]:
        """For a job's result: numbers and keys, no value of a child."""
        groups = {name: {"was": dict(self.was[name]), "then": dict(self.then[name])} for name in self.was}
        examples = [list(one) for one in self.examples]
        return {"imports": self.imports, "new_pupils": self.new_pupils, "groups": groups, "examples": examples}


def fate_of(effect: Effect, held: Any, *, is_new: bool = False) -> Fate:
    """What a rule makes of a valid value that differs from ``held`` (None: nothing is); as ``deciding.decide`` does."""
    if effect is Effect.DONT_IMPORT:
        return "left-out"
    if is_new or effect is Effect.ALWAYS_IMPORT:
        return "imported"
    if effect is Effect.IMPORT_IF_EMPTY and held is None:
        return "filled"
    return "conflict"


def effects_of(
    rules: Rules, bases: Collection[Base], since: datetime, on_progress: Callable[[int, int], None] | None = None
) -> Effects:
    """What ``rules`` would have done with what imports of these bases brought since then.

    The queries are counted by portions of changes and values, not by bases or pupils. Restricted pupils are left out:
    no rule decides on theirs.
    """
    imports = Import.objects.filter(base__in=bases, completed_at__gte=since, first_load=None)
    changes = Change.objects.filter(job__in=imports.order_by().values("job")).order_by("pk")
    rules_by_change = dict(changes.values_list("pk", "rule"))
    of_new = [pk for pk, rule in rules_by_change.items() if rule.partition("/")[0] == NEW]
    of_known = sorted(rules_by_change.keys() - set(of_new))
    found = Effects(imports.count(), Pupil.people.filter(created_by__in=of_new).count())
    restricted = set(Restriction.objects.values_list("pupil", flat=True))
    waiting = Conflict.objects.filter(base__in=bases, since__gte=since)
    refused = Refusal.objects.filter(base__in=bases, since__gte=since, code=NOT_IMPORTED)
    done, total = 0, len(of_known) + waiting.count() + refused.count()

    def take(values: Iterable[_Value], steps: int) -> None:
        nonlocal done
        for value in values:
            if value.pupil not in restricted and value.group.name not in ALWAYS_IMPORTED:
                effect = rules.effect(value.group, value.item)
                found.count(value, fate_of(effect, value.held, is_new=value.is_new))
        done += steps
        if on_progress:
            on_progress(done, total)

    for portion in _portions(of_known, _CHANGES_AT_ONCE):
        take(_written(portion), len(portion))
    for said in _portions(waiting.order_by("pk").iterator(_VALUES_AT_ONCE), _VALUES_AT_ONCE):
        take(_said(said, "conflict"), len(said))
    for left in _portions(refused.order_by("pk").iterator(_VALUES_AT_ONCE), _VALUES_AT_ONCE):
        take(_said(left, "left-out"), len(left))
    return found


def _written(changes: Collection[int]) -> Iterator[_Value]:
    """The values that changes wrote. Six queries."""
    tables = (Replaced.Table.PUPIL_GROUP, Replaced.Table.ENROLMENT_GROUP)
    after: dict[_Row, str] = {}
    for table, model in zip(tables, (PupilGroup, EnrolmentGroup), strict=True):
        for key, change, text in model._default_manager.filter(change__in=changes).values_list(  # noqa: SLF001
            "key", "change_id", "payload_text"
        ):
            after[table, key, change] = text
    # Registers are sorted out here: asked for the tables too, databases read all of them and not the changes' few.
    former = Replaced.objects.order_by()
    for table_, key, change, text in former.filter(written_by__in=changes).values_list(
        "table", "key", "written_by_id", "payload_text"
    ):
        if table_ in tables:
            after[table_, key, change] = text
    before = {
        (table_, key, change): text
        for table_, key, change, text in former.filter(replaced_by__in=changes).values_list(
            "table", "key", "replaced_by_id", "payload_text"
        )
    }
    of_enrolments = {owner_of(key) for table_, key, _ in after if table_ == Replaced.Table.ENROLMENT_GROUP}
    enrolments = {
        pk: (pupil, change)
        for pk, pupil, change in Enrolment.objects.filter(pk__in=of_enrolments)
        .order_by()
        .values_list("pk", "pupil_id", "created_by_id")
    }
    for place in sorted(after):
        table_, key, change = place
        pupil, made_by = owner_of(key), 0
        if table_ == Replaced.Table.ENROLMENT_GROUP:
            if pupil not in enrolments:
                continue
            pupil, made_by = enrolments[pupil]
        group, held, came = group_of(key), _payload(before.get(place)), _payload(after[place])
        for item in group.differing(held, came):
            yield _Value(pupil, group, item, "imported", held.get(item), is_new=made_by == change)


def _said(rows: Sequence[Conflict | Refusal], was: Fate) -> Iterator[_Value]:
    """Values that were not written, with what is held today. Three queries."""
    pupils = {row.pupil_id for row in rows}
    enrolments = {
        (pupil, base): pk
        for pk, pupil, base in Enrolment.objects.filter(pupil__in=pupils)
        .order_by()
        .values_list("pk", "pupil_id", "base_id")
    }
    keys: dict[tuple[type[PupilGroup | EnrolmentGroup], int], list[Conflict | Refusal]] = {}
    for row in rows:
        group = group_numbered(row.group)
        of_pupil = group.of == "pupil"
        owner = row.pupil_id if of_pupil else enrolments.get((row.pupil_id, row.base_id), 0)
        keys.setdefault((PupilGroup if of_pupil else EnrolmentGroup, row_key(owner, group)), []).append(row)
    for model in (PupilGroup, EnrolmentGroup):
        wanted = {key: of_key for (of, key), of_key in keys.items() if of is model}
        held = dict(model._default_manager.filter(key__in=wanted).values_list("key", "payload_text"))  # noqa: SLF001
        for key, of_key in wanted.items():
            payload = _payload(held.get(key))
            for row in of_key:
                yield _Value(row.pupil_id, group_numbered(row.group), row.item, was, payload.get(row.item))


def _payload(text: str | None) -> Payload:
    return json.loads(text) if text else {}


def _as_before(was: Fate, then: Fate) -> bool:
    return was == then or (was, then) == ("imported", "filled")


def _portions(rows: Iterable[Any], size: int) -> Iterator[list[Any]]:
    left = iter(rows)
    while portion := list(islice(left, size)):
        yield portion


def groups_counted(told: dict[str, Any]) -> list[DataGroup]:
    """The groups that ``Effects.as_json`` has numbers of, in a screen's order."""
    return [group for group in GROUPS if group.name in told["groups"]]
