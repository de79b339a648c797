"""A file arrives: durable first, then row and receipt, then the answer."""

import errno
import hashlib
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.test import Client
from django.utils import timezone

from schoolgate.authority.bases.la import LA_NUMBER
from schoolgate.authority.bases.models import Base
from schoolgate.authority.exchange.keys import published_keys, retire_key
from schoolgate.authority.exchange.models import ReceivedFile, RefusedDelivery, SigningKey
from schoolgate.authority.exchange.store import received_files
from schoolgate.authority.exchange.sweeping import sweep_exchange
from schoolgate.commons.journal.models import JournalLine
from schoolgate.sites.home import Home
from schoolgate.wire.receipts import Receipt, verify

NAME = "8204321_CES_820LLLL_001.xml"
Sample = Callable[..., bytes]


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def names_used_before() -> list[bool]:
    used = ReceivedFile.objects.with_name_used_before()
    return [file in used for file in ReceivedFile.objects.order_by("pk")]


@pytest.mark.parametrize("packed", [False, True])
def test_a_file_is_taken_plain_or_packed(program: Any, student_file: Sample, packed: bool) -> None:
    plain = student_file(filling=200_000)
    answer = program.put(plain, packed=packed)
    assert answer.status_code == 201
    with received_files().open(hashlib.sha256(plain).hexdigest()) as kept:
        assert kept.read() == plain


def test_the_answer_holds_file_receipt_and_outcome(program: Any, student_file: Sample) -> None:
    plain = student_file()
    told = program.put(plain).json()
    received = told["file"].pop("received")
    assert told["file"] == {
        "kind": "student",
        "name": NAME,
        "sha256": hashlib.sha256(plain).hexdigest(),
        "size": len(plain),
        "la": "820",
        "school": "4321",
    }
    assert told["outcome"] == {"state": "queued", "counts": {}, "problems": []}
    assert received.endswith("Z")


def test_the_receipt_states_what_arrived_and_verifies_with_the_published_keys(
    program: Any, door: httpx.Client, student_file: Sample, settings: Any
) -> None:
    plain = student_file()
    told = program.put(plain).json()
    receipt = verify(told["receipt"], door.get("/exchange/v1/keys").json())
    file = ReceivedFile.objects.get()
    assert receipt == Receipt(
        issuer=settings.SCHOOLGATE_URL,
        base="8204321",
        kind="student",
        name=NAME,
        sha256=hashlib.sha256(plain).hexdigest(),
        size=len(plain),
        received=file.received_at.replace(microsecond=0),
        ref=file.ref or "",
    )


def test_a_reference_is_short_enough_to_read_out(program: Any, student_file: Sample) -> None:
    program.put(student_file())
    file = ReceivedFile.objects.get()
    assert file.ref == f"B-{timezone.localtime(file.received_at):%Y%m%d}-{file.pk:04}"


def test_the_same_file_again_gets_the_same_answer(program: Any, student_file: Sample) -> None:
    first, again = program.put(student_file()), program.put(student_file(), packed=True)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert ReceivedFile.objects.count() == 1


def test_other_bytes_under_a_used_name_are_another_file_and_flagged(program: Any, student_file: Sample) -> None:
    program.put(student_file())
    assert program.put(student_file(filling=1)).status_code == 201
    assert names_used_before() == [False, True]


def test_the_same_bytes_under_another_name_are_another_file(program: Any, student_file: Sample) -> None:
    program.put(student_file())
    assert program.put(student_file(), name="8204321_CES_820LLLL_002.xml").status_code == 201
    assert names_used_before() == [False, False]


def test_head_and_get_tell_whether_a_file_is_known(program: Any, door: httpx.Client, student_file: Sample) -> None:
    path = f"/exchange/v1/student/files/{hashlib.sha256(student_file()).hexdigest()}/{NAME}"
    assert door.head(path, headers=program.authorization).status_code == 404
    assert code(door.get(path, headers=program.authorization)) == (404, "unknown-file")
    told = program.put(student_file()).json()
    assert door.head(path, headers=program.authorization).status_code == 200
    nothing_refused = {"items": [], "more": False, "next": ""}
    assert door.get(path, headers=program.authorization).json() == {**told, "refusals": nothing_refused}


def test_a_stranger_does_not_learn_that_a_file_is_known(
    program: Any, other_program: Any, door: httpx.Client, student_file: Sample
) -> None:
    program.put(student_file())
    path = f"/exchange/v1/student/files/{hashlib.sha256(student_file()).hexdigest()}/{NAME}"
    assert code(door.get(path, headers=other_program.authorization)) == (404, "unknown-file")


@pytest.mark.parametrize("where", ["nothing", NAME.replace("001", "1"), NAME + "%00"])
def test_an_address_that_no_file_can_have_is_an_unknown_file(program: Any, where: str) -> None:
    assert code(program.get(f"student/files/{'0' * 64}/{where}")) == (404, "unknown-file")


def test_the_journal_tells_of_the_arrival_and_links_to_the_file(program: Any, student_file: Sample) -> None:
    program.put(student_file())
    line = JournalLine.objects.get()
    assert (line.level, line.la, line.destination_la, line.school) == ("INFO", "820", "820", "4321")
    assert line.link.endswith(f"/{ReceivedFile.objects.get().pk}")


def test_an_out_of_county_school_sends_to_its_own_base(
    door: httpx.Client, far_hill: Base, student_file: Sample, make_program: Any
) -> None:
    sender = make_program(far_hill)
    plain = student_file(la="823", school="4001")
    assert sender.put(plain, name="8234001_CES_820LLLL_001.xml").status_code == 201


def test_one_account_may_serve_several_bases(
    program: Any, green_abbey: Base, oak_lane: Base, student_file: Sample
) -> None:
    Base.objects.filter(pk=oak_lane.pk).update(account=green_abbey.account)
    plain = student_file(school="2107")
    assert program.put(plain, name="8202107_CES_820LLLL_001.xml").status_code == 201


def test_a_file_for_another_school_is_refused(program: Any, oak_lane: Base, student_file: Sample) -> None:
    answer = program.put(student_file(school="2107"), name="8202107_CES_820LLLL_001.xml")
    assert code(answer) == (403, "not-your-base")


def test_a_school_nobody_knows_is_told_as_another_school(program: Any, student_file: Sample) -> None:
    assert code(program.put(student_file(), name="8209998_CES_820LLLL_001.xml")) == (403, "not-your-base")


def test_a_base_that_was_closed_may_not_send(program: Any, student_file: Sample) -> None:
    Base.objects.update(active=False)
    assert code(program.put(student_file())) == (403, "not-your-base")


def test_a_file_for_another_authority_is_refused(program: Any, student_file: Sample) -> None:
    answer = program.put(student_file(to="823"), name="8204321_CES_823LLLL_001.xml")
    assert code(answer) == (403, "not-this-authority")


def test_an_authority_without_its_number_takes_nothing_yet(program: Any, student_file: Sample) -> None:
    LA_NUMBER.set("", by=None)
    assert code(program.put(student_file())) == (503, "not-set-up")


def test_a_file_without_a_token_is_refused_before_its_body_is_read(
    door: httpx.Client, green_abbey: Base, student_file: Sample
) -> None:
    answer = door.put(f"/exchange/v1/student/files/{'0' * 64}/{NAME}", content=student_file())
    assert code(answer) == (401, "token-expired")
    assert not RefusedDelivery.objects.exists()


@pytest.mark.parametrize(
    "name", ["pupils.xml", "8204321_CES_820LLLL_0001.xml", "..%2F..%2Fkey", "8204321_CTF_8204320_001.xml"]
)
def test_a_name_that_is_no_pupil_files_is_refused(program: Any, student_file: Sample, name: str) -> None:
    answer = program.put(student_file(), name=name)
    assert answer.json()["code"] in {"name-pattern", "unknown-address"}
    assert not ReceivedFile.objects.exists()


@pytest.mark.parametrize("digest", ["0" * 63, "0" * 65, "G" * 64, "A" * 64])
def test_an_address_without_a_digest_is_refused(program: Any, student_file: Sample, digest: str) -> None:
    assert code(program.put(student_file(), sha256=digest)) == (400, "digest-malformed")


@pytest.mark.parametrize(
    "parts", [{"la": "821"}, {"school": "4322"}, {"to": "823"}], ids=["source LA", "school", "destination LA"]
)
def test_a_header_that_differs_from_the_name_is_refused(
    program: Any, student_file: Sample, parts: dict[str, str]
) -> None:
    assert code(program.put(student_file(**parts))) == (422, "name-and-content-differ")


@pytest.mark.parametrize(
    "content", [b"", b"not XML", b"<CESfile/>", b"<!DOCTYPE a [<!ENTITY x 'y'>]><CESfile>&x;</CESfile>"]
)
def test_content_without_a_header_is_refused(program: Any, content: bytes) -> None:
    assert code(program.put(content)) == (422, "name-and-content-differ")


def test_a_transfer_between_schools_under_a_pupil_files_name_is_refused(program: Any, student_file: Sample) -> None:
    transfer = (
        student_file().replace(b"CESfile", b"CTfile").replace(b"CESversion", b"CTFversion").replace(b"CES", b"CTF")
    )
    assert code(program.put(transfer)) == (422, "name-and-content-differ")


def test_a_file_whose_pupils_break_the_schema_still_gets_its_receipt(program: Any, student_file: Sample) -> None:
    broken = student_file().replace(b"<CESpupilData>", b"<CESpupilData><Pupil><Nonsense/></Pupil>")
    assert program.put(broken).status_code == 201


def test_a_refusal_is_remembered_with_its_reason_and_nothing_of_the_content(
    program: Any, home: Home, student_file: Sample
) -> None:
    program.put(student_file(school="4322"))
    refused = RefusedDelivery.objects.get()
    assert (refused.la, refused.school, refused.name, refused.code) == ("820", "4321", NAME, "name-and-content-differ")
    assert [path for path in home.files.rglob("*") if path.is_file()] == []


def test_the_same_refusal_again_counts_up_and_fills_no_journal(program: Any, student_file: Sample) -> None:
    for _ in range(3):
        program.put(student_file(school="4322"))
    assert RefusedDelivery.objects.get().times == 3
    assert JournalLine.objects.filter(level="WARN").count() == 1


def test_a_refused_name_of_another_form_stays_out_of_the_journal(program: Any, student_file: Sample) -> None:
    program.put(student_file(), name="Kai%20Example.xml")
    assert RefusedDelivery.objects.get().name == "Kai Example.xml"
    assert "Kai" not in str(list(JournalLine.objects.values()))


def test_characters_that_no_database_takes_are_not_kept(program: Any, student_file: Sample) -> None:
    assert code(program.put(student_file(), name="a%00b.xml")) == (400, "name-pattern")
    assert RefusedDelivery.objects.get().name == "a�b.xml"


def test_a_refusal_quotes_no_value_of_the_file(program: Any, student_file: Sample) -> None:
    text = program.put(student_file(school="9876")).text
    assert "9876" not in text
    assert "Green Abbey" not in text


def test_a_receipt_of_a_retired_key_stays_verifiable(program: Any, student_file: Sample, administrator: Any) -> None:
    first = program.put(student_file()).json()["receipt"]
    retire_key(by=administrator)
    second = program.put(student_file(filling=1)).json()["receipt"]
    keys = published_keys()
    assert len(keys["keys"]) == 2
    assert verify(first, keys).size < verify(second, keys).size


def test_a_retired_keys_private_part_is_forgotten(program: Any, student_file: Sample) -> None:
    program.put(student_file())
    retire_key(by=None)
    assert SigningKey.objects.get().private_jwk == ""


def test_a_private_key_is_sealed_in_the_database(la: str) -> None:
    from django.db import connection

    private_part = '"d"'
    published_keys()
    with connection.cursor() as cursor:
        cursor.execute("SELECT private_jwk FROM authority_exchange_signingkey")
        assert private_part not in cursor.fetchone()[0]
    assert private_part in SigningKey.objects.get().private_jwk


def test_keys_are_published_before_the_first_file(door: httpx.Client, la: str) -> None:
    answer = door.get("/exchange/v1/keys")
    assert answer.headers["Content-Type"] == "application/jwk-set+json"
    assert [key["crv"] for key in answer.json()["keys"]] == ["Ed25519"]
    assert answer.json() == door.get("/exchange/v1/keys").json()


def stored_path(home: Home) -> Path:
    (path,) = home.files.rglob("*.gz")
    return path


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_a_received_file_is_its_owners_only(program: Any, home: Home, student_file: Sample) -> None:
    program.put(student_file())
    assert stored_path(home).stat().st_mode & 0o777 == 0o600


def test_bytes_without_a_row_are_swept_after_a_day(program: Any, home: Home, student_file: Sample) -> None:
    program.put(student_file())
    path = stored_path(home)
    ReceivedFile.objects.all().delete()
    sweep_exchange()
    assert path.exists()
    long_ago = (timezone.now() - timedelta(hours=25)).timestamp()
    os.utime(path, (long_ago, long_ago))
    sweep_exchange()
    assert not path.exists()


def test_bytes_with_a_row_are_never_swept(program: Any, home: Home, student_file: Sample) -> None:
    program.put(student_file())
    path = stored_path(home)
    os.utime(path, (0, 0))
    sweep_exchange()
    assert path.exists()


def test_a_full_disk_is_told_to_the_school_and_to_the_authority(
    program: Any, home: Home, student_file: Sample, as_officer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full)
        answer = program.put(student_file())
    assert code(answer) == (507, "no-space")
    assert int(answer.headers["Retry-After"]) > 0
    assert list(home.files.rglob("*.gz")) == []
    assert JournalLine.objects.get().level == "ERROR"
    assert "The disk is full" in str(as_officer.get("/authority/").content)
    assert program.put(student_file()).status_code == 201
    assert "The disk is full" not in str(as_officer.get("/authority/").content)
