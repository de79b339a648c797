"""Folders that files come from and go to, which lie outside of the home."""

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from schoolgate.sites.upkeep.doctor.findings import Finding, check, command
from schoolgate.sites.upkeep.doctor.home import why_not_writable
from schoolgate.sites.upkeep.doctor.machine import too_little_room


@check("folders", "Folders for files", well="All can be read and written.", sites={"school"})
def folders_can_be_used() -> Iterator[Finding]:
    """The root folder with each LA's, and those chosen for schools' personnel files. Nothing is made here."""
    from schoolgate.school.exchange.folders import root_folder

    folders = list(dict.fromkeys(_folders()))
    if not folders:
        yield Finding(
            "look",
            "No root folder is set, so that no file is sent.",
            cause="The site was not connected yet.",
            cure="Follow Connect under Administration, or name the folder here.",
            command=command("init --root-folder FOLDER"),
        )
    for folder in folders:
        if not folder.is_dir():
            yield Finding(
                "bad",
                "A folder that files go through is not there.",
                cause="A share that is away, a drive that was unplugged, or a folder that was moved or renamed.",
                cure="Bring it back under this name, or choose another under Administration.",
                where=str(folder),
            )
        elif why := why_not_writable(folder):
            yield Finding(
                "bad",
                "A folder that files go through cannot be written.",
                cause=f"The system says: {why}.",
                cure="Let the user who runs the site read, write and delete there.",
                where=str(folder),
            )
    root = root_folder()
    if root is not None and root.is_dir():
        yield from too_little_room(root, "The disk that the root folder lies on")


@check(
    "attainment-folder",
    "Attainment folder",
    well="It can be read, or none is set.",
    sites={"authority"},
    reads_rows=False,
)
def attainment_folder_can_be_read() -> Iterator[Finding]:
    text = settings.SCHOOLGATE_ATTAINMENT_ROOT
    if text and not Path(text).is_dir():
        yield Finding(
            "bad",
            "The folder that attainment files are read from is not there.",
            cause="A share that is away, or a folder that was moved or renamed.",
            cure="Bring it back, or set attainment_root to where it is.",
            command=command("settings"),
            where=text,
        )


@check("spool", "Spool", well="Nothing lies in it that is not needed.", sites={"school"})
def spool_is_swept() -> Iterator[Finding]:
    """Copies of files that are sent, or were taken away: a sweep every hour removes those of yesterday."""
    from schoolgate.school.exchange.export_job import SPOOLED_FOR, sweep_spool, wanted_in_spool
    from schoolgate.school.exchange.taking import spool

    left = len(spool().unknown(wanted_in_spool(), 2 * SPOOLED_FOR))

    def sweep() -> str:
        sweep_spool()
        return "The spool was swept."

    if left:
        yield Finding(
            "look",
            f"Copies of files in the spool that nobody needs any more: {left:,}.",
            cause="The hourly sweep did not run, or files were put back into the home.",
            cure="Have them removed. The files themselves lie in their folders.",
            command=command("doctor --fix"),
            mend=sweep,
        )


def _folders() -> Iterator[Path]:
    from schoolgate.school.exchange.folders import FolderRefused, LaFolders, folders_of, root_folder
    from schoolgate.school.exchange.logins import receivers
    from schoolgate.school.exchange.models import PersonnelSchool

    root = root_folder()
    if root is not None:
        yield root
    for one in receivers():
        try:
            here = folders_of(one.place)
        except FolderRefused:
            continue
        pair = (here.not_exported, here.exported)
        # Each run makes those in a root folder that are missing.
        yield from (folder for folder in pair if folder.exists()) if isinstance(here, LaFolders) else pair
        if isinstance(one, PersonnelSchool):
            yield here.imported
