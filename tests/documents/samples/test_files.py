import gc
import tracemalloc
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from schoolgate.documents.samples.files import write_student_sample
from schoolgate.documents.samples.students import StudentSample, make_students
from schoolgate.documents.students.check import check_stream
from schoolgate.documents.students.entries import PupilEntry


def sample(school: str = "4321", *, pupils: int = 30, version: str = "3.73", **others: Any) -> StudentSample:
    others = {"today": date(2026, 11, 20)} | others
    return make_students(
        la="820", school=school, destination_la="823", pupils=pupils, seed=7, version=version, **others
    )


def test_a_file_is_called_after_what_its_header_says(tmp_path: Path) -> None:
    assert write_student_sample(tmp_path, sample()).name == "8204321_CES_823LLLL_001.xml"


def test_a_serial_can_be_given(tmp_path: Path) -> None:
    assert write_student_sample(tmp_path, sample(), serial=12).name == "8204321_CES_823LLLL_012.xml"


def test_the_folder_is_made_and_holds_nothing_else(tmp_path: Path) -> None:
    path = write_student_sample(tmp_path / "a" / "b", sample())
    assert list((tmp_path / "a" / "b").iterdir()) == [path]


def test_the_same_sample_is_the_same_bytes(tmp_path: Path) -> None:
    one, other = (write_student_sample(tmp_path / folder, sample()) for folder in ("one", "other"))
    assert one.read_bytes() == other.read_bytes()


@pytest.mark.parametrize("version", ["3.71", "3.72", "3.73"])
@pytest.mark.parametrize("school", ["1005", "1101", "2001", "4321", "6001", "7010"])
def test_a_clean_sample_passes_the_check_without_a_warning(school: str, version: str, tmp_path: Path) -> None:
    path = write_student_sample(tmp_path, sample(school, pupils=400, version=version))
    with path.open("rb") as stream:
        verdict = check_stream(stream, name=path.name)
    assert (verdict.problems, verdict.pupils, verdict.version) == ([], 400, version)


@pytest.mark.parametrize("began", [2015, 2019, 2020, 2023, 2024, 2030])
def test_a_sample_of_any_year_passes_the_check_without_a_warning(began: int, tmp_path: Path) -> None:
    path = write_student_sample(tmp_path, sample(pupils=600, today=None, academic_year=began))
    with path.open("rb") as stream:
        assert check_stream(stream, name=path.name).problems == []


@pytest.mark.parametrize("today", [date(2026, 8, 1), date(2026, 9, 1), date(2027, 2, 28), date(2027, 7, 31)])
def test_a_sample_of_any_day_passes_the_check_without_a_warning(today: date, tmp_path: Path) -> None:
    path = write_student_sample(tmp_path, sample(pupils=300, today=today))
    with path.open("rb") as stream:
        assert check_stream(stream, name=path.name).problems == []


def test_the_older_tag_of_the_sex_can_be_asked_for(tmp_path: Path) -> None:
    text = write_student_sample(tmp_path, sample(), sex_tag="Gender").read_bytes()
    assert b"<Gender>" in text
    assert b"<Sex>" not in text


def test_a_partial_file_says_so(tmp_path: Path) -> None:
    text = write_student_sample(tmp_path, sample(qualifier="partial")).read_bytes()
    assert b"<DocumentQualifier>partial</DocumentQualifier>" in text


@pytest.mark.parametrize("version", ["3.71", "3.72", "3.73"])
def test_what_is_read_back_is_what_was_made(version: str, tmp_path: Path) -> None:
    made = sample(pupils=400, version=version)
    read: list[PupilEntry] = []
    with write_student_sample(tmp_path, made).open("rb") as stream:
        verdict = check_stream(stream, name=None, on_pupil=read.append)
    assert [entry.record for entry in read] == list(made.records())
    assert verdict.header == made.header


def test_each_pupil_is_told_of(tmp_path: Path) -> None:
    told: list[int] = []
    write_student_sample(tmp_path, sample(pupils=25), on_pupil=lambda: told.append(1))
    assert len(told) == 25


def test_a_pupil_is_six_or_seven_kilobytes_on_average(tmp_path: Path) -> None:
    sizes = [write_student_sample(tmp_path, sample(school, pupils=500)).stat().st_size for school in ("2001", "4321")]
    assert 6_000 < sum(sizes) / 1_000 < 7_000


def test_a_failed_sample_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="two pupils"):
        write_student_sample(tmp_path, sample(pupils=1, faults=["duplicate-upn"]))
    assert list(tmp_path.iterdir()) == []


def test_a_failed_sample_leaves_an_older_one_as_it_was(tmp_path: Path) -> None:
    older = write_student_sample(tmp_path, sample()).read_bytes()
    with pytest.raises(ValueError, match="two pupils"):
        write_student_sample(tmp_path, sample(pupils=1, faults=["duplicate-upn"]))
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [older]


def test_writing_takes_no_more_memory_the_more_there_are(tmp_path: Path) -> None:
    write_student_sample(tmp_path, sample(pupils=50))
    gc.collect()
    tracemalloc.start()
    write_student_sample(tmp_path, sample(pupils=1_000))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2**20
