"""Record what an earlier Schoolgate left behind: `python -m tests.upgrades.recording COMMIT NAME`.

The program of that commit, not today's, makes a school's and an authority's home, and sends three pupils' file through.
Then there stand under `recorded/NAME` both databases as SQL with the keys of their homes, and every call that its
client made with the answer it got. All of it is made up; the secrets open nothing that exists.
"""

import base64
import http.server
import io
import json
import os
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
from tests.ports import free_port

ROOT = Path(__file__).parents[2]
RECORDED = Path(__file__).parent / "recorded"
TOLD = ("authorization", "content-type", "content-encoding", "accept", "user-agent")
"""Headers of a call that the server may go by."""


class Program:
    """The Schoolgate of a commit."""

    def __init__(self, source: Path) -> None:
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("SCHOOLGATE_")},
            "PYTHONPATH": str(source / "src"),
        }
        where = self._run("-c", "import schoolgate; print(schoolgate.__file__)")
        assert Path(where.strip()).is_relative_to(source), where

    def call(self, *words: str, given: str = "") -> str:
        return self._run("-m", "schoolgate.sites.cli", *words, given=given)

    def serve(self, home: Path, port: int) -> "subprocess.Popen[bytes]":
        words = ["authority", "serve", "--home", str(home), "--port", str(port)]
        command = [sys.executable, "-m", "schoolgate.sites.cli", *words]
        return subprocess.Popen(command, env=self._environment, stdout=subprocess.DEVNULL)

    def _run(self, *words: str, given: str = "") -> str:
        ended = subprocess.run(
            [sys.executable, *words], env=self._environment, input=given, capture_output=True, text=True, check=False
        )
        assert ended.returncode == 0, (words, ended.stdout, ended.stderr)
        return ended.stdout


class Listening(http.server.ThreadingHTTPServer):
    """Stands between client and server, passes all on and writes it down."""

    def __init__(self, server: str) -> None:
        self.server = server
        self.calls: list[dict[str, Any]] = []
        super().__init__(("127.0.0.1", 0), _Passing)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Passing(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Listening

    def _pass_on(self) -> None:
        body = self._body()
        headers = {name.lower(): value for name, value in self.headers.items() if name.lower() in TOLD}
        answer = httpx.request(self.command, self.server.server + self.path, headers=headers, content=body)
        self.server.calls.append(
            {
                "method": self.command,
                "path": self.path,
                "headers": headers,
                "body": base64.b64encode(body).decode("ascii"),
                "status": answer.status_code,
                "answer": answer.json() if "json" in answer.headers.get("content-type", "") else None,
            }
        )
        self.send_response(answer.status_code)
        self.send_header("Content-Type", answer.headers.get("content-type", ""))
        self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = b""
        while length := int(self.rfile.readline(), 16):
            body += self.rfile.read(length)
            self.rfile.readline()
        self.rfile.readline()
        return body

    do_GET = do_POST = do_PUT = _pass_on  # noqa: N815  so the standard library calls them

    def log_message(self, *_: Any) -> None:
        """What passes is written down elsewhere."""


def record(commit: str, name: str) -> None:
    archived = subprocess.run(["git", "archive", commit], cwd=ROOT, check=True, capture_output=True).stdout
    with tempfile.TemporaryDirectory(prefix="schoolgate-recording-") as temporary:
        folder = Path(temporary)
        with tarfile.open(fileobj=io.BytesIO(archived)) as archive:
            archive.extractall(folder / "source", filter="data")
        program = Program(folder / "source")
        calls = _work(program, folder)
        made = RECORDED / name
        made.mkdir(parents=True, exist_ok=True)
        for site in ("school", "authority"):
            with closing(sqlite3.connect(folder / site / "db.sqlite3")) as database:
                (made / f"{site}.sql").write_text("\n".join(database.iterdump()) + "\n", "utf-8")
            (made / f"{site}.key").write_bytes((folder / site / "key").read_bytes())
        (made / "calls.json").write_text(json.dumps(calls, indent=1) + "\n", "utf-8")


def _work(program: Program, folder: Path) -> list[dict[str, Any]]:
    """Both sites from their first set-up to a file that arrived, and to pupils held where pupils were by then."""
    school, authority = str(folder / "school"), str(folder / "authority")
    program.call("authority", "init", "--home", authority, "--la", "820", "--name", "Bedford Borough")
    program.call("authority", "users", "add", "omar", "--role", "officer", "--name", "Omar Khan", "--home", authority)
    words = ("authority", "accounts", "add", "--la", "820", "--school", "4321", "--name", "Green Abbey School")
    account = json.loads(program.call(*words, "--json", "--home", authority))
    program.call("school", "init", "--home", school, "--root-folder", str(folder / "root"), "--name", "Green Abbey")
    program.call("school", "users", "add", "sue", "--role", "sender", "--name", "Sue Okafor", "--home", school)
    served = program.serve(Path(authority), port := free_port())
    try:
        _wait_for(f"http://127.0.0.1:{port}/exchange/v1/")
        with Listening(f"http://127.0.0.1:{port}") as listening:
            threading.Thread(target=listening.serve_forever, daemon=True).start()
            entry = ("destinations", "add", "--la", "820", "--url", listening.url, "--user", account["user"])
            program.call("school", *entry, "--password-file", "-", "--home", school, given=f"{account['password']}\n")
            sample = ("sample", "students", "--pupils", "3", "--seed", "7")
            program.call(*sample, "--out", str(folder / "root" / "820" / "Files Not Exported"))
            program.call("school", "export", "--home", school)
            _wait_for_imports(folder / "authority" / "db.sqlite3")
            if "unmatched" in program.call("authority", "--help"):
                for one in json.loads(program.call("authority", "unmatched", "--json", "--home", authority)):
                    number = str(one["number"])
                    program.call("authority", "unmatched", "add", number, "--reason", "new", "--home", authority)
            program.call("school", "export", "--home", school)
            listening.shutdown()
    finally:
        served.terminate()
        served.wait(60)
    return listening.calls


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            httpx.get(url)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return


def _wait_for_imports(database: Path) -> None:
    with closing(sqlite3.connect(database)) as rows:
        for _ in range(600):
            if rows.execute("SELECT count(*) FROM jobs_job WHERE state IN ('ready', 'running')").fetchone() == (0,):
                return
            time.sleep(0.1)


if __name__ == "__main__":
    record(*sys.argv[1:])
