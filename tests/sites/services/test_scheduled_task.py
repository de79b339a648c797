"""The scheduled task of Windows, held to what Microsoft says of its schema."""

from pathlib import Path, PureWindowsPath
from typing import cast

import pytest
from lxml import etree

from schoolgate.sites.services import Service, scheduled_task

TASK = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"
SERVICE = Service(
    cast("Path", PureWindowsPath("C:\\Program Files\\Schoolgate\\environment\\Scripts\\python.exe")),
    cast("Path", PureWindowsPath("D:\\Data & more")),
    "OFFICE\\sam",
)


def found(path: str) -> str | None:
    root = etree.fromstring(scheduled_task.text(SERVICE).encode("utf-16"))
    return root.findtext("/".join(f"{TASK}{name}" for name in path.split("/")))


def test_it_starts_with_the_machine() -> None:
    assert found("Triggers/BootTrigger/Enabled") == "true"


def test_it_is_started_again_when_it_fails_and_never_ended_for_its_age() -> None:
    assert found("Settings/RestartOnFailure/Interval") == "PT1M"
    assert found("Settings/ExecutionTimeLimit") == "PT0S"


def test_it_runs_on_a_laptops_battery() -> None:
    assert found("Settings/DisallowStartIfOnBatteries") == "false"
    assert found("Settings/StopIfGoingOnBatteries") == "false"


def test_it_runs_as_its_user_without_a_password_and_without_an_administrators_rights() -> None:
    assert found("Principals/Principal/UserId") == "OFFICE\\sam"
    assert found("Principals/Principal/LogonType") == "S4U"
    assert found("Principals/Principal/RunLevel") == "LeastPrivilege"


def test_it_serves_the_home() -> None:
    assert found("Actions/Exec/Command") == str(SERVICE.python)
    assert found("Actions/Exec/Arguments") == '-m schoolgate.sites.cli school serve --home "D:\\Data & more"'


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """A machine with Windows' Task Scheduler; what it was told."""
    commands: list[tuple[str, ...]] = []

    def run(*command: str) -> str:
        commands.append(command)
        if "/Create" in command:
            read.append(Path(command[command.index("/XML") + 1]).read_bytes())
        return scheduled_task.text(SERVICE)

    read.clear()
    monkeypatch.setattr(scheduled_task, "run", run)
    return commands


read: list[bytes] = []


def test_installing_hands_it_over_in_the_encoding_it_names_and_runs_it(told: list[tuple[str, ...]]) -> None:
    scheduled_task.install(SERVICE)
    assert [command[1] for command in told] == ["/Create", "/Run"]
    assert read[0].decode("utf-16") == scheduled_task.text(SERVICE)


def test_it_is_known_by_its_home(told: list[tuple[str, ...]]) -> None:
    assert scheduled_task.is_installed(SERVICE.home)
    assert not scheduled_task.is_installed(cast("Path", PureWindowsPath("D:\\Elsewhere")))


def test_uninstalling_ends_it_first(told: list[tuple[str, ...]]) -> None:
    scheduled_task.uninstall()
    assert [command[1] for command in told] == ["/End", "/Delete"]
