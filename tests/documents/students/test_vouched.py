"""Pupils whose bytes are known to be valid are passed over, and nothing else is."""

import io
from contextlib import suppress

import pytest
from tests.documents.students.files import a_file, a_header, changed, pupils

from schoolgate.documents.problems import DocumentError
from schoolgate.documents.students.entries import PupilEntry
from schoolgate.documents.students.reader import StudentFile


def read(data: bytes, known: set[bytes]) -> tuple[StudentFile, list[PupilEntry], set[bytes]]:
    """The file once walked, its entries, and the bytes that it was asked about."""
    asked: set[bytes] = set()

    def vouched(raw: bytes) -> str:
        asked.add(raw)
        return f"voucher for {len(raw)}" if raw in known else ""

    file = StudentFile(io.BytesIO(data), vouched=vouched)
    return file, list(file.entries()), asked


@pytest.fixture(scope="module")
def data() -> bytes:
    return a_file(pupils(30))


@pytest.fixture(scope="module")
def raws(data: bytes) -> list[bytes]:
    return [entry.raw for entry in StudentFile(io.BytesIO(data)).entries()]


@pytest.mark.parametrize("part", [0, 1, 2, 3, 11])
def test_entries_are_the_same_whoever_is_vouched_for(data: bytes, raws: list[bytes], part: int) -> None:
    file, found, asked = read(data, set(raws[::part]) if part else set())
    assert [entry.raw for entry in found] == raws
    assert asked <= set(raws)
    assert [entry.number for entry in found] == list(range(1, 31))
    assert not file.problems.refusals


def test_whoever_is_passed_over_has_its_voucher_and_nobody_else(data: bytes, raws: list[bytes]) -> None:
    known = set(raws) - {raws[4], raws[11]}
    _, found, _ = read(data, known)
    # What is left for the end of the file is read whole, for its last bytes.
    passed_over = {entry.raw: entry.voucher for entry in found if entry.voucher}
    assert len(passed_over) > 20
    assert passed_over.keys() <= known
    assert all(voucher == f"voucher for {len(raw)}" for raw, voucher in passed_over.items())


def test_records_of_vouched_pupils_can_be_read(data: bytes, raws: list[bytes]) -> None:
    _, found, _ = read(data, set(raws))
    assert [entry.record for entry in found] == [entry.record for entry in StudentFile(io.BytesIO(data)).entries()]


def test_what_is_vouched_for_is_not_held_to_the_schema_but_at_the_end(data: bytes) -> None:
    """The promise is the caller's; the last run is read in any case, for the file's own end."""
    wrong = data.replace(b"<Sex>M</Sex>", b"<Sex>9</Sex>")
    judged, _, asked = read(wrong, set())
    believed, _, _ = read(wrong, asked)
    assert 0 <= believed.problems.refusals < judged.problems.refusals


@pytest.mark.parametrize("between", ["<Stranger/>", "text", "\x0c", "<!-- --><Stranger/>"])
def test_what_stands_between_vouched_pupils_is_held_to_the_schema(data: bytes, raws: list[bytes], between: str) -> None:
    first = raws[0].decode()
    broken = changed(data, first, f"{first}{between}")
    # Text of no document at all ends the reading; what is merely in the wrong place is a problem of the schema.
    with suppress(DocumentError):
        file, _, _ = read(broken, set(raws))
        assert file.problems.refusals


@pytest.mark.parametrize("cut", ["</CESpupilData>", "</Pupil>"])
def test_a_file_cut_short_behind_vouched_pupils_is_refused(data: bytes, raws: list[bytes], cut: str) -> None:
    end = data.rindex(cut.encode())
    with pytest.raises(DocumentError, match="cut short"):
        read(data[:end], set(raws))


@pytest.mark.parametrize("letter", [b"\xe9", b"\xc3"])
def test_a_broken_letter_between_vouched_pupils_is_refused(data: bytes, raws: list[bytes], letter: bytes) -> None:
    broken = data.replace(raws[1], raws[1] + letter, 1)
    with pytest.raises(DocumentError) as refused:
        read(broken, set(raws))
    assert refused.value.code == "encoding-broken"


def test_the_verdict_depends_on_the_schema_and_the_namespaces(data: bytes) -> None:
    def judged_by(text: bytes) -> str:
        return StudentFile(io.BytesIO(text)).judged_by

    assert judged_by(data) == judged_by(a_file(pupils(1), a_header(school_name="Another")))
    assert judged_by(data) != judged_by(changed(data, "<CESfile>", '<CESfile xmlns:mis="urn:mis">'))
    assert judged_by(data) != judged_by(a_file(header=a_header(version="3.72")))
