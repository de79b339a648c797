"""`schoolgate school` for LAs, schools and single files, in processes of their own."""

from pathlib import Path

import pytest
from tests.sites.calls import new_home, schoolgate, told

from schoolgate.documents.samples.files import write_student_sample
from schoolgate.documents.samples.students import make_students


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A home with a root folder and LA 820, which has no account for all schools."""
    home = str(tmp_path_factory.mktemp("school"))
    new_home("school", home, "--root-folder", f"{home}-files")
    told("school", "destinations", "add", "--la", "820", "--url", "http://127.0.0.1:9", "--home", home)
    return home


def test_an_account_for_all_schools_may_come_later(school: str) -> None:
    edit = ("school", "destinations", "edit", "820", "--home", school)
    assert schoolgate(*edit, "--user", "all", "--password-file", "-", given="weak\n").returncode == 0
    assert told("school", "destinations", "list", "--home", school)[0]["user"] == "all"
    assert schoolgate(*edit, "--user", "all-of-them", "--url", "http://la.example").returncode == 1


def test_schools_come_one_by_one_and_from_csv_and_go(school: str, tmp_path: Path) -> None:
    add = ("school", "schools", "add", "--la", "820", "--school", "4321", "--name", "Green Abbey", "--home", school)
    assert schoolgate(*add, "--user", "own", "--password-file", "-", given="weak\n").returncode == 0
    assert "already" in schoolgate(*add).stderr
    listed = tmp_path / "schools.csv"
    listed.write_text("School Name,LA No.,School No.\nHill,820,2107\nNowhere,820,12\n", "utf-8")
    taken = schoolgate("school", "schools", "import", str(listed), "--home", school)
    assert (taken.returncode, "1 added" in taken.stdout) == (1, True)
    assert f"{listed}:3: Nowhere:" in taken.stderr
    remove = ("school", "schools", "remove", "--la", "820", "--school", "2107", "--home", school)
    assert [schoolgate(*remove).returncode for _ in range(2)] == [0, 1]
    rows = told("school", "schools", "list", "--home", school)
    assert [(row["school"], row["user"], row["destination_la"]) for row in rows] == [("4321", "own", "820")]


def test_a_file_is_sent_from_where_it_lies_and_a_wrong_name_mended(school: str, tmp_path: Path) -> None:
    sample = make_students(la="820", school="4321", destination_la="820", pupils=2, seed=1)
    path = write_student_sample(tmp_path, sample, serial=1)
    wrong = path.rename(tmp_path / "8204321_CES_820LLLL_001 (1).xml")
    sent = schoolgate("school", "send", str(wrong), "--home", school)
    assert (sent.returncode, "held back" in sent.stderr) == (1, True)
    assert "passed the checks" in schoolgate("school", "rename", wrong.name, "--home", school).stdout
    (row,) = told("school", "files", "--home", school)
    assert (row["name"], row["state"]) == ("8204321_CES_820LLLL_001.xml", "ready")
    assert schoolgate("school", "move", wrong.name, "--home", school).returncode == 1


def test_settings_of_version_3_are_taken_from_a_file_and_mistakes_told_by_line(school: str, tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    take = ("school", "import-settings", str(file), "--home", school)
    file.write_text("[schedule]\ndays = ['Monday']\nat = 'noon'\n", "utf-8")
    refused = schoolgate(*take)
    assert (refused.returncode, f"{file}:3: at is hours" in refused.stderr) == (1, True)
    file.write_text("[schedule]\ndays = ['Monday']\nat = '18:30'\n", "utf-8")
    assert told(*take)["taken"] == ["When to send: Monday at 18:30."]
    assert told("school", "schedule", "--home", school)["days"] == ["monday"]


def test_a_first_start_takes_the_settings_of_version_3_from_the_home_folder(tmp_path: Path) -> None:
    (tmp_path / "from-version-3.toml").write_text("[schedule]\ndays = ['friday']\nat = '18:30'\n", "utf-8")
    new_home("school", tmp_path)
    assert told("school", "schedule", "--home", str(tmp_path))["days"] == ["friday"]
