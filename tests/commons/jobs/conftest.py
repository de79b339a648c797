"""Kinds of work made for one test, and jobs in any state."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, Protocol

import pytest
from django.db.models.functions import Now

from schoolgate.commons.jobs.engine import claim
from schoolgate.commons.jobs.kinds import KINDS, JobKind, RunningJob
from schoolgate.commons.jobs.models import Job
from schoolgate.commons.jobs.submitting import submit

Work = Callable[[RunningJob], dict[str, Any] | None]


class MakeKind(Protocol):
    def __call__(self, name: str, run: Work = ..., **attributes: Any) -> JobKind: ...


def do_nothing(running: RunningJob) -> dict[str, Any] | None:
    return None


class KindOfOneTest(JobKind):
    """Does what the test says."""

    def __init__(self, name: str, work: Work, attributes: dict[str, Any]) -> None:
        self.work = work
        for attribute, value in {"name": name, "label": name.capitalize(), **attributes}.items():
            setattr(self, attribute, value)

    def words(self, args: dict[str, Any]) -> str:
        return f"{self.name} {args.get('what', '')}".strip()

    def run(self, running: RunningJob) -> dict[str, Any] | None:
        return self.work(running)


@pytest.fixture
def make_kind() -> Iterator[MakeKind]:
    """Make a kind known under a name for the length of the test."""
    before = dict(KINDS)

    def make(name: str, run: Work = do_nothing, **attributes: Any) -> JobKind:
        KINDS[name] = KindOfOneTest(name, run, attributes)
        return KINDS[name]

    yield make
    KINDS.clear()
    KINDS.update(before)


@pytest.fixture
def counting(make_kind: MakeKind) -> JobKind:
    """A kind whose work is to do nothing."""
    return make_kind("counting")


def claimed(worker: str = "one", **values: Any) -> Job:
    """A job of kind `counting` that this worker just claimed."""
    submit("counting", {}, **values)
    job = claim(worker)
    assert job is not None
    return job


def let_lease_run_out(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(lease_until=Now() - timedelta(seconds=1))


def make_due(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(run_at=Now())
