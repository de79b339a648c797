"""One item over many pupils: the same decision for 400 children, where a school changed how it writes a number."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Count, Min, QuerySet
from django.http import HttpRequest

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.conflicts.choices import Choice, Done, Wish, decide_now
from schoolgate.authority.importing.conflicts.side_by_side import Pair, side_by_side
from schoolgate.authority.importing.models import Conflict
from schoolgate.authority.records.groups.canonical import canonical
from schoolgate.authority.records.groups.registry import group_numbered
from schoolgate.authority.records.models import Decision
from schoolgate.authority.records.subjects import STAFF, Subject, counted
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.commons.jobs.submitting import submit

AT_ONCE = 200
"""So many are decided while the person waits; more are a job's, and the person types their number first."""

MOST = 2000
"""So many are looked at together."""

LONGEST_NUMBER = 18
"""Digits of a number that a database takes."""

JOB = "decide conflicts"

DIFFERENCES = {
    "empty": "Nothing is held",
    "spelling": "The same but for spaces, signs and capitals",
    "other": "Something else is held",
}


class Item(NamedTuple):
    """An item of which values wait."""

    group: int
    item: str
    number: int
    since: Any
    """The oldest, a time."""


@dataclass(frozen=True, slots=True)
class Which:
    """The conflicts that are decided together."""

    group: int
    item: str
    base: int | None = None
    difference: str = ""
    """A key of `DIFFERENCES`; empty: any."""
    without: frozenset[int] = frozenset()
    """Pupils whom the person leaves out, by number."""


@dataclass(frozen=True, slots=True)
class Many:
    """Conflicts that are decided together, as a person sees them."""

    pairs: Sequence[Pair]
    without: Sequence[Pair]
    """Those of the pupils whom the person left out."""
    restricted: int
    """Conflicts of restricted pupils, which are decided one by one."""
    more: bool
    """There are more than are looked at together."""

    subject: Subject
    """Of whom they are."""

    @property
    def pupils(self) -> int:
        """How many pupils, or members of staff."""
        return len({pair.conflict.pupil_id for pair in self.pairs})

    @property
    def people_counted(self) -> str:
        """The same in words."""
        return counted(self.pupils, self.subject)

    @property
    def seen(self) -> str:
        """What a person saw who looked at them: each conflict's number, with what stands for its two values."""
        return " ".join(f"{pair.conflict.pk}:{pair.seen}" for pair in self.pairs)

    def since(self, seen: str) -> "Since":
        """What is otherwise now than when it was ``seen``; whom the person leaves out is no matter."""
        then = dict(one.partition(":")[::2] for one in seen.split())
        now = {str(pair.conflict.pk): pair for pair in self.pairs}
        gone = then.keys() - now.keys() - {str(pair.conflict.pk) for pair in self.without}
        return Since(
            sorted(int(number) for number in gone if number.isdecimal() and len(number) <= LONGEST_NUMBER),
            [pair for number, pair in now.items() if number not in then],
            [pair for number, pair in now.items() if number in then and then[number] != pair.seen],
        )

    def wishes(self, choice: Choice) -> list[Wish]:
        """One choice for all."""
        return [Wish(pair.conflict.pupil_id, pair.conflict.pk, choice, pair.seen) for pair in self.pairs]


@dataclass(frozen=True, slots=True)
class Since:
    """What changed since a person looked at conflicts."""

    gone: Collection[int]
    """Conflicts that wait no more, by number."""
    come: Collection[Pair]
    changed: Collection[Pair]
    """One of their two values is another one."""

    def __bool__(self) -> bool:
        return bool(self.gone or self.come or self.changed)


def items(user: User | None = None) -> list[Item]:
    """The items of which values wait, most first, as far as ``user`` may know; without restricted pupils'."""
    found = _open(None, user).order_by().values("group", "item").annotate(number=Count("pk"), oldest=Min("since"))
    return [
        Item(one["group"], one["item"], one["number"], one["oldest"])
        for one in sorted(found, key=lambda one: (-one["number"], one["group"], one["item"]))
    ]


def many(which: Which, user: User | None = None) -> Many:
    """What ``user`` (None: the command line) would decide together. Seven queries, whatever the number."""
    rows = _of(which, _open(which.base, user)).order_by("pupil_id", "pk")[: MOST + 1]
    conflicts = list(rows)
    # Few schools have many pupils: each is made once.
    bases = Base.objects.in_bulk({one.base_id for one in conflicts})
    for one in conflicts:
        one.base = bases[one.base_id]
    pairs = side_by_side(conflicts)
    more = len(pairs) > MOST
    pairs = [pair for pair in pairs[:MOST] if which.difference in {"", difference_of(pair)} and pair.at_base]
    without = [pair for pair in pairs if pair.conflict.pupil_id in which.without]
    pairs = [pair for pair in pairs if pair.conflict.pupil_id not in which.without]
    restricted = _of(which, _at(which.base, Conflict.objects.open().restricted())).count()
    return Many(pairs, without, restricted, more, group_numbered(which.group).subject)


def difference_of(pair: Pair) -> str:
    """In what the two values differ: a key of `DIFFERENCES`."""
    if pair.held is None:
        return "empty"
    return "spelling" if _bare(pair.held) == _bare(pair.conflict.incoming) else "other"


def decide_many(
    found: Many, choice: Choice, *, by: User | None, reason: str, request: HttpRequest | None = None
) -> tuple[Decision | None, Done | None]:
    """Decide all of them in one step: at once where they are few, else by a job, of which no Done is known yet."""
    wishes = found.wishes(choice)
    if len(wishes) <= AT_ONCE:
        done = decide_now(wishes, by=by, reason=reason, request=request)
        return done.decision, done
    with transaction.atomic():
        of_staff = any(pair.group.subject == STAFF for pair in found.pairs)
        decision = Decision.objects.create(kind=Decision.Kind.CONFLICTS, by=by, reason=reason, on_staff=of_staff)
        args = {
            "decision": decision.pk,
            "choice": choice,
            "wishes": [[wish.pupil, wish.conflict, wish.seen] for wish in wishes],
        }
        submit(JOB, args, key=JOB, dedup=f"{JOB} {decision.pk}")
        record("many conflicts decided", by=by, target=f"decision {decision.pk}", request=request)
    return decision, None


def _open(base: int | None, user: User | None) -> "QuerySet[Conflict]":
    return _at(base, Conflict.objects.open().unrestricted().shown_to(user))


def _at(base: int | None, conflicts: "QuerySet[Conflict]") -> "QuerySet[Conflict]":
    return conflicts if base is None else conflicts.filter(base=base)


def _of(which: Which, conflicts: "QuerySet[Conflict]") -> "QuerySet[Conflict]":
    return conflicts.filter(group=which.group, item=which.item)


def _bare(value: object) -> str:
    """The letters and digits of a value, in its order."""
    return "".join(letter for letter in canonical(value) if letter.isalnum()).casefold()
