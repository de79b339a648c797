"""Looks through the folder of an LA: what settled is taken, what is gone is forgotten, everything is told."""

from collections.abc import Callable
from dataclasses import dataclass

from schoolgate.commons.faults import fault_point
from schoolgate.commons.filestore import NoSpace
from schoolgate.school.exchange import telling
from schoolgate.school.exchange.folders import FolderRefused, folders_of
from schoolgate.school.exchange.models import HeldBackFile, Transfer
from schoolgate.school.exchange.settling import look_and_wait, look_once
from schoolgate.school.exchange.taking import shelf, take


@dataclass
class Scan:
    """What one look through a folder brought. `moving` files are still being written; `trouble` is a sentence."""

    checked: int = 0
    held_back: int = 0
    moving: int = 0
    trouble: str = ""


def scan(la: str, *, wait: bool, on_progress: Callable[[int, int], None] = lambda *_: None) -> Scan:
    """Take what lies in an LA's *Files Not Exported*; `wait` for files that were not seen before to settle.

    `on_progress` gets the number of files looked into, and of all there are. Never raises for a bad file or folder.
    """
    result = Scan()
    try:
        folders_of(la).make()
        look = look_and_wait(la) if wait else look_once(la)
    except FolderRefused as error:
        return Scan(trouble=str(error))
    except OSError as error:
        telling.folder_unreadable(la, error.strerror or str(error))
        return Scan(trouble="The folder Files Not Exported cannot be read.")
    HeldBackFile.objects.filter(la=la, origin=HeldBackFile.Origin.FOLDER).exclude(name__in=look.names).delete()
    schemas = shelf()
    for done, found in enumerate(look.settled):
        fault_point("export.found")
        on_progress(done, len(look.settled))
        try:
            taken = take(found, schemas)
        except NoSpace:
            telling.spool_full(la)
            result.trouble = "The disk of this site is full, so no further file can be taken."
            break
        result.checked += isinstance(taken, Transfer)
        result.held_back += isinstance(taken, HeldBackFile)
    result.moving = len(look.moving)
    return result
