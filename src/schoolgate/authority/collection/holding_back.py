"""Rows of schools' systems that could not be taken, kept until somebody decides on them (`quarantine`).

They hold nothing up (reference mis-apis.md 8, rule 6): the cursor goes on without them, so they are kept as they came.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable

from django.db.models import F
from django.utils import timezone

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection.models import CollectionRun, HeldBackRow, RawMark
from schoolgate.authority.collection.staging import HeldBack, RawCode, Staging
from schoolgate.authority.records.groups.canonical import canonical
from schoolgate.commons.preferences.registry import NumberPreference
from schoolgate.wire.mis.connector import BadValue, Group, Mark, Raw, Row

MOST_BAD_ROWS = NumberPreference(
    "most-bad-rows",
    default=200,
    meaning="how many rows that cannot be read a run may hold back; with more of them it fails and imports nothing",
)
"""Marks whose code nobody has explained do not count: a code that is new at a school is on all its marks."""

BY_NOBODY = (HeldBackRow.State.REPLAYED, HeldBackRow.State.OVERTAKEN)
"""States of rows that nobody wanted away."""

_AT_ONCE = 500


def keep(run: CollectionRun, rows: Iterable[HeldBack]) -> int:
    """Hold rows back, in the caller's transaction; how many there are. The very same row again only counts on."""
    now = timezone.now()
    found: dict[str, HeldBackRow] = {}
    for row in rows:
        digest = digest_of_row(row)
        found[digest] = HeldBackRow(
            base=run.base,
            connector=run.connector,
            group=row.group,
            key=row.key[:100],
            code=row.code[:40],
            what=row.what[:100],
            sentence=row.sentence[:300],
            digest=digest,
            recorded_raw=canonical(list(row.raw)),
            first_run=run,
        )
    for digests in _in_pieces(sorted(found)):
        known = HeldBackRow.objects.filter(base=run.base, connector=run.connector, digest__in=digests)
        known.update(count=F("count") + 1, last_at=now)
        # What was read again, or overtaken, and comes once more as it was, could not be taken after all.
        known.filter(state__in=BY_NOBODY).update(state=HeldBackRow.State.HELD, decided_at=None, decided_by=None)
        there = set(known.values_list("digest", flat=True))
        HeldBackRow.objects.bulk_create((found[one] for one in digests if one not in there), ignore_conflicts=True)
    return len(found)


def digest_of_row(row: HeldBack) -> str:
    """What stands for a row, by what was said in it."""
    return hashlib.sha256(f"{row.group}/{row.key}/{canonical(list(row.raw))}".encode()).hexdigest()


def drop_overtaken(run: CollectionRun, staging: Staging, read: Callable[[Group, tuple[Raw, ...]], Row | Mark]) -> int:
    """Let go of held back rows, in the caller's transaction, in whose place something newer was taken; how many.

    `read` is `Connector.read`: by it a mark's session is known.
    """
    overtaken = []
    held = HeldBackRow.objects.filter(base=run.base, connector=run.connector, state=HeldBackRow.State.HELD)
    for row in (row for keys in _in_pieces(staging.keys()) for row in held.select_for_update().filter(key__in=keys)):
        if row.group != Group.ATTENDANCE:
            is_over = staging.says(row.key, Group(row.group))
        else:
            try:
                mark = read(Group.ATTENDANCE, row.raw)
            except BadValue:
                continue
            is_over = isinstance(mark, Mark) and (mark.key, mark.day.isoformat(), mark.session) in staging.codes
        if is_over:
            overtaken.append(row.pk)
    return HeldBackRow.objects.filter(pk__in=overtaken).update(
        state=HeldBackRow.State.OVERTAKEN, decided_at=timezone.now()
    )


def keep_raw_codes(base: Base, codes: Collection[RawCode]) -> None:
    """Keep schools' own codes beside the marks that are held for them, in the caller's transaction."""
    by_key: dict[str, list[RawCode]] = defaultdict(list)
    for one in codes:
        by_key[one.key].append(one)
    for keys in _in_pieces(sorted(by_key)):
        rows = RawMark.objects.filter(base=base, key__in=keys)
        stood = {(row.key, row.day.isoformat(), row.session): row for row in rows}
        new: list[RawMark] = []
        gone: list[int] = []
        changed: list[RawMark] = []
        for one in (one for key in keys for one in by_key[key]):
            row = stood.get((one.key, one.day, one.session))
            if one.is_held:
                gone += [row.pk] if row else []
            elif row is None:
                new.append(RawMark(base=base, key=one.key, day=one.day, session=one.session, code=one.code))
            elif row.code != one.code:
                row.code = one.code
                changed.append(row)
        RawMark.objects.filter(pk__in=gone).delete()
        RawMark.objects.bulk_create(new, batch_size=_AT_ONCE)
        RawMark.objects.bulk_update(changed, ["code"], batch_size=_AT_ONCE)


def _in_pieces(values: list[str]) -> Iterable[list[str]]:
    return (values[start : start + _AT_ONCE] for start in range(0, len(values), _AT_ONCE))
