"""The program for schools, offered from the command line."""

import zipfile
from pathlib import Path

import pytest
from tests.sites.calls import new_home, schoolgate, told


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("authority")
    new_home("authority", folder, "--la", "820")
    return str(folder)


@pytest.fixture
def release(tmp_path: Path) -> str:
    file = tmp_path / "schoolgate-1.2.0.zip"
    with zipfile.ZipFile(file, "w") as zipped:
        for name in ("schoolgate-1.2.0-py3-none-any.whl", "install.py"):
            zipped.writestr(f"schoolgate-1.2.0/{name}", name)
    return str(file)


def test_a_release_is_offered_told_and_withdrawn(home: str, release: str) -> None:
    call = ("authority", "school-package")
    assert told(*call, "--home", home) is None
    offered = told(*call, release, "--home", home)
    assert (offered["version"], offered["name"]) == ("1.2.0", "schoolgate-1.2.0.zip")
    assert told(*call, "--home", home) == offered
    assert told(*call, "--withdraw", "--home", home) is None


def test_what_is_no_release_fails_with_a_sentence(home: str, tmp_path: Path) -> None:
    (tmp_path / "minutes.zip").write_text("no zip")
    result = schoolgate("authority", "school-package", str(tmp_path / "minutes.zip"), "--home", home)
    assert (result.returncode, "is no zip" in result.stderr, "Traceback" in result.stderr) == (1, True, False)


def test_offering_and_withdrawing_at_once_is_a_wrong_call(home: str, release: str) -> None:
    assert schoolgate("authority", "school-package", release, "--withdraw", "--home", home).returncode == 2
