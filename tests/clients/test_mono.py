"""The proxy that Mono's `wsdl` makes of our WSDL, compiled and run: the way the real finance system calls."""

import base64
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.clients.conftest import HERE, Service
from tests.clients.test_foreign_clients import require_all_well


@pytest.fixture(scope="module")
def program(service: Service, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mono")
    wsdl = next(iter(service.schools.values())).wsdl
    sources = [str(HERE / "mono" / "Client.cs"), "Service.cs"]
    for command in (
        ["wsdl", "-out:Service.cs", wsdl],
        ["mcs", "-out:client.exe", "-r:System.Web.Services.dll", *sources],
    ):
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return folder / "client.exe"


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_the_proxy_that_mono_makes_goes_through_every_operation_and_fault(
    version: str, program: Path, service: Service
) -> None:
    school = service.schools[f"mono {version}"]
    lines = [_coded(text) for pair in school.told(version).items() for text in pair]
    result = subprocess.run(
        ["mono", str(program)], input="\n".join(lines) + "\n", capture_output=True, text=True, timeout=60, check=False
    )
    assert result.returncode == 0, result.stderr
    said = [base64.b64decode(line).decode("utf-8") for line in result.stdout.split()]
    require_all_well(school, _told(dict(zip(said[::2], said[1::2], strict=True))))


def _coded(text: str) -> str:
    return base64.b64encode(text.encode("utf-8")).decode("ascii")


def _told(said: dict[str, str]) -> dict[str, Any]:
    """The answers as the other clients tell them."""
    plain: dict[str, Any] = {name: {"true": True, "false": False}.get(text, text) for name, text in said.items()}
    plain["faults"] = {name.removeprefix("faults/"): text for name, text in said.items() if "/" in name}
    return plain
