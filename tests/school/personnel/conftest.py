"""A school with a row for its staff, its three folders, and files in them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

import pytest
from django.utils import timezone
from tests.school.scripted_la import ScriptedLa

from schoolgate.documents.samples.files import write_staff_sample
from schoolgate.documents.samples.staff import make_staff
from schoolgate.school.exchange.administration.personnel import save_personnel_school, set_personnel_url
from schoolgate.school.exchange.exporting import LaSummary, export_to
from schoolgate.school.exchange.models import PersonnelSchool, Sighting
from schoolgate.school.exchange.settling import look_once

PLACE = "8204321"
STAFF_FILE = "8204321_PER_820LLLL_001.xml"


class MakeRow(Protocol):
    def __call__(self, **values: Any) -> PersonnelSchool: ...


@pytest.fixture
def make_row(root: Path, tmp_path: Path) -> MakeRow:
    """Add a school's row with three folders of its own, which are made."""

    def make(**values: Any) -> PersonnelSchool:
        number = values.get("number", "4321")
        folders = {
            name: str(tmp_path / "staff" / number / words)
            for name, words in (
                ("not_exported", "Files Not Exported"),
                ("exported", "Files Exported"),
                ("imported", "Files Imported"),
            )
        }
        facts = {"name": "Green Abbey", "la": "820", "number": number, **folders}
        row = PersonnelSchool(**{**facts, **values})
        return save_personnel_school(row, make_folders=True, by=None)

    return make


@pytest.fixture
def row(make_row: MakeRow, la: ScriptedLa) -> PersonnelSchool:
    """Green Abbey's row, with the account that the LA gave it, and the address of that LA."""
    set_personnel_url(la.address, by=None)
    return make_row(user=la.user, password=la.password)


@pytest.fixture
def waiting_staff(row: PersonnelSchool) -> Path:
    """Its *Files Not Exported*."""
    return Path(row.not_exported)


class DropStaff(Protocol):
    def __call__(self, **details: Any) -> Path: ...


@pytest.fixture
def settle_staff() -> Callable[[], None]:
    """Look once, as if long ago: what is in the folder now counts as settled."""

    def look_long_ago() -> None:
        look_once(PLACE)
        Sighting.objects.filter(place=PLACE).update(seen_at=timezone.now() - timedelta(hours=1))

    return look_long_ago


@pytest.fixture
def drop_staff(waiting_staff: Path, settle_staff: Callable[[], None]) -> DropStaff:
    """Put a made-up personnel file of Green Abbey into its folder, settled."""

    def put(
        *, serial: int = 1, name: str = "", settled: bool = True, school_name: str = "Green Abbey", **details: Any
    ) -> Path:
        values = {"la": "820", "school": "4321", "destination_la": "820", "staff": 3, "seed": 1, **details}
        made = make_staff(**values)
        made = replace(made, header=replace(made.header, school_name=school_name))
        path = write_staff_sample(waiting_staff, made, serial=serial)
        path = path.rename(waiting_staff / name) if name else path
        if settled:
            settle_staff()
        return path

    return put


@pytest.fixture
def export_staff() -> Callable[..., LaSummary]:
    """The work of an export job, as the button asks for it."""

    def run(*, look: bool = True, by_person: bool = True) -> LaSummary:
        return export_to(PLACE, look=look, by_person=by_person)

    return run
