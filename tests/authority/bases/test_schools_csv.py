"""Lists of schools as offices have them."""

import csv
import io
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolgate.authority.bases.schools_csv import (
    MOST_BYTES,
    MOST_LINES,
    Line,
    SchoolsFile,
    read_schools,
)
from schoolgate.commons.csv_lists import CsvRefused

HEADINGS = "name,LA no.,school no.\n"


def only(text: str) -> Line:
    (line,) = read_schools(text.encode()).lines
    return line


def faults(text: str) -> str:
    return " ".join(only(text).faults)


def schools(file: SchoolsFile) -> list[tuple[str, str, str]]:
    return [(line.name, line.la, line.school) for line in file.lines if not line.faults]


GREEN_ABBEY = [("Green Abbey", "820", "4321")]


@pytest.mark.parametrize(
    "text",
    [
        "name,LA no.,school no.\nGreen Abbey,820,4321\n",
        "School Name;LA;Estab\r\nGreen Abbey;820;4321\r\n",
        "SCHOOL NO\tName\tLA Number\nxx\n".replace("xx", "4321\tGreen Abbey\t820"),
        "EstablishmentName,LA (code),EstablishmentNumber\nGreen Abbey,820,4321",
        "sep=;\nname;la;school no.\nGreen Abbey;820;4321\n",
        '"name","la no","school no"\n"Green Abbey","820","4321"\n',
        'name,"LA\nno.",school no.\nGreen Abbey,820,4321\n',
        "name,DfE number\nGreen Abbey,8204321\n",
        "name,DfE no.\nGreen Abbey,820/4321\n",
        "name,LAESTAB\nGreen Abbey,820 4321\n",
        "name,la,school number,dfe\nGreen Abbey,820,4321,820-4321\n",
        "\n\nname,la,school no\n\n  Green   Abbey , 820,4321 \n,,\n",
        '\nname,la,school no\nGreen Abbey,="820",\'4321\n',
        "name,la,school no\nGreen Abbey\u00a0,\u00a0820,4321\n",
    ],
)
def test_the_same_list_is_read_from_every_spelling(text: str) -> None:
    assert schools(read_schools(text.encode())) == GREEN_ABBEY


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_every_encoding_that_excel_writes_is_read(encoding: str) -> None:
    mark = "\ufeff" if encoding == "utf-16-le" else ""
    content = f"{mark}name\tLA\tschool no\nÉcole St Mary’s\t820\t4321\n".encode(encoding)
    assert read_schools(content).lines[0].name == "École St Mary’s"


def test_windows_1252_is_read_and_said() -> None:
    file = read_schools("name,la,school no\nSt Mary’s,820,4321\n".encode("cp1252"))
    assert file.lines[0].name == "St Mary’s"
    assert "Windows-1252" in file.notes[0]


def test_columns_that_are_not_used_are_named() -> None:
    assert read_schools(b"name,dfe,Headteacher,Ofsted\nA,8204321,,\n").notes == (
        "Not used: the columns Headteacher, Ofsted.",
    )


def test_a_school_number_that_lost_its_zeros_is_said_and_not_guessed() -> None:
    said = faults(HEADINGS + "Green Abbey,820,21\n")
    assert "'21' has 2 digits and needs 4" in said
    assert "0021" in said


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("Green Abbey,82,4321", "The LA number '82' has 2 digits"),
        ("Green Abbey,,4321", "The LA number is missing"),
        ("Green Abbey,820,", "The school number is missing"),
        ("Green Abbey,820,43210", "not 4 digits"),
        ("Green Abbey,820,٤٣٢١", "not 4 digits"),
        ("Green Abbey,820,4.32E+03", "not 4 digits"),
        (",820,4321", "The name is missing"),
        ("x" * 151 + ",820,4321", "longer than 150"),
        ("Green Abbey", "The LA number is missing"),
        ('"Green Abbey,820,4321', "quotation mark"),
        ("x" * 20_000, "far too long"),
    ],
)
def test_what_is_wrong_with_a_line_is_said(row: str, said: str) -> None:
    assert said in faults(HEADINGS + row + "\n")


@pytest.mark.parametrize("dfe", ["820432", "820//4321", "A204321", "82043210", "4321"])
def test_a_dfe_number_of_another_form_is_said(dfe: str) -> None:
    assert "820/4321" in faults(f"name,dfe\nGreen Abbey,{dfe}\n")


def test_a_dfe_number_that_contradicts_the_other_columns_is_said() -> None:
    assert "differ" in faults("name,la,school no,dfe\nGreen Abbey,820,4321,8204322\n")


def test_one_bad_line_stops_no_other_and_every_line_has_its_number() -> None:
    file = read_schools((HEADINGS + 'A,820,1001\n\n"B,820,1002\nC,820,1003\n,,\nD,820,4\nE,820,1005\n').encode())
    assert [(line.number_in_file, bool(line.faults)) for line in file.lines] == [
        (2, False),
        (4, True),
        (5, False),
        (7, True),
        (8, False),
    ]


def test_a_name_over_two_lines_of_a_cell_is_one_name() -> None:
    file = read_schools((HEADINGS + '"Green\nAbbey",820,4321\nOak Lane,820,2107\n').encode())
    assert [(line.number_in_file, line.name) for line in file.lines] == [(2, "Green Abbey"), (4, "Oak Lane")]


@pytest.mark.parametrize(
    ("written", "phase"),
    [("Primary", "primary"), ("all through", "all-through"), ("ALTERNATIVE PROVISION", "alternative"), ("", "")],
)
def test_a_phase_is_known_in_its_spellings(written: str, phase: str) -> None:
    assert only(f"name,dfe,phase\nGreen Abbey,8204321,{written}\n").phase == phase


def test_an_unknown_phase_is_said() -> None:
    assert "phase" in faults("name,dfe,phase\nGreen Abbey,8204321,university\n")


@pytest.mark.parametrize(("written", "licensed"), [("yes", True), ("Y", True), ("No", False), ("0", False), ("", None)])
def test_a_licence_is_yes_no_or_not_said(written: str, licensed: bool | None) -> None:
    assert only(f"name,dfe,licence\nGreen Abbey,8204321,{written}\n").licensed is licensed


def test_a_licence_that_is_neither_is_said() -> None:
    assert "licence" in faults("name,dfe,licence\nGreen Abbey,8204321,perhaps\n")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf\r\n", "empty"),
        (b"name,phase\nA,primary\n", "must name the columns"),
        (b"Green Abbey,820,4321\n", "It says: Green Abbey, 820, 4321"),
        (b"name,la,school no,school number\nA,820,1,1\n", "Two columns"),
        (b"PK\x03\x04rest of a workbook", "Save As"),
        (b"\x81\x8d\x8f", "not a text"),
        (b"x" * (MOST_BYTES + 1), "larger"),
        (b"name,dfe\n" + b"A,8204321\n" * (MOST_LINES + 1), "Split it"),
    ],
)
def test_a_file_that_is_no_such_list_is_refused_in_words(content: bytes, said: str) -> None:
    with pytest.raises(CsvRefused, match=said):
        read_schools(content)


NAMES = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Zl", "Zp", "Cs")), min_size=1, max_size=40
).filter(
    lambda name: name.strip(" ,;\t\"'\ufeff") == name and not name.startswith("=") and " ".join(name.split()) == name
)
DIGITS = st.text("0123456789", min_size=4, max_size=4)


@given(st.lists(st.tuples(NAMES, DIGITS, DIGITS), min_size=1, max_size=8), st.sampled_from(",;\t"), st.booleans())
def test_what_a_spreadsheet_writes_is_read_back(rows: list[tuple[str, str, str]], delimiter: str, mark: bool) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(["name", "LA no.", "school no."])
    writer.writerows((name, la[:3], school) for name, la, school in rows)
    file = read_schools(out.getvalue().encode("utf-8-sig" if mark else "utf-8"))
    assert [(line.name, line.la, line.school) for line in file.lines] == [(name, la[:3], no) for name, la, no in rows]
    assert all(not line.faults for line in file.lines)


@given(st.binary(max_size=200))
def test_no_bytes_make_the_reader_stumble(content: bytes) -> None:
    with suppress(CsvRefused):
        read_schools(content)


@given(st.text(st.characters(exclude_characters="\0"), max_size=200))
def test_every_line_that_holds_something_is_told_of(text: str) -> None:
    file = read_schools((HEADINGS + text).encode("utf-8", "replace"))
    for line in file.lines:
        assert line.faults or (line.name and len(line.la) == 3 and len(line.school) == 4)
