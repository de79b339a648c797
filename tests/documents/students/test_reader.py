import io
import threading
from itertools import islice

import pytest
from tests.documents.students.files import a_file, a_header, a_pupil, changed, pupils

from schoolgate.documents.problems import LIMIT, DocumentError
from schoolgate.documents.students import reader
from schoolgate.documents.students.entries import PupilEntry
from schoolgate.documents.students.reader import StudentFile


def read(data: bytes) -> tuple[list[PupilEntry], StudentFile]:
    file = StudentFile(io.BytesIO(data))
    return list(file.entries()), file


def numbered(number: int) -> list[dict[str, object]]:
    return [a_pupil(Surname=f"Okafor{n}") for n in range(1, number + 1)]


def test_each_pupil_comes_with_its_number_place_bytes_and_record() -> None:
    data = a_file(pupils(30))
    entries, _ = read(data)
    assert [entry.number for entry in entries] == list(range(1, 31))
    assert [entry.record for entry in entries] == pupils(30)
    lines = data.splitlines()
    for entry in entries:
        assert lines[entry.line - 1][entry.column - 1 :] == b"<Pupil>"
        assert data.count(entry.raw) == 1
        assert entry.raw.startswith(b"<Pupil>")
        assert entry.raw.endswith(b"</Pupil>")


def test_a_record_can_be_asked_for_long_after_its_pupil_went_by() -> None:
    entries, _ = read(a_file(pupils(30)))
    assert [entry.record for entry in entries] == pupils(30)


def test_a_pupil_of_a_file_in_another_encoding_comes_in_utf_8() -> None:
    data = changed(a_file([a_pupil(Surname="Müller")]), "UTF-8", "ISO-8859-1").decode().encode("latin-1")
    (entry,), _ = read(data)
    assert "<Surname>Müller</Surname>".encode() in entry.raw
    assert entry.record["Surname"] == "Müller"


def test_a_file_without_line_breaks_has_its_places_too() -> None:
    data = b"".join(line.strip() for line in a_file(numbered(500)).splitlines())
    entries, _ = read(data)
    assert {entry.line for entry in entries} == {1}
    assert all(data[entry.column - 1 :].startswith(entry.raw) for entry in entries)


def test_blanks_around_a_value_are_not_part_of_it_but_no_break_spaces_are() -> None:
    data = changed(a_file(), ">Okafor<", ">\n  Oka\t \xa0for <")
    (entry,), _ = read(data)
    assert entry.record["Surname"] == "Oka \xa0for"


def test_comments_cdata_and_instructions_change_nothing_of_a_record() -> None:
    data = changed(a_file(numbered(3)), ">Okafor2<", "><!-- </Pupil> -->Oka<![CDATA[for2]]><?x </Pupil>?><")
    entries, _ = read(data)
    assert [entry.record["Surname"] for entry in entries] == ["Okafor1", "Okafor2", "Okafor3"]


@pytest.mark.parametrize("place", ["<SuppInfo><SuppID>M</SuppID><GUID>7</GUID></SuppInfo>", "<GUID>7</GUID>"])
def test_a_contact_s_guid_is_found_in_both_its_places(place: str) -> None:
    data = changed(a_file([a_pupil(Contacts=[{"Surname": "Okafor"}])]), "</Contact>", f"{place}</Contact>")
    (entry,), _ = read(data)
    assert entry.record["Contacts"][0]["GUID"] == "7"
    assert "GUID" not in entry.record["Contacts"][0].get("SuppInfo", {})


def test_a_pupil_s_guid_stays_among_the_additions() -> None:
    additions = {"SuppID": "M", "GUID": "7"}
    (entry,), _ = read(a_file([a_pupil(SuppInfo=additions)]))
    assert entry.record["SuppInfo"] == additions


def test_the_one_reason_of_3_71_and_gender_come_as_in_later_files() -> None:
    excluded = {"Category": "FIXD", "Reasons": ["VA"], "StartDate": "2019-11-18", "StartTime": "AM"}
    (entry,), _ = read(a_file([a_pupil(Exclusions=[excluded])], a_header(version="3.71"), sex_tag="Gender"))
    assert entry.record["Exclusions"] == [excluded]
    assert entry.record["Sex"] == "M"


@pytest.mark.parametrize("order", ["<SuppInfo><SuppID>M</SuppID><GUID>{}</GUID></SuppInfo>", "<GUID>{}</GUID>"])
def test_a_guid_is_checked_in_3_73(order: str) -> None:
    data = a_file([a_pupil(Contacts=[{"Surname": "Okafor"}])])
    _, file = read(changed(data, "</Contact>", order.format("x" * 101) + "</Contact>"))
    assert file.problems.refusals == 1


def test_a_valid_pupil_is_handed_out_beside_one_that_is_not() -> None:
    entries, file = read(changed(a_file(numbered(3)), ">Okafor2<", "><"))
    assert [entry.number for entry in entries] == [1, 3]
    assert (file.pupils, file.problems.refusals) == (3, 1)


def test_an_empty_list_is_a_valid_file_without_pupils() -> None:
    for data in (a_file([]), a_file([]).replace(b"<CESpupilData>\n  </CESpupilData>", b"<CESpupilData />")):
        entries, file = read(data)
        assert (entries, file.pupils, file.problems.refusals) == ([], 0, 0)


def test_reading_begins_before_the_file_has_ended() -> None:
    stream = io.BytesIO(a_file(numbered(3000)))
    first = next(StudentFile(stream).entries())
    assert first.number == 1
    assert stream.tell() < len(stream.getvalue()) / 2


def test_a_header_that_is_wrong_is_told_once_however_many_pupils_follow() -> None:
    data = changed(a_file(pupils(60)), "<DocumentName>Common Exchange of Students</DocumentName>", "<DocumentName/>")
    entries, file = read(data)
    assert [(problem.path, problem.line) for problem in file.problems] == [("/CESfile/Header/DocumentName", 4)]
    assert len(entries) == 60


def test_what_is_missing_from_the_header_is_told_as_such() -> None:
    data = changed(a_file(), "<Estab>LLLL</Estab>", "")
    _, file = read(data)
    (problem,) = file.problems
    assert problem.message == "Estab is missing."
    assert problem.item == "School number of the destination"


def test_text_between_pupils_is_told_once() -> None:
    data = a_file(pupils(60)).replace(b"</Pupil>", b"</Pupil>text")
    _, file = read(data)
    assert [problem.path for problem in file.problems] == ["/CESfile/CESpupilData"]


def test_the_first_thousand_problems_are_kept_and_all_are_counted() -> None:
    data = a_file(numbered(1500)).replace(b"<DOB>2013-02-14", b"<DOB>14.2.2013")
    entries, file = read(data)
    assert entries == []
    assert (len(file.problems.kept), file.problems.refusals) == (LIMIT, 1500)
    assert file.problems.kept[-1].path == f"/CESfile/CESpupilData/Pupil[{LIMIT}]/DOB"


def test_a_file_that_is_wrong_everywhere_is_not_read_for_hours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MOST_REFUSALS", 2000)
    file = StudentFile(io.BytesIO(a_file(numbered(9000)).replace(b"<DOB>2013-02-14", b"<DOB>14.2.2013")))
    with pytest.raises(DocumentError) as refused:
        list(file.entries())
    assert refused.value.code == "too-many-problems"
    assert file.pupils < 9000


def test_a_version_is_refused_before_any_pupil_is_read() -> None:
    with pytest.raises(DocumentError) as refused:
        StudentFile(io.BytesIO(changed(a_file(), "3.73", "3.74")))
    assert refused.value.code == "version-unknown"
    assert "version 3.74" in refused.value.message
    assert "3.71, 3.72, 3.73" in refused.value.message
    assert "schoolgate schema CES" in refused.value.remedy


def test_files_read_at_once_do_not_get_each_other_s_problems() -> None:
    """One schema object shared by threads would give one file another's errors."""
    wrong = {"DOB": b"<DOB>2013-02-14", "Forename": b"<Forename>Daniel", "UPN": b"<UPN>R820432124001"}
    data = {name: a_file(numbered(300)).replace(old, f"<{name}>".encode()) for name, old in wrong.items()}
    found: dict[str, set[str]] = {}

    def work(name: str) -> None:
        paths: set[str] = set()
        for _ in range(4):
            _, file = read(data[name])
            assert file.problems.refusals == 300
            paths |= {problem.path.rpartition("/")[2] for problem in file.problems}
        found[name] = paths

    threads = [threading.Thread(target=work, args=(name,)) for name in data]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {name: {name} for name in data}


def test_an_entry_that_is_kept_does_not_keep_the_tree_it_came_in() -> None:
    entries, _ = read(a_file(numbered(10)))
    assert all(entry._element is None for entry in entries)


def test_pupils_can_be_taken_a_few_at_a_time() -> None:
    walk = StudentFile(io.BytesIO(a_file(numbered(1000)))).entries()
    assert [entry.number for entry in islice(walk, 3)] == [1, 2, 3]
    assert next(walk).number == 4
