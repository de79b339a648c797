"""The Task Log as a table, for the whole authority, one base or one task (reference 9.2; SCREENS 5.3)."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from schoolgate.authority.collection.models import CollectionRun, Data, Level, RunState
from schoolgate.commons.accounts.access import PersonRequest
from schoolgate.commons.web.charts import Bar, bars
from schoolgate.commons.web.tables import Column, NotYet, Table

COUNTS = {
    "read": "Read",
    "added": "Added",
    "updated": "Updated",
    "same": "Same",
    "conflicts": "Conflicts",
    "unmatched": "Unmatched",
    "left_out": "Left out",
}
"""A run's numbers, and what they are called."""

_COLOURS = {
    "added": "new",
    "updated": "processing",
    "conflicts": "warning",
    "unmatched": "warning",
    "left_out": "warning",
}

LIVE_SECONDS = 5


def run_address(run: CollectionRun) -> str:
    """The page of a run, for the authority's people."""
    return reverse("collection-run", args=[run.pk])


def log_table(
    request: PersonRequest,
    runs: QuerySet[CollectionRun],
    *,
    empty: NotYet,
    but: Sequence[str] = (),
    kept: Sequence[str] = (),
    page_of: Callable[[CollectionRun], str] = run_address,
) -> Table:
    """The runs, newest first, each leading to its page; without the columns called `but`, the same in all."""
    columns = [
        Column("made_at", "Date", kind="time", dates=True, link=page_of),
        Column("base__name", "School", search=True, value=_school, link=_base_address),
        Column("task_name", "Task", search=True),
        Column("data", "Kind", choices=Data.choices, value=lambda run: run.get_data_display()),
        Column("level", "Level", kind="state", choices=Level.choices),
        Column("state", "Status", kind="state", choices=RunState.choices, value=state_words),
        *(Column(name, label, kind="number", sort="", value=_count(name)) for name, label in COUNTS.items()),
        Column("message", "Message", kind="long"),
    ]
    return Table(
        [column for column in columns if column.name not in but],
        runs.select_related("base"),
        request,
        name="task-log",
        noun=("run", "runs"),
        empty=empty,
        live_seconds=LIVE_SECONDS if runs.open().exists() else 0,  # type: ignore[attr-defined]  # its own query set
        kept=kept,
    )


def state_words(run: CollectionRun) -> str:
    """How a run stands, in words."""
    return RunState(run.state).label


def counts_drawn(run: CollectionRun) -> Any:
    """A run's numbers as bars; empty while there are none."""
    if not run.counts:
        return ""
    rows = [Bar(label, run.counts.get(name, 0), _COLOURS.get(name, "")) for name, label in COUNTS.items()]
    return bars("Pupils and values", rows)


def _base_address(run: CollectionRun) -> str:
    return reverse("base", args=[run.base_id])


def _school(run: CollectionRun) -> str:
    return run.base.name


def _count(name: str) -> Any:
    return lambda run: run.counts.get(name)
