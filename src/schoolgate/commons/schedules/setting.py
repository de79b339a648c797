"""Setting a schedule, and taking it away."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone

from schoolgate.commons.schedules.models import Schedule
from schoolgate.commons.schedules.rules import Rule


def set_schedule(name: str, rule: Rule, *, kind: str, args: dict[str, Any] | None = None) -> bool:
    """Have jobs of this kind run by a rule from now on; false when it was so before, and then nothing changes.

    Nothing is run that was due before, and what was missed before counts no more: it belonged to the former rule.
    """
    wanted: dict[str, Any] = {"kind": kind, "args": args or {}, "recorded_rule": rule.on_record()}
    with transaction.atomic():
        known = Schedule.objects.select_for_update().filter(name=name)
        if any(all(getattr(one, field) == value for field, value in wanted.items()) for one in known):
            return False
        now = timezone.now()
        Schedule.objects.update_or_create(
            name=name, defaults={**wanted, "since": now, "next_due_at": rule.next_after(now)}
        )
    return True


def add_schedules(kind: str, wanted: Iterable[tuple[str, Rule, dict[str, Any]]]) -> None:
    """Set many schedules at once that are not there yet: a name, a rule, and what its jobs are told.

    Raises IntegrityError, and sets none, where there is one of these names.
    """
    now = timezone.now()
    Schedule.objects.bulk_create(
        (
            Schedule(
                name=name,
                kind=kind,
                args=args,
                recorded_rule=rule.on_record(),
                since=now,
                next_due_at=rule.next_after(now),
            )
            for name, rule, args in wanted
        ),
        batch_size=500,
    )


def copy_schedule(name: str, to: str, *, args: dict[str, Any]) -> bool:
    """Have a second schedule, `to`, go on as this one does: what is due of it and not run yet is due of both.

    False when there is none of this name.
    """
    with transaction.atomic():
        # Held: a scheduler that is making a run of it now comes to its end before.
        schedule = Schedule.objects.select_for_update().filter(name=name).first()
        if schedule is None:
            return False
        schedule.pk, schedule.name, schedule.args = None, to, args
        schedule.save(force_insert=True)
    return True


def remove_schedule(name: str) -> bool:
    """Have nothing run by this schedule any more, and forget its runs; false when there is none of this name.

    Jobs it has asked for already stay: their work says what becomes of it when what it was for is gone.
    """
    with transaction.atomic():
        # Held first: a scheduler that is making a run of it now comes to its end before.
        schedule = Schedule.objects.select_for_update().filter(name=name).first()
        if schedule is None:
            return False
        schedule.delete()
    return True
