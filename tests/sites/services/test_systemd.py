"""systemd's unit of a school site."""

import shutil
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest

from schoolgate.sites.services import Service, ServiceRefused, systemd

HOME = Path("/srv/our school/100% $data")


@pytest.fixture
def service() -> Service:
    return Service(Path(sys.executable), HOME, "daemon")


def unit(service: Service) -> ConfigParser:
    parser = ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # its own way to keep capitals
    parser.read_string(systemd.text(service))
    return parser


def test_it_starts_with_the_machine_and_again_whenever_it_ends(service: Service) -> None:
    said = unit(service)
    assert said["Install"]["WantedBy"] == "multi-user.target"
    assert (said["Service"]["Restart"], said["Unit"]["StartLimitIntervalSec"]) == ("always", "0")


def test_it_runs_as_its_user_and_can_become_nobody_else(service: Service) -> None:
    said = unit(service)["Service"]
    assert (said["User"], said["NoNewPrivileges"]) == ("daemon", "yes")


def test_signs_in_the_homes_name_mean_nothing_to_systemd(service: Service) -> None:
    assert unit(service)["Service"]["ExecStart"].endswith('"serve" "--home" "/srv/our school/100%% $$data"')


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd's own check is not on this machine")
def test_systemd_itself_finds_nothing_wrong(service: Service, tmp_path: Path) -> None:
    file = tmp_path / "schoolgate-tried.service"
    file.write_text(systemd.text(service))
    checked = subprocess.run(["systemd-analyze", "verify", file], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[tuple[str, ...]]:
    """A machine with systemd; what it was told."""
    told: list[tuple[str, ...]] = []

    def run(*command: str) -> str:
        told.append(command)
        return ""

    monkeypatch.setattr(systemd, "run", run)
    monkeypatch.setattr(systemd, "RUNNING", tmp_path)
    monkeypatch.setattr(systemd, "FOLDER", tmp_path)
    return told


@pytest.fixture
def of_mine(tmp_path: Path) -> Service:
    home = tmp_path / "home"
    home.mkdir()
    return Service(Path(sys.executable), home, home.owner())


def test_installing_enables_it_and_starts_it(
    machine: list[tuple[str, ...]], of_mine: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "owner", lambda _: "sam")
    systemd.install(Service(of_mine.python, of_mine.home, "sam"))
    assert machine == [
        ("systemctl", "daemon-reload"),
        ("systemctl", "enable", systemd.NAME),
        ("systemctl", "restart", systemd.NAME),
    ]
    assert systemd.is_installed(of_mine.home)


def test_another_homes_service_is_not_this_ones(machine: list[tuple[str, ...]], of_mine: Service) -> None:
    (systemd.FOLDER / systemd.NAME).write_text(systemd.text(of_mine))
    assert not systemd.is_installed(of_mine.home / "another")


def test_it_never_runs_as_root(machine: list[tuple[str, ...]], of_mine: Service) -> None:
    with pytest.raises(ServiceRefused, match="--user"):
        systemd.install(Service(of_mine.python, of_mine.home, "root"))
    assert machine == []


def test_a_user_that_is_not_there_is_told_before_anything_is_written(
    machine: list[tuple[str, ...]], of_mine: Service
) -> None:
    with pytest.raises(ServiceRefused, match="There is no user nobody-has-this-name"):
        systemd.install(Service(of_mine.python, of_mine.home, "nobody-has-this-name"))
    assert not (systemd.FOLDER / systemd.NAME).exists()


def test_a_machine_without_systemd_is_told_what_to_do(of_mine: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(systemd, "RUNNING", Path("/nowhere"))
    with pytest.raises(ServiceRefused, match="--print"):
        systemd.install(of_mine)


def test_uninstalling_stops_it_and_takes_the_unit_away(machine: list[tuple[str, ...]], of_mine: Service) -> None:
    (systemd.FOLDER / systemd.NAME).write_text(systemd.text(of_mine))
    systemd.uninstall()
    assert machine[0] == ("systemctl", "disable", "--now", systemd.NAME)
    assert not systemd.is_installed(of_mine.home)


def test_uninstalling_what_is_not_there_is_told(machine: list[tuple[str, ...]]) -> None:
    with pytest.raises(ServiceRefused, match="There is no"):
        systemd.uninstall()
