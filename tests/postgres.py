"""A private PostgreSQL server in a temporary folder.

For tests by the fixtures of tests/conftest.py; for whole commands: `python tests/postgres.py run -- COMMAND` starts
one, sets DATABASE_URL, runs the command, removes the server and ends with the command's exit code.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

SUPERUSER = "postgres"
START_SECONDS = 60.0
# Whatever the tests kill, it is never this server or its machine: it need not wait for the disk (-F).
SETTINGS = ("-F", "-c", "max_connections=60")


def find_programs() -> Path | None:
    """The folder of the newest server's programs, from Debian's packages or the PATH; None without one."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    initdb = shutil.which("initdb")
    return Path(initdb).parent if initdb else None


class Server:
    """One server, reached by a socket in its own folder only. As root it runs as the user `postgres`, as it must."""

    def __init__(self, programs: Path, settings: Sequence[str] = SETTINGS) -> None:
        self.programs = programs
        self.folder = Path(tempfile.mkdtemp(prefix="schoolgate-postgres-"))
        self.log = self.folder / "log"
        self.user = SUPERUSER if os.geteuid() == 0 else None
        if self.user:
            shutil.chown(self.folder, self.user)
        data = str(self.folder / "data")
        initdb = [str(programs / "initdb"), "--auth=trust", "--no-sync", "-E", "UTF8", "-U", SUPERUSER, "-D", data]
        subprocess.run(
            [*initdb, "--locale=C.UTF-8"], check=True, user=self.user, cwd=self.folder, stdout=subprocess.DEVNULL
        )
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [str(programs / "postgres"), "-D", data, "-k", str(self.folder), "-h", "", *settings],
                user=self.user,
                cwd=self.folder,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._wait_until_ready()

    def url(self, database: str) -> str:
        return f"postgres://{SUPERUSER}@{quote(str(self.folder), safe='')}/{database}"

    def stop(self) -> None:
        """End the server at once and remove its folder."""
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _wait_until_ready(self) -> None:
        ready = [str(self.programs / "pg_isready"), "-q", "-h", str(self.folder)]
        deadline = time.monotonic() + START_SECONDS
        while subprocess.run(ready, check=False).returncode != 0:
            if self.process.poll() is not None or time.monotonic() > deadline:
                said = self.log.read_text("utf-8", "replace")[-2000:]
                self.stop()
                raise RuntimeError(f"PostgreSQL did not start: {said}")
            time.sleep(0.05)


@contextmanager
def running_server(settings: Sequence[str] = SETTINGS) -> Iterator[Server]:
    """A server for the length of a `with` block. Raises RuntimeError where PostgreSQL is not installed."""
    programs = find_programs()
    if programs is None:
        raise RuntimeError("PostgreSQL is not installed (Debian package postgresql).")
    server = Server(programs, settings)
    try:
        yield server
    finally:
        server.stop()


def main(arguments: list[str]) -> int:
    if arguments[:2] != ["run", "--"] or len(arguments) < 3:
        print("usage: python tests/postgres.py run -- COMMAND [ARGUMENT...]", file=sys.stderr)
        return 2
    with running_server() as server:
        subprocess.run(
            [str(server.programs / "createdb"), "-h", str(server.folder), "-U", SUPERUSER, "schoolgate"], check=True
        )
        environment = {**os.environ, "DATABASE_URL": server.url("schoolgate")}
        return subprocess.run(arguments[2:], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
