"""The demonstration's school that is collected: vendors' clouds on this machine, and the tasks that ask one of them."""

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from schoolgate.sites.demo_site import DemonstrationFailed, Site

LA, SCHOOL = "820", "2001"
PUPILS = 60
MOVED_AGO = timedelta(days=30)
"""So long ago the school moved to SIMS Primary: what changed since is collected."""
LONGEST_RUN_SECONDS = 120.0
LOOK_EVERY_SECONDS = 1.0
TASKS = (
    ("Snapshot, every Friday", "snapshot", ("fri",)),
    ("Attendance, every school day", "attendance", ("mon", "tue", "wed", "thu", "fri")),
)


class Cloud:
    """One vendor's simulator, as a process of its own. It ends with the demonstration."""

    def __init__(self, vendor: str, *, school: str = SCHOOL, pupils: int = PUPILS) -> None:
        words = ["simulate", vendor, "--la", LA, "--school", school, "--pupils", str(pupils), "--json"]
        command = [sys.executable, "-m", "schoolgate.sites.cli", *words]
        self.vendor = vendor
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self._settings: dict[str, str] | None = None

    @property
    def settings(self) -> dict[str, str]:
        """What to enter for its school, once it is up; its addresses too. Raises DemonstrationFailed."""
        if self._settings is None:
            assert self.process.stdout is not None
            line = self.process.stdout.readline()
            if not line:
                raise DemonstrationFailed(f"The simulator of {self.vendor} did not start.")
            (self._settings,) = json.loads(line)["schools"]
        return self._settings

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
        if self.process.stdout is not None:
            self.process.stdout.close()


class Collection:
    """A school of SIMS Primary's cloud, collected by tasks; Wonde's is there to be tried."""

    def __init__(self) -> None:
        self.clouds: list[Cloud] = []
        self.run: dict[str, Any] = {}
        """The snapshot's line in the Task Log."""
        self._tasks: dict[str, str] = {}

    def start(self) -> None:
        """Start the clouds; they need not be up yet."""
        self.clouds = [Cloud("sims-primary"), Cloud("wonde")]

    def stop(self) -> None:
        for cloud in self.clouds:
            cloud.stop()

    def set_up(self, site: Site, folder: Path) -> None:
        """Add the school and its settings, and the tasks. `folder` is for files that hold secrets, for a while."""
        primary, wonde = (cloud.settings for cloud in self.clouds)
        dfe, moved = f"{LA}{SCHOOL}", datetime.now(UTC).date() - MOVED_AGO
        said = {
            "options": {"data_url": primary["base_url"], "token_url": primary["token_url"]},
            "settings": _some(primary, "client_id", "secret", "subscription_key", "organisation_id"),
            "wonde": _some(wonde, "base_url"),
        }
        files = {name: folder / f"{name}.json" for name in said}
        for name, path in files.items():
            path.write_text(json.dumps(said[name]), "utf-8")
        *_, snapshot, attendance = site.run_several(
            ["accounts", "add", "--la", LA, "--school", SCHOOL, "--name", primary["name"]],
            ["systems", "options", "sims-primary", "--from", str(files["options"])],
            ["systems", "options", "wonde", "--from", str(files["wonde"])],
            ["bases", "settings", dfe, "sims-primary", "--from", str(files["settings"])],
            ["migrate", dfe, "--school-moved", moved.isoformat(), "--sure", "--yes"],
            *(_task(name, data, dfe, days) for name, data, days in TASKS),
        )
        self._tasks = {one["data"]: str(one["number"]) for one in (snapshot, attendance)}

    def collect(self, site: Site, data: str) -> None:
        """Run a task now; it goes on beside all else."""
        site.run("tasks", "run", self._tasks[data])

    def wait(self, site: Site, data: str) -> None:
        """Wait for a task's run. Raises DemonstrationFailed where it does not succeed."""
        deadline = time.monotonic() + LONGEST_RUN_SECONDS
        while (run := site.run("runs", "--task", self._tasks[data])[0])["state"] != "successful":
            if run["state"] in {"failed", "cancelled"} or time.monotonic() > deadline:
                raise DemonstrationFailed(f"{run['task']} is {run['state']}: {run['message']}")
            time.sleep(LOOK_EVERY_SECONDS)
        if data == "snapshot":
            self.run = run

    def described(self) -> dict[str, dict[str, str]]:
        """The clouds' settings, for scripts."""
        return {
            cloud.vendor.replace("-", "_"): {
                name: value for name, value in cloud.settings.items() if name not in {"la", "school", "name"}
            }
            for cloud in self.clouds
        }


def _task(name: str, data: str, dfe: str, days: Sequence[str]) -> list[str]:
    on = [word for day in days for word in ("--on", day)]
    return ["tasks", "add", "--name", name, "--data", data, "--base", dfe, "--at", "18:30", *on]


def _some(said: dict[str, str], *names: str) -> dict[str, str]:
    return {name: said[name] for name in names}
