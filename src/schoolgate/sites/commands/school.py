"""`schoolgate school VERB`."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import Progress, TaskID

from schoolgate.sites.commands.common_verbs import add_common_verbs, home_option, initialise, say_initialised
from schoolgate.sites.commands.shared import (
    Failed,
    WrongCall,
    as_json,
    at_home,
    limit_rows,
    open_site,
    print_json,
    print_rows,
    read_secret,
)

if TYPE_CHECKING:
    from schoolgate.school.exchange.models import Transfer


@click.group(help="The school's site: checks files in folders, sends them, keeps the receipts.")
def school() -> None:
    pass


add_common_verbs(school, "school")


@school.command("init", help="First set-up, or bring the database up to date after an upgrade.")
@home_option
@click.option(
    "--root-folder", type=click.Path(file_okay=False, path_type=Path), help="Folder that holds each LA's folders."
)
@click.option("--name", help="Name of the school or office whose site this is.")
@as_json
def init(home: Path | None, root_folder: Path | None, name: str | None, as_json: bool) -> None:
    open_site("school", home)
    from schoolgate.school.exchange.folders import FolderRefused, set_root_folder
    from schoolgate.school.exchange.preferences import SCHOOL_NAME

    link = initialise("school")
    if name is not None:
        SCHOOL_NAME.set(name, by=None)
    if root_folder is not None:
        try:
            set_root_folder(root_folder.absolute(), by=None)
        except FolderRefused as error:
            raise Failed(str(error)) from None
    say_initialised("school", link, as_json)


@school.group("destinations", help="The LAs that files go to.")
def destinations() -> None:
    pass


@destinations.command("add", help="Add an LA; its folders are made.")
@click.option("--la", required=True, help="The LA's number, three digits.")
@click.option("--url", required=True, help="The address of the LA's site; https, or http on this machine.")
@click.option("--user", required=True, help="The account that the LA issued.")
@click.option(
    "--password-file",
    required=True,
    type=click.Path(allow_dash=True, dir_okay=False, path_type=Path),
    help="File with its password, or - for standard input.",
)
@click.option("--name", default="", help="The LA's name; from the list of LAs when not given.")
@click.option("--contact", default="", help="Whom to ask at the LA.")
@as_json
@at_home("school")
def add_destination(la: str, url: str, user: str, password_file: Path, name: str, contact: str, as_json: bool) -> None:
    from schoolgate.school.exchange.administration import destinations as entries
    from schoolgate.school.exchange.folders import folders_of

    try:
        entry = entries.add_destination(
            la=la, address=url, user=user, password=read_secret(password_file), name=name, contact=contact
        )
    except entries.DestinationRefused as error:
        raise Failed(str(error)) from None
    folder = folders_of(la).not_exported
    if as_json:
        print_json({"la": entry.la, "name": entry.name, "address": entry.address, "folder": str(folder)})
    else:
        click.echo(f"Files for {entry.name} ({entry.la}) go from {folder}")


@destinations.command("list", help="All LAs that files go to.")
@as_json
@limit_rows
@at_home("school")
def list_destinations(as_json: bool, limit: int | None) -> None:
    from schoolgate.school.exchange.models import Destination

    rows = [
        {
            "la": entry.la,
            "name": entry.name,
            "address": entry.address,
            "user": entry.user,
            "connected": entry.connected_at,
            "trouble": entry.trouble_sentence,
        }
        for entry in Destination.objects.all()
    ]
    columns = ["la", "name", "address", "user", "connected", "trouble"]
    print_rows(
        rows, columns, as_json=as_json, limit=limit, empty="No LA yet. Add one: schoolgate school destinations add"
    )


@school.command("export", help="Check and send everything in Files Not Exported. Exit code 1 unless all of it arrived.")
@click.option("--la", help="Only the files for this LA.")
@as_json
@at_home("school")
def export(la: str | None, as_json: bool) -> None:
    from schoolgate.school.exchange.asking import all_las
    from schoolgate.school.exchange.export_now import export_now
    from schoolgate.school.exchange.folders import root_folder

    if la is not None and la not in all_las():
        raise WrongCall(f"No files go to an LA '{la}' from here. LAs: {', '.join(all_las()) or 'none yet'}.")
    if root_folder() is None:
        raise Failed(
            "No root folder is set. Set it on the Administration page, or: schoolgate school init --root-folder"
        )
    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bars:
        bar_of: dict[str, TaskID] = {}

        def show(la: str, done: int, total: int, text: str) -> None:
            if la not in bar_of:
                bar_of[la] = bars.add_task(la)
            bars.update(bar_of[la], completed=done, total=total or None, description=f"{la} {text}")

        summary = export_now(la, show)
    if as_json:
        print_json([asdict(each) for each in summary.las])
    else:
        for each in summary.las:
            told = f"LA {each.la}: {each.received} sent and received, {each.held_back} held back"
            for count, words in (
                (each.retrying, "to be sent again"),
                (each.needs_attention, "need attention"),
                (each.waiting, "waiting"),
                (each.still_being_written, "still being written"),
            ):
                told += f", {count} {words}" if count else ""
            click.echo(f"{told}. {each.trouble}".strip())
    sys.exit(0 if summary.all_well else 1)


@school.command("files", help="Every file and where it is, newest first; held-back ones with their reason.")
@as_json
@limit_rows
@at_home("school")
def files(as_json: bool, limit: int | None) -> None:
    from schoolgate.school.exchange.listing import FILE_COLUMNS, list_files

    empty = "No files yet. Put one into Files Not Exported."
    print_rows(list_files(), FILE_COLUMNS, as_json=as_json, limit=limit, empty=empty)


@school.command(
    "try-again", help="Send a file that waits, needs attention or was cancelled; the site must run, or export follow."
)
@click.argument("name")
@at_home("school")
def try_again(name: str) -> None:
    from schoolgate.school.exchange.asking import send_again

    if not any(send_again(transfer, by=None) for transfer in _transfers(name) if transfer.may("try again")):
        raise Failed(f"{name} is not in a state to be sent again. See: schoolgate school files")
    click.echo(f"{name} is sent next.")


@school.command("cancel", help="Stop a file that was not sent yet. It stays in its folder.")
@click.argument("name")
@at_home("school")
def cancel(name: str) -> None:
    from schoolgate.school.exchange.asking import cancel_file

    if not any(cancel_file(transfer, by=None) for transfer in _transfers(name) if transfer.may("cancel")):
        raise Failed(f"{name} is not in a state to be cancelled. See: schoolgate school files")
    click.echo(f"{name} is not sent. It stays where it is.")


def _transfers(name: str) -> "list[Transfer]":
    """The files of this name, the newest first. Raises Failed when there is none."""
    from schoolgate.school.exchange.models import Transfer

    found = list(Transfer.objects.filter(name=name).order_by("-pk"))
    if not found:
        raise Failed(f"There is no file '{name}' on its way. See: schoolgate school files")
    return found


@school.command(
    "status", help="Whether everything is all right, and what to do if not. Exit code 1 when there is something."
)
@as_json
@at_home("school")
def status(as_json: bool) -> None:
    from schoolgate.school.exchange.today import look_at_today

    today = look_at_today()
    if as_json:
        to_do = [{"text": each.text, "step": each.step} for each in today.to_do]
        print_json({"all_right": not to_do, "sentence": today.sentence, "to_do": to_do, "waiting": today.waiting})
    else:
        click.echo(today.sentence)
        for each in today.to_do:
            click.echo(f"* {each.text} {each.step}.")
    sys.exit(1 if today.to_do else 0)
