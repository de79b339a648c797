"""Samples written as files."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

from schoolgate.documents.samples.faults import BytesFault, NameFault
from schoolgate.documents.samples.students import StudentSample
from schoolgate.documents.students.names import StudentFileName
from schoolgate.documents.students.writer import write_students


def write_student_sample(
    folder: Path,
    sample: StudentSample,
    *,
    serial: int = 1,
    sex_tag: Literal["Sex", "Gender"] = "Sex",
    on_pupil: Callable[[], None] | None = None,
) -> Path:
    """Write ``sample`` into ``folder``, which is made if need be, under the name that its header asks for.

    The file appears whole or not at all and replaces one of the same name; the faults planted in it are part of it.
    ``on_pupil`` is called after each pupil. Raises DocumentError as ``write_students`` does, OSError where the folder
    cannot be written to.
    """
    header = sample.header
    proper = StudentFileName(header.source_la, header.source_school, header.destination_la, serial)
    name = next((fault.rename(proper) for fault in sample.faults if isinstance(fault, NameFault)), str(proper))
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f".{name}.part"
    try:
        with part.open("w+b") as file:
            write_students(file, header, _told(sample.records(), on_pupil), version=header.version, sex_tag=sex_tag)
            for fault in sample.faults:
                if isinstance(fault, BytesFault):
                    fault.damage(file)
            file.flush()
            os.fsync(file.fileno())
        return part.replace(folder / name)
    finally:
        part.unlink(missing_ok=True)


def _told(records: Iterator[dict[str, Any]], on_pupil: Callable[[], None] | None) -> Iterator[dict[str, Any]]:
    for record in records:
        yield record
        if on_pupil:
            on_pupil()
