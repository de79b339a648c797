"""Files for schools in the outbox: offered until they lie at the school, whatever gets lost on the way."""

import gzip
import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.authority.exchange.imports_shown import text

from schoolgate.authority.bases.models import Base
from schoolgate.authority.exchange import outbox
from schoolgate.authority.exchange.models import OutboxEntry
from schoolgate.authority.exchange.models.outbox_entry import EntryState
from schoolgate.authority.exchange.retention import OutboxFiles
from schoolgate.authority.exchange.store import offered_files
from schoolgate.authority.exchange.sweeping import sweep_exchange
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.journal.models import JournalLine

Offer = Callable[..., OutboxEntry]
PLAIN = b"<StaffData>Amina</StaffData>"


@pytest.fixture
def offer(green_abbey: Base) -> Offer:
    """Offer Green Abbey a personnel file, a minute ago."""

    def offer(content: bytes = PLAIN, **given: str) -> OutboxEntry:
        file = {"document": "personnel", "group": "", "name": "820LLLL_PER_8204321_001.xml", "made_for": "changes"}
        with time_machine.travel(timezone.now() - timedelta(minutes=1), tick=False):
            return outbox.offer_file(green_abbey, content=content, **{**file, **given})

    return offer


def collect(program: Any, entry: OutboxEntry) -> Any:
    return program.http.post(f"/exchange/v1/outbox/{entry.pk}/collected", headers=program.authorization)


def test_a_school_is_told_of_its_file(program: Any, offer: Offer) -> None:
    entry = offer(group="contracts")
    (told,) = program.get("outbox").json()["entries"]
    assert told == {
        "id": entry.pk,
        "kind": "file",
        "state": "made",
        "la": "820",
        "school": "4321",
        "made": told["made"],
        "name": "820LLLL_PER_8204321_001.xml",
        "document": "personnel",
        "group": "contracts",
        "sha256": hashlib.sha256(PLAIN).hexdigest(),
        "size": len(PLAIN),
    }


def test_its_bytes_come_as_gzip_with_the_digest_of_the_plain_ones(program: Any, offer: Offer) -> None:
    answer = program.get(f"outbox/{offer().pk}/file")
    assert answer.headers["Content-Type"] == "application/gzip"
    assert gzip.decompress(answer.content) == PLAIN
    assert answer.headers["Schoolgate-SHA256"] == hashlib.sha256(PLAIN).hexdigest()


def test_fetching_the_bytes_is_not_having_them(program: Any, offer: Offer) -> None:
    entry = offer()
    assert program.get(f"outbox/{entry.pk}/file").content == program.get(f"outbox/{entry.pk}/file").content
    assert len(program.get("outbox").json()["entries"]) == 1


def test_that_it_lies_at_the_school_is_said_twice_and_counts_once(program: Any, offer: Offer) -> None:
    entry = offer()
    first, again = collect(program, entry), collect(program, entry)
    assert first.json() == again.json()
    assert first.json()["state"] == "closed"
    assert program.get("outbox").json()["entries"] == []
    assert AuditEntry.objects.filter(did="file collected").count() == 1
    assert JournalLine.objects.filter(message__contains="lies at Green Abbey").count() == 1


def test_what_lies_at_the_school_is_not_given_again(program: Any, offer: Offer) -> None:
    entry = offer()
    collect(program, entry)
    assert program.get(f"outbox/{entry.pk}/file").json()["code"] == "unknown-entry"


def test_a_file_whose_bytes_are_lost_is_withdrawn_and_its_values_are_sent_anew(program: Any, offer: Offer) -> None:
    entry = offer()
    offered_files().path(entry.sha256).unlink()
    assert program.get(f"outbox/{entry.pk}/file").json()["code"] == "unknown-entry"
    entry.refresh_from_db()
    assert entry.state == EntryState.CANCELLED
    assert "its content is lost" in AuditEntry.objects.get(did="file withdrawn").details


def test_another_schools_program_gets_no_bytes(other_program: Any, offer: Offer) -> None:
    entry = offer()
    assert other_program.get(f"outbox/{entry.pk}/file").json()["code"] == "unknown-entry"
    assert collect(other_program, entry).json()["code"] == "unknown-entry"


def test_a_request_has_no_bytes(program: Any, green_abbey: Base) -> None:
    asked = outbox.ask(green_abbey, run=1, data="snapshot", task_name="Autumn")
    assert program.get(f"outbox/{asked.pk}/file").json()["code"] == "unknown-entry"


def test_a_withdrawn_file_is_offered_no_more(program: Any, offer: Offer) -> None:
    entry = offer()
    assert outbox.withdraw_file(entry, by=None)
    assert program.get("outbox").json()["entries"] == []
    assert program.get(f"outbox/{entry.pk}/file").json()["code"] == "unknown-entry"
    assert collect(program, entry).json()["state"] == "cancelled"


def test_what_lies_at_the_school_is_not_withdrawn(program: Any, offer: Offer) -> None:
    entry = offer()
    collect(program, entry)
    assert not outbox.withdraw_file(entry, by=None)
    entry.refresh_from_db()
    assert entry.state == EntryState.CLOSED


def test_the_bytes_of_an_ended_file_go_and_those_of_an_open_one_stay(program: Any, offer: Offer) -> None:
    ended, waiting = offer(), offer(b"<other/>")
    collect(program, ended)
    (item,) = OutboxFiles().over(timezone.now() + timedelta(days=1))
    OutboxFiles().remove(item)
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        sweep_exchange()
    assert not offered_files().has(ended.sha256)
    assert offered_files().has(waiting.sha256)


def test_officers_see_what_waits_for_whom(as_officer: Client, offer: Offer) -> None:
    page = text(as_officer.get(reverse("outbox")))
    assert "Nothing was made for a school yet" in page
    offer()
    page = text(as_officer.get(reverse("outbox")))
    assert "820LLLL_PER_8204321_001.xml" in page
    assert "Green Abbey" in page
    assert "Waits for the school’s program" in page


def test_officers_see_on_the_schools_page_what_waits_for_it(
    as_officer: Client, offer: Offer, green_abbey: Base
) -> None:
    offer()
    assert "820LLLL_PER_8204321_001.xml" in text(as_officer.get(reverse("base", args=[green_abbey.pk])))


def test_an_officer_withdraws_a_file_after_a_question(as_officer: Client, offer: Offer) -> None:
    entry = offer()
    address = reverse("withdraw-outbox-file", args=[entry.pk])
    assert "are not put into a later file" in text(as_officer.get(address))
    entry.refresh_from_db()
    assert entry.state == EntryState.MADE
    as_officer.post(address)
    assert "Withdrawn" in text(as_officer.get(reverse("outbox-file", args=[entry.pk])))
    assert AuditEntry.objects.filter(did="file withdrawn").count() == 1


def test_a_file_of_staff_is_for_who_may_see_staff_records(as_officer: Client, offer: Offer) -> None:
    answer = as_officer.get(reverse("outbox-xml", args=[offer().pk]), follow=True)
    assert "only colleagues who may see staff records" in text(answer)


def test_a_file_of_pupils_is_downloaded_and_that_is_on_record(as_officer: Client, offer: Offer) -> None:
    entry = offer(document="student", name="820LLLL_CES_8204321_001.xml")
    answer: Any = as_officer.get(reverse("outbox-xml", args=[entry.pk]))
    assert b"".join(answer.streaming_content) == PLAIN
    assert AuditEntry.objects.filter(did="file downloaded", target__contains=entry.name).count() == 1
