"""An authority and a school's site with its folders: set up once on each kind of database, then copied."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import httpx
from tests.faults.database import Database, make_database, new_database
from tests.faults.fork_server import Command
from tests.faults.sites import KillableSite, free_address
from tests.postgres import Server
from tests.tables import lay_tables

from schoolgate.documents.samples.files import write_student_sample
from schoolgate.documents.samples.students import make_students

LA = "820"
SCHOOLS = ("4321", "2107", "7004", "3310")
EXPORT_SECONDS = 120
PASSWORD = "Plain-Lantern-42"
SETTLE_AT_ONCE = 0
"""Below what a person may set, for tests in which no file is still being written."""


@dataclass(frozen=True)
class Dropped:
    """A file that was put into *Files Not Exported*: its whole name, and the sha256 of its bytes."""

    name: str
    sha256: str


@dataclass
class Exchange:
    """An authority with its accounts, and a school site that sends for all of SCHOOLS.

    `server` is where both keep their rows, None for SQLite. Of what was put into the folder, `broken` is to be held
    back, `good` to arrive, and what is named in `sent_again` to arrive twice, for the LA forgets it in between.
    `may_park`: one job may be killed three times; then it is parked, which the first page tells (DESIGN 6).
    """

    folder: Path
    school: KillableSite
    authority: KillableSite
    server: Server | None = None
    keys: dict[str, Any] = field(default_factory=dict)
    broken: list[Dropped] = field(default_factory=list)
    good: list[Dropped] = field(default_factory=list)
    sent_again: set[str] = field(default_factory=set)
    may_park: bool = False
    serials: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def database(self) -> str:
        """What both sites keep their rows in, for the table."""
        return "postgres" if self.school.database.url else "sqlite"

    @property
    def root(self) -> Path:
        return self.folder / "root"

    @property
    def waiting(self) -> Path:
        return self.root / LA / "Files Not Exported"

    @property
    def exported(self) -> Path:
        return self.root / LA / "Files Exported"

    def set_up(self) -> None:
        """Both sites from nothing, by the commands that people use."""
        self.authority.run("init", "--la", LA, "--name", "Bedfordshire")
        self.authority.run("rules", "use", "Always import", "--new-bases", "--add-unmatched")
        password = self.folder / "password"
        password.write_text(PASSWORD)
        account = ("--user", f"{LA}{SCHOOLS[0]}", "--password-file", str(password))
        for number in SCHOOLS:
            self.authority.run("accounts", "add", "--la", LA, "--school", number, *account)
        self.school.run("init", "--root-folder", str(self.root))
        self.school.run("destinations", "add", "--la", LA, "--url", self.authority.url, *account)
        self.school.database.write(
            "INSERT INTO preferences_storedpreference (name, value, changed_at)"
            f" VALUES ('settle-seconds', '{SETTLE_AT_ONCE}', CURRENT_TIMESTAMP)"
        )

    def open(self) -> None:
        """Have the authority serve, and the school call it there and use the root folder of here."""
        self.waiting.mkdir(parents=True, exist_ok=True)
        self.exported.mkdir(exist_ok=True)
        self.prefer("root-folder", str(self.root))
        self.call(self.authority.url)
        self.authority.start()
        self.keys = (
            httpx.get(f"{self.authority.url}/exchange/v1/keys", trust_env=False, timeout=60).raise_for_status().json()
        )

    def call(self, url: str) -> None:
        """Have the school call the LA at this address."""
        self.school.database.write(f"UPDATE school_exchange_destination SET address = '{url}'")

    def prefer(self, name: str, value: object) -> None:
        """Set a preference of the school's."""
        self.school.database.write(f"UPDATE preferences_storedpreference SET value = '{value}' WHERE name = '{name}'")

    def drop(self, school: str = SCHOOLS[0], *, broken: bool = False, serial: int | None = None) -> Path:
        """Put a small made-up file, like no other, into the folder for the LA."""
        path = self.make(self.waiting, school, broken=broken, serial=serial)
        self.expect(path, broken=broken)
        return path

    def make(self, folder: Path, school: str = SCHOOLS[0], *, broken: bool = False, serial: int | None = None) -> Path:
        """A made-up file like no other, in a folder of which nobody knows."""
        seed = next(self.serials)
        sample = make_students(
            la=LA,
            school=school,
            destination_la=LA,
            pupils=2,
            seed=seed,
            faults=("missing-dob",) if broken else (),
        )
        return write_student_sample(folder, sample, serial=serial or seed)

    def expect(self, path: Path, *, broken: bool = False) -> None:
        """Ask of this file, as it is now, that it arrives; or, broken, that it is held back."""
        dropped = Dropped(path.name, hashlib.sha256(path.read_bytes()).hexdigest())
        (self.broken if broken else self.good).append(dropped)

    def school_beside(self, home: Path, database: Database) -> KillableSite:
        """Another school's site, with this home: a copy of the first one's, or of what it once was."""
        return KillableSite("school", home, free_address(), database=database)

    def start_export(self, site: KillableSite | None = None) -> Command:
        """`schoolgate school export`, of the school or another site."""
        return (site or self.school).begin("export", "--json", log=self.folder / "export.log")

    def export(self, faults: str = "") -> int:
        """`schoolgate school export` to its end, whatever that is: its exit code, negative when it was killed."""
        self.school.faults = faults
        export = self.start_export()
        self.school.faults = ""
        try:
            return export.wait(EXPORT_SECONDS)
        finally:
            export.kill()

    def take_away_broken(self) -> None:
        for file in self.broken:
            (self.waiting / file.name).unlink()
        self.broken.clear()

    def log(self) -> str:
        """The last of what both sites said, for a failure's message."""
        logs = [self.folder / "export.log", self.authority.log]
        return json.dumps([log.read_text("utf-8", "replace")[-3000:] for log in logs if log.exists()], indent=1)

    def close(self) -> None:
        self.authority.close()
        self.school.close()


def prepare_exchange(folder: Path, server: Server | None) -> Exchange:
    """An exchange that is set up and never opened, to be copied."""

    def site(kind: str) -> KillableSite:
        return KillableSite(kind, folder / kind, free_address(), database=make_database(folder / kind, server))

    made = Exchange(folder, school=site("school"), authority=site("authority"))
    if server is None:
        for of in (made.school, made.authority):
            lay_tables(of.kind, of.home)
    made.set_up()
    made.close()
    return made


@contextmanager
def copied_exchange(folder: Path, server: Server | None, *, like: Exchange) -> Iterator[Exchange]:
    """An exchange of its own for the length of a `with` block, open."""
    with ExitStack() as stack:

        def copy(site: KillableSite) -> KillableSite:
            database = stack.enter_context(new_database(folder / site.kind, server, like=site.database))
            return KillableSite(site.kind, database.home, free_address(), database=database)

        made = Exchange(folder, school=copy(like.school), authority=copy(like.authority), server=server)
        stack.callback(made.close)
        made.open()
        yield made
