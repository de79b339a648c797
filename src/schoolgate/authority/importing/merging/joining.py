"""Two rows of one data group become one, as if all that was ever written to either had been written to one.

Both histories are gone through in the order of time, and of each change what it changed is taken over what stands, as
an import takes it. So the newer change wins, value by value; the other one's value is history, with its own change.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import accumulate
from typing import NamedTuple

from schoolgate.authority.records.groups.data_group import DataGroup, Payload
from schoolgate.authority.records.groups.forms import Form, Value
from schoolgate.authority.records.models import Change
from schoolgate.authority.records.origin import Version


class Stood(NamedTuple):
    """What stands in the one row from a change on."""

    payload: Payload
    change: Change


class _Step(NamedTuple):
    """What one change made of one of the two rows."""

    when: tuple[datetime, int]
    before: Payload
    after: Payload
    change: Change


def joined(group: DataGroup, ours: Sequence[Version], theirs: Sequence[Version]) -> list[Stood]:
    """All that ever stood in two rows of ``group``, as one history, the oldest first; the last one stands today.

    ``ours`` and ``theirs`` are `origin.histories` of a row, newest first; neither is empty. Of changes at the very same
    time the one that was made later counts as newer.
    """
    stands: Payload = {}
    found = []
    # Sorting keeps the order of equals, so that of one row no later step comes first.
    for step in sorted([*_steps(ours), *_steps(theirs)], key=lambda step: step.when):
        stands = _taken(group, stands, step)
        found.append(Stood(stands, step.change))
    return found


def _steps(versions: Sequence[Version]) -> Iterator[_Step]:
    oldest_first = versions[::-1]
    before: Payload = {}
    # A change that several portions of an import share is older than what was written by it in between.
    times = accumulate(((one.written_by.at, one.written_by.pk) for one in oldest_first), max)
    for version, when in zip(oldest_first, times, strict=True):
        yield _Step(when, before, version.payload, version.written_by)
        before = version.payload


def _taken(group: DataGroup, stands: Payload, step: _Step) -> Payload:
    taken = dict(stands)
    for item in group.items:
        form, name = item.form, item.name
        before, after, held = step.before.get(name), step.after.get(name), taken.get(name)
        if _same(form, before, after):
            continue
        if held is None or _same(form, held, before):
            # What one row alone told goes its own way, what it had removed included.
            if after is None:
                taken.pop(name, None)
            else:
                taken[name] = after
        elif after is not None:
            taken[name] = form.join(held, after)
    return taken


def _same(form: Form, one: Value | None, other: Value | None) -> bool:
    return one is other or (one is not None and other is not None and form.normal(one) == form.normal(other))
