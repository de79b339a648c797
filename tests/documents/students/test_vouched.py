"""Pupils whose bytes are known to be valid are passed over, and nothing else is."""

import io
from contextlib import suppress

import pytest
from tests.documents.students.files import a_file, a_header, changed, pupils

from schoolgate.documents.problems import DocumentError
from schoolgate.documents.students.reader import StudentFile


def read(data: bytes, known: set[bytes]) -> tuple[StudentFile, list[bytes], list[bytes]]:
    """The file once walked, the bytes of its entries, and those it was asked about."""
    file = StudentFile(io.BytesIO(data))
    asked: list[bytes] = []

    def vouched(raw: bytes) -> bool:
        asked.append(raw)
        return raw in known

    return file, [entry.raw for entry in file.entries(vouched)], asked


@pytest.fixture(scope="module")
def data() -> bytes:
    return a_file(pupils(30))


@pytest.fixture(scope="module")
def raws(data: bytes) -> list[bytes]:
    return [entry.raw for entry in StudentFile(io.BytesIO(data)).entries()]


@pytest.mark.parametrize("part", [0, 1, 2])
def test_entries_are_the_same_whoever_is_vouched_for(data: bytes, raws: list[bytes], part: int) -> None:
    file, found, asked = read(data, set(raws[::part]) if part else set())
    assert found == asked == raws
    assert file.pupils == 30
    assert not file.problems.refusals


def test_records_of_vouched_pupils_can_be_read(data: bytes, raws: list[bytes]) -> None:
    records = [entry.record for entry in StudentFile(io.BytesIO(data)).entries(lambda _: True)]
    assert records == [entry.record for entry in StudentFile(io.BytesIO(data)).entries()]


def test_what_is_vouched_for_is_not_held_to_the_schema_but_at_the_end(data: bytes) -> None:
    """The promise is the caller's; the last run is read in any case, for the file's own end."""
    wrong = data.replace(b"<Sex>M</Sex>", b"<Sex>9</Sex>")
    everything = {entry.raw for entry in StudentFile(io.BytesIO(wrong)).entries(lambda _: True)}
    believed, _, _ = read(wrong, everything)
    judged, _, _ = read(wrong, set())
    assert 0 <= believed.problems.refusals < judged.problems.refusals


@pytest.mark.parametrize("between", ["<Stranger/>", "text", "\x0c", "<!-- --><Stranger/>"])
def test_what_stands_between_vouched_pupils_is_held_to_the_schema(data: bytes, raws: list[bytes], between: str) -> None:
    first = raws[0].decode()
    broken = changed(data, first, f"{first}{between}")
    file = StudentFile(io.BytesIO(broken))
    # Text of no document at all ends the reading; what is merely in the wrong place is a problem of the schema.
    with suppress(DocumentError):
        list(file.entries(lambda raw: raw in raws))
        assert file.problems.refusals


def test_the_verdict_depends_on_the_schema_and_the_namespaces(data: bytes) -> None:
    def judged_by(text: bytes) -> str:
        return StudentFile(io.BytesIO(text)).judged_by

    assert judged_by(data) == judged_by(a_file(pupils(1), a_header(school_name="Another")))
    assert judged_by(data) != judged_by(changed(data, "<CESfile>", '<CESfile xmlns:mis="urn:mis">'))
    assert judged_by(data) != judged_by(a_file(header=a_header(version="3.72")))
