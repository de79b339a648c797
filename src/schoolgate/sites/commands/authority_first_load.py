"""`schoolgate authority first-load`: existing records tried without saving, and loaded."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from schoolgate.sites.commands.shared import Failed, as_json, at_home, limit_rows, print_json, print_rows

if TYPE_CHECKING:
    from schoolgate.authority.importing.models import FirstLoad

CHUNK = 1024 * 1024
COLUMNS = ["id", "given", "name", "state", "rows", "new", "refused", "loaded"]


@click.command(
    "first-load", help="Say what loading existing records (CSV, CTF, CES) would do; without FILE, list loads."
)
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--save", is_flag=True, help="Load them, too: a job does it, rows that are refused left out.")
@as_json
@limit_rows
@at_home("authority")
def first_load(files: tuple[Path, ...], save: bool, as_json: bool, limit: int | None) -> None:
    if not files:
        _list(as_json, limit)
        return
    tried = [_try(file, save) for file in files]
    if as_json:
        print_json(tried)
    else:
        for one in tried:
            _say(one, limit)
    if any(one["error"] or one["told"] for one in tried):
        raise SystemExit(1)


def _try(path: Path, save: bool) -> dict[str, Any]:
    from rich.console import Console
    from rich.progress import Progress

    from schoolgate.authority.importing.first_load.opening import open_file, ruling, sorted_by_school
    from schoolgate.authority.importing.first_load.steps import load_as_tried
    from schoolgate.authority.importing.first_load.trying import Told, try_out
    from schoolgate.authority.importing.models import FirstLoad
    from schoolgate.commons.filestore import NoSpace
    from schoolgate.documents.problems import DocumentError

    told: dict[str, Any] = {"file": str(path), "error": None, "load": None, "told": []}
    first = FirstLoad(name=path.name[-200:])
    try:
        with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bars:
            bar = bars.add_task("reading", total=None)
            file = open_file(lambda: path.open("rb"))
            with sorted_by_school(file, lambda rows: bars.update(bar, completed=rows)) as found:
                trial = try_out(
                    first,
                    found,
                    ruling(),
                    lambda done, total: bars.update(bar, completed=done, total=total, description="trying"),
                )
        if save:
            with path.open("rb") as stream:
                told["load"] = load_as_tried(iter(lambda: stream.read(CHUNK), b""), first, file, trial).pk
    except DocumentError as error:
        told["error"] = {"code": error.code, "line": error.line, "message": f"{error.message} {error.remedy}".strip()}
        return told
    except (OSError, NoSpace) as error:
        raise Failed(f"{path} was not taken: {error}") from None
    # Names of children stand on screens only.
    told |= {name: value for name, value in trial.as_json().items() if name not in {"examples", "bases"}}
    told["told"] = [dict(zip(Told._fields, one, strict=True)) for one in trial.told if one.what != "here"]
    return told


def _say(one: dict[str, Any], limit: int | None) -> None:
    path = one["file"]
    if one["error"]:
        where = f":{one['error']['line']}" if one["error"]["line"] else ""
        click.echo(f"{path}{where}: {one['error']['message']}")
        return
    for told in one["told"][:limit]:
        column = f" {told['column']}:" if told["column"] else ""
        click.echo(f"{path}:{told['line']}:{column} {told['why']}")
    counts = ", ".join(f"{count:,} {what}" for what, count in one["pupils"].items()) or "no pupil"
    done = f"It is being loaded: load {one['load']}." if one["load"] else "Nothing is saved; --save loads it."
    click.echo(f"{path}: {counts}. {done}")


def _list(as_json: bool, limit: int | None) -> None:
    from schoolgate.authority.importing.models import FirstLoad

    loads = FirstLoad.objects.select_related("job")
    rows = [_told(first) for first in (loads[:limit] if limit else loads)]
    print_rows(rows, COLUMNS, as_json=as_json, limit=limit, empty="No existing records have been loaded.")


def _told(first: "FirstLoad") -> dict[str, Any]:
    pupils = first.outcome.get("pupils", {})
    return {
        "id": first.pk,
        "given": first.at,
        "name": first.name,
        "sha256": first.sha256,
        "state": str(first.state),
        "rows": first.outcome.get("rows"),
        "new": pupils.get("new", 0),
        "refused": pupils.get("refused", 0),
        "loaded": first.loaded_at,
        "error": first.error or None,
    }
