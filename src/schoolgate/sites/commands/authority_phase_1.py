"""`schoolgate authority tasks import|to-phase-2`: the tasks of the old product come in, and become ours."""

from pathlib import Path
from typing import Any

import click

from schoolgate.sites.commands.authority_collection import base_numbered
from schoolgate.sites.commands.shared import Failed, WrongCall, as_json, at_home, print_json


@click.command("import", help="Make the tasks of a CSV file from the old product; those that are here are left alone.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--check", is_flag=True, help="Only say what would become of each line.")
@as_json
@at_home("authority")
def import_tasks(file: Path, check: bool, as_json: bool) -> None:
    from schoolgate.authority.collection.task_import import carry_out, count, plan
    from schoolgate.authority.collection.tasks_csv import read_tasks
    from schoolgate.commons.csv_lists import CsvRefused

    try:
        read = read_tasks(file.read_bytes())
    except CsvRefused as error:
        raise Failed(f"{file.name}: {error}") from None
    planned = plan(read) if check else carry_out(read, words=file.name, by=None)
    counts = count(planned)
    rows: list[dict[str, Any]] = [
        {
            "line": one.line.number_in_file,
            "state": one.state,
            "name": one.line.name,
            "base": one.line.la + one.line.school,
            "phase": one.line.phase,
            "active": one.state == "new" and one.line.active and not one.why_not_active,
            "reason": one.note,
        }
        for one in planned
    ]
    if as_json:
        print_json(rows)
    else:
        for note in read.notes:
            click.echo(note)
        for row in rows:
            if row["reason"]:
                click.echo(f"{file.name}:{row['line']}: {row['state']}: {row['reason']}")
        would = "would be made" if check else "made"
        click.echo(
            f"{counts['new']:,} {would}, {counts['not_active']:,} of them not active; "
            f"{counts['known']:,} known already, {counts['wrong']:,} wrong."
        )
    if counts["wrong"]:
        raise SystemExit(1)


@click.command("to-phase-2", help="Migrate Phase 1 tasks to Phase 2: name, times, filters, owner and lock stay.")
@click.argument("numbers", nargs=-1, type=int, metavar="[TASK]...")
@click.option("--base", "dfe", metavar="DFE", help="All of this school: 8204321.")
@click.option("--all", "every", is_flag=True, help="All that there are.")
@as_json
@at_home("authority")
def to_phase_2(numbers: tuple[int, ...], dfe: str | None, every: bool, as_json: bool) -> None:
    from schoolgate.authority.collection.migrating.phases import migrate_all_to_phase_2
    from schoolgate.authority.collection.models import Phase, ScheduledTask

    if sum(map(bool, (numbers, dfe, every))) != 1:
        raise WrongCall("Say which: the numbers of tasks, --base DFE or --all, one of them.")
    found = ScheduledTask.objects.filter(phase=Phase.ONE)
    if numbers:
        if unknown := set(numbers) - set(ScheduledTask.objects.filter(pk__in=numbers).values_list("pk", flat=True)):
            raise WrongCall(f"There is no task {', '.join(map(str, sorted(unknown)))}.")
        found = found.filter(pk__in=numbers)
    if dfe:
        found = found.filter(bases=base_numbered(dfe))
    done, left = migrate_all_to_phase_2(found, by=None)
    if as_json:
        print_json(
            {
                "migrated": [task.pk for task in done],
                "left": [{"number": task.pk, "name": task.name, "reason": why} for task, why in left],
            }
        )
    else:
        for task, why in left:
            click.echo(f"Task {task.pk}, {task.name}, stays on Phase 1. {why}")
        click.echo(f"{len(done):,} migrated to Phase 2, {len(left):,} left.")
    if left:
        raise SystemExit(1)
