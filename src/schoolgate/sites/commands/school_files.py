"""`schoolgate school files` and what can be done with one file."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from schoolgate.sites.commands.shared import Failed, as_json, at_home, limit_rows, print_json, print_rows

if TYPE_CHECKING:
    from schoolgate.school.exchange.models import HeldBackFile, Transfer


@click.command("files", help="Every file and where it is, newest first; held-back ones with their reason.")
@as_json
@limit_rows
@at_home("school")
def files(as_json: bool, limit: int | None) -> None:
    from schoolgate.school.exchange.listing import FILE_COLUMNS, list_files

    empty = "No files yet. Put one into Files Not Exported."
    print_rows(list_files(), FILE_COLUMNS, as_json=as_json, limit=limit, empty=empty)


@click.command("outcome", help="What the LA made of a file, by its name or SHA-256, and what it did not take of it.")
@click.argument("file")
@as_json
@limit_rows
@at_home("school")
def outcome(file: str, as_json: bool, limit: int | None) -> None:
    from schoolgate.school.exchange.listing import tell_outcome
    from schoolgate.school.exchange.models import Transfer

    found = Transfer.objects.lean().filter(sha256=file.lower()).first() or _transfers(file)[0]
    told = tell_outcome(found)
    if as_json:
        print_json(told)
        return
    click.echo(f"{found.name}: {found.state_words}. {told['words']}".strip())
    columns = ("pupil", "item", "value", "why", "remedy", "since")
    print_rows(told["to_correct"], columns, as_json=False, limit=limit, empty="Nothing to correct is known.")


@click.command("send", help="Check one file, wherever it lies, and send it; the site must run, or export follow.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@as_json
@at_home("school")
def send(file: Path, as_json: bool) -> None:
    from schoolgate.commons.filestore import NoSpace
    from schoolgate.school.exchange.folders import FolderRefused
    from schoolgate.school.exchange.uploading import receive_upload

    try:
        with file.open("rb") as stream:
            taken = receive_upload(stream, file.name, file.stat().st_size, by=None)
    except (OSError, FolderRefused, NoSpace) as error:
        raise Failed(f"{file} cannot be taken: {error}") from None
    _say(taken, as_json)


@click.command("try-again", help="Send a file that waits, failed or was cancelled; look again at a held-back one.")
@click.argument("name")
@at_home("school")
def try_again(name: str) -> None:
    from schoolgate.school.exchange.asking import send_again
    from schoolgate.school.exchange.held_back_actions import look_again
    from schoolgate.school.exchange.models import HeldBackFile

    if HeldBackFile.objects.filter(name=name).exists():
        _act(name, look_again)
        return
    if not any(send_again(transfer, by=None) for transfer in _transfers(name) if transfer.may("try again")):
        raise Failed(f"{name} is not in a state to be sent again. See: schoolgate school files")
    click.echo(f"{name} is sent next; the site must run, or export follow.")


@click.command("cancel", help="Stop a file that was not sent yet. It stays in its folder.")
@click.argument("name")
@at_home("school")
def cancel(name: str) -> None:
    from schoolgate.school.exchange.asking import cancel_file

    if not any(cancel_file(transfer, by=None) for transfer in _transfers(name) if transfer.may("cancel")):
        raise Failed(f"{name} is not in a state to be cancelled. See: schoolgate school files")
    click.echo(f"{name} is not sent. It stays where it is.")


@click.command("rename", help="Give a held-back file the name it should have, check it again and send it.")
@click.argument("name")
@at_home("school")
def rename(name: str) -> None:
    from schoolgate.school.exchange.held_back_actions import rename_and_send

    _act(name, rename_and_send)


@click.command("move", help="Move a held-back file to the folder of the LA it is for, and check it there.")
@click.argument("name")
@at_home("school")
def move(name: str) -> None:
    from schoolgate.school.exchange.held_back_actions import move_to_its_folder

    _act(name, move_to_its_folder)


@click.command("put-away", help="Move a held-back file that the LA has already to Files Exported.")
@click.argument("name")
@at_home("school")
def put_away(name: str) -> None:
    from schoolgate.school.exchange.held_back_actions import put_with_exported

    _act(name, put_with_exported)


FILE_COMMANDS = (files, outcome, send, try_again, cancel, rename, move, put_away)


def _act(name: str, action: Callable[..., Any]) -> None:
    """Do with the held-back file of this name what a button of its page does. Raises Failed."""
    from schoolgate.commons.filestore import NoSpace
    from schoolgate.school.exchange.folders import FolderRefused
    from schoolgate.school.exchange.held_back_actions import CannotBeDone
    from schoolgate.school.exchange.models import HeldBackFile

    found = list(HeldBackFile.objects.filter(name=name))
    if len(found) != 1:
        count = "no" if not found else "more than one"
        raise Failed(f"There is {count} held-back file '{name}'. See: schoolgate school files")
    try:
        taken = action(found[0], by=None)
    except (CannotBeDone, FolderRefused, NoSpace) as error:
        raise Failed(str(error)) from None
    if taken is None:
        click.echo("Done.")
    else:
        _say(taken, False)


def _say(taken: "Transfer | HeldBackFile", as_json: bool) -> None:
    """Tell what became of a file that was taken in. Raises Failed when it is held back."""
    from schoolgate.school.exchange.models import HeldBackFile

    held_back = isinstance(taken, HeldBackFile)
    if as_json:
        print_json({"name": taken.name, "state": "held back" if held_back else str(getattr(taken, "state", ""))})
    if isinstance(taken, HeldBackFile):
        raise Failed(f"{taken.name} is held back. {taken.sentence}")
    if not as_json:
        click.echo(f"{taken.name} passed the checks: {taken.state_words}.")


def _transfers(name: str) -> "list[Transfer]":
    """The files of this name, the newest first. Raises Failed when there is none."""
    from schoolgate.school.exchange.models import Transfer

    found = list(Transfer.objects.filter(name=name).order_by("-pk"))
    if not found:
        raise Failed(f"There is no file '{name}' on its way. See: schoolgate school files")
    return found
