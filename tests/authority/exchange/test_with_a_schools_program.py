"""The school's own client and the authority's door understand each other."""

import gzip
import hashlib
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import time_machine

from schoolgate.authority.bases.accounts import create_base_with_account
from schoolgate.authority.bases.codes import make_codes
from schoolgate.authority.bases.models import Base
from schoolgate.authority.exchange import outbox
from schoolgate.wire.exchange import Credentials, ExchangeClient
from schoolgate.wire.exchange_errors import Locked, NotForYou, Refused, WrongCredentials
from schoolgate.wire.receipts import verify

Sample = Callable[..., bytes]
NAME = "8204321_CES_820LLLL_001.xml"


def program_with(door: httpx.Client, password: str) -> ExchangeClient:
    return ExchangeClient("http://testserver", Credentials("8204321", password), door, lambda: datetime.now(UTC))


@pytest.fixture
def program_of_school(door: httpx.Client, green_abbey: Base) -> ExchangeClient:
    return program_with(door, "Green-Abbey-2026!")


def test_a_file_is_sent_proven_and_known_afterwards(program_of_school: ExchangeClient, student_file: Sample) -> None:
    plain = student_file(filling=50_000)
    digest = hashlib.sha256(plain).hexdigest()
    packed = gzip.compress(plain, mtime=0)
    sent = program_of_school.send_file("student", NAME, digest, len(plain), lambda: io.BytesIO(packed))
    again = program_of_school.send_file("student", NAME, digest, len(plain), lambda: io.BytesIO(packed))
    receipt = verify(sent.receipt, program_of_school.keys())
    assert (receipt.base, receipt.name, receipt.sha256, receipt.size) == ("8204321", NAME, digest, len(plain))
    assert (sent.known, again.known) == (False, True)
    assert again.receipt == sent.receipt


def test_the_program_learns_whom_it_talks_to_and_for_which_schools(program_of_school: ExchangeClient) -> None:
    service, account = program_of_school.service(), program_of_school.whoami()
    assert (service.la, service.name, service.largest_file) == ("820", "Bedford Borough", 64 * 1024 * 1024)
    assert ([base.base for base in account.bases], account.contact) == (["8204321"], "Data team, 01234 000000")


def test_a_file_for_the_school_is_fetched_and_said_to_lie_there(
    program_of_school: ExchangeClient, green_abbey: Base
) -> None:
    plain, name = b"<PERfile/>" * 5000, "820LLLL_PER_8204321_001.xml"
    with time_machine.travel(datetime.now(UTC) - timedelta(minutes=1), tick=False):
        outbox.offer_file(green_abbey, document="personnel", group="", name=name, content=plain, made_for="changes")
    (entry,) = program_of_school.outbox().entries
    assert (entry.kind, entry.document, entry.name, entry.la + entry.school) == ("file", "personnel", name, "8204321")
    assert program_of_school.outbox_file(entry.number, entry.sha256, entry.size) == plain
    program_of_school.collected(entry.number)
    program_of_school.collected(entry.number)
    assert program_of_school.outbox().entries == ()
    with pytest.raises(Refused):
        program_of_school.outbox_file(entry.number, entry.sha256, entry.size)


def test_a_wrong_password_and_a_lock_are_told_apart(door: httpx.Client, green_abbey: Base) -> None:
    for _ in range(9):
        with pytest.raises(WrongCredentials):
            program_with(door, "wrong").token()
    with pytest.raises(Locked):
        program_with(door, "wrong").token()


def test_a_program_joins_with_its_code_and_sends(door: httpx.Client, la: str, student_file: Sample) -> None:
    base, _ = create_base_with_account(la="820", number="4321", name="Green Abbey", by_code=True)
    code = str(make_codes([base.account], words="test", by=None).codes.get().code)
    client = ExchangeClient("http://testserver", None, door, lambda: datetime.now(UTC))
    client.join(code, "kept-by-the-office-pc")
    joined = client.join(code, "kept-by-the-office-pc")
    assert (joined.credentials.user, [base.base for base in joined.account.bases]) == ("8204321", ["8204321"])
    packed = gzip.compress(student_file(), mtime=0)
    digest = hashlib.sha256(student_file()).hexdigest()
    assert not client.send_file("student", NAME, digest, len(student_file()), lambda: io.BytesIO(packed)).known
    with pytest.raises(NotForYou, match="code"):
        client.join(code, "kept-by-the-office-pc")


def test_a_program_hears_which_licence_is_missing(program_of_school: ExchangeClient, green_abbey: Base) -> None:
    Base.objects.update(licensed=False)
    with pytest.raises(NotForYou) as refused:
        program_of_school.whoami()
    assert refused.value.code == "no-licence"
