"""One item over many pupils: the same decision for 400 children, where a school changed how it writes a number."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Count, Min, QuerySet
from django.http import HttpRequest

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.conflicts.choices import Choice, Done, Wish, decide_now
from schoolgate.authority.importing.conflicts.side_by_side import Pair, side_by_side
from schoolgate.authority.importing.models import Conflict
from schoolgate.authority.records.groups.canonical import canonical, digest_of
from schoolgate.authority.records.models import Decision
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.commons.jobs.submitting import submit

AT_ONCE = 200
"""So many are decided while the person waits; more are a job's, and the person types their number first."""

MOST = 2000
"""So many are looked at together."""

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


@dataclass(frozen=True, slots=True)
class Many:
    """Conflicts that are decided together, as a person sees them."""

    pairs: Sequence[Pair]
    seen: str
    """Stands for all of their values."""
    left_out: int
    """Conflicts of restricted pupils, which are decided one by one."""
    more: bool
    """There are more than are looked at together."""

    @property
    def pupils(self) -> int:
        """How many pupils."""
        return len({pair.conflict.pupil_id for pair in self.pairs})

    def wishes(self, choice: Choice) -> list[Wish]:
        """One choice for all."""
        return [Wish(pair.conflict.pupil_id, pair.conflict.pk, choice, pair.seen) for pair in self.pairs]


def items(base: int | None = None) -> list[Item]:
    """The items of which values wait, most first; without restricted pupils'."""
    found = _open(base).order_by().values("group", "item").annotate(number=Count("pk"), oldest=Min("since"))
    return [
        Item(one["group"], one["item"], one["number"], one["oldest"])
        for one in sorted(found, key=lambda one: (-one["number"], one["group"], one["item"]))
    ]


def many(which: Which) -> Many:
    """What would be decided together. Seven queries, whatever the number."""
    rows = _of(which, _open(which.base)).order_by("pupil_id", "pk")[: MOST + 1]
    conflicts = list(rows)
    # Few schools have many pupils: each is made once.
    bases = Base.objects.in_bulk({one.base_id for one in conflicts})
    for one in conflicts:
        one.base = bases[one.base_id]
    pairs = side_by_side(conflicts)
    more = len(pairs) > MOST
    pairs = [pair for pair in pairs[:MOST] if which.difference in {"", difference_of(pair)} and pair.at_base]
    seen = digest_of(canonical([[pair.conflict.pk, pair.seen] for pair in pairs])).hex()
    everybody = Conflict.objects.open() if which.base is None else Conflict.objects.open().filter(base=which.base)
    left_out = _of(which, everybody).count() - _of(which, _open(which.base)).count()
    return Many(pairs, seen, left_out, more)


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
        decision = Decision.objects.create(kind=Decision.Kind.CONFLICTS, by=by, reason=reason)
        args = {
            "decision": decision.pk,
            "choice": choice,
            "wishes": [[wish.pupil, wish.conflict, wish.seen] for wish in wishes],
        }
        submit(JOB, args, key=JOB, dedup=f"{JOB} {decision.pk}")
        record("many conflicts decided", by=by, target=f"decision {decision.pk}", request=request)
    return decision, None


def _open(base: int | None) -> "QuerySet[Conflict]":
    found = Conflict.objects.open().unrestricted()
    return found if base is None else found.filter(base=base)


def _of(which: Which, conflicts: "QuerySet[Conflict]") -> "QuerySet[Conflict]":
    return conflicts.filter(group=which.group, item=which.item)


def _bare(value: object) -> str:
    """The letters and digits of a value, in its order."""
    return "".join(letter for letter in canonical(value) if letter.isalnum()).casefold()
