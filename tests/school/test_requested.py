"""What an LA asks for is told on the first page, until the LA asks no more."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from tests.school.conftest import Drop, Export, MakeLa
from tests.school.scripted_la import ScriptedLa

from schoolgate.authority.bases.models import Agent, Base
from schoolgate.authority.exchange import outbox
from schoolgate.authority.exchange.models import OutboxEntry
from schoolgate.authority.exchange.models.outbox_entry import EntryState
from schoolgate.commons.accounts.models import User
from schoolgate.commons.jobs.engine import work_off
from schoolgate.commons.journal.models import JournalLine
from schoolgate.school.exchange.models import Destination, FileRequest
from schoolgate.school.exchange.requested import ask_for_requests
from schoolgate.school.exchange.today import look_at_today


def entry(number: int = 7, **values: Any) -> dict[str, Any]:
    facts = {"id": number, "kind": "request", "state": "made", "la": "820", "school": "4321", "name": "Green Abbey"}
    asked = {"made": "2026-11-19T18:30:00Z", "data": "snapshot", "task": "Autumn snapshot"}
    return {**facts, **asked, **values}


def look_again() -> None:
    """As the rounds do, when it is time."""
    Destination.objects.update(requests_asked_at=None)
    ask_for_requests()


def asked_for() -> list[str]:
    return [line.text for line in look_at_today().to_do if line.code == "asked for"]


@pytest.fixture
def told(la: ScriptedLa, school_site: None) -> Callable[..., list[str]]:
    """What the first page says of requests once the LA asks for these."""

    def told(*entries: dict[str, Any]) -> list[str]:
        la.asks_for = list(entries)
        look_again()
        return asked_for()

    return told


def test_a_request_stands_on_the_first_page_until_it_ends(told: Callable[..., list[str]]) -> None:
    (line,) = told(entry())
    assert "asks for a full pupil file of Green Abbey (task “Autumn snapshot”, since " in line
    assert told() == []


def test_it_is_told_once_in_the_journal(told: Callable[..., list[str]]) -> None:
    told(entry())
    told(entry())
    assert JournalLine.objects.filter(message="The LA asks for a full pupil file of Green Abbey.").count() == 1


def test_the_la_is_told_that_it_is_here(told: Callable[..., list[str]], la: ScriptedLa) -> None:
    told(entry(7), entry(8, state="fetched", data="attendance"))
    assert la.collected == [7]


def test_many_requests_are_told_in_one_line(told: Callable[..., list[str]]) -> None:
    (line,) = told(*(entry(number, school=f"{4000 + number}") for number in range(4)))
    assert line.startswith("4 files of 4 schools are asked for")


def test_what_a_later_la_may_ask_for_is_not_in_the_way(told: Callable[..., list[str]], la: ScriptedLa) -> None:
    (line,) = told(entry(1, kind="file"), entry(2, data="behaviour"), {"id": "x"})
    assert "asks for a pupil file of Green Abbey" in line
    assert la.collected == [2]


def test_an_la_without_an_outbox_asks_for_nothing(told: Callable[..., list[str]], la: ScriptedLa) -> None:
    told(entry())
    la.asks_for = None
    look_again()
    assert asked_for() == []
    assert not Destination.objects.get().trouble


def test_what_is_known_stays_while_there_is_no_line(told: Callable[..., list[str]], la: ScriptedLa) -> None:
    told(entry())
    la.server.listener.shutdown(2)
    look_again()
    assert len(asked_for()) == 1


def test_nobody_is_asked_again_for_half_an_hour(told: Callable[..., list[str]], la: ScriptedLa) -> None:
    told(entry())
    calls = len(la.calls)
    ask_for_requests()
    assert len(la.calls) == calls
    Destination.objects.update(requests_asked_at=timezone.now() - timedelta(minutes=31))
    ask_for_requests()
    assert "GET outbox" in la.calls[calls:]


def test_requests_of_an_la_that_is_no_entry_any_more_go(told: Callable[..., list[str]]) -> None:
    told(entry())
    Destination.objects.all().delete()
    ask_for_requests()
    assert not FileRequest.objects.exists()


def test_its_page_says_what_to_do(told: Callable[..., list[str]], office: Client, make_la: MakeLa) -> None:
    told(entry())
    page = office.get("/asked-for/").content.decode()
    assert "Files Not Exported" in page
    assert "Green Abbey" in page


@pytest.mark.django_db(transaction=True)
def test_a_request_goes_from_the_authority_to_the_school_and_closes_by_the_file(
    authority: str, drop: Drop, export: Export
) -> None:
    base = Base.objects.get()
    asked = outbox.ask(base, run=1, data="snapshot", task_name="Autumn snapshot")
    OutboxEntry.objects.update(made_at=timezone.now() - timedelta(minutes=1))
    look_again()
    assert len(asked_for()) == 1
    asked.refresh_from_db()
    assert asked.state == EntryState.FETCHED
    assert Agent.objects.get(account=User.objects.get(username="8204321")).program == "schoolgate"
    drop()
    assert export().all_well
    work_off()
    look_again()
    assert asked_for() == []
