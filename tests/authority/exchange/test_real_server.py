"""What only a real server shows: chunks, cut connections, bodies refused before they are read, stalled uploads."""

import contextlib
import hashlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from tests.ports import free_port

pytestmark = pytest.mark.skipif(os.name == "nt", reason="granian serves the authority's site, on Linux")

Sample = Callable[..., bytes]
NAME = "8204321_CES_820LLLL_001.xml"
PASSWORD = "Green-Abbey-2026!"
SET_UP = f"""
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from schoolgate.authority.bases.accounts import add_account
from schoolgate.authority.bases.la import LA_NUMBER
LA_NUMBER.set("820", by=None)
add_account(la="820", school="4321", name="Green Abbey", password="{PASSWORD}")
"""
SERVE = "from schoolgate.sites.serving import serve_web; serve_web()"


@dataclass
class Site:
    url: str
    port: int
    files: Path
    token: str

    def head(self, plain: bytes, length: int, *more: str) -> bytes:
        """The first lines of a PUT of this file."""
        lines = [
            f"PUT /exchange/v1/student/files/{hashlib.sha256(plain).hexdigest()}/{NAME} HTTP/1.1",
            f"Host: 127.0.0.1:{self.port}",
            f"Authorization: Bearer {self.token}",
            "Content-Type: application/xml",
            f"Content-Length: {length}",
            *more,
        ]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)

    def kept(self) -> list[str]:
        return [path.name for path in self.files.rglob("*.xml.gz")]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An authority's web process on loopback, taking files up to 1 MiB."""
    home = tmp_path_factory.mktemp("real") / "home"
    port = free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
        "SCHOOLGATE_HOME": str(home),
        "SCHOOLGATE_PORT": str(port),
        "SCHOOLGATE_MAX_FILE_MIB": "1",
        "DJANGO_SETTINGS_MODULE": "schoolgate.sites.authority",
    }
    subprocess.run([sys.executable, "-c", SET_UP], env=environment, check=True)
    server = subprocess.Popen([sys.executable, "-c", SERVE], env=environment)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_until_it_answers(url)
        signing_in = {"user": "8204321", "password": PASSWORD}
        token = httpx.post(f"{url}/exchange/v1/token", json=signing_in, timeout=60).json()["token"]
        yield Site(url, port, home / "files", token)
    finally:
        server.terminate()
        server.wait(20)


def _wait_until_it_answers(url: str) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{url}/exchange/v1/").status_code == 200:
                return
        time.sleep(0.05)
    pytest.fail("the site does not answer")


def _wait_until_nothing_comes_in(site: Site) -> None:
    deadline = time.monotonic() + 20
    while list(site.files.rglob(".incoming*")):
        assert time.monotonic() < deadline, "what was cut off is still there"
        time.sleep(0.05)


def test_a_chunked_body_is_refused(site: Site, student_file: Sample) -> None:
    plain = student_file()
    answer = httpx.put(
        f"{site.url}/exchange/v1/student/files/{hashlib.sha256(plain).hexdigest()}/{NAME}",
        content=iter([plain]),
        headers={"Authorization": f"Bearer {site.token}", "Content-Type": "application/xml"},
        timeout=60,
    )
    assert (answer.status_code, answer.json()["code"]) == (411, "length-required")
    assert site.kept() == []


def test_a_connection_cut_in_the_body_leaves_nothing(site: Site, student_file: Sample) -> None:
    plain = student_file(filling=300_000)
    with site.connect() as connection:
        connection.sendall(site.head(plain, len(plain)) + plain[:200_000])
    time.sleep(0.5)
    _wait_until_nothing_comes_in(site)
    assert site.kept() == []
    assert httpx.get(f"{site.url}/exchange/v1/", timeout=60).status_code == 200


def test_a_body_over_the_limit_is_refused_without_being_read(site: Site, student_file: Sample) -> None:
    plain = student_file()
    with site.connect() as connection:
        connection.sendall(site.head(plain, 2**40))
        assert connection.recv(65536).startswith(b"HTTP/1.1 413")


def test_a_client_that_sends_too_much_still_gets_its_answer(site: Site, student_file: Sample) -> None:
    plain = student_file(filling=8 * 1024 * 1024)
    answer = httpx.put(
        f"{site.url}/exchange/v1/student/files/{hashlib.sha256(plain).hexdigest()}/{NAME}",
        content=plain,
        headers={"Authorization": f"Bearer {site.token}", "Content-Type": "application/xml"},
        timeout=60,
    )
    assert (answer.status_code, answer.json()["limit"]) == (413, 1024 * 1024)


def test_stalled_uploads_do_not_keep_others_waiting(site: Site, student_file: Sample) -> None:
    plain = student_file(filling=100_000)
    with contextlib.ExitStack() as stalled:
        for _ in range(16):
            connection = stalled.enter_context(site.connect())
            connection.sendall(site.head(plain, len(plain)) + plain[:1000])
        # The stalled ones end only with this block.
        assert httpx.get(f"{site.url}/exchange/v1/", timeout=30).status_code == 200


def test_bytes_beyond_the_announced_length_are_no_part_of_the_file(site: Site, student_file: Sample) -> None:
    plain = student_file(filling=500)
    with site.connect() as connection:
        connection.sendall(site.head(plain, len(plain), "Connection: close") + plain + b"and more")
        assert connection.recv(65536).startswith(b"HTTP/1.1 201")
    assert site.kept() == [f"{hashlib.sha256(plain).hexdigest()}.xml.gz"]


def test_a_header_beyond_ascii_is_no_token(site: Site) -> None:
    answer = httpx.get(f"{site.url}/exchange/v1/whoami", headers=[(b"Authorization", b"Bearer \xff\xfe")])
    assert (answer.status_code, answer.json()["code"]) == (401, "token-expired")
