"""`schoolgate authority quarantine|attendance-codes`: rows that could not be taken, and what codes mean."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from schoolgate.sites.commands.authority_collection import base_numbered
from schoolgate.sites.commands.common_verbs import home_option
from schoolgate.sites.commands.shared import (
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
    from django.db.models import QuerySet

    from schoolgate.authority.collection.models import HeldBackRow

connector_option = click.option("--system", "connector", help="Only those of this system: sims-primary, wonde.")
what_option = click.option("--what", help="Only those that lack this: a code, say.")
base_option = click.option("--base", "dfe", metavar="DFE", help="Only those of this school: 8204321.")


@click.group(
    "quarantine",
    invoke_without_command=True,
    help="Rows of schools' systems that could not be taken. None of their values is shown.",
)
@as_json
@limit_rows
@home_option
@click.pass_context
def quarantine(context: click.Context, as_json: bool, limit: int | None, home: Path | None) -> None:
    if context.invoked_subcommand is not None:
        return
    open_site("authority", home)
    require_current_database("authority")
    rows = (
        {
            "number": row.pk,
            "base": row.base.dfe_number,
            "system": row.connector,
            "group": row.group,
            "code": row.code,
            "what": row.what,
            "reason": row.sentence,
            "count": row.count,
            "first": row.first_at,
            "last": row.last_at,
        }
        for row in _held(None, None, None).select_related("base").iterator(chunk_size=500)
    )
    columns = ["number", "base", "system", "group", "what", "reason", "count", "last"]
    print_rows(rows, columns, as_json=as_json, limit=limit, empty="No rows are held back.")


@quarantine.command("replay", help="Read held-back rows again, and import those that can be read by now.")
@connector_option
@what_option
@base_option
@as_json
@at_home("authority")
def replay(connector: str | None, what: str | None, dfe: str | None, as_json: bool) -> None:
    from schoolgate.authority.collection.quarantine import replay as read_again

    _say("read again", read_again(_held(connector, what, dfe), by=None), as_json=as_json)


@quarantine.command("drop", help="Decide that held-back rows are not taken.")
@connector_option
@what_option
@base_option
@as_json
@at_home("authority")
def drop(connector: str | None, what: str | None, dfe: str | None, as_json: bool) -> None:
    from schoolgate.authority.collection.quarantine import drop as let_go

    if not (connector or what or dfe):
        raise WrongCall("Say which: --system, --what or --base.")
    _say("dropped", let_go(_held(connector, what, dfe), by=None), as_json=as_json)


@click.group(
    "attendance-codes", invoke_without_command=True, help="Codes of schools' systems, and what they mean here."
)
@as_json
@limit_rows
@home_option
@click.pass_context
def attendance_codes(context: click.Context, as_json: bool, limit: int | None, home: Path | None) -> None:
    if context.invoked_subcommand is not None:
        return
    open_site("authority", home)
    require_current_database("authority")
    from schoolgate.authority.collection.models import CodeMeaning

    rows = (
        {
            "system": one.connector,
            "code": one.raw,
            "description": one.description,
            "base": one.base.dfe_number if one.base else "",
            "means": one.means,
            "last": one.last_at,
        }
        for one in CodeMeaning.objects.select_related("base").order_by("means", "connector", "raw")
    )
    columns = ["system", "code", "description", "base", "means"]
    print_rows(rows, columns, as_json=as_json, limit=limit, empty="No codes have been met yet.")


@attendance_codes.command("map", help="Say what a code means; marks that waited for it are read again.")
@click.option("--system", "connector", required=True, help="sims-primary, wonde")
@click.option("--code", "raw", required=True, help="The school's code.")
@click.option("--means", required=True, help="The statutory code.")
@click.option("--base", "dfe", metavar="DFE", help="At this school only: 8204321.")
@as_json
@at_home("authority")
def map_code(connector: str, raw: str, means: str, dfe: str | None, as_json: bool) -> None:
    from schoolgate.authority.collection.quarantine import map_code as say

    try:
        marks = say(connector, raw, means, base=base_numbered(dfe) if dfe else None, by=None)
    except ValueError as error:
        raise WrongCall(str(error)) from None
    if as_json:
        print_json({"system": connector, "code": raw, "means": means, "marks": marks})
    else:
        click.echo(f"{raw} means {means} from now on. {marks:,} marks are read again.")


def _held(connector: str | None, what: str | None, dfe: str | None) -> "QuerySet[HeldBackRow]":
    from schoolgate.authority.collection.models import HeldBackRow

    wanted: dict[str, Any] = {"connector": connector, "what": what, "base": base_numbered(dfe) if dfe else None}
    narrowed = {name: value for name, value in wanted.items() if value}
    return HeldBackRow.objects.filter(state=HeldBackRow.State.HELD, **narrowed)


def _say(did: str, number: int, *, as_json: bool) -> None:
    if as_json:
        print_json({"rows": number})
    else:
        click.echo(f"{number:,} rows are {did}.")
