"""The file of a first load, opened to be read, and sorted by school into a folder that goes again."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import BinaryIO

from django.conf import settings
from django.utils import timezone

from schoolgate.authority.bases.la import LA_NUMBER
from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.carrying_out import Ruling
from schoolgate.authority.importing.first_load.sorting import Sorted, sort_by_school
from schoolgate.authority.importing.match_preferences import match_settings
from schoolgate.commons.filestore import FileStore
from schoolgate.documents.first_load.reading import FirstLoadFile
from schoolgate.documents.students.versions import default_shelf

_ROWS = "rows-"


def kept_files() -> FileStore:
    """Where files of first loads are kept, apart from what schools sent: nobody downloads them, and they go soon."""
    return FileStore(settings.SCHOOLGATE_HOME.folder / "first-load")


def ruling() -> Ruling:
    """By what existing records are matched and taken: everything, and whom nobody knows is added."""
    return Ruling(match_settings(), demo=settings.SCHOOLGATE_DEMO)


def open_file(open_stream: Callable[[], BinaryIO]) -> FirstLoadFile:
    """The file by its plain bytes. Raises DocumentError when it is none that can be read."""
    bases = Base.objects.values_list("la", "number", "name")
    return FirstLoadFile(
        open_stream,
        la=LA_NUMBER.get(),
        school_names={(la, number): name for la, number, name in bases},
        shelf=default_shelf(settings.SCHOOLGATE_HOME.schemas),
        now=timezone.localtime(),
    )


@contextmanager
def sorted_by_school(file: FirstLoadFile, on_progress: Callable[[int], None]) -> Iterator[Sorted]:
    """The file's rows by school, for a `with` block, whose end removes them (``sort_by_school``)."""
    folder = _folder()
    try:
        yield sort_by_school(file, folder, demo=settings.SCHOOLGATE_DEMO, on_progress=on_progress)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def remove_what_was_left() -> None:
    """Remove the rows that a killed process left; call it where no other first load is at work."""
    for left in kept_files().folder.glob(f"{_ROWS}*"):
        shutil.rmtree(left, ignore_errors=True)


def _folder() -> Path:
    kept_files().folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return Path(mkdtemp(prefix=_ROWS, dir=kept_files().folder))
