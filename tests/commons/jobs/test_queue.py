"""The operator's page: what works and waits, and who works."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from tests.commons.jobs.conftest import MakeKind
from tests.conftest import SignedIn

from schoolgate.commons.accounts.models import User
from schoolgate.commons.jobs.engine import lease
from schoolgate.commons.jobs.measures import queue
from schoolgate.commons.jobs.models import Job, State, WorkerLife
from schoolgate.commons.jobs.queue import KindOfWork, colleagues, kinds_of_work

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def kinds(make_kind: MakeKind) -> None:
    make_kind("import", label="Importing files")
    make_kind("collect", label="Collecting")


def job(kind: str, state: State, **values: object) -> None:
    Job.objects.create(kind=kind, state=state, **values)


def test_each_kind_tells_what_waits_runs_failed_and_was_done_lately() -> None:
    job("import", State.READY, run_at=Now() - 2 * MINUTE)
    job("import", State.READY, run_at=Now() + MINUTE)
    job("import", State.RUNNING)
    job("import", State.FAILED)
    job("import", State.PARKED)
    for _ in range(10):
        job("collect", State.DONE, ended_at=Now() - MINUTE)
    job("collect", State.DONE, ended_at=Now() - 6 * MINUTE)

    collect, imports = kinds_of_work()

    assert collect == KindOfWork("collect", per_minute=2.0)
    assert (imports.label, imports.waiting, imports.running, imports.failed) == ("Importing files", 1, 1, 2)
    assert 120 <= imports.oldest_seconds < 150


def test_work_that_all_went_well_long_ago_is_no_line() -> None:
    job("import", State.DONE, ended_at=Now() - timedelta(hours=1))
    job("import", State.CANCELLED, ended_at=Now())
    assert kinds_of_work() == []


def test_a_worker_that_gives_no_sign_of_life_is_silent() -> None:
    WorkerLife.objects.create(name="one", slots=4)
    WorkerLife.objects.create(name="two", slots=2, seen_at=Now() - 3 * lease())
    job("import", State.RUNNING, worker="one")
    found = [(one.name, one.slots, one.working, one.silent) for one in colleagues()]
    assert found == [("one", 4, 1, False), ("two", 2, 0, True)]


def test_the_page_says_it_all(signed_in: SignedIn, administrator: User) -> None:
    WorkerLife.objects.create(name="office.1", slots=4)
    job("import", State.READY, run_at=Now() - 2 * MINUTE)
    page = signed_in(administrator).get("/jobs/queue/").content.decode()
    for told in ("Importing files", "2\N{NO-BREAK SPACE}min", "office.1", "At work"):
        assert told in page
    assert "No worker gives a sign of life" not in page


def test_without_a_worker_the_page_says_what_to_do(signed_in: SignedIn, administrator: User) -> None:
    page = signed_in(administrator).get("/jobs/queue/").content.decode()
    assert "No worker gives a sign of life" in page
    assert "serve" in page


def test_when_nothing_is_to_do_the_page_says_so(signed_in: SignedIn, administrator: User) -> None:
    WorkerLife.objects.create(name="office.1", slots=4)
    assert "<h2>Idle</h2>" in signed_in(administrator).get("/jobs/queue/").content.decode()


def test_a_stranger_is_asked_to_sign_in(stranger: Client) -> None:
    assert stranger.get("/jobs/queue/").status_code == 302


def test_what_the_queue_costs_to_tell_does_not_grow(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for number in range(20):
        job("import" if number % 2 else "collect", list(State)[number % 6], worker=f"w{number}")
        WorkerLife.objects.create(name=f"w{number}", slots=4)
    with django_assert_num_queries(5):
        list(queue())


def test_the_numbers_are_told_as_metrics_too() -> None:
    WorkerLife.objects.create(name="office.1", slots=4)
    job("import", State.READY, run_at=Now() - 2 * MINUTE)
    job("import", State.PARKED)
    told = {
        (family.name, *sorted(sample.labels.values())): sample.value for family in queue() for sample in family.samples
    }
    assert told["schoolgate_jobs", "import", "ready"] == told["schoolgate_jobs", "import", "parked"] == 1
    assert told["schoolgate_jobs_waiting", "import"] == 1
    assert told["schoolgate_jobs_oldest_waiting_seconds", "import"] >= 120
    assert told["schoolgate_jobs_need_attention",] == told["schoolgate_workers",] == 1
    assert told["schoolgate_worker_slots", "office.1"] == 4
