"""`schoolgate check`, `sample`, `schema`: about documents alone."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from schoolgate.documents.first_load.reading import FirstLoadFile
from schoolgate.documents.first_load.rows import ExistingPupil
from schoolgate.sites.cli import main


def schoolgate(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


@pytest.fixture
def good_file(tmp_path: Path) -> Path:
    result = schoolgate("sample", "students", "--pupils", "12", "--seed", "3", "--out", str(tmp_path))
    return Path(result.output.strip())


@pytest.fixture
def broken_file(tmp_path: Path) -> Path:
    result = schoolgate("sample", "students", "--pupils", "9", "--fault", "bad-date", "--out", str(tmp_path))
    return Path(result.output.strip())


def test_a_sample_is_named_as_the_handbook_says(good_file: Path) -> None:
    assert good_file.name == "8204321_CES_820LLLL_001.xml"


def test_the_same_seed_makes_the_same_file(tmp_path: Path, good_file: Path) -> None:
    again = schoolgate("sample", "students", "--pupils", "12", "--seed", "3", "--out", str(tmp_path / "again"))
    assert Path(again.output.strip()).read_bytes() == good_file.read_bytes()


def test_a_good_file_passes(good_file: Path) -> None:
    assert schoolgate("check", str(good_file)).exit_code == 0


def test_warnings_alone_pass(tmp_path: Path) -> None:
    made = schoolgate("sample", "students", "--pupils", "9", "--fault", "wrong-upn-letter", "--out", str(tmp_path))
    result = schoolgate("check", made.output.strip())
    assert (result.exit_code, "warning:" in result.output) == (0, True)


def test_a_broken_file_is_refused_with_its_place(broken_file: Path) -> None:
    result = schoolgate("check", str(broken_file))
    assert result.exit_code == 1
    first = result.output.splitlines()[0]
    place, _, message = first.removeprefix(f"{broken_file}:").partition(": ")
    line, column = map(int, place.split(":"))
    text = broken_file.read_text("utf-8").splitlines()[line - 1]
    assert text[column - 1 :].startswith("<DOB>")
    assert message.startswith("/CESfile/CESpupilData/Pupil[")


def test_one_bad_file_does_not_stop_the_others(good_file: Path, tmp_path: Path) -> None:
    result = schoolgate("check", str(tmp_path / "missing.xml"), str(good_file), "--json")
    assert result.exit_code == 1
    assert [report["accepted"] for report in json.loads(result.output)] == [False, True]


def test_a_name_that_differs_from_the_header_is_refused(good_file: Path) -> None:
    other = good_file.rename(good_file.with_name("8204321_CES_823LLLL_001.xml"))
    result = schoolgate("check", str(other), "--json")
    assert [problem["code"] for problem in json.loads(result.output)[0]["problems"]] == ["name-destination-la"]


def test_an_unknown_fault_is_a_wrong_call(tmp_path: Path) -> None:
    result = schoolgate("sample", "students", "--fault", "no-such", "--out", str(tmp_path))
    assert (result.exit_code, "no-such" in result.output) == (2, True)


@pytest.mark.parametrize("version", ["3.71", "3.72", "3.73"])
def test_each_schema_can_be_had(version: str) -> None:
    result = schoolgate("schema", "students", "--version", version)
    assert (result.exit_code, f'value="{version}"' in result.output) == (0, True)


def test_a_schema_that_there_is_not_is_a_wrong_call() -> None:
    assert schoolgate("schema", "students", "--version", "9.9").exit_code == 2


@pytest.mark.parametrize("arguments", [["check", "x.xml"], ["sample", "students", "--list-faults"], ["--help"]])
def test_no_django_is_loaded_for_documents(arguments: list[str], tmp_path: Path) -> None:
    program = (
        "import sys\nfrom schoolgate.sites.cli import main\n"
        f"try:\n    main({arguments!r})\nexcept SystemExit:\n    pass\n"
        "assert not any(name.split('.')[0] == 'django' for name in sys.modules), 'django was loaded'\n"
    )
    result = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def test_what_is_no_file_is_refused_and_not_read_for_ever(tmp_path: Path) -> None:
    result = schoolgate("check", str(tmp_path))
    assert (result.exit_code, "it is no file" in result.output) == (1, True)


def test_a_table_of_schemas_that_cannot_be_used_is_a_wrong_call(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text("kind = 1")
    assert schoolgate("check", "x.xml", "--schemas", str(tmp_path)).exit_code == 2


@pytest.mark.parametrize("content", ["[1]", "{}", "not json"])
def test_keys_that_are_none_fail_in_one_line(tmp_path: Path, content: str) -> None:
    (tmp_path / "receipt").write_text("{}")
    (tmp_path / "keys").write_text(content)
    result = schoolgate("verify-receipt", str(tmp_path / "receipt"), "--keys", str(tmp_path / "keys"))
    assert (result.exit_code, result.exception.__class__) == (1, SystemExit)


@pytest.mark.parametrize("option", [["--la", "82"], ["--school", "1"], ["--to", "x"]])
def test_a_sample_of_no_school_is_a_wrong_call(tmp_path: Path, option: list[str]) -> None:
    assert schoolgate("sample", "students", *option, "--out", str(tmp_path)).exit_code == 2


def test_a_sample_of_existing_records_can_be_loaded(tmp_path: Path) -> None:
    call = ("sample", "first-load", "--school", "4321", "--school", "2107", "--pupils", "3", "--out", str(tmp_path))
    path = Path(schoolgate(*call).stdout.strip())
    rows = list(FirstLoadFile(lambda: path.open("rb"), now=datetime(2026, 11, 26, tzinfo=UTC)).rows())
    assert [row.school for row in rows if isinstance(row, ExistingPupil)] == ["4321"] * 3 + ["2107"] * 3
