"""Importing a file of 100 MB: first, again, and with one pupil in a hundred changed, on both databases.

Ours is what the import job calls, by a process of its own and with the stream that the job reads: gzip, out of the
store of received files. A site's worker runs all day, so what a process needs to start is not measured, and each has
imported one pupil before, which it takes back. An unchanged file is imported once more from its plain bytes, since
unpacking is a third of that work.

The peers: the digest of each pupil of the same bytes, and nothing else; the same rows, ready made, by COPY into the
same tables; and Django's `update_or_create` of one pupil and one group at a time, on some of the pupils. Every round
begins with a fresh database, and after each import what is held is read back and compared with the file both ways:
group by group, and that the rows written are those that differ.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import Any, BinaryIO

from bench.measuring import MIB, Measured, Row, print_result, print_table

MEGABYTES = int(os.environ.get("SCHOOLGATE_BENCH_MB", "100"))
ROUNDS = int(os.environ.get("SCHOOLGATE_BENCH_ROUNDS", "3"))
ONE_BY_ONE = 100
"""Pupils of `update_or_create`: its speed does not depend on their number."""

FLOORS = {"first_vs_update_or_create": 20.0, "unchanged_vs_digest_pass": 0.5, "one_percent_vs_unchanged": 0.5}
MOST_MEMORY = 96 * MIB

_BYTES_A_PUPIL = 7_080
_LA, _SCHOOL = "820", "4321"
_ONE_PUPIL = "one.xml"
_DURABLE = ("-c", "max_connections=20")
_SETTINGS = {
    "sqlite": ("PRAGMA journal_mode", "PRAGMA synchronous", "PRAGMA page_size"),
    "postgresql": ("SHOW fsync", "SHOW synchronous_commit", "SHOW full_page_writes", "SHOW server_version"),
}


def make_inputs(folder: str, pupils: str) -> None:
    """Make up a school, and the same with another value in every hundredth pupil."""
    from schoolgate.documents.samples.students import make_students
    from schoolgate.documents.students.writer import write_students

    sample = make_students(la=_LA, school=_SCHOOL, destination_la=_LA, pupils=int(pupils), seed=7)

    def changed() -> Iterator[dict[str, Any]]:
        for number, record in enumerate(sample.records()):
            changes = {}
            if number % 100 == 50:
                item = ("MiddleNames", "Ethnicity", "NCyearActual")[number // 100 % 3]
                changes = {item: {"MiddleNames": "Robin", "Ethnicity": "WIRI", "NCyearActual": "X"}[item]}
            yield {**record, "BasicDetails": {**record["BasicDetails"], **changes}}

    one = make_students(la=_LA, school=_SCHOOL, destination_la=_LA, pupils=1, seed=8)
    files = {"students.xml": sample.records(), "changed.xml": changed(), _ONE_PUPIL: one.records()}
    for name, records in files.items():
        with Path(folder, name).open("wb") as file:
            write_students(file, sample.header, records, version="3.73")


def prepare(folder: str) -> None:
    """Make the site's base, and keep the files where received ones lie."""
    import django

    django.setup()
    from schoolgate.authority.bases.models import Base
    from schoolgate.authority.exchange.store import received_files
    from schoolgate.commons.accounts.models import User

    account = User.objects.create(username="bench", role="exchange account")
    Base.objects.create(la=_LA, number=_SCHOOL, name="Bench School", account=account)
    kept = {}
    for path in Path(folder).glob("*.xml"):
        with path.open("rb") as file, received_files().incoming() as incoming:
            for block in iter(partial(file.read, 65_536), b""):
                incoming.write(block)
            kept[path.name] = incoming.keep().sha256
    _say(kept)


def import_file(one_pupil: str, sha256: str, plain: str = "") -> None:
    """Import a file out of the store, or its plain bytes: seconds, and what became of whom."""
    import django

    django.setup()
    from django.db import transaction

    from schoolgate.authority.exchange.store import received_files

    with transaction.atomic():
        _import(partial(_plain, one_pupil), full=False)
        transaction.set_rollback(True)
    began = time.perf_counter()
    this = _import(partial(_plain, plain) if plain else partial(received_files().open, sha256), full=True)
    seconds = time.perf_counter() - began
    _say({"seconds": seconds, "pupils": this.counts.get("pupils", {}), "problems": this.problems})


def _import(stream: Callable[[], BinaryIO], *, full: bool) -> Any:
    from django.utils import timezone

    from schoolgate.authority.bases.models import Base
    from schoolgate.authority.importing.carrying_out import Ruling, carry_out
    from schoolgate.authority.importing.models import Import

    this = Import.objects.create(
        base=Base.objects.get(), source_name="bench", source_key="", full=full, written_at=timezone.now()
    )
    carry_out(this, stream, Ruling(demo=True), job=this.pk)
    return this


def _plain(path: str) -> BinaryIO:
    return Path(path).open("rb")


def read_back(path: str) -> None:
    """Read all that is held of pupils, and compare it with the file both ways; then give the digest of each table.

    The digest is of every column of every row, so that a row which was written anew with the same is seen too.
    """
    from bench.peers.pupil_rows import tables

    names = tables()
    from schoolgate.authority.records.models import Attendance, Enrolment, EnrolmentGroup, Pupil, PupilGroup

    pupils = {pupil.pk: (pupil.upn, pupil.surname, pupil.forename, pupil.born) for pupil in Pupil.objects.all()}
    enrolments = {pk: pupils[pupil] for pk, pupil in Enrolment.objects.values_list("pk", "pupil_id")}
    _insist(len(enrolments) == len(pupils), "Each pupil has an enrolment.")
    held = {(pupils[row.owner], row.group.name, row.payload_text) for row in PupilGroup.objects.iterator()}
    held |= {(enrolments[row.owner], row.group.name, row.payload_text) for row in EnrolmentGroup.objects.iterator()}
    registers = {
        (enrolments[row.enrolment_id], row.year, row.place, row.marks) for row in Attendance.objects.iterator()
    }
    _insist((held, registers) == _said(path), "What is held is what the file says.")
    _say({table: _digest_of(model) for table, model in names.items()})


def _said(path: str) -> tuple[set[Any], set[Any]]:
    from schoolgate.authority.bases.models import Base
    from schoolgate.authority.importing.reading import Document, incoming_of
    from schoolgate.authority.records.columns import pupil_columns
    from schoolgate.authority.records.groups.attendance import ATTENDANCE
    from schoolgate.authority.records.groups.canonical import canonical
    from schoolgate.authority.records.models.attendance import register_columns

    base = Base.objects.get()
    document = Document(partial(_plain, path), demo=True)
    check = document.value_check()
    groups, registers = set(), set()
    for entry in document.judge(None):
        payloads = incoming_of(entry, check, full=True).payloads
        columns = pupil_columns(payloads)
        pupil = (columns["upn"], columns["surname"], columns["forename"], columns["born"])
        for group, payload in payloads.items():
            if group is ATTENDANCE:
                rows = [register_columns(register, base) for register in payload["Attendance"]]
                registers |= {(pupil, row["year"], row["place"], row["marks"]) for row in rows}
            else:
                groups.add((pupil, group.name, canonical(payload)))
    return groups, registers


def _digest_of(model: Any) -> str:
    digest = blake2b(digest_size=16)
    number = 0
    for row in model.objects.order_by("pk").values_list().iterator():
        digest.update(repr([bytes(one) if isinstance(one, memoryview) else one for one in row]).encode())
        number += 1
    return f"{number} rows {digest.hexdigest()}"


def rows_written(before: str, after: str) -> None:
    """The groups that the newest import wrote are those whose text in the two files differs: how many they are."""
    import django

    django.setup()
    from schoolgate.authority.importing.models import Import
    from schoolgate.authority.records.models import Attendance, Enrolment, EnrolmentGroup, Pupil, PupilGroup, Replaced

    job = Import.objects.latest("pk").pk
    pupils = {pupil.pk: (pupil.upn, pupil.surname, pupil.forename, pupil.born) for pupil in Pupil.objects.all()}
    enrolments = {pk: pupils[pupil] for pk, pupil in Enrolment.objects.values_list("pk", "pupil_id")}
    written = {(pupils[row.owner], row.group.name) for row in PupilGroup.objects.filter(change__job=job)}
    written |= {(enrolments[row.owner], row.group.name) for row in EnrolmentGroup.objects.filter(change__job=job)}
    differing = {(pupil, group) for pupil, group, _ in _said(after)[0] - _said(before)[0]}
    _insist(written == differing, "The rows written are those that differ.")
    _insist(Replaced.objects.filter(replaced_by__job=job).count() == len(written), "Each keeps what stood there.")
    _insist(not Attendance.objects.filter(change__job=job).exists(), "No register differs.")
    _say({"rows": len(written)})


def durability() -> None:
    """What the database promises, in its own words."""
    import django

    django.setup()
    from django.db import connection

    told = {}
    with connection.cursor() as cursor:
        for question in _SETTINGS[connection.vendor]:
            cursor.execute(question)
            told[question.split()[-1]] = cursor.fetchone()[0]
    _say(told)


@dataclass(slots=True)
class Site:
    """An authority site on one database, made afresh as often as asked."""

    database: str
    folder: Path
    server: Any = None
    ways: dict[str, Row] = field(default_factory=dict)
    kept: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        url = {"SCHOOLGATE_DATABASE_URL": self.server.url("bench")} if self.server else {}
        home = {
            "SCHOOLGATE_HOME": str(self.folder / "authority"),
            "DJANGO_SETTINGS_MODULE": "schoolgate.sites.authority",
        }
        return {**os.environ, **home, **url, "SCHOOLGATE_DEMO": "yes"}

    def set_up(self, inputs: Path) -> None:
        self.folder.mkdir()
        if self.server:
            self._on_server("createdb", "bench")
        init = ["authority", "init", "--la", _LA, "--name", "Bench", "--json"]
        subprocess.run(
            [sys.executable, "-m", "schoolgate.sites.cli", *init], env=self.environment, check=True, capture_output=True
        )
        self.kept, _ = self.part("prepare", str(inputs))
        if self.server:
            self._on_server("createdb", "-T", "bench", "empty")
        else:
            shutil.copytree(self.folder / "authority", self.folder / "empty")

    def renew(self) -> None:
        if self.server:
            self._on_server("dropdb", "bench")
            self._on_server("createdb", "-T", "empty", "bench")
        else:
            shutil.rmtree(self.folder / "authority")
            shutil.copytree(self.folder / "empty", self.folder / "authority")

    def _on_server(self, program: str, *arguments: str) -> None:
        login = ["-h", str(self.server.folder), "-U", "postgres"]
        subprocess.run([str(self.server.programs / program), *login, *arguments], check=True)

    def part(self, name: str, *arguments: str, module: str = "bench.importing") -> tuple[Any, int]:
        """Run a part in a process of its own: what it says, and the most memory it held, in bytes."""
        command = [sys.executable, "-m", module, name, *arguments]
        process = subprocess.Popen(command, env=self.environment, stdout=subprocess.PIPE)
        assert process.stdout is not None
        said = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        _insist(process.returncode == 0, f"{name} ends well.")
        return json.loads(said or "null"), usage.ru_maxrss * 1024

    def measure(self, way: str, name: str, *arguments: str, module: str = "bench.importing", times: float = 1.0) -> Any:
        said, rss = self.part(name, *arguments, module=module)
        self.ways.setdefault(way, Row(way, [])).runs.append(Measured(said["seconds"] * times, rss))
        return said

    def seconds(self, way: str) -> float:
        return self.ways[way].seconds


def run_round(site: Site, students: Path, changed: Path, pupils: int) -> int:
    """One round on a fresh database; how many group rows the changed file wrote."""
    peers = "bench.peers.pupil_rows"
    first, other = site.kept[students.name], site.kept[changed.name]
    one = str(students.with_name(_ONE_PUPIL))
    stored = str(next(site.folder.glob(f"authority/files/*/{first}*")))
    rows = site.folder / "rows"
    rows.mkdir(exist_ok=True)

    site.renew()
    said = site.measure("first", "import_file", one, first)
    _insist(said["pupils"] == {"added": pupils}, "All pupils are added.")
    held, _ = site.part("read_back", str(students))
    site.part("keep_rows", str(rows), module=peers)
    site.measure("digest pass, stored", "digest_pass", stored, module=peers)
    said = site.measure("again", "import_file", one, first)
    _insist(said["pupils"] == {"same": pupils}, "All pupils are the same.")
    site.measure("digest pass, plain", "digest_pass", str(students), module=peers)
    site.measure("again, plain", "import_file", one, first, str(students))
    _insist(site.part("read_back", str(students))[0] == held, "A file that comes again writes no row.")
    said = site.measure("1 % changed", "import_file", one, other)
    _insist(said["pupils"]["changed"] + said["pupils"]["same"] == pupils, "Some pupils are changed.")
    written, _ = site.part("rows_written", str(students), str(changed))
    site.part("read_back", str(changed))

    site.renew()
    site.measure("plain copy", "plain_copy", str(rows), module=peers)
    _insist(site.part("read_back", str(students))[0] == held, "The copy is the same.")
    for way, keys in (("update_or_create", "keys"), ("update_or_create, no keys", "")):
        site.renew()
        times = pupils / ONE_BY_ONE
        site.measure(way, "update_or_create", str(students), str(ONE_BY_ONE), keys, module=peers, times=times)
    return int(written["rows"])


def main() -> None:
    """Make the files, run the rounds, print the tables and the result; end with an error below a floor."""
    from tests.postgres import running_server

    pupils = MEGABYTES * 1_000_000 // _BYTES_A_PUPIL
    with tempfile.TemporaryDirectory(prefix="schoolgate-bench-") as temporary, running_server(_DURABLE) as server:
        inputs = Path(temporary, "inputs")
        inputs.mkdir()
        subprocess.run([sys.executable, "-m", "bench.importing", "make_inputs", str(inputs), str(pupils)], check=True)
        students, changed = inputs / "students.xml", inputs / "changed.xml"
        size = students.stat().st_size / 1e6
        sites = [Site("SQLite", Path(temporary, "sqlite")), Site("PostgreSQL", Path(temporary, "postgresql"), server)]
        for site in sites:
            site.set_up(inputs)
        rows = [run_round(site, students, changed, pupils) for _ in range(ROUNDS) for site in sites]
        durable = [site.part("durability")[0] for site in sites]
    for site, told in zip(sites, durable, strict=True):
        _print_site(site, told, size, pupils)
    print(f"\nThe changed file wrote {rows[0]} groups; each was read back, and no other row of a group was written.")
    ratios = _ratios(*sites)
    peak = max(site.ways[way].peak_rss for site in sites for way in ("first", "again", "1 % changed"))
    print_result("import", ratios, peak)
    below = [name for name, floor in FLOORS.items() if ratios[name] < floor]
    if below or peak > MOST_MEMORY:
        sys.exit(f"Below the floor: {', '.join([*below, *(['memory'] if peak > MOST_MEMORY else [])])}.")


def _print_site(site: Site, told: Mapping[str, Any], size: float, pupils: int) -> None:
    promises = ", ".join(f"{name} {value}" for name, value in told.items())
    print_table(
        f"{site.database} ({promises}): {size:,.0f} MB, {pupils:,} pupils, medians of {ROUNDS} alternating rounds",
        ["", "seconds", "pupils/s", "peak MiB"],
        [
            [row.name, f"{row.seconds:,.2f}", f"{pupils / row.seconds:,.0f}", f"{row.peak_rss / MIB:.0f}"]
            for row in site.ways.values()
        ],
    )
    mixed = site.seconds("digest pass, plain") / site.seconds("again")
    print(f"Seconds of update_or_create are those of {ONE_BY_ONE} pupils, scaled. ", end="")
    print(f"The digest pass of plain bytes beside ours out of the store, unpacking and all: {mixed:.2f}.")


def _ratios(sqlite: Site, postgresql: Site) -> dict[str, float]:
    """Ours to the peer, of the same bytes read in the same way; the lower of both databases where it is of both."""
    first = postgresql.seconds("first")
    both = (sqlite, postgresql)
    passes = [("digest pass, stored", "again"), ("digest pass, plain", "again, plain")]
    unchanged = [site.seconds(peer) / site.seconds(ours) for site in both for peer, ours in passes]
    return {
        "first_vs_update_or_create": postgresql.seconds("update_or_create") / first,
        "first_vs_copy": postgresql.seconds("plain copy") / first,
        "unchanged_vs_digest_pass": min(unchanged),
        "one_percent_vs_unchanged": min(site.seconds("again") / site.seconds("1 % changed") for site in both),
    }


def _say(what: Any) -> None:
    print(json.dumps(what))


def _insist(right: bool, what: str) -> None:
    if not right:
        raise RuntimeError(f"Not so: {what}")


_PARTS = {part.__name__: part for part in (make_inputs, prepare, import_file, read_back, rows_written, durability)}

if __name__ == "__main__":
    if len(sys.argv) > 1:
        _PARTS[sys.argv[1]](*sys.argv[2:])
    else:
        main()
