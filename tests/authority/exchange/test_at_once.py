"""Several programs at the same moment: one row, one receipt, whoever comes first."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from django.db import connection
from django.utils import timezone

from schoolgate.authority.bases.accounts import create_base_with_account
from schoolgate.authority.bases.batch import carry_out
from schoolgate.authority.bases.codes import make_codes
from schoolgate.authority.bases.models import Base, ConnectionCode
from schoolgate.authority.bases.schools_csv import read_schools
from schoolgate.authority.exchange.import_steps import agree, retry
from schoolgate.authority.exchange.keys import current_key
from schoolgate.authority.exchange.models import ReceivedFile, SigningKey
from schoolgate.authority.importing.models import Import
from schoolgate.commons.jobs.models import Job, State
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


@pytest.mark.django_db(transaction=True)
def test_a_code_used_by_several_at_once_lets_one_of_them_in(la: str) -> None:
    base, _ = create_base_with_account(la="820", number="1001", name="Hill Top", by_code=True)
    code = make_codes([base.account], words="test", by=None).codes.get().code
    door = httpx.WSGITransport(app=ProgramDoor("schoolgate.authority.exchange.api_urls"))
    with httpx.Client(transport=door, base_url="http://testserver") as http:
        answers = all_at_once(
            lambda number: http.post("/exchange/v1/join", json={"code": code, "request": f"program-number-{number:06}"})
        )
        let_in = [answer.json() for answer in answers if answer.status_code == 200]
        assert len(let_in) == 1
        assert {answer.json()["code"] for answer in answers if answer.status_code != 200} == {"code-used"}
        login = {"user": let_in[0]["user"], "password": let_in[0]["password"]}
        assert http.post("/exchange/v1/token", json=login).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_of_codes_made_at_once_for_one_account_one_is_good(la: str) -> None:
    base, _ = create_base_with_account(la="820", number="1001", name="Hill Top", by_code=True)
    all_at_once(lambda _: make_codes([base.account], words="test", by=None))
    assert ConnectionCode.objects.good().count() == 1
    assert ConnectionCode.objects.count() == AT_ONCE


@pytest.mark.django_db(transaction=True)
def test_the_same_list_confirmed_twice_at_once_makes_each_school_once(la: str) -> None:
    file = read_schools(b"name,dfe\nHill Top,8201001\nOak Lane,8201002\n")
    made = all_at_once(lambda _: carry_out(file, words="schools.csv", by=None))
    assert sorted(len(each.bases) for each in made) == [0] * (AT_ONCE - 1) + [2]
    assert ConnectionCode.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_several_officers_who_answer_at_once_start_one_job(green_abbey: Base) -> None:
    this = Import.objects.create(
        base=green_abbey,
        source_name="a.xml",
        source_key="0" * 64,
        full=True,
        written_at=timezone.now(),
        waiting="few-pupils",
    )
    assert sorted(all_at_once(lambda _: agree(this, by=None))) == [False] * (AT_ONCE - 1) + [True]
    Job.objects.update(state=State.FAILED)
    assert sorted(all_at_once(lambda _: retry(this, by=None))) == [False] * (AT_ONCE - 1) + [True]
    assert Job.objects.count() == 1
    assert [one["did"] for one in Import.objects.get().decided] == ["import agreed to", "import started again"]
