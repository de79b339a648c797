"""A real squid on loopback that asks for a user name and password (basic login), as a school's proxy does.

What it takes can be changed while it runs: its login helper reads the list of users anew whenever it is asked, and
squid asks it again after a second. (With no seconds at all squid 5 asks for ever.)
"""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.ports import free_port

from schoolgate.wire.proxies import Proxy

START_SECONDS = 60.0
RUNS_AS = "proxy"
USER, PASSWORD = "green-abbey", "Proxy-Lantern-7"

CONFIGURATION = """
http_port 127.0.0.1:{port}
auth_param basic program /bin/sh {folder}/login
auth_param basic children 2 startup=1 idle=1
auth_param basic credentialsttl 1 second
acl known proxy_auth REQUIRED
acl forbidden dstdomain forbidden.invalid
http_access deny !known
http_access deny forbidden
http_access allow known
cache deny all
cache_mem 0 MB
access_log stdio:{folder}/access.log
cache_log {folder}/cache.log
pid_filename {folder}/pid
coredump_dir {folder}
netdb_filename none
pinger_enable off
dns_nameservers 127.0.0.1
dns_timeout 1 second
connect_timeout 5 seconds
shutdown_lifetime 0 seconds
max_filedescriptors 1024
visible_hostname proxy.school.example
"""
LOGIN = """
while read -r user password; do
  if grep -qxF -- "$user $password" "{folder}/users"; then echo OK; else echo ERR; fi
done
"""


def find_squid() -> str | None:
    """The program, from Debian's package; None without it."""
    return shutil.which("squid", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


class Squid:
    """One squid. As root it runs as the user `proxy`."""

    def __init__(self, program: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="schoolgate-squid-"))
        self.port = free_port()
        (self.folder / "squid.conf").write_text(CONFIGURATION.format(port=self.port, folder=self.folder))
        (self.folder / "login").write_text(LOGIN.format(folder=self.folder))
        self.take(USER, PASSWORD)
        if os.geteuid() == 0:
            for path in (self.folder, *self.folder.iterdir()):
                shutil.chown(path, RUNS_AS, RUNS_AS)
        command = [program, "-N", "-n", f"schoolgate{self.port}", "-f", str(self.folder / "squid.conf")]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._wait_until_ready()

    @property
    def name(self) -> str:
        """What a person types as Proxy Name."""
        return f"127.0.0.1:{self.port}"

    def proxy(self, user: str = USER, password: str = PASSWORD) -> Proxy:
        return Proxy(f"http://{self.name}", user, password)

    def take(self, user: str, password: str) -> None:
        """From now on only this user name and password are good."""
        (self.folder / "users").write_text(f"{user} {password}\n")

    def take_nobody(self) -> None:
        (self.folder / "users").write_text("")

    def passed(self) -> list[str]:
        """What it was asked for, in order: status, method and address."""
        fields = [line.split() for line in (self.folder / "access.log").read_text().splitlines()]
        return [f"{field[3].partition('/')[2]} {field[5]} {field[6]}" for field in fields]

    def stop(self) -> None:
        """End it at once and remove its folder."""
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            if self.process.poll() is not None or time.monotonic() > deadline:
                log = self.folder / "cache.log"
                said = log.read_text("utf-8", "replace")[-2000:] if log.exists() else "nothing"
                self.stop()
                raise RuntimeError(f"squid did not start: {said}")
            time.sleep(0.02)


@contextmanager
def running_squid(program: str) -> Iterator[Squid]:
    squid = Squid(program)
    try:
        yield squid
    finally:
        squid.stop()
