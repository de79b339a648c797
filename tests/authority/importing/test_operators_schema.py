"""Files of a schema that an operator added, which may say less than ours demand and hold what no row can."""

import io
import shutil
from pathlib import Path

import pytest
from tests.authority.importing.importing_files import arrived, header_of
from tests.documents.students.files import a_file, a_pupil, changed

import schoolgate.documents.students
from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.carrying_out import Ruling, carry_out
from schoolgate.authority.importing.models import ImportState
from schoolgate.authority.importing.refusal_words import OF_VALUES
from schoolgate.authority.records.models import Attendance, Pupil, Refusal
from schoolgate.documents.students.entries import Record
from schoolgate.documents.students.versions import default_shelf

pytestmark = pytest.mark.django_db

TABLE = """
kind = "CES"
version = "3.73-loose"
schema = "ces-3.73.xsd"
root = "CESfile"
pupils = "CESpupilData"
pupil = "Pupil"
"""


@pytest.fixture
def loose_schemas(tmp_path: Path) -> Path:
    """Our own schema, but of its registers nothing is demanded."""
    folder = tmp_path / "schemas"
    shutil.copytree(Path(schoolgate.documents.students.__file__).with_name("schemas"), folder)
    for name in ("Year", "LA", "PlaceNumber", "Sessions"):
        schema = folder / "pupil.xsd"
        above, registers = schema.read_text().split('<xs:complexType name="YearData">')
        schema.write_text(
            above
            + '<xs:complexType name="YearData">'
            + registers.replace(f'type="{name}"/>', 'type="xs:token" minOccurs="0"/>')
        )
    version = folder / "ces-3.73.xsd"
    version.write_text(version.read_text().replace('value="3.73"', 'value="3.73-loose"'))
    (folder / "loose.toml").write_text(TABLE)
    return folder


def register(year: str) -> Record:
    return {
        "Year": year,
        "LEA": "820",
        "Estab": "4321",
        "SchoolName": "Green Abbey",
        **{f"Sessions{kind}": "0" for kind in ("Possible", "Authorised", "Attended", "Unauthorised")},
    }


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("<Year>2025</Year>", ""),
        ("<Year>2025</Year>", "<Year>last year</Year>"),
        ("<LEA>820</LEA><Estab>4321</Estab>", "<Estab>4321</Estab>"),
        ("<LEA>820</LEA><Estab>4321</Estab>", "<LEA>820</LEA>"),
        ("<LEA>820</LEA><Estab>4321</Estab>", "<LEA>820</LEA><Estab>Green Abbey</Estab>"),
        ("<SessionsPossible>0</SessionsPossible>", "<SessionsPossible>99999</SessionsPossible>"),
    ],
)
def test_a_register_that_no_row_can_hold_is_left_out_and_the_rest_of_the_pupil_goes_on(
    green_abbey: Base, loose_schemas: Path, right: str, wrong: str
) -> None:
    data = a_file([a_pupil(Attendance=[register("2025"), register("2026")])], header_of(green_abbey))
    data = b"".join(line.strip() for line in data.splitlines())
    data = changed(data, "<CESversion>3.73<", "<CESversion>3.73-loose<")
    start, registers = data.split(b"<Attendance>")
    data = start + b"<Attendance>" + changed(registers, right, wrong)
    this = arrived(green_abbey, data)
    carry_out(this, lambda: io.BytesIO(data), Ruling(demo=True), job=1, shelf=default_shelf(loose_schemas))
    assert this.state is ImportState.COMPLETED, this.problems
    assert Pupil.objects.get().surname == "Okafor"
    assert [one.year for one in Attendance.objects.all()] == [2026]
    refusal = Refusal.objects.get()
    assert (refusal.item, refusal.code) == ("Attendance", "unusable-register")
    assert refusal.code in OF_VALUES
