"""What schools are asked for: made once, fetched, closed by the file that comes."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from tests.authority.exchange.imports_shown import MONDAY, TUESDAY, Send, school

from schoolgate.authority.bases.models import Base
from schoolgate.authority.exchange import outbox
from schoolgate.authority.exchange.models import OutboxEntry
from schoolgate.authority.exchange.models.outbox_entry import OPEN, STEPS, EntryState
from schoolgate.authority.exchange.retention import OutboxEntries
from schoolgate.commons.audit.models import AuditEntry

STATES_PAGE = Path(__file__).parents[3] / "docs" / "reference" / "states.md"

Ask = Callable[..., OutboxEntry]


@pytest.fixture
def ask(green_abbey: Base) -> Ask:
    """Ask Green Abbey for a file, a minute ago."""

    def ask(data: str = "snapshot", *, run: int = 1, at: datetime | None = None) -> OutboxEntry:
        with time_machine.travel(at or timezone.now() - timedelta(minutes=1), tick=False):
            return outbox.ask(green_abbey, run=run, data=data, task_name="Autumn snapshot")

    return ask


@pytest.fixture
def imported(send: Send) -> Callable[..., list[int]]:
    """Have a file imported, full or not; the runs that had waited for it."""

    def imported(*, full: bool = True, created: datetime = MONDAY) -> list[int]:
        changes = {} if full else {"<DocumentQualifier>full": "<DocumentQualifier>partial"}
        open_before = list(OutboxEntry.objects.open().values_list("pk", flat=True))
        send(school(), created=created, **changes)
        closed = OutboxEntry.objects.filter(pk__in=open_before, state=EntryState.CLOSED)
        return sorted(run for entry in closed for run in entry.runs)

    return imported


def test_a_school_is_told_what_it_is_asked_for(program: Any, ask: Ask) -> None:
    entry = ask()
    told = program.get("outbox").json()
    assert told["more"] is False
    assert [(one["id"], one["data"], one["task"], one["state"], one["school"]) for one in told["entries"]] == [
        (entry.pk, "snapshot", "Autumn snapshot", "made", "4321")
    ]


def test_a_second_run_joins_the_open_request(ask: Ask) -> None:
    assert ask(run=1) == ask(run=2) == ask(run=2)
    assert OutboxEntry.objects.get().runs == [1, 2]


def test_each_kind_of_data_is_asked_for_by_itself(ask: Ask) -> None:
    assert ask("snapshot") != ask("attendance")


def test_that_it_was_fetched_is_said_twice_and_counts_once(program: Any, ask: Ask) -> None:
    entry = ask()
    address = f"/exchange/v1/outbox/{entry.pk}/collected"
    first, again = (program.http.post(address, headers=program.authorization) for _ in range(2))
    assert first.json() == again.json()
    assert first.json()["state"] == "fetched"
    assert AuditEntry.objects.filter(did="request fetched").count() == 1


def test_a_fetched_request_is_listed_until_it_is_closed(
    program: Any, ask: Ask, imported: Callable[..., list[int]]
) -> None:
    entry = ask(run=7)
    program.http.post(f"/exchange/v1/outbox/{entry.pk}/collected", headers=program.authorization)
    assert len(program.get("outbox").json()["entries"]) == 1
    assert imported() == [7]
    assert program.get("outbox").json()["entries"] == []
    assert program.get(f"outbox/{entry.pk}").json()["state"] == "closed"


def test_a_snapshot_is_answered_by_a_full_file_only(ask: Ask, imported: Callable[..., list[int]]) -> None:
    ask("snapshot", run=1)
    ask("changed", run=2)
    ask("attendance", run=3)
    assert imported(full=False) == [2, 3]
    assert imported(created=TUESDAY) == [1]


def test_a_file_received_before_answers_nothing(ask: Ask, send: Send) -> None:
    this = send(school())
    ask(at=timezone.now() + timedelta(minutes=1))
    assert outbox.closed_by(this) == []


def test_a_file_that_waits_for_a_person_answers_nothing_yet(ask: Ask, send: Send) -> None:
    send(school())
    ask(at=timezone.now() - timedelta(seconds=1))
    assert outbox.closed_by(send(school()[:2], created=TUESDAY)) == []


def test_what_no_run_waits_for_is_cancelled(program: Any, ask: Ask, green_abbey: Base) -> None:
    entry = ask(run=1)
    ask(run=2)
    outbox.withdraw(green_abbey, run=1)
    assert program.get(f"outbox/{entry.pk}").json()["state"] == "made"
    outbox.withdraw(green_abbey, run=2)
    assert program.get(f"outbox/{entry.pk}").json()["state"] == "cancelled"
    assert ask(run=3) != entry


def test_another_schools_program_knows_of_nothing(program: Any, other_program: Any, ask: Ask) -> None:
    entry = ask()
    assert other_program.get("outbox").json()["entries"] == []
    assert other_program.get(f"outbox/{entry.pk}").json()["code"] == "unknown-entry"
    refused = other_program.http.post(f"/exchange/v1/outbox/{entry.pk}/collected", headers=other_program.authorization)
    assert refused.json()["code"] == "unknown-entry"
    entry.refresh_from_db()
    assert entry.state == EntryState.MADE


def test_a_long_list_is_told_page_by_page(program: Any, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "PAGE", 2)
    made = [ask(data).pk for data in ("snapshot", "changed", "attendance")]
    first = program.get("outbox").json()
    second = program.get("outbox", params={"after": first["next"]}).json()
    assert [one["id"] for one in first["entries"] + second["entries"]] == made
    assert (first["more"], second["more"]) == (True, False)
    assert program.get("outbox", params={"after": "x"}).json()["code"] == "cursor-malformed"


def test_a_request_that_ended_long_ago_goes(ask: Ask, green_abbey: Base) -> None:
    ask(run=1)
    assert list(OutboxEntries().over(timezone.now())) == []
    outbox.withdraw(green_abbey, run=1)
    (item,) = OutboxEntries().over(timezone.now() + timedelta(days=1))
    OutboxEntries().remove(item)
    assert not OutboxEntry.objects.exists()


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("state", EntryState.values)
def test_only_the_steps_of_the_table_are_taken(ask: Ask, state: str, step: str) -> None:
    entry = ask()
    OutboxEntry.objects.update(state=state)
    before, after = STEPS[step]
    assert OutboxEntry.objects.filter(pk=entry.pk).take(step) == (state in before)
    entry.refresh_from_db()
    assert entry.state == (after if state in before else state)
    assert (entry.ended_at is not None) == (state in before and after not in OPEN)


def test_every_state_is_explained() -> None:
    page = STATES_PAGE.read_text("utf-8")
    part = page[page.index("## A request in the outbox") :].partition("\n## ")[0]
    assert [state for state in EntryState.values if f"`{state}`" not in part] == []
