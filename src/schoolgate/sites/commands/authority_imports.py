"""`schoolgate authority imports`: how imports stand, and what a data officer does with those that wait or failed."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from schoolgate.sites.commands.common_verbs import home_option
from schoolgate.sites.commands.shared import (
    Failed,
    WrongCall,
    as_json,
    at_home,
    limit_rows,
    open_site,
    print_rows,
    require_current_database,
)

if TYPE_CHECKING:
    from schoolgate.authority.importing.models import Import

STATES = ("queued", "processing", "waiting", "completed", "failed")
PUPILS = ("added", "changed", "in_conflict", "same", "twice", "unmatched")
COLUMNS = ["id", "queued", "la", "school", "name", "state", "done", "pupils", *PUPILS]


@click.group(
    "imports", invoke_without_command=True, help="Imports, newest first; with a verb, one that waits or failed."
)
@click.option("--state", type=click.Choice(STATES), help="Only those that stand so.")
@as_json
@limit_rows
@home_option
@click.pass_context
def imports(context: click.Context, state: str | None, as_json: bool, limit: int | None, home: Path | None) -> None:
    if context.invoked_subcommand is not None:
        return
    open_site("authority", home)
    require_current_database("authority")
    from schoolgate.authority.importing.models import Import, ImportState

    rows = Import.objects.listed().select_related("base", "job")
    if state:
        rows = rows.in_state(ImportState(state))
    told = [_told(this) for this in (rows[:limit] if limit else rows)]
    print_rows(told, [*COLUMNS, "left_out"], as_json=as_json, limit=limit, empty="No import is listed.")


@imports.command("agree", help="Import now what waits for a person.")
@click.argument("number", type=int)
@at_home("authority")
def agree(number: int) -> None:
    from schoolgate.authority.exchange import import_steps

    _take(number, import_steps.agree, "does not wait for anybody", "is imported next")


@imports.command("refuse", help="Do not import what waits for a person; the school is told the reason.")
@click.argument("number", type=int)
@click.option("--reason", required=True, help="What the school reads; it names no child.")
@at_home("authority")
def refuse(number: int, reason: str) -> None:
    from schoolgate.authority.exchange import import_steps

    if not 0 < len(reason.strip()) <= import_steps.LONGEST_REASON:
        raise WrongCall(f"--reason: between 1 and {import_steps.LONGEST_REASON} characters.")

    def step(this: "Import", **options: Any) -> bool:
        return import_steps.do_not_import(this, reason.strip(), **options)

    _take(number, step, "does not wait for anybody", "is not imported; the school is told why")


@imports.command("retry", help="Queue a failed import again, also one that was refused here or deleted.")
@click.argument("number", type=int)
@at_home("authority")
def retry(number: int) -> None:
    from schoolgate.authority.exchange import import_steps

    _take(number, import_steps.retry, "has not failed", "is queued again")


@imports.command("delete", help="Take failed imports from the list; files, receipts and what was imported stay.")
@click.argument("numbers", nargs=-1, type=int)
@click.option("--all-failed", is_flag=True, help="All that failed.")
@at_home("authority")
def delete(numbers: tuple[int, ...], all_failed: bool) -> None:
    from schoolgate.authority.exchange import import_steps
    from schoolgate.authority.importing.models import Import, ImportState

    if bool(numbers) is all_failed:
        raise WrongCall("Name the imports by their numbers, or give --all-failed.")
    failed = set(Import.objects.listed().in_state(ImportState.FAILED).values_list("pk", flat=True))
    others = sorted(set(numbers) - failed)
    if others:
        raise Failed(f"Import {others[0]} is not a failed one, so none was deleted. See: schoolgate authority imports")
    deleted = import_steps.delete(numbers or failed, by=None)
    click.echo(f"{deleted} deleted from the list.")


@imports.command("preview", help="What an import would do; without a preview that holds one is asked for.")
@click.argument("number", type=int)
@as_json
@at_home("authority")
def preview(number: int, as_json: bool) -> None:
    from schoolgate.authority.exchange.preview_job import ask_for_preview, stale
    from schoolgate.authority.importing.models import Import, Preview

    this = Import.objects.select_related("base").filter(pk=number).first()
    if this is None:
        raise Failed(f"There is no import {number}. See: schoolgate authority imports")
    made = Preview.objects.select_related("of__base").filter(of=this).first()
    is_stale = made is None or stale(made)
    if is_stale:
        ask_for_preview(this, by=None)
    if made is None:
        print_rows([], ["group"], as_json=as_json, limit=None, empty="It is being made. Ask again in a moment.")
        return
    of_all = {"group": "", "made": made.made_at, "stale": is_stale, **made.counts.get("pupils", {})}
    of_groups = [{"group": name, **counts} for name, counts in made.counts.get("groups", {}).items()]
    columns = [
        "group",
        "added",
        "changed",
        "in_conflict",
        "same",
        "twice",
        "unmatched",
        "conflict",
        "left_out",
        "missing",
    ]
    print_rows([of_all, *of_groups], columns, as_json=as_json, limit=None, empty="")


@imports.command("undo", help="Put back what an import wrote, as far as nothing wrote there since.")
@click.argument("number", type=int)
@click.option("--reason", required=True, help="What colleagues read; it names no child.")
@at_home("authority")
def undo(number: int, reason: str) -> None:
    from schoolgate.authority.importing.undo_job import LONGEST_REASON, undo_import

    if not 0 < len(reason.strip()) <= LONGEST_REASON:
        raise WrongCall(f"--reason: between 1 and {LONGEST_REASON} characters.")

    def step(this: "Import", **options: Any) -> bool:
        return undo_import(this, reason.strip(), **options)

    _take(number, step, "has not ended, did nothing, or is undone already", "is being undone")


def _take(number: int, step: "Callable[..., bool]", why_not: str, done: str) -> None:
    from schoolgate.authority.importing.models import Import

    this = Import.objects.filter(pk=number).first()
    if this is None or not step(this, by=None):
        what = f"Import {number} {why_not}" if this else f"There is no import {number}"
        raise Failed(f"{what}. See: schoolgate authority imports")
    click.echo(f"{this.source_name} {done}.")


def _told(this: "Import") -> dict[str, Any]:
    from schoolgate.authority.exchange.import_words import number_of

    counted = {what: number_of(this, what) for what in (*PUPILS, "left_out")}
    return {
        "id": this.pk,
        "queued": this.arrived_at,
        "la": this.base.la,
        "school": this.base.number,
        "name": this.source_name,
        "of": this.subject,
        "sha256": this.source_key,
        "full": this.full,
        "written": this.written_at,
        "state": str(this.state),
        "waiting": this.waiting,
        "done": this.done,
        "pupils": this.pupils,
        **counted,
        "completed": this.completed_at,
        "problems": this.problems,
    }
