"""Reading and checking a student file, beside lxml's iterparse and xmllint.

`records` gives each valid pupil's record, as the importer reads; `verdict` only says whether the file is valid;
`check` is what `schoolgate check` does: the verdict, every record, and the rules for values.
The peers: lxml's iterparse with a schema, each element cleared, building the same records; and xmllint --stream.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.measuring import MIB, Row, alternate, print_result, print_table

MEGABYTES = int(os.environ.get("SCHOOLGATE_BENCH_MB", "100"))
ROUNDS = 3
LARGER = 5
"""Memory is measured again on a file so many times as large."""

FLOOR = 0.9
"""Records must come at least so fast, beside lxml's (issue 1)."""
MOST_MEMORY = 64 * MIB
FLAT = 1.1
"""The larger file may take so many times the memory."""

_BYTES_A_PUPIL = 7_080


def make_inputs(folder: str, pupils: str, larger: str) -> None:
    """Make up two schools of so many pupils, and write down the schema for the peers."""
    from schoolgate.documents.samples.students import make_students
    from schoolgate.documents.students.versions import default_shelf
    from schoolgate.documents.students.writer import write_students

    Path(folder, "schema.xsd").write_text(default_shelf().schema_text("CES"), encoding="utf-8")
    for name, number in (("students.xml", pupils), ("larger.xml", larger)):
        sample = make_students(la="820", school="4321", destination_la="820", pupils=int(number), seed=7)
        with Path(folder, name).open("wb") as file:
            write_students(file, sample.header, sample.records(), version="3.73")


def read_records(path: str) -> None:
    """Ours: every valid pupil's record."""
    from schoolgate.documents.students.reader import StudentFile

    with Path(path).open("rb") as stream:
        file = StudentFile(stream)
        records = sum(1 for entry in file.entries() if entry.record)
    assert records == file.pupils > 0
    assert not file.problems.refusals


def read_verdict(path: str) -> None:
    """Ours: only whether the file is valid."""
    from schoolgate.documents.students.reader import StudentFile

    with Path(path).open("rb") as stream:
        file = StudentFile(stream)
        entries = sum(1 for _ in file.entries())
    assert entries == file.pupils > 0
    assert not file.problems.refusals


def check(path: str) -> None:
    """Ours: all that `schoolgate check` does."""
    from schoolgate.documents.students.check import check_stream

    with Path(path).open("rb") as stream:
        verdict = check_stream(stream, name=None)
    assert verdict.accepted
    assert verdict.pupils > 0


def read_records_with_lxml(path: str, schema: str) -> None:
    """The usual careful way: every pupil is handed out, the invalid ones too, and the verdict comes at the end."""
    from lxml import etree

    from schoolgate.documents.students.entries import record_of

    records = 0
    for _, element in etree.iterparse(path, tag="Pupil", schema=etree.XMLSchema(file=schema), no_network=True):
        records += bool(record_of(element))
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]
    assert records > 0


_PARTS = {part.__name__: part for part in (make_inputs, read_records, read_verdict, check, read_records_with_lxml)}


def main() -> None:
    """Make the files, run the rounds, print the tables and the result; end with an error below the floor."""
    with tempfile.TemporaryDirectory() as folder:
        file, larger, schema = (str(Path(folder, name)) for name in ("students.xml", "larger.xml", "schema.xsd"))
        pupils = MEGABYTES * 1_000_000 // _BYTES_A_PUPIL
        subprocess.run(_part("make_inputs", folder, str(pupils), str(pupils * LARGER)), check=True)
        rows = alternate(
            {
                "records": _part("read_records", file),
                "records: lxml iterparse(schema=)": _part("read_records_with_lxml", file, schema),
                "verdict": _part("read_verdict", file),
                "verdict: xmllint --stream --schema": ["xmllint", "--stream", "--noout", "--schema", schema, file],
            },
            ROUNDS,
        )
        rows |= alternate({"check (verdict, records, values)": _part("check", file)}, 1)
        memory = alternate({"records": _part("read_records", larger), "check": _part("check", larger)}, 1)
        sizes = [Path(path).stat().st_size / 1e6 for path in (file, larger)]

    records, lxml, verdict, xmllint, checked = rows.values()
    peak = max(row.peak_rss for row in (records, verdict, checked, *memory.values()))
    growth = memory["records"].peak_rss / records.peak_rss
    print_table(
        f"{sizes[0]:,.0f} MB, {pupils:,} pupils, median of {ROUNDS} alternating rounds (check: one run)",
        ["", "MB/s", "pupils/s", "peak MiB"],
        [_line(row, sizes[0], pupils) for row in rows.values()],
    )
    print_table(
        f"{sizes[1]:,.0f} MB, one run",
        ["", "MB/s", "pupils/s", "peak MiB"],
        [_line(row, sizes[1], pupils * LARGER) for row in memory.values()],
    )
    ratios = {
        "records_vs_lxml_iterparse": lxml.seconds / records.seconds,
        "verdict_vs_xmllint_stream": xmllint.seconds / verdict.seconds,
    }
    print_result("check", ratios, peak)
    if ratios["records_vs_lxml_iterparse"] < FLOOR or peak > MOST_MEMORY or growth > FLAT:
        sys.exit(f"Below the floor: {FLOOR} of lxml, {MOST_MEMORY // MIB} MiB, {FLAT} times the memory at {LARGER}x.")


def _part(name: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "bench.check", name, *arguments]


def _line(row: Row, megabytes: float, pupils: int) -> list[str]:
    return [
        row.name,
        f"{megabytes / row.seconds:.1f}",
        f"{pupils / row.seconds:,.0f}",
        f"{row.peak_rss / MIB:.1f}",
    ]


if __name__ == "__main__":
    if len(sys.argv) > 1:
        _PARTS[sys.argv[1]](*sys.argv[2:])
    else:
        main()
