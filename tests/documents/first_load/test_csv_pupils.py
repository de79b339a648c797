import io
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolgate.documents.first_load.csv_pupils import CsvPupils
from schoolgate.documents.first_load.rows import ExistingPupil, RowFault
from schoolgate.documents.first_load.sample import write_first_load_sample
from schoolgate.documents.problems import DocumentError
from schoolgate.documents.samples.students import make_students

NOW = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)
HEADINGS = "upn,surname,forename,dob,sex,la,school_number"
AMY = "R820432124001,Amber,Amy,2016-05-01,F,820,4321"


def read(text: str | bytes, *, la: str = "") -> tuple[list[ExistingPupil], list[RowFault]]:
    content = text if isinstance(text, bytes) else text.encode()
    rows = list(CsvPupils(lambda: io.BytesIO(content), la=la, now=NOW).rows())
    return [row for row in rows if isinstance(row, ExistingPupil)], [row for row in rows if isinstance(row, RowFault)]


def test_a_row_is_a_pupil_of_its_school_by_the_line_it_begins_in() -> None:
    (amy,), faults = read(f"{HEADINGS},entered\n\n{AMY},2020-09-01\n")
    assert not faults
    assert (amy.line, amy.la, amy.school) == (3, "820", "4321")
    assert amy.record["Surname"] == "Amber"
    assert amy.record["SchoolHistory"] == [
        {"LEA": "820", "Estab": "4321", "SchoolName": "820/4321", "EntryDate": "2020-09-01", "LastSchool": "true"}
    ]


def test_a_child_without_a_upn_is_read_and_gets_none() -> None:
    (amy,), faults = read(f"{HEADINGS}\n,Amber,Amy,2022-05-01,F,820,4321\n")
    assert not faults
    assert "UPN" not in amy.record


def test_contacts_and_telephones_stand_in_the_order_of_their_numbers() -> None:
    headings = f"{HEADINGS},contact2_surname,contact1_mobile,contact1_surname,mobile,telephone"
    (amy,), _ = read(f"{headings}\n{AMY},Two,07700900001,One,07700900002,01632960001\n")
    assert [(one["Order"], one["Surname"]) for one in amy.record["Contacts"]] == [("1", "One"), ("2", "Two")]
    assert amy.record["Contacts"][0]["Phones"] == [{"TelephoneType": "M", "PhoneNo": "07700900001"}]
    assert [phone["TelephoneType"] for phone in amy.record["Phones"]] == ["H", "M"]


def test_a_row_with_a_fault_is_told_by_line_and_column_and_the_others_stand() -> None:
    pupils, faults = read(
        f"{HEADINGS},contact1_surname,contact2_surname,contact2_mobile\n{AMY.replace('F', 'Q')}\n{AMY},,Two,x\n{AMY}\n"
    )
    assert [(fault.line, fault.column, fault.code) for fault in faults] == [
        (2, "sex", "xsd"),
        (3, "contact2_mobile", "xsd"),
    ]
    assert [pupil.line for pupil in pupils] == [4]


def test_all_that_is_wrong_with_a_row_is_told_at_once() -> None:
    _, faults = read(f"{HEADINGS},left,medical_flag\nR820432124001,,Amy,1/2/15,F,820,21x,2024-01-01,perhaps\n")
    assert {(fault.column, fault.code) for fault in faults} == {
        ("dob", "not-a-date"),
        ("school_number", "school-number-pattern"),
        ("left", "no-entry-date"),
        ("medical_flag", "not-yes-or-no"),
    }


def test_what_is_missing_is_told_by_its_name() -> None:
    _, (fault,) = read(f"{HEADINGS},sen_provision\n{AMY},K\n")
    assert fault.sentence == "Start of the SEN stage is missing."


def test_no_fault_quotes_a_value() -> None:
    _, faults = read(f"{HEADINGS},postcode\nNONSENSE1,Amber,Amy,2016-05-01,NONSENSE2,820,4321,NONSENSE3\n")
    assert len(faults) == 3
    assert not any("nonsense" in " ".join(map(str, fault)).lower() for fault in faults)


@pytest.mark.parametrize(
    "encoded",
    [
        f"\ufeff{HEADINGS}\n{AMY}\n".replace("Amber", "Bjørk").encode(),
        f"{HEADINGS}\n{AMY}\n".replace("Amber", "Bjørk").encode("utf-16"),
        f"{HEADINGS}\r\n{AMY}\r\n".replace("Amber", "Bjørk").encode("cp1252"),
        f"sep=;\n{HEADINGS}\n{AMY}\n".replace("Amber", "Bjørk").replace(",", ";").encode(),
        f"{HEADINGS}\n{AMY}".replace("Amber", "Bjørk").replace(",", "\t").encode(),
    ],
)
def test_a_file_is_read_as_programs_save_it(encoded: bytes) -> None:
    (pupil,), faults = read(encoded)
    assert not faults
    assert pupil.record["Surname"] == "Bjørk"


def test_an_open_quotation_mark_spoils_its_own_row_only() -> None:
    pupils, (fault,) = read(f'{HEADINGS}\n{AMY}\nR820432124001,Amber,"Amy,2016-05-01,F,820,4321\n' + f"{AMY}\n" * 6)
    assert (fault.line, fault.code) == (3, "broken-row")
    assert [pupil.line for pupil in pupils] == [2, 4, 5, 6, 7, 8, 9]


def test_a_line_break_within_a_cell_is_a_blank() -> None:
    (amy, next_one), _ = read(f'{HEADINGS}\nR820432124001,Amber,"Amy\nJane",2016-05-01,F,820,4321\n{AMY}\n')
    assert amy.record["Forename"] == "Amy Jane"
    assert next_one.line == 4


def test_the_order_of_day_and_month_is_learnt_from_the_whole_file() -> None:
    ambiguous = AMY.replace("2016-05-01", "01/05/2016")
    (amy, _), faults = read(f"{HEADINGS}\n{ambiguous}\n{AMY.replace('2016-05-01', '31/05/2016')}\n")
    assert not faults
    assert amy.record["DOB"] == "2016-05-01"
    _, (fault,) = read(f"{HEADINGS}\n{ambiguous}\n")
    assert fault.code == "date-ambiguous"


def test_headings_that_mean_nothing_are_named_and_others_are_known_by_what_people_call_them() -> None:
    content = b"Last Name,First name,Date of Birth,Gender,School No,Shoe size\nAmber,Amy,2016-05-01,F,4321,31\n"
    pupils = CsvPupils(lambda: io.BytesIO(content), la="820", now=NOW)
    assert pupils.unknown == ("Shoe size",)
    assert len(list(pupils.rows())) == 1


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "csv-empty"),
        (b"PK\x03\x04xl/", "not-text"),
        (b"upn\0surname", "not-text"),
        (b"surname,forename\n", "csv-columns"),
        (HEADINGS.encode() + b",gender\n", "csv-columns"),
    ],
)
def test_what_is_no_such_list_is_refused_whole(content: bytes, code: str) -> None:
    with pytest.raises(DocumentError) as refused:
        CsvPupils(lambda: io.BytesIO(content), now=NOW)
    assert refused.value.code == code


def test_a_sample_comes_back_as_the_pupils_it_was_made_of() -> None:
    sample = make_students(la="820", school="4321", destination_la="820", pupils=40, seed=5)
    stream = io.StringIO(newline="")
    write_first_load_sample(stream, [sample])
    pupils, faults = read(stream.getvalue())
    assert not faults
    for pupil, record in zip(pupils, sample.records(), strict=True):
        # A row has room for one language of each kind.
        pupil.record["BasicDetails"].pop("Languages", None)
        record["BasicDetails"].pop("Languages", None)
        for name in ("UPN", "Surname", "Forename", "DOB", "Sex", "BasicDetails", "Address", "Phones", "LookedAfter"):
            assert pupil.record.get(name) == record.get(name)


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        pupils = CsvPupils(lambda: io.BytesIO(content), now=NOW)
    except DocumentError:
        return
    list(pupils.rows())


@given(st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=300))
def test_below_right_headings_any_text_gives_pupils_and_faults(text: str) -> None:
    pupils, faults = read(f"{HEADINGS}\n{text}\n{AMY}\n")
    assert pupils or faults
