"""One running site of the demonstration, and of the tests that need real ones."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

START_SECONDS = 60.0


class DemonstrationFailed(Exception):
    """A step did not do what it should; the message says which and what it said."""


@dataclass
class Site:
    """One running site of the demonstration."""

    kind: str
    home: Path
    url: str
    la: str = ""
    users: list[dict[str, Any]] = field(default_factory=list)
    exchange_accounts: list[dict[str, str]] = field(default_factory=list)
    process: subprocess.Popen[bytes] | None = None

    def environment(self) -> dict[str, str]:
        port = self.url.rsplit(":", 1)[1]
        return {**os.environ, "SCHOOLGATE_DEMO": "yes", "SCHOOLGATE_PORT": port, "SCHOOLGATE_HOME": str(self.home)}

    def run(self, *arguments: str, may_find_faults: bool = False) -> Any:
        """Run one command of this site and return the JSON it prints.

        Raises DemonstrationFailed with what the command said when it fails. `may_find_faults`: exit code 1 is an
        answer too, not all was well.
        """
        command = [sys.executable, "-m", "schoolgate.sites.cli", self.kind, *arguments, "--json"]
        result = subprocess.run(command, env=self.environment(), capture_output=True, text=True, check=False)
        if result.returncode not in ({0, 1} if may_find_faults and result.stdout else {0}):
            said = (result.stderr or result.stdout).strip()
            raise DemonstrationFailed(f"schoolgate {self.kind} {' '.join(arguments)}: {said}")
        return json.loads(result.stdout)

    def run_several(self, *commands: Sequence[str]) -> list[Any]:
        """Run commands of this site in one process; the JSON that each prints. Raises DemonstrationFailed."""
        command = [sys.executable, "-m", "schoolgate.sites.several", self.kind]
        result = subprocess.run(
            command,
            env=self.environment(),
            input=json.dumps([list(words) for words in commands]),
            capture_output=True,
            text=True,
            check=False,
        )
        if result.returncode:
            raise DemonstrationFailed(f"schoolgate {self.kind}: {result.stderr.strip()}")
        said: list[Any] = json.loads(result.stdout)
        return said

    def start(self) -> None:
        log = (self.home / "logs" / "serve.log").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "schoolgate.sites.cli", self.kind, "serve"],
            env=self.environment(),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        log.close()

    def wait_until_up(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        # One client for all its looks: to make one, with its certificates, costs as much as several of them.
        with httpx.Client(base_url=self.url, timeout=5, trust_env=False) as http:
            while time.monotonic() < deadline:
                if self.process is not None and self.process.poll() is not None:
                    break
                try:
                    if http.get("/sign-in/").status_code == 200:
                        return
                except httpx.TransportError:
                    pass
                time.sleep(0.1)
        log = (self.home / "logs" / "serve.log").read_text("utf-8", "replace")
        raise DemonstrationFailed(f"The {self.kind} site did not start: {log[-2000:]}")

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
