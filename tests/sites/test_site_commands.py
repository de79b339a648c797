"""`schoolgate SITE VERB` in processes of their own, as an operator calls them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.sites.calls import new_home, schoolgate, told


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> str:
    home = str(tmp_path_factory.mktemp("authority"))
    new_home("authority", home, "--la", "820", "--name", "Bedfordshire")
    return home


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> str:
    home = str(tmp_path_factory.mktemp("school"))
    new_home("school", home, "--root-folder", f"{home}-files")
    return home


def test_init_prints_the_first_administrators_link(tmp_path: Path) -> None:
    answer = told("school", "init", "--home", str(tmp_path / "new"))
    assert answer["first_administrator_link"].startswith(answer["url"])


def test_init_again_is_harmless(authority: str) -> None:
    assert told("authority", "init", "--home", authority)["site"] == "authority"


def test_a_number_that_is_no_las_is_a_wrong_call(tmp_path: Path) -> None:
    assert schoolgate("authority", "init", "--la", "82", "--home", str(tmp_path / "new")).returncode == 2


def test_a_home_without_init_is_a_wrong_call(tmp_path: Path) -> None:
    result = schoolgate("school", "files", "--home", str(tmp_path / "new"))
    assert (result.returncode, "schoolgate school init" in result.stderr) == (2, True)


def test_an_account_is_added_and_listed(authority: str) -> None:
    made = told(
        "authority", "accounts", "add", "--la", "823", "--school", "1001", "--name", "A School", "--home", authority
    )
    assert set(made) == {"user", "password", "la", "school", "licence"}
    rows = told("authority", "accounts", "list", "--home", authority)
    assert [row["out_of_county"] for row in rows if row["school"] == "1001"] == [True]


def test_one_account_may_serve_several_bases(authority: str) -> None:
    first = told("authority", "accounts", "add", "--la", "820", "--school", "1002", "--home", authority)
    again = ["--la", "820", "--school", "1003", "--user", first["user"], "--home", authority]
    assert told("authority", "accounts", "add", *again)["user"] == first["user"]


def test_the_same_base_twice_fails_with_a_sentence(authority: str) -> None:
    told("authority", "accounts", "add", "--la", "820", "--school", "1004", "--home", authority)
    result = schoolgate("authority", "accounts", "add", "--la", "820", "--school", "1004", "--home", authority)
    assert (result.returncode, "Traceback" in result.stderr) == (1, False)


def test_a_password_may_come_by_standard_input(authority: str) -> None:
    words = ["accounts", "add", "--la", "820", "--school", "1005", "--password-file", "-", "--home", authority]
    assert told("authority", *words, given="Chosen-by-hand-77!\n")["password"] == "Chosen-by-hand-77!"


def test_a_weak_password_is_refused(authority: str) -> None:
    words = ["accounts", "add", "--la", "820", "--school", "1006", "--password-file", "-", "--home", authority]
    assert schoolgate("authority", *words, given="short\n").returncode == 1


def test_a_user_of_no_role_is_a_wrong_call(school: str) -> None:
    assert schoolgate("school", "users", "add", "pat", "--role", "officer", "--home", school).returncode == 2


def test_settings_name_their_source(school: str) -> None:
    rows = {row["name"]: row for row in told("school", "settings", "--home", school)}
    assert rows["bind"]["source"] == "default"


def test_an_export_without_an_la_has_nothing_to_do(tmp_path: Path) -> None:
    home = str(tmp_path / "new")
    new_home("school", home, "--root-folder", str(tmp_path / "root"))
    assert told("school", "export", "--home", home) == []


def test_a_file_that_waits_is_cancelled_and_sent_again_by_its_name(school: str, tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text("Anything-the-LA-issued-1")
    entry = ["--la", "820", "--url", "http://127.0.0.1:9", "--user", "8204321", "--password-file", str(password)]
    folder = told("school", "destinations", "add", *entry, "--home", school)["folder"]
    name = Path(schoolgate("sample", "students", "--pupils", "2", "--out", folder).stdout.strip()).name
    assert schoolgate("school", "export", "--home", school).returncode == 1

    assert schoolgate("school", "cancel", name, "--home", school).returncode == 0
    assert [row["state"] for row in told("school", "files", "--home", school)] == ["cancelled"]
    assert schoolgate("school", "cancel", name, "--home", school).returncode == 1
    assert schoolgate("school", "try-again", name, "--home", school).returncode == 0
    assert [row["state"] for row in told("school", "files", "--home", school)] == ["ready"]
    assert schoolgate("school", "try-again", "no-such.xml", "--home", school).returncode == 1


def test_an_export_to_no_la_is_a_wrong_call(school: str) -> None:
    assert schoolgate("school", "export", "--la", "../../elsewhere", "--home", school).returncode == 2


def test_a_name_that_looks_like_markup_is_shown_as_it_stands(authority: str) -> None:
    told(
        "authority",
        "accounts",
        "add",
        "--la",
        "820",
        "--school",
        "1007",
        "--name",
        "St [/b] School",
        "--home",
        authority,
    )
    assert "St [/b] School" in schoolgate("authority", "accounts", "list", "--home", authority).stdout


def test_status_says_what_to_do_first(school: str) -> None:
    result = schoolgate("school", "status", "--json", "--home", school)
    assert (result.returncode, json.loads(result.stdout)["all_right"]) == (1, False)


LISTS = {
    "school": [["files"], ["journal"], ["jobs"], ["audit"], ["users", "list"], ["destinations", "list"], ["retention"]],
    "authority": [
        ["files"],
        ["refused"],
        ["journal"],
        ["jobs"],
        ["audit"],
        ["accounts", "list"],
        ["users", "list"],
        ["retention"],
    ],
}
ALL_LISTS = """
import sys, json
from click.testing import CliRunner
from schoolgate.sites.cli import main
site, home, lists = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
for verb in lists:
    result = CliRunner().invoke(main, [site, *verb, "--json", "--home", home])
    print(json.dumps([" ".join(verb), result.exit_code, result.stdout]))
"""


@pytest.mark.parametrize("site", ["school", "authority"])
def test_every_list_is_one_json_array(site: str, request: pytest.FixtureRequest) -> None:
    home = request.getfixturevalue(site)
    command = [sys.executable, "-c", ALL_LISTS, site, home, json.dumps(LISTS[site])]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    answers = {verb: (code, type(json.loads(text))) for verb, code, text in map(json.loads, lines)}
    assert answers == {" ".join(verb): (0, list) for verb in LISTS[site]}


def test_how_long_things_are_kept_is_set_and_cleared_by_command(school: str) -> None:
    script = """
import json, sys
from click.testing import CliRunner
from schoolgate.sites.cli import main
for verb in (["set", "files-exported", "70"], ["run", "--json"], ["--json"], []):
    print(json.dumps(CliRunner().invoke(main, ["school", "retention", *verb, "--home", sys.argv[1]]).stdout))
"""
    # No home but the one that is named: the group itself must open none.
    environment = {name: value for name, value in os.environ.items() if name != "SCHOOLGATE_HOME"}
    command = [sys.executable, "-c", script, school]
    lines = subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout.splitlines()
    told = [json.loads(line) for line in lines]
    assert told[0] == "Content of Files Exported: kept for 70 days.\n"
    assert json.loads(told[1]) == [{"kind": "files-exported", "gone": 0, "bytes": 0, "held_back": {}}]
    assert [(row["days"], row["shipped"]) for row in json.loads(told[2])] == [(70, 56)]
    assert "{" not in told[3], "a table is for people"
