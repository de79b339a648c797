"""The schools' programs: which they are, and when they last called."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from schoolgate.authority.bases.agents import last_seen
from schoolgate.authority.bases.models import Agent, Base

FRIDAY = datetime(2026, 11, 27, 16, 2, tzinfo=UTC)


@pytest.fixture
def called(program: Any, green_abbey: Base) -> Callable[..., Agent]:
    """Let Green Abbey's program call, by this name and at this time."""

    def call(name: str = "schoolgate/0.5.0", *, at: datetime = FRIDAY) -> Agent:
        with time_machine.travel(at, tick=False):
            program.sign_in()
            program.get("whoami")
            program.headers["User-Agent"] = name
            program.get("whoami")
        return Agent.objects.get(account=green_abbey.account)

    return call


def test_a_program_is_noted_by_name_and_version(called: Callable[..., Agent]) -> None:
    agent = called()
    assert (agent.program, agent.version, agent.seen_at) == ("schoolgate", "0.5.0", FRIDAY)


def test_it_is_written_once_a_minute_at_most(
    program: Any, called: Callable[..., Agent], django_assert_num_queries: Any
) -> None:
    called()
    with time_machine.travel(FRIDAY + timedelta(seconds=59), tick=False), django_assert_num_queries(1) as asked:
        program.get("outcomes", params={"after": "x"})
    assert asked[0]["sql"].startswith("SELECT")
    assert called(at=FRIDAY + timedelta(seconds=61)).seen_at == FRIDAY + timedelta(seconds=61)


def test_a_program_that_does_not_say_what_it_is_was_seen_all_the_same(called: Callable[..., Agent]) -> None:
    agent = called("(me)")
    assert (agent.program, agent.version) == ("", "")


def test_when_it_was_seen_is_said_in_words(called: Callable[..., Agent]) -> None:
    agent = called()
    with time_machine.travel(FRIDAY + timedelta(hours=1), tick=False):
        assert last_seen(agent) == "last seen 16:02, version 0.5.0"
    with time_machine.travel(FRIDAY + timedelta(days=3), tick=False):
        assert last_seen(agent) == "last seen Fri 27 Nov 16:02, version 0.5.0"
    assert last_seen(None) == "never seen"


def test_a_bases_page_and_the_list_say_it(called: Callable[..., Agent], as_officer: Client, green_abbey: Base) -> None:
    called()
    assert "0.5.0" in as_officer.get(reverse("base", args=[green_abbey.pk])).content.decode()
    assert "0.5.0" in as_officer.get(reverse("bases")).content.decode()
