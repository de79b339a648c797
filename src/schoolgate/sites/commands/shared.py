"""What all commands share: opening a site's home, printing tables and JSON, telling errors in one line."""

import functools
import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

F = TypeVar("F", bound=Callable[..., Any])
Row = Mapping[str, Any]

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
limit_rows = click.option(
    "--limit", type=click.IntRange(min=1), help="Only the first so many rows; all when not given."
)


class Failed(click.ClickException):
    """The call was right and something failed: exit code 1."""

    exit_code = 1


class WrongCall(click.ClickException):
    """The call cannot be carried out as it stands: exit code 2."""

    exit_code = 2


def open_site(site: str, home: Path | None, **options: str | int | None) -> None:
    """Take the home and set Django up for this site. Raises WrongCall when its settings cannot be used.

    Options given on the command line win over every other source, also in child processes; so they travel
    in the environment.
    """
    import django

    from schoolgate.sites.configuration import ConfigurationError

    if home is not None:
        os.environ["SCHOOLGATE_HOME"] = str(home.absolute())
    for name, value in options.items():
        if value is not None:
            os.environ["SCHOOLGATE_" + name.upper()] = str(value)
    os.environ["DJANGO_SETTINGS_MODULE"] = f"schoolgate.sites.{site}"
    try:
        django.setup(set_prefix=False)
    except ConfigurationError as error:
        raise WrongCall(str(error)) from None
    except OSError as error:
        raise WrongCall(f"The home folder cannot be used: {error}. Name another with --home.") from None


def at_home(site: str) -> Callable[[F], Any]:
    """A verb of one site: takes `--home` after the verb and runs with that site's Django."""

    def decorate(function: F) -> Any:
        @click.option("--home", type=click.Path(file_okay=False, path_type=Path), help="The site's home folder.")
        @functools.wraps(function)
        def command(*args: Any, home: Path | None, **options: Any) -> Any:
            open_site(site, home)
            require_current_database(site)
            return function(*args, **options)

        return command

    return decorate


def require_current_database(site: str) -> None:
    """Raise WrongCall unless the database exists and has every migration, Failed where a newer program has them."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor
    from django.db.utils import OperationalError

    from schoolgate.commons.versions.going_back import DatabaseIsNewer, refuse_a_newer_database

    try:
        refuse_a_newer_database()
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except OperationalError as error:
        raise Failed(f"The database cannot be opened: {error}".strip()) from None
    except DatabaseIsNewer as error:
        raise Failed(str(error)) from None
    if missing:
        raise WrongCall(f"This home is new or from an older version. Run first: schoolgate {site} init")


def read_secret(path: Path) -> str:
    """The first line of a file, or of standard input for `-`; so that no password stands on a command line."""
    try:
        text = sys.stdin.readline() if str(path) == "-" else path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Failed(f"{path} cannot be read: {error}") from None
    lines = text.splitlines()
    return lines[0] if lines else ""


def print_json(value: Any) -> None:
    click.echo(json.dumps(value, default=_plain, ensure_ascii=False))


def print_rows(rows: Iterable[Row], columns: Sequence[str], *, as_json: bool, limit: int | None, empty: str) -> None:
    """A list: one JSON array of objects, or a table of the named columns for people."""
    chosen = list(rows)[:limit] if limit else list(rows)
    if as_json:
        print_json(chosen)
        return
    if not chosen:
        click.echo(empty)
        return
    table = Table(box=None, header_style="bold")
    for column in columns:
        table.add_column(column.replace("_", " ").capitalize(), overflow="fold")
    for row in chosen:
        table.add_row(*(_cell(row.get(column)) for column in columns))
    console = Console()
    if not console.is_terminal:
        # Only a screen has a width: in a file or a pipe a row is one line, and no word is cut.
        console.width = Measurement.get(console, console.options.update(width=sys.maxsize), table).maximum
    console.print(table)


def _cell(value: Any) -> Text:
    """As it stands: what looks like markup in a name is part of the name."""
    from django.utils import timezone

    if isinstance(value, datetime):
        return Text(timezone.localtime(value).strftime("%a %d %b %Y %H:%M:%S"))
    if isinstance(value, list):
        return Text(", ".join(str(one) for one in value))
    if isinstance(value, Mapping):
        return Text(", ".join(f"{name}: {one}" for name, one in value.items()))
    return Text("" if value is None else str(value))


def _plain(value: Any) -> Any:
    """Times as RFC 3339 in UTC, everything else as its text."""
    from datetime import UTC

    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return str(value)
