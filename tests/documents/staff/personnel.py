"""Small personnel files for tests."""

import io
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

from schoolgate.documents.samples.staff import StaffSample, make_staff
from schoolgate.documents.students.check import Verdict, check_stream
from schoolgate.documents.students.header import Header
from schoolgate.documents.students.writer import write_students

NAME = "8204321_PER_820LLLL_001.xml"


@cache
def _sample() -> StaffSample:
    return make_staff(la="820", school="4321", destination_la="820", staff=1, seed=1, today=date(2026, 11, 20))


def a_header(**changes: Any) -> Header:
    """The header of Green Abbey School's personnel file to LA 820."""
    return replace(_sample().header, **changes)


def a_member(**changes: Any) -> dict[str, Any]:
    """A small record whose values are right, and what is changed in its StaffDetails."""
    details: dict[str, Any] = {
        "TeacherNumber": "0912345",
        "StaffMemberName": {"PersonFamilyName": "Hartley", "GivenNames": [{"PersonGivenName": "Miriam"}]},
        "NINumber": "AB123456C",
        "Sex": "F",
        "PersonBirthDate": "1985-06-30",
    }
    return {"StaffDetails": details | changes}


def a_contract(**changes: Any) -> dict[str, Any]:
    """A contract that goes on, and what is changed in it."""
    return {"ContractType": "PRM", "ContractStart": "2015-09-01", "Post": "TCU"} | changes


def a_file(members: Iterable[dict[str, Any]] | None = None, **header: Any) -> bytes:
    """A written file; one small member when none are given."""
    stream = io.BytesIO()
    write_students(stream, a_header(**header), [a_member()] if members is None else members, version="1.0")
    return stream.getvalue()


def check(data: bytes, name: str | None = NAME, **options: Any) -> Verdict:
    """The verdict on bytes that came by the way of personnel files."""
    return check_stream(io.BytesIO(data), name=name, **{"door": "personnel", **options})


def codes(members: Iterable[dict[str, Any]]) -> list[str]:
    """The codes of what is found in the values of these members."""
    return [problem.code for problem in check(a_file(members)).problems]
