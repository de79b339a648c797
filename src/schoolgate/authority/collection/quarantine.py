"""Reading again what was held back, or taken under another meaning: by the same import, as a run of its own.

A row that was overtaken by a newer one of the same pupil and group, or session, is dropped when that is taken
(`holding_back.drop_overtaken`): what is read again is never older than what is held.
"""

from collections.abc import Collection, Iterable

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection.connecting import reader_of
from schoolgate.authority.collection.gathering import Gathered
from schoolgate.authority.collection.handing_over import hand_over
from schoolgate.authority.collection.holding_back import digest_of_row
from schoolgate.authority.collection.meanings import Meanings
from schoolgate.authority.collection.models import (
    CodeMeaning,
    CollectionRun,
    Data,
    HeldBackRow,
    RawMark,
    RunState,
)
from schoolgate.authority.collection.staging import Staging
from schoolgate.authority.collection.who import held_keys
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.documents.codes.code_sets import code_set
from schoolgate.wire.mis.connector import BadValue, Batch, Connector, Group, Mark

READ_AGAIN = "Rows read again"
"""The name of such a run in the Task Log."""


def map_code(
    connector: str,
    raw: str,
    means: str,
    *,
    base: Base | None = None,
    read_anew: bool = True,
    by: User | None,
    request: HttpRequest | None = None,
) -> int:
    """Say what a school's attendance code means, for all schools of a connector or for one; how many marks follow.

    Marks held back for want of a meaning are read again; with `read_anew` those too that were taken under another one.
    Raises ValueError where `means` is no statutory code.
    """
    if not code_set("attendance").is_known(means):
        raise ValueError(f"{means} is no statutory attendance code.")
    with transaction.atomic():
        CodeMeaning.objects.update_or_create(
            connector=connector,
            base=base,
            raw=raw,
            defaults={"means": means, "changed_at": timezone.now(), "changed_by": by},
        )
        whose = f" of {base}" if base is not None else ""
        record("code mapped", by=by, target=f"{connector} {raw}{whose}", details=f"means {means}", request=request)
        rows = HeldBackRow.objects.filter(connector=connector, what=raw, group=Group.ATTENDANCE)
        marks = RawMark.objects.filter(base__mis=connector, code=raw)
        if base is not None:
            rows, marks = rows.filter(base=base), marks.filter(base=base)
        anew = _read_anew(connector, marks, by) if read_anew else 0
        # After it: what was held back came later than what was taken.
        return anew + replay(rows, by=by, request=request)


def replay(rows: "Iterable[HeldBackRow]", *, by: User | None, request: HttpRequest | None = None) -> int:
    """Read held back rows again and have those imported that can be read by now; how many. The others stay."""
    numbers = [row.pk for row in rows]
    read = 0
    with transaction.atomic():
        held = HeldBackRow.objects.select_for_update(of=("self",)).select_related("base")
        by_system: dict[tuple[Base, str], list[HeldBackRow]] = {}
        # The oldest first: of two of the same session the last one stands.
        for row in held.filter(pk__in=numbers, state=HeldBackRow.State.HELD).order_by("last_at", "pk"):
            by_system.setdefault((row.base, row.connector), []).append(row)
        for (base, connector), those in by_system.items():
            read += _replay(base, connector, those, by)
        if read:
            record("held back rows read again", by=by, target=f"{read} rows", request=request)
    return read


def drop(rows: "Iterable[HeldBackRow]", *, by: User | None, request: HttpRequest | None = None) -> int:
    """Decide that held back rows are not taken; how many were held back still."""
    numbers = [row.pk for row in rows]
    with transaction.atomic():
        held = HeldBackRow.objects.filter(pk__in=numbers, state=HeldBackRow.State.HELD)
        dropped = held.update(state=HeldBackRow.State.DROPPED, decided_at=timezone.now(), decided_by=by)
        if dropped:
            record("held back rows dropped", by=by, target=f"{dropped} rows", request=request)
    return dropped


def _replay(base: Base, connector: str, rows: Collection[HeldBackRow], by: User | None) -> int:
    reader = reader_of(base, connector)
    staging = Staging(base, Meanings(connector, base), held_keys(base))
    tried: dict[str, HeldBackRow] = {}
    for row in rows:
        try:
            read = reader.read(Group(row.group), row.raw)
        except BadValue as fault:
            row.code, row.sentence = fault.code[:40], fault.sentence[:300]
            row.save(update_fields=["code", "sentence"])
            continue
        tried[row.digest] = row
        staging.add(Batch(marks=(read,)) if isinstance(read, Mark) else Batch(rows=(read,)))
    staging.settle_who()
    # What lacks something still, a meaning or a pupil, stays as it is.
    still = {digest_of_row(one) for one in staging.held_back}
    staging.held_back.clear()
    taken = [row.pk for digest, row in tried.items() if digest not in still]
    if not taken:
        return 0
    marks = all(row.group == Group.ATTENDANCE for row in rows)
    _import(base, reader, staging, Data.ATTENDANCE if marks else Data.CHANGED, by)
    HeldBackRow.objects.filter(pk__in=taken).update(
        state=HeldBackRow.State.REPLAYED, decided_at=timezone.now(), decided_by=by
    )
    return len(taken)


def _read_anew(connector: str, marks: "QuerySet[RawMark]", by: User | None) -> int:
    by_base: dict[Base, list[RawMark]] = {}
    for mark in marks.select_related("base"):
        by_base.setdefault(mark.base, []).append(mark)
    read = 0
    for base, those in by_base.items():
        staging = Staging(base, Meanings(connector, base), held_keys(base))
        told = (Mark(one.key, one.day, "AM" if one.session == "AM" else "PM", one.code) for one in those)
        staging.add(Batch(marks=tuple(told)))
        staging.settle_who()
        staging.held_back.clear()
        if len(staging):
            _import(base, reader_of(base, connector), staging, Data.ATTENDANCE, by)
            read += len(staging.codes)
    return read


def _import(base: Base, connector: Connector, staging: Staging, data: Data, by: User | None) -> None:
    """A run that asks nobody."""
    run = CollectionRun.objects.create(
        task_name=READ_AGAIN,
        base=base,
        data=data,
        connector=connector.name,
        state=RunState.COLLECTING,
        started_at=timezone.now(),
        asked_by=by,
    )
    hand_over(run, staging, Gathered(), connector, full=False)
