"""Several programs at the same moment: one row, one receipt, whoever comes first."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from django.db import connection

from schoolgate.authority.bases.models import Base
from schoolgate.authority.exchange.keys import current_key
from schoolgate.authority.exchange.models import ReceivedFile, SigningKey
from schoolgate.commons.journal.models import JournalLine
from schoolgate.sites.doors import ProgramDoor

Sample = Callable[..., bytes]
AT_ONCE = 6


def all_at_once(call: Callable[[int], Any]) -> list[Any]:
    """Run the call in several threads that begin together."""
    gate = threading.Barrier(AT_ONCE)

    def run(number: int) -> Any:
        gate.wait()
        try:
            return call(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(run, range(AT_ONCE)))


@pytest.fixture
def sender(green_abbey: Base, make_program: Any) -> Any:
    """Green Abbey's program, by a door whose every request has a database connection of its own."""
    door = ProgramDoor("schoolgate.authority.exchange.api_urls")
    program = make_program(green_abbey)
    program.http = httpx.Client(transport=httpx.WSGITransport(app=door), base_url="http://testserver")
    return program


@pytest.mark.django_db(transaction=True)
def test_the_same_file_sent_at_once_is_one_file_with_one_receipt(sender: Any, student_file: Sample) -> None:
    answers = all_at_once(lambda _: sender.put(student_file(filling=100_000), packed=True))
    assert sorted(answer.status_code for answer in answers) == [200] * (AT_ONCE - 1) + [201]
    assert len({answer.text for answer in answers}) == 1
    assert ReceivedFile.objects.count() == 1
    assert JournalLine.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_different_files_sent_at_once_are_all_taken_with_references_of_their_own(
    sender: Any, student_file: Sample
) -> None:
    answers = all_at_once(lambda number: sender.put(student_file(filling=number)))
    assert [answer.status_code for answer in answers] == [201] * AT_ONCE
    assert len(set(ReceivedFile.objects.values_list("ref", flat=True))) == AT_ONCE


@pytest.mark.django_db(transaction=True)
def test_the_first_key_needed_by_several_at_once_is_one_key(la: str) -> None:
    kids = {key["kid"] for key in all_at_once(lambda _: current_key())}
    assert len(kids) == 1
    assert SigningKey.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_refusal_at_once_is_one_row_counted_up(sender: Any, student_file: Sample) -> None:
    from schoolgate.authority.exchange.models import RefusedDelivery

    all_at_once(lambda _: sender.put(student_file(school="4322")))
    assert RefusedDelivery.objects.get().times == AT_ONCE
