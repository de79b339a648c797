"""The home folder: who may read its keys, can it be written, and is anything left over in it?"""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path

from cryptography.fernet import InvalidToken
from django.apps import apps
from django.conf import settings
from django.db.models import TextField
from django.db.models.functions import Cast

from schoolgate.commons.preferences.models import StoredPreference
from schoolgate.commons.preferences.registry import PREFERENCES, SealedPreference
from schoolgate.commons.sealed import SealedTextField, unseal
from schoolgate.sites.upkeep.doctor.findings import Finding, check, command, quoted

OTHERS = 0o077
ABANDONED = timedelta(days=1)
"""A file under a temporary name that is older than this is nobody's any more: no upload takes as long."""


@check("key-file", "Key file", well="Nobody but its owner can read it.", reads_rows=False)
def keys_are_private() -> Iterator[Finding]:
    """The keys, and the start-up settings beside them, which may hold passwords. Windows keeps rights elsewhere."""
    if os.name == "nt":
        return
    for file, found in (
        (settings.SCHOOLGATE_HOME.key_file, "Other users of this machine may read the site’s key."),
        (settings.SCHOOLGATE_HOME.settings_file, "Other users of this machine may read the start-up settings."),
    ):
        if file.exists() and file.stat().st_mode & OTHERS:
            yield Finding(
                "bad",
                found,
                cause="The file was copied or edited in a way that changed its rights.",
                cure="Take the rights away; where somebody may have read it, change the passwords in it and behind it.",
                command=f"chmod 600 {quoted(file)}",
                where=str(file),
                mend=partial(_make_private, file),
            )


@check("sealed-secrets", "Sealed secrets", well="All of them can be opened with the site’s keys.")
def secrets_can_be_opened() -> Iterator[Finding]:
    """Passwords and keys in the database that are of no use without the key file they were sealed with."""
    lost = sum(not _opens(sealed) for sealed in _sealed())
    if lost:
        yield Finding(
            "bad",
            f"Passwords and keys in the database that cannot be opened: {lost:,}.",
            cause="The key file is another than the one they were sealed with; one that was lost is made anew.",
            cure="Add the former key as a line of the key file, then start the site anew; else enter them again.",
            where=str(settings.SCHOOLGATE_HOME.key_file),
        )


@check("home-folder", "Home folder", well="All in it can be written, and is its owner’s.", reads_rows=False)
def home_can_be_written() -> Iterator[Finding]:
    """As the user who runs this: a check made by another user than the site's says nothing of the site's rights."""
    home = settings.SCHOOLGATE_HOME
    for folder in (home.folder, *home.own_folders):
        if folder.exists() and (why := why_not_writable(folder)):
            yield Finding(
                "bad",
                "A folder of the site’s own cannot be written.",
                cause=f"The system says: {why}.",
                cure="Give it to the user who runs the site.",
                command=f"chown -R USER {quoted(home.folder)}",
                where=str(folder),
            )
    if os.name != "nt":
        owner = home.folder.stat().st_uid
        foreign = [path for path in (*home.folder.iterdir(), *home.spool.iterdir()) if path.lstat().st_uid != owner]
        if foreign:
            yield Finding(
                "look",
                f"Files in the home that belong to another user than the folder does: {len(foreign):,}.",
                cause="A command was given as another user (root, say) than the one who runs the site.",
                cure="Give all to the user who runs the site, and give commands as that user.",
                command=f"chown -R --reference={quoted(home.folder)} {quoted(home.folder)}",
                where=", ".join(path.name for path in foreign[:5]),
            )


@check("left-over-files", "Left-over files", well="There are none.", reads_rows=False)
def nothing_is_left_over() -> Iterator[Finding]:
    """What was on its way into the home when a process was killed, or its machine."""
    left = _left_over()
    if left:
        size = sum(path.stat().st_size for path in left)
        yield Finding(
            "look",
            f"Files that were begun and never finished: {len(left):,}. They take {size // 1024:,} KiB.",
            cause="The program or the machine was stopped in the middle. Nothing that was received is lost by it.",
            cure="Have them removed.",
            command=command("doctor --fix"),
            where=", ".join(sorted({str(path.parent) for path in left})),
            mend=_remove_left_over,
        )


def why_not_writable(folder: Path) -> str:
    """Why nothing can be written there, in the system's words; empty where it can."""
    try:
        # By a name that a run takes for nobody's file, should it see it.
        with tempfile.TemporaryFile(dir=folder, prefix=".schoolgate-"):
            return ""
    except OSError as error:
        return error.strerror or type(error).__qualname__


def _make_private(file: Path) -> str:
    file.chmod(0o600)
    return "Only its owner may read it now."


def _sealed() -> Iterator[str]:
    """Every sealed text as it lies in the database."""
    for model in apps.get_models():
        for column in model._meta.concrete_fields:  # noqa: SLF001  Django's own way to ask a model
            if isinstance(column, SealedTextField):
                rows = model._base_manager.annotate(  # noqa: SLF001  the documented one that finds every row
                    as_it_lies=Cast(column.attname, TextField())
                )
                yield from rows.exclude(as_it_lies="").exclude(as_it_lies=None).values_list("as_it_lies", flat=True)
    names = [name for name, one in PREFERENCES.items() if isinstance(one, SealedPreference)]
    yield from StoredPreference.objects.filter(name__in=names).exclude(value="").values_list("value", flat=True)


def _opens(sealed: str) -> bool:
    try:
        unseal(sealed)
    except InvalidToken:
        return False
    return True


def _left_over() -> list[Path]:
    before = time.time() - ABANDONED.total_seconds()
    home = settings.SCHOOLGATE_HOME.folder
    found = []
    for path in (*home.glob("*/.incoming-*"), *home.glob(".key-*")):
        with suppress(FileNotFoundError):
            if path.is_file() and path.stat().st_mtime < before:
                found.append(path)
    return found


def _remove_left_over() -> str:
    left = _left_over()
    for path in left:
        path.unlink(missing_ok=True)
    return f"Files removed: {len(left):,}."
