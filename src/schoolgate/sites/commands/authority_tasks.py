"""`schoolgate authority tasks`: what is collected from which schools, and when."""

from collections.abc import Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from schoolgate.sites.commands.authority_collection import DATA, base_numbered, unless_locked
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
    from schoolgate.authority.bases.models import Base, BaseGroup
    from schoolgate.authority.collection.models import ScheduledTask
    from schoolgate.authority.collection.tasks import Wish
    from schoolgate.commons.schedules.rules import Rule

KINDS = (*DATA, "attendance-changed")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

TYPES = ("export-from-school", "import-to-school", "two-way")

sent_group = click.option(
    "--send", "sent", multiple=True, metavar="GROUP", help="A data group that goes to schools. May be given again."
)
attainment_folder = click.option("--folder", help="Where files with attainment lie on this server.")
again_every = click.option(
    "--every", "every_minutes", type=click.IntRange(1, 1439), metavar="MINUTES", help="Again on the same day, so often."
)
again_until = click.option("--stop-at", metavar="TIME", help="When to stop repeating on the same day: 20:00.")
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

    rows = _rows(list(ScheduledTask.objects.order_by("name", "pk")[:limit]))
    columns = ["number", "name", "owner", "type", "data", "schools", "when", "next", "status", "active", "locked"]
    print_rows(rows, columns, as_json=as_json, limit=limit, empty="There are no tasks.")


@tasks.command("add", help="Make a task. Its time is London's.")
@click.option("--name", required=True, help="What it is called.")
@click.option("--data", type=click.Choice(KINDS), required=True, help="What is collected.")
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
@click.option("--type", "kind", type=click.Choice(TYPES), default=TYPES[0], help="Which way data goes.")
@sent_group
@attainment_folder
@click.option("--inactive", is_flag=True, help="It waits until it is switched on.")
@again_every
@again_until
@as_json
@at_home("authority")
def add(as_json: bool, **given: Any) -> None:
    from schoolgate.authority.collection.tasks import Wish

    wish = Wish(
        name=given["name"],
        owner="la",
        **_kind(given["data"]),
        rule=_rule(given),
        bases=_bases(given["numbers"]),
        groups=_groups(given["groups"]),
        in_term=given["in_term"],
        leavers=given["leavers"],
        looked_after=given["looked_after"],
        nc_years=tuple(given["years"]),
        months_back=given["months_back"],
        active=not given["inactive"],
        transfer_type=given["kind"],
        sent_groups=tuple(given["sent"]),
        folder=given["folder"] or "",
    )
    _save(wish, None, as_json=as_json)


@tasks.command("edit", help="Change a task; what is not said stays. Schools, groups, days and years are said anew.")
@task_argument
@click.option("--name", help="What it is called.")
@click.option("--owner", type=click.Choice(("la", "school")), help="Give it to the authority, or to the school.")
@click.option("--data", type=click.Choice(KINDS), help="What is collected.")
@click.option("--base", "numbers", multiple=True, metavar="DFE", help="A school: 8204321. May be given again.")
@click.option("--no-bases", is_flag=True, help="No single schools: groups only.")
@click.option("--group", "groups", multiple=True, help="A group of schools, by its name. May be given again.")
@click.option("--no-groups", is_flag=True, help="No groups: single schools only.")
@click.option("--at", help="When: 18:30.")
@click.option("--on", "days", multiple=True, type=click.Choice(DAYS), help="Weekly, on these days.")
@click.option("--once", type=click.DateTime(["%Y-%m-%d"]), help="Once, on this day.")
@click.option("--monthly", type=click.IntRange(1, 31), help="Monthly, on this day of the month.")
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), help="Not before this day.")
@click.option("--until", "last", type=click.DateTime(["%Y-%m-%d"]), help="Not after this day.")
@click.option("--no-expiry", is_flag=True, help="It does not expire.")
@click.option("--in-term/--all-year", default=None, help="In term only, or also outside of it.")
@click.option("--leavers/--no-leavers", default=None, help="Leavers too, or not.")
@click.option("--looked-after/--all-pupils", default=None, help="Looked after children only, or all.")
@click.option("--year", "years", multiple=True, help="Only this National Curriculum year. May be given again.")
@click.option("--all-years", is_flag=True, help="All years, and pupils outside of them.")
@click.option("--months-back", type=click.IntRange(1, 13), help="How far a first attendance run goes back.")
@sent_group
@click.option("--send-all", is_flag=True, help="All data groups that may go to schools.")
@attainment_folder
@click.option("--no-folder", is_flag=True, help="Attainment is asked of the schools, not read from a folder.")
@again_every
@again_until
@as_json
@at_home("authority")
def edit(number: int, as_json: bool, **given: Any) -> None:
    from dataclasses import replace

    from schoolgate.authority.collection.tasks import Wish

    task = _task(number)
    before = Wish.of(task)
    said: dict[str, Any] = {
        name: given[name]
        for name in ("name", "owner", "in_term", "leavers", "looked_after", "months_back", "folder")
        if given[name] is not None
    }
    if given["data"]:
        said |= _kind(given["data"])
    if given["numbers"] or given["no_bases"]:
        said["bases"] = _bases(given["numbers"])
    if given["groups"] or given["no_groups"]:
        said["groups"] = _groups(given["groups"])
    if given["years"] or given["all_years"]:
        said["nc_years"] = given["years"]
    if given["sent"] or given["send_all"]:
        said["sent_groups"] = given["sent"]
    if given["no_folder"]:
        said["folder"] = ""
    wish = replace(before, rule=_rule(given, before.rule), **said)
    _save(wish, task, as_json=as_json)


@tasks.command("run", help="Run a task now, for all its schools or for one.")
@task_argument
@click.option("--base", "dfe", metavar="DFE", help="Only this school: 8204321.")
@as_json
@at_home("authority")
def run(number: int, dfe: str | None, as_json: bool) -> None:
    from schoolgate.authority.collection.locks import locks_of
    from schoolgate.authority.collection.tasks import run_now

    task, base = _task(number), base_numbered(dfe) if dfe else None
    if base is not None and not task.collected_bases.filter(pk=base.pk).exists():
        raise Failed(f"Task {number} does not collect {dfe} today.")
    with unless_locked():
        made = run_now(task, base, by=None)
    left_out = locks_of(task.collected_bases) if base is None else []
    if as_json:
        print_json({"runs": made, "left_out": [lock.base.dfe_number for lock in left_out]})
    else:
        runs = "One run is" if made == 1 else f"{made:,} runs are"
        click.echo(f"{runs} queued." if made else "Nothing is queued: it goes on already, or has no school.")
        for lock in left_out:
            click.echo(f"Left out, since it is locked: {lock}.")


@tasks.command("clone", help="Make an inactive copy of a task.")
@task_argument
@as_json
@at_home("authority")
def clone(number: int, as_json: bool) -> None:
    from schoolgate.authority.collection.tasks import clone as copy

    with unless_locked():
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


@tasks.command("split", help="Give the schools of a task that have locked their tasks one of their own.")
@task_argument
@as_json
@at_home("authority")
def split(number: int, as_json: bool) -> None:
    from schoolgate.authority.collection.splitting_off import split_off_locked
    from schoolgate.authority.collection.tasks import TaskRefused

    try:
        _say(split_off_locked(_task(number), by=None), as_json=as_json)
    except TaskRefused as refused:
        raise Failed(refused.sentence) from None


@tasks.command("delete", help="Delete a task that is not active; its log stays.")
@task_argument
@as_json
@at_home("authority")
def delete(number: int, as_json: bool) -> None:
    from schoolgate.authority.collection.tasks import delete as remove

    with unless_locked():
        deleted = remove(_task(number), by=None)
    if not deleted:
        raise Failed("Only a task that is not active can be deleted. Deactivate it first.")
    if as_json:
        print_json({"deleted": number})
    else:
        click.echo("Deleted.")


def _task(number: int) -> "ScheduledTask":
    from schoolgate.authority.collection.models import ScheduledTask

    found = ScheduledTask.objects.filter(pk=number).first()
    if found is None:
        raise WrongCall(f"There is no task {number}.")
    return found


def _switch(number: int, *, active: bool, as_json: bool) -> None:
    from schoolgate.authority.collection.tasks import TaskRefused, switch

    try:
        with unless_locked():
            _say(switch(_task(number), active=active, by=None), as_json=as_json)
    except TaskRefused as refused:
        raise Failed(f"It stays off. {refused.sentence}") from None


def _save(wish: "Wish", task: "ScheduledTask | None", *, as_json: bool) -> None:
    from schoolgate.authority.collection.tasks import ChangedMeanwhile, TaskRefused, save

    try:
        with unless_locked():
            _say(save(wish, task, version=task.version if task else None, by=None), as_json=as_json)
    except TaskRefused as refused:
        raise Failed(refused.sentence) from None
    except ChangedMeanwhile:
        raise Failed("Somebody else has changed this task just now. Look at it, and change it again.") from None


def _bases(numbers: tuple[str, ...]) -> "tuple[Base, ...]":
    return tuple(base_numbered(number) for number in numbers)


def _groups(names: tuple[str, ...]) -> "tuple[BaseGroup, ...]":
    from schoolgate.authority.bases.models import BaseGroup

    groups = tuple(BaseGroup.objects.filter(name__in=names))
    if unknown := set(names) - {group.name for group in groups}:
        raise WrongCall(f"There is no group called {', '.join(sorted(unknown))}.")
    return groups


def _rule(given: dict[str, Any], before: "Rule | None" = None) -> "Rule":
    """When a task is due, as it was said; what was not said is as `before`. Raises WrongCall."""
    from dataclasses import replace

    from schoolgate.commons.schedules.rules import Monthly, Once, Weekly

    days, once, monthly = given["days"], given["once"], given["monthly"]
    said = sum(map(bool, (days, once, monthly)))
    if said > 1 or (before is None and said == 0):
        raise WrongCall("Say when: --on DAY, --once DATE or --monthly DAY, one of them.")
    limits: dict[str, Any] = {
        "first": _day(given["first"]) or (before and before.first),
        "last": None if given.get("no_expiry") else _day(given["last"]) or (before and before.last),
        "every_minutes": given["every_minutes"] or (before and before.every_minutes),
        "until": _time(given["stop_at"]) if given["stop_at"] else before and before.until,
    }
    try:
        at = _time(given["at"]) if given["at"] else before.at if before else None
        assert at is not None
        if once:
            return Once(at, once.date(), **{**limits, "first": None, "last": None})
        if monthly:
            return Monthly(at, monthly, **limits)
        if days:
            return Weekly(at, frozenset(map(DAYS.index, days)), **limits)
        assert before is not None
        return replace(before, at=at, **limits)
    except ValueError as error:
        raise WrongCall(str(error)) from None


def _kind(data: str) -> dict[str, Any]:
    """What is collected; attendance-changed is that of SIMS Primary, also for schools that have yet to migrate."""
    if data == "attendance-changed":
        return {"data": "attendance", "sources": "api"}
    return {"data": data, "sources": ""}


def _time(said: str) -> time:
    try:
        return datetime.strptime(said, "%H:%M").time()  # noqa: DTZ007  a time on the clock
    except ValueError:
        raise WrongCall("The time is hours and minutes, as 18:30.") from None


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _rows(tasks: "Sequence[ScheduledTask]") -> list[dict[str, Any]]:
    from schoolgate.authority.collection.last_runs import NEVER, last_runs
    from schoolgate.authority.collection.locks import in_words, locks_on
    from schoolgate.authority.collection.sentence import when
    from schoolgate.authority.collection.tasks import next_dues

    dues, runs, locks = next_dues(tasks), last_runs(tasks), locks_on(tasks)
    return [
        {
            "number": task.pk,
            "name": task.name,
            "owner": task.owner,
            "type": task.transfer_type,
            "data": task.data,
            "sources": task.sources,
            "sent": task.sent_groups,
            "folder": task.folder,
            "schools": task.collected_bases.count(),
            "when": when(task.rule, in_term=task.in_term),
            "next": dues.get(task.pk),
            "status": str(runs.get(task.pk, NEVER).status),
            "active": task.active,
            "locked": in_words(locks.get(task.pk, [])),
        }
        for task in tasks
    ]


def _say(task: "ScheduledTask", *, as_json: bool) -> None:
    (row,) = _rows([task])
    if as_json:
        print_json(row)
    else:
        from schoolgate.authority.collection.sentence import starts_at_migration

        schools = f"{row['schools']} school{'' if row['schools'] == 1 else 's'}"
        starts = starts_at_migration(task.waiting_bases.count())
        click.echo(f"Task {row['number']}, {row['name']}: {row['when']}, {schools}. {starts}".rstrip())
