"""`schoolgate authority tasks|runs|collect`: what is collected from schools, when, and what came of it."""

import time as clock
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.progress import Progress

from schoolgate.sites.commands.common_verbs import home_option
from schoolgate.sites.commands.shared import (
    Failed,
    WrongCall,
    as_json,
    at_home,
    limit_rows,
    open_site,
    print_json,
    print_rows,
    require_current_database,
)

if TYPE_CHECKING:
    from schoolgate.authority.bases.models import Base
    from schoolgate.authority.collection.models import CollectionRun, ScheduledTask
    from schoolgate.commons.schedules.rules import Rule

DATA = ("snapshot", "changed", "attendance", "attainment")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LOOK_EVERY_SECONDS = 0.5

task_argument = click.argument("number", type=int, metavar="TASK")


@click.group("tasks", invoke_without_command=True, help="Scheduled tasks: what is collected from which schools, when.")
@as_json
@limit_rows
@home_option
@click.pass_context
def tasks(context: click.Context, as_json: bool, limit: int | None, home: Path | None) -> None:
    if context.invoked_subcommand is not None:
        return
    open_site("authority", home)
    require_current_database("authority")
    from schoolgate.authority.collection.models import ScheduledTask
    from schoolgate.authority.collection.tasks import next_dues

    found = list(ScheduledTask.objects.order_by("name", "pk"))
    dues = next_dues(found)
    rows = [_row(task, dues.get(task.pk)) for task in found]
    columns = ["number", "name", "owner", "data", "sources", "schools", "when", "next", "status", "active"]
    print_rows(rows, columns, as_json=as_json, limit=limit, empty="There are no tasks.")


@tasks.command("add", help="Make a task. Its time is London's.")
@click.option("--name", required=True, help="What it is called.")
@click.option("--data", type=click.Choice(DATA), required=True, help="What is collected.")
@click.option("--base", "numbers", multiple=True, metavar="DFE", help="A school: 8204321. May be given again.")
@click.option("--group", "groups", multiple=True, help="A group of schools, by its name. May be given again.")
@click.option("--at", required=True, help="When: 18:30.")
@click.option("--on", "days", multiple=True, type=click.Choice(DAYS), help="Weekly, on these days.")
@click.option("--once", type=click.DateTime(["%Y-%m-%d"]), help="Once, on this day.")
@click.option("--monthly", type=click.IntRange(1, 31), help="Monthly, on this day of the month.")
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), help="Not before this day.")
@click.option("--until", "last", type=click.DateTime(["%Y-%m-%d"]), help="Not after this day.")
@click.option("--in-term", is_flag=True, help="In term only.")
@click.option("--leavers", is_flag=True, help="Leavers too.")
@click.option("--looked-after", is_flag=True, help="Looked after children only.")
@click.option("--year", "years", multiple=True, help="Only this National Curriculum year. May be given again.")
@click.option("--months-back", type=click.IntRange(1, 13), help="How far a first attendance run goes back.")
@click.option("--inactive", is_flag=True, help="It waits until it is switched on.")
@as_json
@at_home("authority")
def add(as_json: bool, **given: Any) -> None:
    from schoolgate.authority.bases.models import BaseGroup
    from schoolgate.authority.collection.tasks import TaskRefused, Wish, save

    groups = tuple(BaseGroup.objects.filter(name__in=given["groups"]))
    if unknown := set(given["groups"]) - {group.name for group in groups}:
        raise WrongCall(f"There is no group called {', '.join(sorted(unknown))}.")
    wish = Wish(
        name=given["name"],
        owner="la",
        data=given["data"],
        rule=_rule(**{name: given[name] for name in ("at", "days", "once", "monthly", "first", "last")}),
        bases=tuple(base_numbered(number) for number in given["numbers"]),
        groups=groups,
        in_term=given["in_term"],
        leavers=given["leavers"],
        looked_after=given["looked_after"],
        nc_years=tuple(given["years"]),
        months_back=given["months_back"],
        active=not given["inactive"],
    )
    try:
        _say(save(wish, by=None), as_json=as_json)
    except TaskRefused as refused:
        raise Failed(refused.sentence) from None


@tasks.command("run", help="Run a task now, for all its schools or for one.")
@task_argument
@click.option("--base", "dfe", metavar="DFE", help="Only this school: 8204321.")
@as_json
@at_home("authority")
def run(number: int, dfe: str | None, as_json: bool) -> None:
    from schoolgate.authority.collection.tasks import run_now

    made = run_now(_task(number), base_numbered(dfe) if dfe else None, by=None)
    if as_json:
        print_json({"runs": made})
    else:
        click.echo(f"{made:,} runs are queued." if made else "Nothing is queued: it goes on already, or has no school.")


@tasks.command("clone", help="Make an inactive copy of a task.")
@task_argument
@as_json
@at_home("authority")
def clone(number: int, as_json: bool) -> None:
    from schoolgate.authority.collection.tasks import clone as copy

    _say(copy(_task(number), by=None), as_json=as_json)


@tasks.command("activate", help="Switch a task on.")
@task_argument
@as_json
@at_home("authority")
def activate(number: int, as_json: bool) -> None:
    _switch(number, active=True, as_json=as_json)


@tasks.command("deactivate", help="Switch a task off: nothing of it runs by itself.")
@task_argument
@as_json
@at_home("authority")
def deactivate(number: int, as_json: bool) -> None:
    _switch(number, active=False, as_json=as_json)


@tasks.command("delete", help="Delete a task that is not active; its log stays.")
@task_argument
@as_json
@at_home("authority")
def delete(number: int, as_json: bool) -> None:
    from schoolgate.authority.collection.tasks import delete as remove

    if not remove(_task(number), by=None):
        raise Failed("Only a task that is not active can be deleted. Deactivate it first.")
    if as_json:
        print_json({"deleted": number})
    else:
        click.echo("Deleted.")


@click.command("runs", help="The Task Log: what was collected, and what came of it. The newest first.")
@click.option("--task", "number", type=int, help="Only those of this task.")
@click.option("--base", "dfe", metavar="DFE", help="Only those of this school: 8204321.")
@as_json
@limit_rows
@at_home("authority")
def runs(number: int | None, dfe: str | None, as_json: bool, limit: int | None) -> None:
    from schoolgate.authority.collection.models import CollectionRun

    found = CollectionRun.objects.select_related("base")
    if number is not None:
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
    from schoolgate.authority.collection.models import RunState
    from schoolgate.authority.collection.running import ask_for_run

    run = ask_for_run(None, base_numbered(dfe), data, by=None)
    if run is None:
        raise Failed("The same is being collected from this school already.")
    if not no_wait:
        _wait(run, quiet=as_json)
    if as_json:
        print_json(_run_row(run))
    else:
        click.echo(run.message or f"Run {run.pk} is queued.")
    if run.state in {RunState.FAILED, RunState.CANCELLED}:
        raise Failed(f"{run.get_state_display()}. The run's page and `runs` say more.")


def base_numbered(dfe: str) -> "Base":
    """The base with these seven digits. Raises WrongCall."""
    from schoolgate.authority.bases.models import Base

    found = Base.objects.filter(la=dfe[:3], number=dfe[3:]).first()
    if found is None:
        raise WrongCall(f"There is no base {dfe}. A base is named by its seven digits, as 8204321.")
    return found


def _task(number: int) -> "ScheduledTask":
    from schoolgate.authority.collection.models import ScheduledTask

    found = ScheduledTask.objects.filter(pk=number).first()
    if found is None:
        raise WrongCall(f"There is no task {number}.")
    return found


def _switch(number: int, *, active: bool, as_json: bool) -> None:
    from schoolgate.authority.collection.tasks import switch

    _say(switch(_task(number), active=active, by=None), as_json=as_json)


def _rule(
    at: str,
    days: tuple[str, ...],
    once: datetime | None,
    monthly: int | None,
    first: datetime | None,
    last: datetime | None,
) -> "Rule":
    from schoolgate.commons.schedules.rules import Monthly, Once, Weekly

    if sum(map(bool, (days, once, monthly))) != 1:
        raise WrongCall("Say when: --on DAY, --once DATE or --monthly DAY, one of them.")
    try:
        time = datetime.strptime(at, "%H:%M").time()  # noqa: DTZ007  a time on the clock
    except ValueError:
        raise WrongCall("The time is hours and minutes, as 18:30.") from None
    if once:
        return Once(time, once.date())
    if monthly:
        return Monthly(time, monthly, first=_day(first), last=_day(last))
    return Weekly(time, frozenset(map(DAYS.index, days)), first=_day(first), last=_day(last))


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _row(task: "ScheduledTask", next_due: datetime | None) -> dict[str, Any]:
    from schoolgate.authority.collection.late import late_after
    from schoolgate.authority.collection.models import last_run_status
    from schoolgate.authority.collection.sentence import when

    return {
        "number": task.pk,
        "name": task.name,
        "owner": task.owner,
        "data": task.data,
        "sources": task.sources,
        "schools": task.collected_bases.count(),
        "when": when(task.rule, in_term=task.in_term),
        "next": next_due,
        "status": str(last_run_status(task.runs.order_by("-made_at", "-pk").first(), late_after())),
        "active": task.active,
    }


def _say(task: "ScheduledTask", *, as_json: bool) -> None:
    from schoolgate.authority.collection.tasks import next_dues

    row = _row(task, next_dues([task]).get(task.pk))
    if as_json:
        print_json(row)
    else:
        click.echo(f"Task {row['number']}, {row['name']}: {row['when']}, {row['schools']} schools.")


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
