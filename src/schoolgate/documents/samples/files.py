"""Samples written as files."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Literal

from schoolgate.documents.samples.faults import BytesFault, NameFault
from schoolgate.documents.samples.staff import StaffSample
from schoolgate.documents.samples.students import StudentSample
from schoolgate.documents.staff.names import PersonnelFileName
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
    with _appearing(folder / name) as file:
        write_students(file, header, _told(sample.records(), on_pupil), version=header.version, sex_tag=sex_tag)
        for fault in sample.faults:
            if isinstance(fault, BytesFault):
                fault.damage(file)
    return folder / name


def write_staff_sample(folder: Path, sample: StaffSample, *, serial: int = 1) -> Path:
    """Write a personnel file as ``write_student_sample`` does a pupil file, and raising the same."""
    header = sample.header
    name = PersonnelFileName(
        header.source_la, header.source_school, header.destination_la, header.destination_school, serial
    )
    with _appearing(folder / str(name)) as file:
        write_students(file, header, sample.records(), version=header.version)
    return folder / str(name)


@contextmanager
def _appearing(path: Path) -> Iterator[BinaryIO]:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _told(records: Iterator[dict[str, Any]], on_pupil: Callable[[], None] | None) -> Iterator[dict[str, Any]]:
    for record in records:
        yield record
        if on_pupil:
            on_pupil()
