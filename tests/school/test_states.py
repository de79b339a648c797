"""Every allowed step of a transfer, and no other (DESIGN 5)."""

from datetime import UTC, datetime
from itertools import product

import pytest

from schoolgate.school.exchange.models import State, Transfer
from schoolgate.school.exchange.models.transfer import STEPS, StepName

ALLOWED = {
    ("ready", "sending"),
    ("retrying", "sending"),
    ("sending", "delivered"),
    ("sending", "retrying"),
    ("sending", "needs attention"),
    ("sending", "ready"),
    ("delivered", "imported"),
    ("delivered", "rejected"),
    ("rejected", "imported"),
    ("delivered", "retrying"),
    ("imported", "retrying"),
    ("ready", "cancelled"),
    ("retrying", "cancelled"),
    ("needs attention", "cancelled"),
    ("retrying", "ready"),
    ("needs attention", "ready"),
    ("cancelled", "ready"),
}


def make(state: State) -> Transfer:
    return Transfer.objects.create(
        name="8204321_CES_820LLLL_001.xml",
        sha256="0" * 64,
        size=1,
        la="820",
        source_la="820",
        source_school="4321",
        version="3.73",
        made_at=datetime(2026, 11, 19, tzinfo=UTC),
        pupils=1,
        state=state,
    )


def test_the_table_holds_the_steps_of_the_design_and_no_other() -> None:
    assert {(source, step.target) for step in STEPS.values() for source in step.sources} == ALLOWED


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "state"), list(product(STEPS, State)))
def test_a_step_is_taken_where_the_table_allows_it_and_nowhere_else(name: StepName, state: State) -> None:
    transfer = make(state)
    allowed = state in STEPS[name].sources
    assert transfer.may(name) == allowed
    assert transfer.take(name) == allowed
    assert Transfer.objects.get().state == (STEPS[name].target if allowed else state)


@pytest.mark.django_db
def test_of_two_who_take_a_step_only_one_succeeds() -> None:
    first = make(State.READY)
    second = Transfer.objects.get()
    assert first.take("send", attempts=1)
    assert not second.take("send", attempts=1)


@pytest.mark.django_db
def test_who_is_not_on_the_attempt_any_more_writes_nothing() -> None:
    zombie = make(State.SENDING)
    living = Transfer.objects.get()
    assert living.take("put back")
    assert living.take("send", attempts=living.attempts + 1)
    assert not zombie.take("give up")
    assert Transfer.objects.get().state == State.SENDING
