"""What a person may do with a held-back file: have it looked at again, rename it, move it, put it away, dismiss it."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

from django.db import transaction
from django.http import HttpRequest

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.commons.schemas import site_shelf
from schoolgate.school.exchange.asking import ask_for_file
from schoolgate.school.exchange.filing import move
from schoolgate.school.exchange.folders import folders_of, names_like
from schoolgate.school.exchange.models import HeldBackFile, Transfer
from schoolgate.school.exchange.naming import still_free
from schoolgate.school.exchange.settling import found_at
from schoolgate.school.exchange.taking import take
from schoolgate.school.exchange.uploading import accept_spooled

Taken = Transfer | HeldBackFile | None

P = ParamSpec("P")
T = TypeVar("T")


class CannotBeDone(Exception):
    """What was asked cannot be done; the message is a sentence for the person."""


def _in_folders(action: Callable[P, T]) -> Callable[P, T]:
    """What a disk or a share that is away refuses is told as CannotBeDone; the file is where it was, or the next look
    finds it."""

    @wraps(action)
    def guarded(*args: P.args, **named: P.kwargs) -> T:
        try:
            return action(*args, **named)
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise CannotBeDone(
                f"The folders cannot be used now ({why}). Perhaps the drive that they lie on is away: try again later."
            ) from None

    return guarded


@_in_folders
def look_again(held_back: HeldBackFile, *, by: User | None, request: HttpRequest | None = None) -> Taken:
    """Check the file anew, and send it if nothing stands against it. Raises CannotBeDone when it is gone, NoSpace."""
    record("file looked at again", by=by, target=held_back.name, request=request)
    if held_back.origin == HeldBackFile.Origin.UPLOAD:
        return accept_spooled(held_back.sha256, held_back.name, by=by, request=request)
    return _take_and_ask(held_back.place, _file_of(held_back))


@_in_folders
def rename_and_send(held_back: HeldBackFile, *, by: User | None, request: HttpRequest | None = None) -> Taken:
    """Give the file the name it should have, check it anew, and send it. Raises CannotBeDone, NoSpace."""
    new_name = held_back.suggested_name and still_free(held_back.suggested_name, held_back.sha256)
    if not new_name:
        raise CannotBeDone("Nobody can tell what this file should be called. Rename it yourself.")
    if held_back.origin == HeldBackFile.Origin.UPLOAD:
        record("file renamed", by=by, target=held_back.name, details=new_name, request=request)
        taken = accept_spooled(held_back.sha256, new_name, by=by, request=request)
        if not isinstance(taken, HeldBackFile) or taken.pk != held_back.pk:
            held_back.delete()
        return taken
    file = _file_of(held_back)
    target = folders_of(held_back.place).not_exported / new_name
    _move(file, target)
    record("file renamed", by=by, target=held_back.name, details=new_name, request=request)
    held_back.delete()
    return _take_and_ask(held_back.place, target)


@_in_folders
def move_to_its_folder(held_back: HeldBackFile, *, by: User | None, request: HttpRequest | None = None) -> Taken:
    """Move the file to the folder of the LA it is for, and check it there. Raises CannotBeDone, NoSpace."""
    file = _file_of(held_back)
    folders = folders_of(held_back.right_la)
    folders.make()
    target = folders.not_exported / file.name
    _move(file, target)
    record("file moved", by=by, target=held_back.name, details=f"to LA {held_back.right_la}", request=request)
    held_back.delete()
    found = found_at(held_back.right_la, target)
    return take(found, site_shelf()) if found else None


@_in_folders
def put_with_exported(held_back: HeldBackFile, *, by: User | None, request: HttpRequest | None = None) -> None:
    """Move a file that the LA has already out of the way, to *Files Exported*. Raises CannotBeDone."""
    file = _file_of(held_back)
    folders = folders_of(held_back.place)
    folders.make()
    target = next(place for place in names_like(folders.exported, file.name) if not place.exists())
    _move(file, target)
    record("file put away", by=by, target=held_back.name, details=target.name, request=request)
    held_back.delete()


def dismiss(held_back: HeldBackFile, *, by: User | None, request: HttpRequest | None = None) -> None:
    """Forget a file that came by the browser and was held back. One in a folder stays told of until it is gone."""
    if held_back.origin != HeldBackFile.Origin.UPLOAD:
        raise CannotBeDone("The file is still in its folder. Take it out there.")
    with transaction.atomic():
        record("file dismissed", by=by, target=held_back.name, request=request)
        held_back.delete()


def _file_of(held_back: HeldBackFile) -> Path:
    file = folders_of(held_back.place).find(held_back.name)
    if file is None:
        raise CannotBeDone("The file is not in the folder any more.")
    return file


def _move(source: Path, target: Path) -> None:
    try:
        move(source, target)
    except FileExistsError:
        raise CannotBeDone("There is another file of that name already. Nothing was changed.") from None
    except OSError:
        raise CannotBeDone("The file cannot be moved. Perhaps another program has it open: close it there.") from None


def _take_and_ask(place: str, file: Path) -> Taken:
    found = found_at(place, file)
    taken = take(found, site_shelf()) if found else None
    if isinstance(taken, Transfer):
        ask_for_file(taken)
    return taken
