"""`schoolgate SITE backup|backups|restore`: making backups, listing and checking them, and putting a site back."""

import os
import sys
from datetime import datetime, time
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress

from schoolgate.sites.commands.shared import (
    Failed,
    WrongCall,
    as_json,
    at_home,
    limit_rows,
    open_site,
    print_json,
    print_rows,
)

COLUMNS = ("made_at", "program", "files", "size", "backup")
folder_option = click.option(
    "--to", "folder", type=click.Path(file_okay=False, path_type=Path), help="The folder; else the one that is set."
)


def backup_of(site: str) -> click.Command:
    """The verb of one site that makes a backup."""

    @click.command("backup", help="Make a backup now, while the site runs, and read it again.")
    @folder_option
    @as_json
    @at_home(site)
    def backup(folder: Path | None, as_json: bool) -> None:
        from django.conf import settings

        from schoolgate.commons.backups.making import BackupFailed, make_backup
        from schoolgate.commons.backups.scheduling import NoFolder, make_ready

        place = _place(folder)
        try:
            if folder is not None:
                make_ready(place)
            with _bars() as bars:
                bar = bars.add_task("files", total=None)
                made = make_backup(place, on_progress=lambda done, of: bars.update(bar, completed=done, total=of))
        except (BackupFailed, NoFolder) as error:
            raise Failed(str(error)) from None
        if as_json:
            print_json({"backup": made.folder, "made_at": made.made_at, "size": made.size, "written": made.written})
            return
        click.echo(f"{made.folder}: {made.size:,} bytes, of which {made.written:,} were written anew and read again.")
        if made.same_disk:
            click.echo("It lies on the same disk as the site: if that fails, both are lost.", err=True)
        key_file = settings.SCHOOLGATE_HOME.key_file
        click.echo(
            f"The key is not in it. Keep a copy of {key_file} in another place: without it, all passwords that this "
            "site keeps must be entered again.",
            err=True,
        )

    return backup


def backups_of(site: str) -> click.Group:
    """The verb of one site that tells of its backups."""

    @at_home(site)
    def tell(folder: Path | None, as_json: bool, limit: int | None) -> None:
        from schoolgate.commons.backups.place import Place

        try:
            found = list(Place(_place(folder)).manifests())
        except OSError as error:
            raise Failed(f"{error.filename} cannot be read ({error.strerror}).") from None
        rows = [
            {
                "made_at": manifest.made_at,
                "program": manifest.program,
                "files": len(manifest.files),
                "size": manifest.size,
                "backup": str(backup),
            }
            for backup, manifest in found
        ]
        print_rows(rows, COLUMNS, as_json=as_json, limit=limit, empty="No backup lies there.")

    # The group itself opens no home: a verb behind it names its own.
    @click.group("backups", invoke_without_command=True, help="The backups in a folder, the newest first.")
    @click.option(
        "--in", "folder", type=click.Path(file_okay=False, path_type=Path), help="The folder; else the one that is set."
    )
    @as_json
    @limit_rows
    @click.option("--home", type=click.Path(file_okay=False, path_type=Path), help="The site's home folder.")
    @click.pass_context
    def backups(context: click.Context, /, home: Path | None, **options: Any) -> None:
        if context.invoked_subcommand is None:
            tell(home=home, **options)

    @backups.command("check", help="Read all of a backup again; exit code 1 where any of it is missing or damaged.")
    @click.argument("backup", type=click.Path(file_okay=False, path_type=Path))
    @at_home(site)
    def check(backup: Path) -> None:
        from schoolgate.commons.backups.checking import check_backup
        from schoolgate.commons.backups.databases import ToolFailed
        from schoolgate.commons.backups.manifest import Damaged

        try:
            with _bars() as bars:
                bar = bars.add_task("files", total=None)
                size = check_backup(backup, on_progress=lambda done, of: bars.update(bar, completed=done, total=of))
        except (Damaged, ToolFailed, OSError) as error:
            raise Failed(str(error)) from None
        click.echo(f"{backup}: whole, {size:,} bytes.")

    @backups.command("schedule", help="Say where backups are made to by themselves, and when.")
    @folder_option
    @click.option("--at", metavar="HH:MM", help="Every day at this time of London's clock.")
    @click.option("--never", is_flag=True, help="By hand alone.")
    @click.option("--keep-days", type=click.IntRange(min=0, max=3650), help="For how long they are kept; 0: for ever.")
    @at_home(site)
    def schedule(folder: Path | None, at: str | None, never: bool, keep_days: int | None) -> None:
        from django.utils import timezone

        from schoolgate.commons.backups.letting_go import KEEP_DAYS
        from schoolgate.commons.backups.scheduling import NoFolder, next_backup, set_backups, when_to_back_up

        if at and never:
            raise WrongCall("Say --at or --never, not both.")
        if keep_days is not None:
            KEEP_DAYS.set(keep_days, by=None)
        rule = when_to_back_up()
        when = None if never else _time(at) if at else rule.at if rule else None
        try:
            set_backups(_place(folder), when, by=None)
        except NoFolder as error:
            raise WrongCall(str(error)) from None
        due: datetime | None = next_backup()
        if due is None:
            click.echo("No backup is made by itself.")
        else:
            click.echo(f"The next backup is made on {timezone.localtime(due):%a %d %b %Y at %H:%M}.")

    return backups


def restore_of(site: str) -> click.Command:
    """The verb of one site that puts it back from a backup."""

    @click.command("restore", help="Put the site back from a backup into a home, which must be empty.")
    @click.argument("backup", type=click.Path(file_okay=False, path_type=Path))
    @click.option("--home", type=click.Path(file_okay=False, path_type=Path), help="The site's home folder.")
    @click.option("--key", type=click.Path(dir_okay=False, path_type=Path), help="The copy of the key, kept apart.")
    @click.option("--key-is-lost", is_flag=True, help="There is no copy: passwords must be entered again.")
    @click.option("--replace", count=True, help="Say it twice: what is in the home is put aside, into a folder in it.")
    @as_json
    def restore(
        backup: Path, home: Path | None, key: Path | None, key_is_lost: bool, replace: int, as_json: bool
    ) -> None:
        from schoolgate.commons.backups.databases import ToolFailed
        from schoolgate.commons.backups.manifest import Damaged
        from schoolgate.sites.home import Home, default_folder
        from schoolgate.sites.upkeep.restoring import RestoreRefused
        from schoolgate.sites.upkeep.restoring import restore as put_back

        into = Home((home or Path(os.environ.get("SCHOOLGATE_HOME") or default_folder(site))).absolute())
        try:
            with _bars() as bars:
                bar = bars.add_task("files", total=None)
                aside = put_back(
                    backup.absolute(),
                    into,
                    site=site,
                    key=key,
                    key_is_lost=key_is_lost,
                    replace=replace >= 2,
                    program=_ThisProgram(site),
                    on_progress=lambda done, of: bars.update(bar, completed=done, total=of),
                )
        except (RestoreRefused, Damaged, ToolFailed) as error:
            raise Failed(str(error)) from None
        except OSError as error:
            raise Failed(
                f"{error.filename or into.folder}: {error.strerror or error}. Mend it, then try again."
            ) from None
        if as_json:
            print_json({"home": str(into.folder), "aside": str(aside) if aside else None})
            return
        click.echo(f"The site is in {into.folder} again. Start it with: schoolgate {site} serve --home {into.folder}")
        if aside:
            click.echo(f"What was there lies in {aside}. Remove that folder when nobody misses anything.")
        click.echo("Its first page tells what is not in the backup, and what to check.")

    return restore


class _ThisProgram:
    """This program, as it makes a home ready that is put back."""

    def __init__(self, site: str) -> None:
        self._site = site

    def open(self, home: Path) -> None:
        open_site(self._site, home)

    def bring_up_to_date(self) -> None:
        from schoolgate.sites.commands.common_verbs import initialise

        initialise(self._site)


def _place(folder: Path | None) -> Path:
    from schoolgate.commons.backups.scheduling import FOLDER

    place = folder.absolute() if folder is not None else Path(FOLDER.get())
    if place == Path():
        raise WrongCall("Name a folder for backups, on another disk or machine.")
    return place


def _time(text: str) -> time:
    try:
        return datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007  a time of the clock, without a day
    except ValueError:
        raise WrongCall(f"'{text}' is no time of day such as 02:30.") from None


def _bars() -> Progress:
    return Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty())
