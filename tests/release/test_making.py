"""What `make dist` makes of a commit."""

import hashlib
import subprocess
import zipfile
from pathlib import Path

import pytest
from release.making import IN_THE_ZIP, NotMade, make

from schoolgate import __version__

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return make(ROOT, tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def zipped(made: list[Path]) -> zipfile.ZipFile:
    return zipfile.ZipFile(made[1])


def test_a_wheel_a_zip_and_their_checksums_are_made(made: list[Path]) -> None:
    of_this_version = f"schoolgate-{__version__}"
    assert [path.name for path in made] == [
        f"{of_this_version}-py3-none-any.whl",
        f"{of_this_version}.zip",
        "SHA256SUMS",
    ]


def test_the_checksums_are_those_of_the_files(made: list[Path]) -> None:
    *files, sums = made
    assert sums.read_text("ascii").splitlines() == [
        f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}" for file in files
    ]


def test_the_same_commit_gives_the_same_bytes(made: list[Path], tmp_path: Path) -> None:
    again = make(ROOT, tmp_path)
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in made]


def test_what_is_not_committed_is_in_nothing(made: list[Path], tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    subprocess.run(["git", "clone", "--quiet", "--no-local", ROOT, copy], check=True, capture_output=True)
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, check=True, capture_output=True, text=True)
    subprocess.run(["git", "checkout", "--quiet", commit.stdout.strip()], cwd=copy, check=True, capture_output=True)
    (copy / "src" / "schoolgate" / "lying_about.py").write_text("HERE = True\n")
    assert make(copy, tmp_path / "dist")[2].read_bytes() == made[2].read_bytes()


def test_the_zip_has_wheel_requirements_installer_and_licence_in_one_folder(zipped: zipfile.ZipFile) -> None:
    wheel = f"schoolgate-{__version__}-py3-none-any.whl"
    assert sorted(zipped.namelist()) == sorted(
        f"schoolgate-{__version__}/{name}" for name in [wheel, *IN_THE_ZIP.values()]
    )


def test_linux_may_run_the_installer_and_windows_reads_its_own(zipped: zipfile.ZipFile) -> None:
    folder = f"schoolgate-{__version__}"
    assert zipped.getinfo(f"{folder}/install.sh").external_attr >> 16 & 0o111
    assert b"\r\n" in zipped.read(f"{folder}/install.cmd")
    assert b"\r\n" not in zipped.read(f"{folder}/install.sh")


def test_templates_styles_and_schemas_are_in_the_wheel(made: list[Path]) -> None:
    names = zipfile.ZipFile(made[0]).namelist()
    endings = {name.rsplit(".", 1)[-1] for name in names}
    assert {"py", "html", "css", "xsd", "typed"} <= endings
    assert [name for name in names if name.startswith("tests/") or "__pycache__" in name] == []


def test_a_folder_that_is_no_repository_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotMade, match="git show failed"):
        make(tmp_path, tmp_path / "dist")
