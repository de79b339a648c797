"""Changing a web service's password, killed at every step: at the supplier's real site nobody is locked out."""

import signal
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.faults.database import KINDS, new_database
from tests.faults.sites import KillableSite, free_address
from tests.faults.table import note
from tests.postgres import Server
from tests.tables import lay_tables

POINTS = ("passwords.asked", "passwords.answered", "passwords.kept")
PATIENCE_SECONDS = 120


@dataclass(frozen=True)
class Pair:
    """A school's site, and the supplier's whose service it calls."""

    school: KillableSite
    supplier: KillableSite
    folder: Path

    def change_password(self, *, fault: str = "") -> int:
        """The command's exit code, negative when it was killed."""
        self.school.faults = fault
        log = self.folder / "change.log"
        command = self.school.begin("services", "change-password", "Riverside", log=log)
        self.school.faults = ""
        return command.wait(PATIENCE_SECONDS)

    def tested(self) -> dict[str, Any]:
        (found,) = self.school.run("services", "test", may_find_faults=True)
        return dict(found)


@pytest.fixture(params=KINDS)
def pair(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Pair]:
    server: Server | None = None if request.param == "sqlite" else request.getfixturevalue("postgres_server")
    with ExitStack() as stack:

        def site(kind: str) -> KillableSite:
            database = stack.enter_context(new_database(tmp_path / kind, server))
            if server is None:
                lay_tables(kind, tmp_path / kind)
            made = KillableSite(kind, tmp_path / kind, free_address(), database=database)
            stack.callback(made.close)
            return made

        school, supplier = site("school"), site("supplier")
        school.run("init")
        supplier.run("init", "--name", "Riverside", "--duns", "123456789")
        buyer = supplier.run("buyers", "add", "--name", "Green Abbey", "--user", "greenabbey", "--duns", "987654321")
        supplier.start()
        secret = tmp_path / "password"
        secret.write_text(buyer["password"])
        login = ("--user", "greenabbey", "--password-file", str(secret))
        school.run("services", "add", "--name", "Riverside", "--url", f"{supplier.url}/Service.asmx", *login)
        yield Pair(school, supplier, tmp_path)


def test_the_school_is_let_in_though_the_change_is_killed_at_any_step(
    pair: Pair, request: pytest.FixtureRequest
) -> None:
    database = "postgres" if pair.school.database.url else "sqlite"
    for point in POINTS:
        killed = pair.change_password(fault=point) == -signal.SIGKILL
        log = (pair.folder / "change.log").read_text()
        assert killed, f"nothing was killed at {point}: {log}"
        complaints: dict[str, list[str]] = {"lost": [], "twice": [], "stuck": [], "untold": []}
        tested = pair.tested()
        if not tested["successful"]:
            complaints["lost"].append(f"{point}: {tested['message']}")
        asked = pair.school.database.rows("SELECT password_asked_at FROM school_purchasing_webservice")[0][0]
        if (asked is None) != (point == "passwords.kept"):
            complaints["untold"].append(f"{point}: that an answer is missing is {'not ' * (asked is None)}known")
        if pair.change_password() != 0:
            complaints["stuck"].append(f"{point}: another change fails")
        note(request, f"school {point}", database=database, killed=1, complaints=complaints)
        assert not any(complaints.values()), f"{complaints} {log}"
        assert pair.tested()["successful"]
