"""`schoolgate authority runs|collect`: what came of what was collected, and collecting now."""

import time as clock
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click
from rich.progress import Progress

from schoolgate.sites.commands.shared import (
    Failed,
    WrongCall,
    as_json,
    at_home,
    limit_rows,
    print_json,
    print_rows,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schoolgate.authority.bases.models import Base
    from schoolgate.authority.collection.models import CollectionRun

DATA = ("snapshot", "changed", "attendance", "attainment")
LOOK_EVERY_SECONDS = 0.5


@click.command("runs", help="The Task Log: what was collected, and what came of it. The newest first.")
@click.option("--task", "number", type=int, help="Only those of this task.")
@click.option("--base", "dfe", metavar="DFE", help="Only those of this school: 8204321.")
@as_json
@limit_rows
@at_home("authority")
def runs(number: int | None, dfe: str | None, as_json: bool, limit: int | None) -> None:
    from schoolgate.authority.collection.models import CollectionRun, ScheduledTask

    found = CollectionRun.objects.select_related("base")
    if number is not None:
        if not ScheduledTask.objects.filter(pk=number).exists():
            raise WrongCall(f"There is no task {number}.")
        found = found.filter(task=number)
    if dfe is not None:
        found = found.filter(base=base_numbered(dfe))
    rows = (_run_row(one) for one in found[:limit].iterator(chunk_size=500))
    columns = ["number", "made_at", "school", "task", "data", "state", "level", "read", "added", "updated", "message"]
    print_rows(rows, columns, as_json=as_json, limit=limit, empty="Nothing has been collected.")


@click.command("collect", help="Collect from a school now, and wait for the end.")
@click.option("--base", "dfe", required=True, metavar="DFE", help="The school: 8204321.")
@click.option("--data", type=click.Choice(DATA[:3]), default="changed", show_default=True, help="What is collected.")
@click.option("--no-wait", is_flag=True, help="Queue it and come back at once.")
@as_json
@at_home("authority")
def collect(dfe: str, data: str, no_wait: bool, as_json: bool) -> None:
    from schoolgate.authority.collection.running import ask_for_run

    with unless_locked():
        run = ask_for_run(None, base_numbered(dfe), data, by=None)
    if run is None:
        raise Failed("The same is being collected from this school already.")
    _tell(run, wait=not no_wait, as_json=as_json)


@click.command("catch-up", help="Collect what can be missing of a school since its migration, and wait for the end.")
@click.option("--base", "dfe", required=True, metavar="DFE", help="The school: 8204321.")
@click.option("--as-it-is", is_flag=True, help="Collect nothing, and mark the school no longer.")
@click.option("--no-wait", is_flag=True, help="Queue it and come back at once.")
@as_json
@at_home("authority")
def catch_up(dfe: str, as_it_is: bool, no_wait: bool, as_json: bool) -> None:
    from schoolgate.authority.collection.migrating.catching_up import NoGap, plan_catch_up, take_as_it_is

    base = base_numbered(dfe)
    try:
        if as_it_is:
            gap = take_as_it_is(base, by=None)
            told = {"la": base.la, "school": base.number, "from": gap.gap_first, "to": gap.gap_last}
            print_json(told) if as_json else click.echo(f"{base.name} is taken as it is.")
            return
        with unless_locked():
            run = plan_catch_up(base, by=None)
    except NoGap as none:
        raise Failed(str(none)) from None
    if run is None:
        raise Failed("It is being caught up already.")
    _tell(run, wait=not no_wait, as_json=as_json)


def _tell(run: "CollectionRun", *, wait: bool, as_json: bool) -> None:
    """Wait for a run's end and say what came of it. Raises Failed where it did not go well."""
    from schoolgate.authority.collection.models import RunState

    if wait:
        _wait(run, quiet=as_json)
    if as_json:
        print_json(_run_row(run))
    else:
        click.echo(run.message or f"Run {run.pk} is queued.")
    if run.state in {RunState.FAILED, RunState.CANCELLED}:
        raise Failed(f"{run.get_state_display()}. The run's page and `runs` say more.")


@contextmanager
def unless_locked() -> "Iterator[None]":
    """Fail, with its sentence, where a school has locked what is acted on."""
    from schoolgate.authority.collection.locks import Locked

    try:
        yield
    except Locked as locked:
        raise Failed(locked.sentence) from None


def base_numbered(dfe: str) -> "Base":
    """The base with these seven digits. Raises WrongCall."""
    from schoolgate.authority.bases.models import Base

    found = Base.objects.filter(la=dfe[:3], number=dfe[3:]).first()
    if found is None:
        raise WrongCall(f"There is no base {dfe}. A base is named by its seven digits, as 8204321.")
    return found


def _run_row(run: "CollectionRun") -> dict[str, Any]:
    counts = ("read", "added", "updated", "same", "conflicts", "unmatched", "left_out")
    return {
        "number": run.pk,
        "made_at": run.made_at,
        "base": run.base.dfe_number,
        "school": run.base.name,
        "task": run.task_name,
        "data": run.data,
        "state": run.state,
        "level": run.level,
        **{name: run.counts.get(name, 0) for name in counts},
        "held_back": run.held_back,
        "calls": run.calls,
        "code": run.code,
        "message": run.message,
        "import": run.its_import_id,
    }


def _wait(run: "CollectionRun", *, quiet: bool) -> None:
    """Until the run has ended, or waits for the school, the vendor or a person."""
    from schoolgate.authority.collection.models import RunState
    from schoolgate.commons.jobs.models import Job

    with Progress(disable=quiet) as progress:
        bar = progress.add_task(run.base.name, total=None)
        while run.is_open and run.state != RunState.ASKED and not run.next_try_at:
            if run.its_import is not None and run.its_import.waiting:
                return
            clock.sleep(LOOK_EVERY_SECONDS)
            run.refresh_from_db()
            job = Job.objects.filter(pk=run.job_id or 0).first()
            told = job.progress_text if job is not None else ""
            progress.update(bar, description=f"{run.base.name}: {told or run.get_state_display()}")
