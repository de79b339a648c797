"""Student files for tests: one made-up school, its header, and pupils of the sample maker."""

import io
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any, Literal

from schoolgate.documents.ctf import CTF_VERSIONS
from schoolgate.documents.samples.students import make_students
from schoolgate.documents.students.check import Verdict, check_stream
from schoolgate.documents.students.header import Header
from schoolgate.documents.students.layout import Kind
from schoolgate.documents.students.versions import CES_VERSIONS
from schoolgate.documents.students.writer import write_students

NAME = "8204321_CES_820LLLL_001.xml"
VERSIONS = [*(("CES", version) for version in CES_VERSIONS), *(("CTF", version) for version in CTF_VERSIONS)]


@cache
def _sample(pupils: int, version: str) -> tuple[Header, tuple[dict[str, Any], ...]]:
    sample = make_students(
        la="820",
        school="4321",
        destination_la="820",
        pupils=pupils,
        seed=11,
        version=version,
        today=date(2026, 11, 20),
    )
    return sample.header, tuple(sample.records())


def a_header(kind: Kind = "CES", version: str = "3.73", **changes: Any) -> Header:
    """The header of Green Abbey School's file to LA 820."""
    header, _ = _sample(1, "3.73")
    return replace(header, kind=kind, version=version, **changes)


def pupils(number: int, version: str = "3.73") -> list[dict[str, Any]]:
    """Records that the schema takes and whose values are right."""
    return list(_sample(number, version)[1])


def a_pupil(**changes: Any) -> dict[str, Any]:
    """A small record with a right UPN, and what is changed in it."""
    return {
        "UPN": "R820432124001",
        "Surname": "Okafor",
        "Forename": "Daniel",
        "DOB": "2013-02-14",
        "Sex": "M",
        "BasicDetails": {"NCyearActual": "9"},
        **changes,
    }


def a_file(
    records: Iterable[dict[str, Any]] | None = None,
    header: Header | None = None,
    sex_tag: Literal["Sex", "Gender"] = "Sex",
) -> bytes:
    """A written file; one small pupil when no records are given."""
    header = header or a_header()
    stream = io.BytesIO()
    write_students(stream, header, [a_pupil()] if records is None else records, version=header.version, sex_tag=sex_tag)
    return stream.getvalue()


def changed(data: bytes, old: str, new: str) -> bytes:
    """The file with one piece of text put in the place of another, which must be in it."""
    assert old.encode() in data
    return data.replace(old.encode(), new.encode(), 1)


def check(data: bytes, name: str | None = None, **options: Any) -> Verdict:
    """The verdict on bytes."""
    return check_stream(io.BytesIO(data), name=name, **options)


def codes(verdict: Verdict) -> list[str]:
    """The codes of all problems, in order."""
    return [problem.code for problem in verdict.problems]
