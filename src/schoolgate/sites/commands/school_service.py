"""`schoolgate school install-service`, `uninstall-service` and `tray`: the site runs all the time, and shows it."""

import getpass
import os
import sys
from pathlib import Path

import click

from schoolgate.sites.commands.shared import Failed, at_home


@click.command("install-service", help="Run the site from now on and after each start of the machine.")
@click.option("--user", help="Who it runs as; the owner of the home when not given.")
@click.option("--print", "only_print", is_flag=True, help="Print what the system would be told, and change nothing.")
@at_home("school")
def install_service(user: str | None, only_print: bool) -> None:
    from django.conf import settings

    from schoolgate.sites import services

    home: Path = settings.SCHOOLGATE_HOME.folder.absolute()
    service = services.Service(Path(sys.executable), home, user or _owner(home))
    if only_print:
        click.echo(services.text(service), nl=False)
        return
    try:
        done = services.install(service)
    except services.ServiceRefused as error:
        raise Failed(str(error)) from None
    for sentence in done:
        click.echo(sentence)
    click.echo(f"The site: {settings.SCHOOLGATE_URL}")


@click.command("uninstall-service", help="End the site, and start it with the machine no more; nothing is lost.")
def uninstall_service() -> None:
    from schoolgate.sites import services

    try:
        done = services.uninstall()
    except services.ServiceRefused as error:
        raise Failed(str(error)) from None
    for sentence in done:
        click.echo(sentence)


@click.command("tray", help="Show an icon with the site's state, Open and Export now, until it is taken away.")
@at_home("school")
def tray() -> None:
    from django.conf import settings

    from schoolgate.sites.tray import show

    try:
        show(settings.SCHOOLGATE_URL)
    except ImportError:
        raise Failed("The icon needs two packages more: pip install schoolgate[tray]") from None


def _owner(home: Path) -> str:
    if sys.platform == "win32":
        return "\\".join(filter(None, (os.environ.get("USERDOMAIN", ""), getpass.getuser())))
    return home.owner()
