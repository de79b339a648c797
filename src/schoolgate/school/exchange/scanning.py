"""Looks through the folder of a place: what settled is taken, what is gone is forgotten, everything is told."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from schoolgate.commons.filestore import NoSpace
from schoolgate.commons.schemas import site_shelf
from schoolgate.school.exchange import telling
from schoolgate.school.exchange.folders import FolderRefused, folders_of, root_folder
from schoolgate.school.exchange.models import HeldBackFile, PersonnelSchool, Transfer
from schoolgate.school.exchange.places import is_of_staff
from schoolgate.school.exchange.settling import FoundFile, look_and_wait, look_once, remove_by_key
from schoolgate.school.exchange.taking import Rows, examine, give_rows
from schoolgate.school.exchange.taking_back import forget_gone, unasked_of

EXAMINERS = 4
PORTION = 8


@dataclass
class Scan:
    """What one look through a folder brought. `moving` files are still being written; `trouble` is a sentence."""

    checked: int = 0
    held_back: int = 0
    moving: int = 0
    trouble: str = ""


def scan(place: str, *, wait: bool, on_progress: Callable[[int, int], None] = lambda *_: None) -> Scan:
    """Take what lies in the *Files Not Exported* of a place; `wait` for files that were not seen before to settle.

    `on_progress` gets the number of files looked into, and of all there are. Never raises for a bad file or folder.
    """
    result = Scan()
    # Read before the look: a row that a person's button makes meanwhile is of a file this look did not see.
    rows_before = HeldBackFile.objects.filter(place=place, origin=HeldBackFile.Origin.FOLDER)
    held_back = list(rows_before.values_list("pk", "name"))
    unasked, root = unasked_of(place), root_folder()
    try:
        folders_of(place).make()
        look = look_and_wait(place) if wait else look_once(place)
    except FolderRefused as error:
        return Scan(trouble=str(error))
    except OSError as error:
        why = error.strerror or str(error)
        if _is_news(place, why):
            telling.folder_unreadable(place, why)
        return Scan(trouble="The folder Files Not Exported cannot be read.")
    _is_news(place, "")
    remove_by_key(HeldBackFile.objects, [pk for pk, name in held_back if name not in look.names])
    # Files of a root folder that was left meanwhile are not gone.
    if root_folder() == root:
        forget_gone(unasked, look.names)
    result.moving = len(look.moving)
    try:
        for rows in _taken(look.settled, on_progress):
            result.checked += sum(isinstance(row, Transfer) for row in rows)
            result.held_back += sum(isinstance(row, HeldBackFile) for row in rows)
    except NoSpace:
        telling.spool_full(place)
        result.trouble = "The disk of this site is full, so no further file can be taken."
    return result


def _is_news(place: str, trouble: str) -> bool:
    """Remember of a school's folder for its staff why it cannot be read; whether that is another than before."""
    rows = PersonnelSchool.objects.at(place)
    return not is_of_staff(place) or bool(
        rows.exclude(folder_trouble=trouble[:300]).update(folder_trouble=trouble[:300])
    )


def _taken(settled: list[FoundFile], on_progress: Callable[[int, int], None]) -> Iterator[Rows]:
    """Examine files side by side, for much of it is waiting for the disk, and give each portion its rows together.

    Raises NoSpace, after the rows of what there was still room for.
    """
    schemas = site_shelf()
    with ThreadPoolExecutor(EXAMINERS, thread_name_prefix="examine") as pool:
        for start in range(0, len(settled), PORTION):
            on_progress(start, len(settled))
            futures = [pool.submit(examine, found, schemas) for found in settled[start : start + PORTION]]
            yield give_rows([future.result() for future in futures if not isinstance(future.exception(), NoSpace)])
            if any(isinstance(future.exception(), NoSpace) for future in futures):
                raise NoSpace
