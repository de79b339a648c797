"""Asking for runs: each base once, however often and by how many it is asked."""

import re
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from tests.authority.collection.listed import School

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection.alerts import left_failed
from schoolgate.authority.collection.ending import fail, succeed
from schoolgate.authority.collection.models import CollectionRun, Data, RunState, ScheduledTask, Sources
from schoolgate.authority.collection.models.run import OPEN, STEPS
from schoolgate.authority.collection.running import ask_for_run, ask_for_runs
from schoolgate.authority.collection.today import failed_runs
from schoolgate.commons.accounts.models import User
from schoolgate.commons.alerts.models import Event
from schoolgate.commons.jobs.models import Job
from schoolgate.commons.schedules.rules import Once

pytestmark = pytest.mark.django_db

THURSDAY = datetime(2026, 11, 26, 18, 30, tzinfo=UTC)


@pytest.fixture
def task(school: School, green_abbey: Base, oak_lane: Base) -> ScheduledTask:
    """For both schools, of which Oak Lane sends files."""
    rule = Once(time(18, 30), date(2026, 11, 26)).on_record()
    made = ScheduledTask.objects.create(name="Autumn", data=Data.CHANGED, sources=Sources.API, recorded_rule=rule)
    made.bases.set([green_abbey, oak_lane])
    return made


def test_a_due_task_makes_one_run_and_one_job_of_each_base_it_is_for(task: ScheduledTask, green_abbey: Base) -> None:
    assert ask_for_runs(task, THURSDAY) == 1
    assert ask_for_runs(task, THURSDAY) == 0

    run = CollectionRun.objects.get()
    assert (run.base, run.task_name, run.connector, run.due_at) == (green_abbey, "Autumn", "listed", THURSDAY)
    job = Job.objects.get(kind="collect")
    assert (run.job_id, job.args["run"], job.key) == (job.pk, run.pk, "collect 8204321")


def test_who_asks_while_a_run_is_open_makes_no_second(task: ScheduledTask, officer: User, green_abbey: Base) -> None:
    assert ask_for_runs(task, by=officer) == 1
    assert ask_for_runs(task, by=officer) == 0
    assert ask_for_run(task, green_abbey, task.data, by=officer) is None
    CollectionRun.objects.update(state=RunState.FAILED)
    again = ask_for_run(task, green_abbey, task.data, by=officer)
    assert again is not None
    assert again.asked_by == officer


def test_a_failed_run_is_on_the_first_page_until_the_same_data_was_collected(
    task: ScheduledTask, green_abbey: Base
) -> None:
    ask_for_runs(task, THURSDAY)
    run = CollectionRun.objects.get()
    assert fail(run, "down", "The service answers 503.")
    assert not fail(run, "down", "Again.")

    (line,) = failed_runs()
    assert line.text == "Green Abbey Primary School could not be collected. The service answers 503."
    assert Event.objects.get().text == "Autumn of Green Abbey Primary School: The service answers 503."

    later = ask_for_run(task, green_abbey, task.data, by=None)
    assert later is not None
    assert left_failed().exists()
    CollectionRun.objects.filter(pk=later.pk).take("collect")
    assert succeed(later, "Nothing has changed.")
    assert not failed_runs()


def test_every_step_leads_from_where_it_may_begin(task: ScheduledTask) -> None:
    ask_for_runs(task, THURSDAY)
    runs = CollectionRun.objects.all()
    for step, (before, after) in STEPS.items():
        for state in RunState.values:
            runs.update(state=state, ended_at=None)
            assert runs.take(step) == (state in before)
            run = runs.get()
            assert run.state == (after if state in before else state)
            assert (run.ended_at is not None) == (state in before and after not in OPEN)


def test_the_page_of_states_tells_every_step() -> None:
    page = (Path(__file__).parents[3] / "docs" / "reference" / "states.md").read_text("utf-8")
    section = page.split("## A run of a task")[1].split("\n## ")[0]
    told = re.findall(r"^\| ([a-z ]+) \| ([a-z`, ]+) \| `([a-z]+)` \|", section, re.MULTILINE)
    assert {step: (frozenset(re.findall(r"`([a-z]+)`", begins)), leads) for step, begins, leads in told} == STEPS
