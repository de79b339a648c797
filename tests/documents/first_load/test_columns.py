import re
from pathlib import Path

from schoolgate.documents.first_load.columns import COLUMNS, GROUPS, put_together, taken_apart
from schoolgate.documents.samples.students import make_students

REFERENCE = Path(__file__).parents[3] / "docs" / "reference" / "first-load-csv.md"


def test_every_column_stands_in_the_reference_and_no_other() -> None:
    rows = re.findall(r"^\| (\**)`(\w+)`\1 \| ([^|]*) \| .*`(\S+)` \|$", REFERENCE.read_text("utf-8"), re.MULTILINE)
    told = [(name, bool(bold), also.strip(), path) for bold, name, also, path in rows]
    assert told == [
        (column.name, column.needed, ", ".join(column.headings), re.sub(r"\[\w+\]", "", column.path))
        for columns in GROUPS.values()
        for column in columns
    ]


def test_no_heading_means_two_columns() -> None:
    spellings = [spelling for column in COLUMNS for spelling in column.spellings]
    assert len(spellings) == len(set(spellings))


def test_cells_of_a_record_make_the_same_cells_again() -> None:
    by_name = {column.name: column for column in COLUMNS}
    for record in make_students(la="820", school="4321", destination_la="820", pupils=20, seed=2).records():
        cells = taken_apart(record)
        made = put_together((by_name[name], value) for name, value in cells.items())
        assert taken_apart(made) == cells
