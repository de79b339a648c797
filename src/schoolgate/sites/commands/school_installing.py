"""`schoolgate school install` and `uninstall`: the site as a program of this machine."""

from pathlib import Path
from typing import Any

import click

from schoolgate.sites.commands.common_verbs import initialise
from schoolgate.sites.commands.shared import Failed, as_json, open_site, print_json

program_option = click.option("--program", type=click.Path(file_okay=False, path_type=Path), help="The program folder.")
yes_option = click.option("--yes", is_flag=True, help="Ask nothing: take what is proposed.")


@click.command("install", help="Set the site up on this machine: start script, data folder, database.")
@program_option
@click.option("--home", type=click.Path(file_okay=False, path_type=Path), help="The data folder.")
@yes_option
@as_json
def install(program: Path | None, home: Path | None, yes: bool, as_json: bool) -> None:
    from schoolgate.sites import installing

    program = _asked("Program folder", program, installing.default_program_folder(), yes)
    former = installing.find_installation(program)
    home = _asked("Data folder", home, former.home if former else installing.default_home(), yes)
    try:
        installing.refuse_folders(program, home)
        open_site("school", home)
        link = initialise("school")
        installation = installing.install(program, home)
    except installing.InstallRefused as error:
        raise Failed(str(error)) from None
    told = {"version": installation.version, "program": program, "home": home, "start": installation.script}
    if as_json:
        print_json({**told, "first_administrator_link": link})
        return
    click.echo(f"Schoolgate {installation.version} is installed in {program}. Its data lie in {home}.")
    click.echo(f"Start it: {installation.script}")
    click.echo(f"Or have it run all the time: {installation.script} install-service")
    if link:
        click.echo(f"Once it runs, open this once, within a day, to become its first administrator:\n  {link}")


@click.command("uninstall", help="Remove the program from this machine; the data folder stays.")
@program_option
@yes_option
@as_json
def uninstall(program: Path | None, yes: bool, as_json: bool) -> None:
    from schoolgate.sites import installing, services

    program = (program or installing.default_program_folder()).absolute()
    installation = installing.find_installation(program)
    if installation is None:
        raise Failed(f"Nothing of Schoolgate is installed in {program}. Name its program folder with --program.")
    if services.is_installed(installation.home):
        raise Failed(f"The site still runs as a service. First: {installation.script} uninstall-service")
    if not yes:
        click.confirm(f"Remove Schoolgate {installation.version} from {program}? {installation.home} stays", abort=True)
    kept = _what_is_kept(installation.home)
    left = installing.uninstall(installation)
    if as_json:
        print_json({"program": program, "left": left, "home": installation.home, "kept": kept})
        return
    for path in left:
        click.echo(f"{path} is in use. Delete it when this window is closed.")
    click.echo(f"The program is removed. What it kept stays in {installation.home}:")
    for name, where in kept.items():
        click.echo(f"  {name}: {where}")
    click.echo(
        "The files in the root folder stay, too. A later installation with that data folder goes on where this ended."
    )


def _asked(label: str, given: Path | None, proposed: Path, yes: bool) -> Path:
    if given is None:
        given = proposed if yes else Path(click.prompt(label, default=str(proposed)))
    return given.expanduser().absolute()


def _what_is_kept(home: Path) -> dict[str, Any]:
    """Where the database, the key and the journal are. A database's password is not told."""
    from schoolgate.sites.configuration import ConfigurationError, read_configuration
    from schoolgate.sites.home import Home

    folders = Home(home)
    try:
        elsewhere = bool(read_configuration(folders.settings_file).text("database_url"))
    except ConfigurationError:
        elsewhere = False
    database = f"the PostgreSQL that database_url names in {folders.settings_file}" if elsewhere else folders.database
    return {
        "database": database,
        "key": folders.key_file,
        "journal": "in the database",
        "copies of files": folders.spool,
        "settings": folders.settings_file,
    }
