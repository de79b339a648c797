"""How the last round at each service went, for the page *Import* and the command line."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime

from django.utils import timezone

from schoolgate.commons.jobs.models import Job, State
from schoolgate.school.purchasing.asking import rounds_of
from schoolgate.school.purchasing.fetching import Count
from schoolgate.school.purchasing.models import WebService

COUNTED = {field.name for field in fields(Count)}
UNDER_WAY = (State.READY, State.RUNNING)


@dataclass(frozen=True)
class LastRound:
    """A service and its last round; `job` is None before the first, or when the round was pruned."""

    service: WebService
    job: Job | None

    @property
    def is_under_way(self) -> bool:
        """Whether it is being asked, or will be at once. One that waits for its next try after a failure is not."""
        return self.job is not None and self.job.state in UNDER_WAY and not self.job.error

    @property
    def state(self) -> str:
        if self.service.turned_off:
            return "turned off"
        if self.is_under_way:
            return "in progress"
        if self.service.trouble or (self.job is not None and self.job.error):
            return "failed"
        return "works" if self.job is not None else "not asked yet"

    @property
    def asked_at(self) -> datetime | None:
        return self.job.started_at if self.job is not None else self.service.last_call_at

    @property
    def told(self) -> str:
        """What went wrong and what to do, how far a running round is, or what else it brought."""
        if self.is_under_way:
            assert self.job is not None
            return self.job.progress_text
        trouble = self.service.said or (self.job.error if self.job is not None else "")
        if trouble and self.next_try_at is not None:
            return f"{trouble} It is tried again by itself at {timezone.localtime(self.next_try_at):%H:%M}."
        return trouble

    @property
    def next_try_at(self) -> datetime | None:
        """When a failed round is tried again by itself."""
        waits = self.job is not None and self.job.state == State.READY and self.job.error
        return self.job.run_at if waits and self.job is not None else None

    @property
    def count(self) -> Count | None:
        """What it brought; None when it has not come to its end."""
        result = self.job.result if self.job is not None else None
        # A round of an older version counted other things, too.
        return Count(**{name: many for name, many in result.items() if name in COUNTED}) if result else None

    @property
    def words(self) -> str:
        return self.count.words if self.count else ""

    @property
    def found(self) -> int | None:
        return self.count.found if self.count else None

    @property
    def imported(self) -> int | None:
        return self.count.imported if self.count else None

    @property
    def here(self) -> int | None:
        return self.count.here if self.count else None

    @property
    def waiting(self) -> int | None:
        return self.count.waiting if self.count else None


def last_rounds(services: Iterable[WebService]) -> list[LastRound]:
    """The last round of each of these services."""
    return [LastRound(service, rounds_of(service).first()) for service in services]
