"""Lists of the old product's tasks, as offices have them."""

import re
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.authority.collection.task_lists import TASK, csv

from schoolgate.authority.collection.models import Data, Owner, Phase, Sources
from schoolgate.authority.collection.tasks_csv import (
    COLUMNS,
    DATA,
    MOST_BYTES,
    MOST_LINES,
    OWNERS,
    RHYTHMS,
    TRANSFER_TYPES,
    TaskLine,
    read_tasks,
)
from schoolgate.commons.csv_lists import MEGABYTE, CsvRefused
from schoolgate.commons.schedules.rules import Monthly, Once, Weekly

REFERENCE = Path(__file__).parents[3] / "docs" / "reference" / "tasks-csv.md"


def only(**task: str) -> TaskLine:
    (line,) = read_tasks(csv({name.replace("_", " "): text for name, text in task.items()})).lines
    return line


def test_a_whole_line_is_read() -> None:
    line = only(
        **{
            "Owner": "School",
            "Transfer Type": "Two-way",
            "Data Filter Details": "Snapshot Data",
            "Phase": "Phase 2",
            "Days": "Mon; Wednesday",
            "Start Date": "01/09/2026",
            "Repeat Minutes": "60",
            "Until": "20:00",
            "Expiry Date": "2027-07-20",
            "In Term Only": "Yes",
            "NC Years": "R Year 1;Y2 and 1",
            "Looked After": "x",
            "Leavers": "true",
            "Active": "No",
            "Locked": "Y",
        }
    )
    assert line == TaskLine(
        number_in_file=2,
        name="Autumn changes",
        la="820",
        school="4321",
        owner=Owner.SCHOOL,
        transfer_type="two-way",
        data=Data.SNAPSHOT,
        phase=Phase.TWO,
        rule=Weekly(
            time(18, 30),
            frozenset({0, 2}),
            first=date(2026, 9, 1),
            last=date(2027, 7, 20),
            every_minutes=60,
            until=time(20),
        ),
        in_term=True,
        nc_years=("R", "1", "2"),
        looked_after=True,
        leavers=True,
        active=False,
        locked=True,
    )


@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        ({"When": "once", "Start Date": "18/12/2026", "Start Time": "7:05"}, Once(time(7, 5), date(2026, 12, 18))),
        ({"When": "MONTHLY", "Day": "31.0", "Start Time": "01:30:00"}, Monthly(time(1, 30), 31)),
        ({"Days": "Tues + Thurs."}, Weekly(time(18, 30), frozenset({1, 3}))),
        ({"Start Date": "01/09/2026 00:00:00"}, Weekly(time(18, 30), frozenset({3}), first=date(2026, 9, 1))),
    ],
)
def test_when_is_read_as_spreadsheets_write_it(cells: dict[str, str], rule: Any) -> None:
    assert only(**cells).rule == rule


@pytest.mark.parametrize(
    ("cell", "data", "sources"),
    [
        ("Attendance Data", Data.ATTENDANCE, Sources.FILES),
        ("Attendance Changed Data (SIMS Primary)", Data.ATTENDANCE, Sources.API),
        ("snapshot data", Data.SNAPSHOT, ""),
        ("Attainment Data", Data.ATTAINMENT, ""),
    ],
)
def test_the_two_kinds_of_attendance_are_told_apart(cell: str, data: str, sources: str) -> None:
    line = only(**{"Data Filter Details": cell, "Phase": "2"})
    assert (line.data, line.sources, line.faults) == (data, sources, ())


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"Task Name": ""}, "Task Name is missing."),
        ({"Task Name": "x" * 101}, "Task Name is longer than 100 characters."),
        ({"School No.": "21"}, "The school number '21' has 2 digits and needs 4."),
        ({"Data Filter Details": "Behaviour"}, "Data Filter Details “Behaviour” is none of: Snapshot Data,"),
        ({"Data Filter Details": "Attendance Changed Data (SIMS Primary)"}, "Phase cannot be 1:"),
        ({"Phase": ""}, "Phase is missing. Write one of: 1, 2"),
        ({"Phase": "3"}, "Phase “3” is none of: 1, 2"),
        ({"When": "Hourly"}, "When “Hourly” is none of: Once, Weekly, Monthly."),
        ({"When": "Once"}, "Start Date is missing"),
        ({"When": "Monthly"}, "Day is missing"),
        ({"When": "Monthly", "Day": "32"}, "Day “32” is no number from 1 to 31."),
        ({"Days": ""}, "Days is missing"),
        ({"Days": "Mon-Fri"}, "Days names no day of the week by “Mon-Fri”. Write each, as Mon Thu."),
        ({"Days": "T"}, "Days names no day of the week by “T”."),
        ({"Start Time": ""}, "Start Time is missing."),
        ({"Start Time": "half six"}, "Start Time “half six” is no time."),
        ({"Start Time": "18:30:15"}, "Start Time “18:30:15” is no time."),
        ({"Start Date": "30 Feb"}, "Start Date “30 Feb” is no day."),
        ({"Until": "20:00"}, "Repeat Minutes is missing, and Until needs it."),
        ({"Until": "17:00", "Repeat Minutes": "30"}, "Until is before Start Time."),
        ({"Repeat Minutes": "1440"}, "Repeat Minutes “1440” is no number from 1 to 1439."),
        ({"Start Date": "2027-01-01", "Expiry Date": "2026-12-31"}, "Expiry Date is before Start Date."),
        ({"Owner": "The county"}, "Owner “The county” is none of: LA, School."),
        (
            {"Transfer Type": "Import"},
            "Transfer Type “Import” is none of: Export from School, Import to School, Two-way",
        ),
        ({"NC Years": "1-2"}, "NC Years names no year by “1-2”."),
        ({"Folder": "summer"}, "Folder is for Attainment Data only."),
        ({"Folder": "x" * 201, "Data Filter Details": "Attainment Data"}, "Folder is longer than 200 characters."),
        ({"Active": "perhaps"}, "Active “perhaps” is neither yes nor no."),
    ],
)
def test_what_is_wrong_with_a_line_is_said_with_its_column(cells: dict[str, str], said: str) -> None:
    assert said in " ".join(only(**cells).faults)


def test_one_bad_line_stops_no_other() -> None:
    first, second, third = read_tasks(csv({}, {"When": "Now"}, {"Task Name": "Summer"})).lines
    assert [bool(line.faults) for line in (first, second, third)] == [False, True, False]
    assert second.number_in_file == 3


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + csv(),
        csv(delimiter=";"),
        csv(delimiter="\t"),
        b"sep=;\n" + csv(delimiter=";"),
        csv().decode().encode("utf-16"),
        csv({f"Notes {number}": "x" for number in range(50)}),
        csv().replace(b"Autumn changes", b'"Autumn changes"').replace(b"820,4321", b'="820",\'4321'),
        csv().replace(b"LA No.,School No.", b"ignored,DfE number").replace(b"820,4321", b",820/4321"),
    ],
)
def test_the_same_list_is_read_from_every_spelling(content: bytes) -> None:
    (line,) = read_tasks(content).lines
    assert (line.name, line.la, line.school, line.faults) == ("Autumn changes", "820", "4321", ())


def test_windows_1252_is_read_and_said() -> None:
    file = read_tasks(csv({"Task Name": "St Mary’s"}).decode().encode("cp1252"))
    assert file.lines[0].name == "St Mary’s"
    assert "Windows-1252" in file.notes[0]


def test_columns_that_are_not_used_are_named() -> None:
    assert read_tasks(csv({"Server": "one"})).notes == ("Not used: the column Server.",)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file is empty."),
        (b"Task Name,DfE No.\n", "There is no column “Data Filter Details”."),
        (csv().replace(b"School No.", b"School"), "There are no columns “LA No.” and “School No.”"),
        (csv().replace(b"Days", b"Phase"), "Two columns are called “Phase”."),
        (b"x" * (MOST_BYTES + 1), "larger than 2 MB"),
        (csv() + b"\nx" * MOST_LINES, "at most 10,000 are taken at once."),
        (b"PK\x03\x04", "This is an Excel workbook."),
    ],
)
def test_a_file_that_is_no_such_list_is_refused_as_a_whole(content: bytes, said: str) -> None:
    with pytest.raises(CsvRefused) as refused:
        read_tasks(content)
    assert said in str(refused.value)


def test_a_huge_cell_and_an_open_quotation_mark_spoil_their_own_lines_only() -> None:
    content = csv({"Task Name": "y" * 20_000}, {"Task Name": '"open'}, {"Task Name": "Summer"})
    huge, opened, good = read_tasks(content).lines
    assert huge.faults
    assert opened.faults
    assert (good.name, good.faults) == ("Summer", ())
    assert len(huge.faults[0]) < 100


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30), min_size=8, max_size=8))
def test_whatever_stands_in_a_line_it_is_a_task_or_is_told(cells: list[str]) -> None:
    rest = {name: text.replace('"', "").replace(",", "") for name, text in zip(TASK, cells, strict=True)}
    for line in read_tasks(csv(rest)).lines:
        assert line.faults or (line.name and line.rule is not None)
        assert all(len(fault) < 400 for fault in line.faults)


def test_no_heading_means_two_columns() -> None:
    for column in COLUMNS:
        for heading in (column.name, *column.headings):
            assert [one.name for one in COLUMNS if one.fits(heading)] == [column.name]


def test_every_column_and_word_stands_in_the_reference_and_no_other_column() -> None:
    page = REFERENCE.read_text("utf-8")
    rows = re.findall(r"^\| (\**)`([^`]+)`\1 \| ([^|]*) \| (.*) \|$", page, re.MULTILINE)
    told = [(name, bool(bold), also.strip()) for bold, name, also, _ in rows]
    assert told == [(column.name, column.required, ", ".join(column.headings)) for column in COLUMNS]
    by_name = {name: words for _, name, _, words in rows}
    assert by_name["Data Filter Details"] == ", ".join(DATA)
    assert by_name["When"] == ", ".join(RHYTHMS)
    assert by_name["Owner"].startswith(", ".join(OWNERS))
    assert by_name["Transfer Type"].startswith(", ".join(list(TRANSFER_TYPES)[:2]))
    assert f"At most {MOST_LINES:,} rows and {MOST_BYTES // MEGABYTE} MB." in page
