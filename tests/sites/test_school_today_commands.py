"""`schoolgate school status` and `board`, and a root folder that is changed by `init`."""

import json
from pathlib import Path

from tests.sites.calls import new_home, schoolgate, told

from schoolgate.documents.samples.files import write_student_sample
from schoolgate.documents.samples.students import make_students


def test_the_status_and_the_board_say_what_the_pages_say(tmp_path: Path) -> None:
    home, root = str(tmp_path / "home"), tmp_path / "root"
    new_home("school", home, "--root-folder", str(root))
    (tmp_path / "password").write_text("Green-Lantern-7", "utf-8")
    account = ("--user", "bedford", "--password-file", str(tmp_path / "password"))
    told("school", "destinations", "add", "--la", "820", "--url", "http://127.0.0.1:9", *account, "--home", home)
    for school, faults in (("4321", ("missing-dob",)), ("2107", ())):
        sample = make_students(la="820", school=school, destination_la="820", pupils=2, seed=1, faults=faults)
        write_student_sample(root / "820" / "Files Not Exported", sample, serial=1)
    schoolgate("school", "export", "--home", home)
    status = schoolgate("school", "status", "--home", home)
    assert (status.returncode, "There is 1 thing to put right in it." in status.stdout) == (1, True)
    as_json = json.loads(schoolgate("school", "status", "--json", "--home", home).stdout)
    lines = {line["code"]: line["count"] for line in as_json["to_do"]}
    assert lines["held back"] == 1
    board = told("school", "board", "--home", home)
    assert [(row["school"], row["state"]) for row in board] == [("4321", "held back"), ("2107", "all right")]
    assert [row["school"] for row in told("school", "board", "--exceptions", "--home", home)] == ["4321"]


def test_init_says_that_a_changed_root_folder_copies_nothing(tmp_path: Path) -> None:
    home = str(tmp_path / "home")
    first = schoolgate("school", "init", "--root-folder", str(tmp_path / "one"), "--home", home)
    assert "not copied" not in first.stderr
    second = schoolgate("school", "init", "--root-folder", str(tmp_path / "two"), "--home", home)
    assert (second.returncode, "not copied" in second.stderr) == (0, True)
    nested = schoolgate("school", "init", "--root-folder", str(tmp_path / "two" / "deep"), "--home", home)
    assert (nested.returncode, "lies in the present root folder" in nested.stderr) == (1, True)
