"""Migrating a base to SIMS Primary: prepared by a day, then done once and for good (seed, "Migrating a base")."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from schoolgate.authority.bases.la import LA_NUMBER
from schoolgate.authority.bases.models import Base
from schoolgate.authority.bases.systems import system_label
from schoolgate.authority.collection.connections import ChangedMeanwhile, ConnectionRefused, require_settings
from schoolgate.authority.collection.ending import cancel
from schoolgate.authority.collection.migrating.effects import (
    TO,
    Effect,
    TaskEffect,
    digest_of_effects,
    effects_on_tasks,
    successor_of,
    way_on,
)
from schoolgate.authority.collection.migrating.prerequisites import prerequisites_of
from schoolgate.authority.collection.models import (
    BaseMigration,
    CollectionRun,
    Data,
    RunState,
    ScheduledTask,
    Sources,
)
from schoolgate.authority.collection.tasks import COPIED, schedule
from schoolgate.authority.exchange import outbox
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.commons.journal import writing as journal

_ENDED = "Its school has migrated to SIMS Primary."


class MigrationRefused(ConnectionRefused):
    """The base cannot be migrated, or its day not be changed; the message is a sentence for the person who asked."""


class NotSure(MigrationRefused):
    """Something that should be so before is not: who wants to go on must say so once more."""


@transaction.atomic
def prepare(base: Base, school_moved_on: date, *, by: User | None, request: HttpRequest | None = None) -> BaseMigration:
    """Say on which day the school itself moved to SIMS Primary, with which its change tracking starts.

    The same day again changes nothing. Raises MigrationRefused for a day to come, and once a run has begun.
    """
    base = _held(base)
    if school_moved_on > timezone.localdate():
        raise MigrationRefused("This day lies in the future. Enter the day once the school has moved.")
    found, _ = BaseMigration.objects.get_or_create(base=base)
    before = found.school_moved_on
    if before == school_moved_on:
        return found
    if has_run(found):
        raise MigrationRefused("The first run has begun from the day as it stands, so it can be changed no more.")
    found.school_moved_on = school_moved_on
    found.save(update_fields=["school_moved_on"])
    details = f"{before or 'none'} → {school_moved_on}"
    record("day of the school's move entered", by=by, target=base.dfe_number, details=details, request=request)
    return found


def has_run(migration: BaseMigration) -> bool:
    """Whether a run has asked SIMS Primary for what changed since the school's move: the day counts from then on."""
    if migration.migrated_at is None:
        return False
    begun = CollectionRun.objects.filter(base=migration.base_id, started_at__gte=migration.migrated_at, connector=TO)
    return begun.filter(data__in=[Data.CHANGED, Data.ATTENDANCE]).exists()


@transaction.atomic
def migrate(
    base: Base, *, seen: str, sure: bool = False, by: User | None, request: HttpRequest | None = None
) -> BaseMigration:
    """Make a base one that is asked through SIMS Primary; nobody goes back from that. Its settings stay editable.

    `seen` is what the person saw of the effects (`digest_of_effects`). `sure`: go on although a prerequisite that needs
    a second yes is not met. Raises ChangedMeanwhile, NotSure, and MigrationRefused without the settings or the day.
    """
    base = _held(base)
    if base.mis == TO:
        raise MigrationRefused(f"{base.name} is on {system_label(TO)} already.")
    # Held until the end: nobody changes a task between what was seen and what is done.
    list(ScheduledTask.objects.select_for_update(of=("self",)).order_by("pk").values_list("pk"))
    if digest_of_effects(base) != seen:
        raise ChangedMeanwhile
    migration = BaseMigration.objects.filter(base=base).first()
    if migration is None or migration.school_moved_on is None:
        raise MigrationRefused("Enter the day on which the school moved to SIMS Primary first.")
    try:
        require_settings(base, TO)
    except ConnectionRefused as refused:
        raise MigrationRefused(str(refused)) from None
    unmet = [one for one in prerequisites_of(base) if one.needs_yes and not one.met]
    if unmet and not sure:
        raise NotSure(" ".join(one.said for one in unmet))
    effects = effects_on_tasks(base)
    told = in_numbers(effects)
    before = system_label(base.mis)
    base.mis = TO
    base.save(update_fields=["mis"])
    _end_what_waits(base, [one.task for one in effects if one.effect in {Effect.STOPS, Effect.LEAVES}])
    migration.effects = [one.on_record() for one in effects]
    for one in effects:
        _carry_out(one, base, by)
    migration.migrated_at, migration.migrated_by = timezone.now(), by
    migration.save(update_fields=["effects", "migrated_at", "migrated_by"])
    details = f"{before} → {system_label(TO)}; the school moved on {migration.school_moved_on}"
    record("base migrated", by=by, target=base.dfe_number, details=details, request=request)
    journal.write(
        "INFO",
        f"{base.name} is migrated to {system_label(TO)}. {told}",
        la=base.la,
        destination_la=LA_NUMBER.get(),
        school=base.number,
        link=reverse("base", args=[base.pk], urlconf=settings.ROOT_URLCONF),
    )
    return migration


def in_numbers(effects: Iterable[TaskEffect]) -> str:
    """How many active tasks go on, start, and stop; to be asked before that is carried out."""
    counted = Counter(one.effect for one in effects if one.task.active)
    on = counted[Effect.GOES_ON] + counted[Effect.GOES_ON_APART]
    off = counted[Effect.STOPS] + counted[Effect.LEAVES]
    return f"Of its tasks {on} go on, {counted[Effect.STARTS]} start, {off} stop."


def _carry_out(one: TaskEffect, base: Base, by: User | None) -> None:
    task = one.task
    match one.effect:
        case Effect.GOES_ON:
            task.sources = Sources.API
            _changed(task, by, f"it goes on for {base.dfe_number} through {system_label(TO)}")
            if not task.collected_bases.filter(pk=base.pk).exists():
                # It was in the task by a group for SIMS 7 only.
                task.bases.add(base)
        case Effect.GOES_ON_APART:
            _go_on_apart(task, base, by)
        case Effect.LEAVES:
            task.bases.remove(base)
            _changed(task, by, f"{base.dfe_number} left it: {one.why}")
        case Effect.STOPS:
            task.active, task.stopped_because = False, f"{_ENDED} {one.why} {way_on(task)}".rstrip()[:200]
            _changed(task, by, f"not active any more: {one.why}")


def _go_on_apart(task: ScheduledTask, base: Base, by: User | None) -> None:
    """Let the base leave a task of SIMS 7 for one with the same name and times, with those that left it before."""
    apart = successor_of(task)
    if apart is None:
        same: dict[str, Any] = {name: getattr(task, name) for name in COPIED}
        same["sources"] = Sources.API
        apart = ScheduledTask.objects.create(name=task.name, active=True, continues=task, changed_by=by, **same)
        schedule(apart)
        record("task added", by=by, target=f"task {apart.pk}, {apart.name}", details=f"continues task {task.pk}")
    apart.bases.add(base)
    task.bases.remove(base)
    if not task.collected_bases.exists():
        task.active, task.stopped_because = False, "All its schools have migrated to SIMS Primary, where it goes on."
    _changed(task, by, f"{base.dfe_number} goes on in task {apart.pk}")


def _changed(task: ScheduledTask, by: User | None, details: str) -> None:
    task.version += 1
    task.changed_at, task.changed_by = timezone.now(), by
    task.save()
    schedule(task)
    record("task changed by a migration", by=by, target=f"task {task.pk}, {task.name}", details=details)


def _end_what_waits(base: Base, ended: list[ScheduledTask]) -> None:
    """Call off what the school's program was asked for, and what waits to be collected by tasks that end for it."""
    for run in CollectionRun.objects.filter(base=base, state=RunState.ASKED).select_related("base"):
        cancel(run, _ENDED)
        outbox.withdraw(base, run=run.pk)
    waits = CollectionRun.objects.filter(base=base, state=RunState.PENDING, task__in=[task.pk for task in ended])
    for run in waits.select_related("base"):
        cancel(run, _ENDED)


def _held(base: Base) -> Base:
    return Base.objects.select_for_update(of=("self",)).get(pk=base.pk)
