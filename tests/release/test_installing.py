"""The zip, unpacked and installed as a school's office does, sends a file; uninstalled, it leaves the data."""

import json
import subprocess
import sys
import sysconfig
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from release.install import default_data_folder
from release.making import make
from tests.ports import free_port
from tests.sites.calls import new_home, told

from schoolgate import __version__
from schoolgate.sites import installing

ROOT = Path(__file__).parents[2]


def environment_with_the_packages(folder: Path, packages: Path) -> None:
    """A fresh environment as `install.py` makes it, in which pip finds all that it needs, without any index."""
    packages.mkdir()
    for package in Path(sysconfig.get_path("purelib")).iterdir():
        if package.suffix != ".pth" and "schoolgate" not in package.name:
            (packages / package.name).symlink_to(package)
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    (own,) = folder.glob("lib/python*/site-packages")
    (own / "packages.pth").write_text(f"{packages}\n")


@dataclass(frozen=True)
class Office:
    """A machine in a school's office: the unpacked zip, and where the program and the data go."""

    unpacked: Path
    program: Path
    home: Path

    def install(self, *words: str) -> "subprocess.CompletedProcess[str]":
        installer = [sys.executable, str(self.unpacked / "install.py"), "--program", str(self.program)]
        command = [*installer, "--home", str(self.home), *words]
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=self.unpacked)

    def call(self, *words: str) -> "subprocess.CompletedProcess[str]":
        script = [str(self.program / "schoolgate-school"), *words]
        return subprocess.run(script, capture_output=True, text=True, check=False, cwd=self.unpacked)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    folder = tmp_path_factory.mktemp("office")
    with zipfile.ZipFile(make(ROOT, folder / "dist")[1]) as zipped:
        zipped.extractall(folder)
    made = Office(folder / f"schoolgate-{__version__}", folder / "program", folder / "our data")
    environment_with_the_packages(made.program / "environment", folder / "packages")
    result = made.install()
    assert result.returncode == 0, result.stderr
    assert "first administrator" in result.stdout
    return made


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    home = tmp_path_factory.mktemp("authority")
    new_home("authority", home, "--la", "820", "--name", "Bedford Borough")
    url = f"http://127.0.0.1:{(port := free_port())}"
    words = ["authority", "serve", "--home", str(home), "--port", str(port)]
    process = subprocess.Popen([sys.executable, "-m", "schoolgate.sites.cli", *words], stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                httpx.get(f"{url}/exchange/v1/")
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield url, home
    finally:
        process.terminate()
        process.wait(30)


def test_the_program_that_runs_is_the_one_that_was_unpacked(office: Office) -> None:
    python = office.program / "environment" / "bin" / "python"
    where = [str(python), "-c", "import schoolgate; print(schoolgate.__file__)"]
    found = subprocess.run(where, capture_output=True, text=True, check=True, cwd=office.unpacked).stdout
    assert Path(found.strip()).is_relative_to(office.program)


def test_what_was_installed_sends_a_file_to_an_authority(
    office: Office, authority: tuple[str, Path], tmp_path: Path
) -> None:
    url, at_authority = authority
    account = told("authority", "accounts", "add", "--la", "820", "--school", "4321", "--home", str(at_authority))
    root = tmp_path / "root"
    assert office.call("init", "--root-folder", str(root)).returncode == 0
    secret = tmp_path / "password"
    secret.write_text(account["password"])
    words = ("--la", "820", "--url", url, "--user", account["user"], "--password-file", str(secret))
    added = office.call("destinations", "add", *words)
    assert added.returncode == 0, added.stderr
    folder = root / "820" / "Files Not Exported"
    sample = ["sample", "students", "--la", "820", "--school", "4321", "--to", "820", "--pupils", "5"]
    schoolgate = [
        str(office.program / "environment" / "bin" / "schoolgate"),
        *sample,
        "--seed",
        "7",
        "--out",
        str(folder),
    ]
    subprocess.run(schoolgate, check=True, capture_output=True)
    sent = office.call("export", "--json")
    assert [(one["la"], one["received"]) for one in json.loads(sent.stdout)] == [("820", 1)], sent.stderr


def test_installing_again_keeps_the_data_and_makes_no_second_administrator(office: Office) -> None:
    key = (office.home / "key").read_bytes()
    again = office.install()
    assert (again.returncode, (office.home / "key").read_bytes()) == (0, key)


def test_an_older_zip_is_refused_before_the_program_is_replaced(office: Office) -> None:
    record = office.program / "installed.json"
    installed = record.read_text("utf-8")
    record.write_text(json.dumps({**json.loads(installed), "version": "99.0.0"}), "utf-8")
    try:
        refused = office.install()
    finally:
        record.write_text(installed, "utf-8")
    assert refused.returncode == 1
    assert "Schoolgate 99.0.0 is installed" in refused.stderr
    assert "nothing was changed" in refused.stderr


def test_data_within_the_program_folder_are_refused(office: Office) -> None:
    within = office.program / "data"
    refused = office.call("install", "--program", str(office.program), "--home", str(within), "--yes")
    assert (refused.returncode, within.exists()) == (1, False)
    assert "must lie apart" in refused.stderr


def test_both_folders_are_asked_for_before_anything_is_made(office: Office, tmp_path: Path) -> None:
    answers = f"{tmp_path / 'program'}\n{tmp_path / 'program' / 'data'}\n"
    installer = [sys.executable, str(office.unpacked / "install.py")]
    refused = subprocess.run(installer, input=answers, capture_output=True, text=True, check=False)
    assert (refused.returncode, list(tmp_path.iterdir())) == (1, [])
    assert refused.stdout.index("Program folder [") < refused.stdout.index("Data folder [")
    assert "must lie apart" in refused.stderr


def test_the_installer_proposes_the_data_folder_that_the_program_would_propose() -> None:
    assert default_data_folder() == installing.default_home()


def test_uninstalling_leaves_the_data_folder_and_what_else_lies_there_and_says_where_it_is(office: Office) -> None:
    (office.program / "notes of our own.txt").write_text("kept")
    done = office.call("uninstall", "--yes")
    assert done.returncode == 0, done.stderr
    assert [path.name for path in office.program.iterdir()] == ["notes of our own.txt"]
    for kept in ("db.sqlite3", "key"):
        assert (office.home / kept).is_file()
        assert str(office.home / kept) in done.stdout
    assert "journal: in the database" in done.stdout
