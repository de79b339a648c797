"""A school's real site sends through a real squid to an authority's real site that speaks TLS, all by commands."""

import contextlib
import json
import os
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.ports import free_port
from tests.squid import PASSWORD, USER, Squid
from tests.tls import CertificateAuthority

pytestmark = [
    pytest.mark.squid,
    pytest.mark.skipif(os.name == "nt", reason="granian serves the authority's site, on Linux"),
]

CLI = [sys.executable, "-m", "schoolgate.sites.cli"]
SLOWEST_SECONDS = 60


def schoolgate(*arguments: str, given: str = "", **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*CLI, *arguments],
        input=given,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )


@dataclass(frozen=True)
class Authority:
    url: str
    home: str
    ca_file: Path
    user: str
    password: str


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    """LA 820 on loopback behind its own TLS, with the base Green Abbey."""
    folder = tmp_path_factory.mktemp("authority")
    ca = CertificateAuthority.make(folder, "Schoolgate Test CA")
    certificate = str(ca.issue("127.0.0.1"))
    home = str(folder / "home")
    assert schoolgate("authority", "init", "--la", "820", "--home", home).returncode == 0
    account = json.loads(
        schoolgate("authority", "accounts", "add", "--la", "820", "--school", "4321", "--json", "--home", home).stdout
    )
    port = free_port()
    environment = {
        **os.environ,
        "SCHOOLGATE_HOME": home,
        "SCHOOLGATE_PORT": str(port),
        "SCHOOLGATE_TLS_CERTIFICATE": certificate,
        "SCHOOLGATE_TLS_KEY": certificate,
        "DJANGO_SETTINGS_MODULE": "schoolgate.sites.authority",
    }
    serve = [sys.executable, "-c", "from schoolgate.sites.serving import serve_web; serve_web()"]
    with subprocess.Popen(serve, env=environment) as server:
        try:
            _wait_until_it_speaks_tls(server, port, ca.file)
            yield Authority(f"https://127.0.0.1:{port}", home, ca.file, account["user"], account["password"])
        finally:
            server.terminate()


def _wait_until_it_speaks_tls(server: "subprocess.Popen[bytes]", port: int, ca_file: Path) -> None:
    context = ssl.create_default_context(cafile=str(ca_file))
    deadline = time.monotonic() + SLOWEST_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        with (
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", port), timeout=5) as plain,
            context.wrap_socket(plain, server_hostname="127.0.0.1"),
        ):
            return
        time.sleep(0.05)
    pytest.fail("the authority's site does not answer")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where Green Abbey's site is."""
    return tmp_path_factory.mktemp("school") / "home"


@pytest.fixture(scope="module")
def school(authority: Authority, home: Path) -> Callable[..., Any]:
    """Green Abbey's site: calls `schoolgate school VERB` at its home and gives back exit code and what it told."""

    def call(*arguments: str, given: str = "") -> tuple[int, Any]:
        where = ["--json", "--home", str(home)]
        result = schoolgate("school", *arguments, *where, given=given, SCHOOLGATE_EXTRA_CA_FILE=str(authority.ca_file))
        assert result.stdout, result.stderr
        return result.returncode, json.loads(result.stdout)

    call("init", "--root-folder", str(home.with_name("root")))
    entry = ["--la", "820", "--url", authority.url, "--user", authority.user, "--password-file", "-"]
    assert call("destinations", "add", *entry, given=authority.password)[0] == 0
    return call


def test_a_file_goes_by_proxy_and_tls_from_one_site_to_the_other(
    authority: Authority, school: Callable[..., Any], squid: Squid, home: Path
) -> None:
    set_proxy = ["connection", "--proxy", squid.name, "--proxy-user", USER, "--proxy-password-file", "-"]

    code, told = school(*set_proxy, given="not it")
    assert (code, told["use_proxy"], told["proxy_password"]) == (0, True, True)
    code, tests = school("test-connection")
    assert (code, tests[0]["code"]) == (1, "proxy-password-wrong")
    assert [step["state"] for step in tests[0]["steps"]] == ["done", "failed", "not tried", "not tried", "not tried"]

    assert school(*set_proxy, given=PASSWORD)[0] == 0
    code, tests = school("test-connection", "--la", "820")
    assert (code, tests[0]["successful"]) == (0, True)

    folder = home.with_name("root") / "820" / "Files Not Exported"
    sample = ["sample", "students", "--la", "820", "--school", "4321", "--to", "820", "--pupils", "2"]
    assert schoolgate(*sample, "--out", str(folder)).returncode == 0
    code, summary = school("export")
    assert (code, summary[0]["received"]) == (0, 1)
    received = json.loads(schoolgate("authority", "files", "--json", "--home", authority.home).stdout)
    assert len(received) == 1
    assert any(line.startswith("200 CONNECT") for line in squid.passed())


def test_what_is_missing_for_the_proxy_is_named(school: Callable[..., Any], home: Path) -> None:
    options = ["--proxy", "", "--proxy-user", "", "--home", str(home)]
    result = schoolgate("school", "connection", *options)
    assert result.returncode == 1
    assert "Proxy Name is empty." in result.stderr
    assert "Proxy User Name is empty." in result.stderr


def test_an_la_that_is_not_here_is_a_wrong_call(school: Callable[..., Any], home: Path) -> None:
    assert schoolgate("school", "test-connection", "--la", "823", "--home", str(home)).returncode == 2
