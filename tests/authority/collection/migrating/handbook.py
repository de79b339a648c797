"""An authority by the handbook of SIMS Primary with One B2B:Student, and a table of what that says."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import time, timedelta

from django.test import Client
from django.utils import timezone

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection import tasks
from schoolgate.authority.collection.migrating.effects import TO, Effect, digest_of_effects, effects_on_tasks
from schoolgate.authority.collection.migrating.migrate import migrate, prepare
from schoolgate.authority.collection.models import (
    BaseMigration,
    Connection,
    ConnectionState,
    Data,
    Owner,
    ScheduledTask,
    TransferType,
)
from schoolgate.authority.collection.tasks import Wish
from schoolgate.commons.accounts.models import User
from schoolgate.commons.schedules.models import Schedule
from schoolgate.commons.schedules.rules import Weekly

THURSDAYS = Weekly(time(18, 30), frozenset({3}))
VALUES = {"client_id": "client", "secret": "secret", "subscription_key": "0" * 32, "organisation_id": "a" * 8}


@dataclass
class Authority:
    """An authority with two schools of SIMS 7, of which one is to migrate, and its tasks."""

    base: Base
    other: Base
    head: User
    """Of the school that is to migrate."""

    def task(self, data: Data, *bases: Base, **more: object) -> ScheduledTask:
        """An active task for the school, or for those that are named."""
        made = Wish(f"{data.label} weekly", Owner.LA, data, THURSDAYS, bases or (self.base,), **more)  # type: ignore[arg-type]
        return tasks.save(made, imported=True, by=None)

    def two_way(self) -> ScheduledTask:
        """As the old product has them."""
        task = self.task(Data.CHANGED)
        ScheduledTask.objects.filter(pk=task.pk).update(transfer_type=TransferType.TWO_WAY)
        return task

    def settings(self, base: Base | None = None, state: ConnectionState = ConnectionState.WORKS) -> Connection:
        made = Connection(base=base or self.base, connector=TO, state=state)
        made.values = VALUES
        made.save()
        return made

    def migrate(self, base: Base | None = None, *, sure: bool = True) -> BaseMigration:
        base = base or self.base
        if not Connection.objects.filter(base=base).exists():
            self.settings(base)
        prepare(base, timezone.localdate() - timedelta(days=10), by=None)
        done = migrate(base, seen=digest_of_effects(base), sure=sure, by=None)
        base.refresh_from_db()
        return done

    def browser_of(self, person: User) -> Client:
        browser = Client()
        browser.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        return browser

    def effect(self, task: ScheduledTask) -> Effect:
        return next(one.effect for one in effects_on_tasks(self.base) if one.task == task)


Check = Callable[[Authority], None]


class Handbook:
    """A table of sentences: each row quotes one, and sees it hold."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, Check]] = []

    def says(self, sentence: str) -> Callable[[Check], Check]:
        """Add a row."""

        def add(check: Check) -> Check:
            self.rows.append((sentence, check))
            return check

        return add

    @property
    def ids(self) -> list[str]:
        return [check.__name__ for _, check in self.rows]


def now(task: ScheduledTask) -> ScheduledTask:
    return ScheduledTask.objects.get(pk=task.pk)


def is_due(task: ScheduledTask) -> bool:
    return Schedule.objects.filter(name=task.schedule_name, next_due_at__isnull=False).exists()
