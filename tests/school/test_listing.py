"""The rows of `schoolgate school files`."""

from tests.school.conftest import NAME, Drop, Export
from tests.school.scripted_la import ScriptedLa

from schoolgate.school.exchange.listing import FILE_COLUMNS, list_files
from schoolgate.school.exchange.scanning import scan


def test_files_sent_and_files_held_back_are_one_list(drop: Drop, export: Export, la: ScriptedLa) -> None:
    drop()
    export()
    drop(serial=2, pupils=5, faults=("missing-dob",))
    scan("820", wait=False)
    rows = list_files()
    assert [(row["name"], row["state"]) for row in rows] == [
        ("8204321_CES_820LLLL_002.xml", "held back"),
        (NAME, "delivered"),
    ]
    assert all(set(FILE_COLUMNS) <= set(row) for row in rows)
