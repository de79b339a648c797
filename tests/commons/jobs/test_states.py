"""Every step a job may take stands in one table, and no other step can be taken."""

import re
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from schoolgate.commons.jobs.models import TRANSITIONS, Job, State, may

STATES_PAGE = Path(__file__).parents[3] / "docs" / "reference" / "states.md"
EVERY_PAIR = [(step, state) for step in TRANSITIONS for state in State]


@pytest.mark.django_db
@pytest.mark.parametrize(("step", "state"), EVERY_PAIR)
def test_a_step_is_taken_from_the_states_of_the_table_only(step: str, state: State) -> None:
    job = Job.objects.create(kind="counting", state=state)
    begins, leads = TRANSITIONS[step]

    taken = Job.objects.filter(pk=job.pk).take(step)

    job.refresh_from_db()
    assert (taken, job.state) == ((1, leads) if state in begins else (0, state))
    assert may(step, state) == bool(taken)


def test_a_done_job_takes_no_further_step() -> None:
    assert not any(may(step, State.DONE) for step in TRANSITIONS)


def test_every_state_can_be_reached_and_left_but_done() -> None:
    assert {leads for _, leads in TRANSITIONS.values()} == set(State)
    assert {state for begins, _ in TRANSITIONS.values() for state in begins} == set(State) - {State.DONE}


@pytest.mark.django_db
def test_the_database_takes_no_other_state() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.create(kind="counting", state="lost")


def test_the_page_of_states_tells_every_step() -> None:
    section = STATES_PAGE.read_text("utf-8").split("## A job")[1].split("\n## ")[0]
    told = re.findall(r"^\| ([a-z ]+) \| ([a-z`, ]+) \| `([a-z]+)` \|", section, re.MULTILINE)
    assert {(step, frozenset(re.findall(r"`([a-z]+)`", begins)), leads) for step, begins, leads in told} == {
        (step, frozenset(state.value for state in begins), leads.value) for step, (begins, leads) in TRANSITIONS.items()
    }
