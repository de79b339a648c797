"""`schoolgate authority suspense`: attainment whose pupil nobody knows at the school, and deciding on it."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from schoolgate.sites.commands.authority_collection import base_numbered
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
    from schoolgate.authority.collection.models import SuspendedResult

GONE = "Somebody else has decided on it, or its pupil was found. See: schoolgate authority suspense"
number_argument = click.argument("number", type=int, metavar="NUMBER")


@click.group(
    "suspense",
    invoke_without_command=True,
    help="Attainment that waits for its pupil, the oldest first; nothing of restricted ones.",
)
@click.option("--base", "dfe", metavar="DFE", help="Only of this school: 8204321.")
@as_json
@limit_rows
@home_option
@click.pass_context
def suspense(context: click.Context, dfe: str | None, as_json: bool, limit: int | None, home: Path | None) -> None:
    if context.invoked_subcommand is not None:
        return
    open_site("authority", home)
    require_current_database("authority")
    from schoolgate.authority.collection.attainment.suspense import waiting_for
    from schoolgate.commons.audit.recording import record

    base = base_numbered(dfe) if dfe else None
    rows = [_row(row) for row in waiting_for(None) if base is None or row.base_id == base.pk]
    record("suspended results listed", by=None, target=dfe or "", details=f"{len(rows):,} listed")
    columns = ["number", "since", "surname", "forename", "born", "upn", "base", "why", "file"]
    print_rows(rows, columns, as_json=as_json, limit=limit, empty="No attainment waits for its pupil.")


@suspense.command("match", help="Import what waits as results of the pupil with this UPN at its school.")
@number_argument
@click.argument("upn")
@as_json
@at_home("authority")
def match(number: int, upn: str, as_json: bool) -> None:
    from schoolgate.authority.collection.attainment.suspense import Gone, NotThatPupil
    from schoolgate.authority.collection.attainment.suspense import match as import_as
    from schoolgate.commons.filestore import NoSpace

    row = _waiting(number)
    try:
        pupil = import_as(row, upn, by=None)
    except NotThatPupil:
        raise Failed(
            f"Nobody with this UPN is, or was, at {row.base.name}. Compare it with the pupil's page."
        ) from None
    except (Gone, NoSpace) as error:
        raise Failed(GONE if isinstance(error, Gone) else str(error)) from None
    _say({"matched": number, "pupil": pupil.pk}, "Its results are imported next.", as_json=as_json)


@suspense.command("discard", help="Take these results of nobody, until the school says more of them.")
@number_argument
@as_json
@at_home("authority")
def discard(number: int, as_json: bool) -> None:
    from schoolgate.authority.collection.attainment.suspense import Gone
    from schoolgate.authority.collection.attainment.suspense import discard as let_go

    try:
        let_go(_waiting(number), by=None)
    except Gone:
        raise Failed(GONE) from None
    _say({"discarded": number}, "Discarded. It comes back when the school says more of this pupil.", as_json=as_json)


@suspense.command("look-again", help="Import results whose pupil is held by now.")
@as_json
@at_home("authority")
def look_again(as_json: bool) -> None:
    from schoolgate.authority.bases.models import Base
    from schoolgate.authority.collection.attainment.suspense import look_again_at, waiting_for
    from schoolgate.commons.filestore import NoSpace

    bases = Base.objects.filter(pk__in={row.base_id for row in waiting_for(None)})
    try:
        taken = look_again_at(bases, by=None)
    except NoSpace as error:
        raise Failed(str(error)) from None
    schools = "1 school" if taken == 1 else f"{taken:,} schools"
    told = f"Results of {schools} are imported next." if taken else "Nobody of these is known at the schools yet."
    _say({"schools": taken}, told, as_json=as_json)


def _waiting(number: int) -> "SuspendedResult":
    from schoolgate.authority.collection.attainment.suspense import waiting_for

    found = next((row for row in waiting_for(None) if row.pk == number), None)
    if found is None:
        raise WrongCall(f"Nothing of the number {number} waits. See: schoolgate authority suspense")
    return found


def _row(row: "SuspendedResult") -> dict[str, Any]:
    who = row.who
    return {
        "number": row.pk,
        "since": row.since,
        "surname": who.get("Surname", ""),
        "forename": who.get("Forename", ""),
        "born": who.get("DOB", ""),
        "upn": who.get("UPN", ""),
        "base": row.base.dfe_number,
        "why": row.why,
        "file": row.file,
    }


def _say(said: dict[str, Any], words: str, *, as_json: bool) -> None:
    if as_json:
        print_json(said)
    else:
        click.echo(words)
