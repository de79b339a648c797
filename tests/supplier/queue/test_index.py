"""What a school may fetch."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from tests.supplier.papers import a_basket, a_quote, an_invoice

from schoolgate.commons.accounts.models import User
from schoolgate.documents.ebis.index import read_index
from schoolgate.supplier.models import Buyer, Document
from schoolgate.supplier.queue.fetching import EVENTS_KEPT, Fetch, note_fetches
from schoolgate.supplier.queue.index import content_of, find, history_of, index_of
from schoolgate.supplier.queue.putting import put_document
from schoolgate.supplier.queue.steps import process, withdraw

# A summer's day, so that London's time is not UTC.
START = datetime(2026, 7, 1, 8, 0, 0, 250_000, tzinfo=UTC)


@pytest.fixture
def three(green_abbey: Buyer) -> Iterator[list[Document]]:
    """A basket, an invoice and a quote, queued a minute after each other; then it is an hour later."""
    made = []
    for number, (kind, xml) in enumerate(
        [("order", a_basket(green_abbey)), ("invoice", an_invoice(green_abbey)), ("quote", a_quote(green_abbey))]
    ):
        with time_machine.travel(START + timedelta(minutes=number), tick=False):
            made.append(put_document(green_abbey, kind, xml)[0])
    with time_machine.travel(START + timedelta(hours=1), tick=False):
        yield made


def ids(index: str) -> list[str]:
    return [entry.doc_id for entry in read_index(index)]


def test_the_index_holds_what_waits_in_the_order_it_came(three: list[Document], green_abbey: Buyer) -> None:
    entries = read_index(index_of(green_abbey, START))
    assert [(entry.doc_id, entry.kind) for entry in entries] == [(document.doc_id, document.kind) for document in three]
    assert [entry.created for entry in entries] == [document.created_at for document in three]


def test_times_carry_londons_offset(three: list[Document], green_abbey: Buyer) -> None:
    assert "<CreateDate>2026-07-01T09:00:00.250000+01:00</CreateDate>" in index_of(green_abbey, START)


def test_what_was_taken_leaves_the_index_and_stays_in_the_history(three: list[Document], green_abbey: Buyer) -> None:
    process(three[0])
    assert ids(index_of(green_abbey)) == [document.doc_id for document in three[1:]]
    assert ids(history_of(green_abbey, START - timedelta(days=1))) == [document.doc_id for document in three]
    assert find(green_abbey, three[0].doc_id) is not None


def test_the_history_begins_strictly_after_its_date(three: list[Document], green_abbey: Buyer) -> None:
    since = read_index(index_of(green_abbey, START))[0].created
    assert since is not None
    assert ids(history_of(green_abbey, since, START)) == [document.doc_id for document in three[1:]]
    assert ids(history_of(green_abbey, since - timedelta(microseconds=1), START))[0] == three[0].doc_id


def test_a_date_without_a_zone_is_londons(three: list[Document], green_abbey: Buyer) -> None:
    since = datetime.fromisoformat("2026-07-01T09:01:00")
    assert ids(history_of(green_abbey, since, START)) == [document.doc_id for document in three[1:]]


def test_withdrawn_and_expired_documents_are_in_none(three: list[Document], green_abbey: Buyer, clerk: User) -> None:
    withdraw(three[0], by=clerk)
    over = START + timedelta(days=90, minutes=1)
    assert ids(index_of(green_abbey, over)) == [three[2].doc_id]
    assert ids(history_of(green_abbey, START - timedelta(days=1), over)) == [three[2].doc_id]
    assert find(green_abbey, three[1].doc_id, over) is None


def test_another_schools_documents_do_not_exist(three: list[Document], oakhanger: Buyer) -> None:
    assert ids(index_of(oakhanger, START)) == []
    assert find(oakhanger, three[0].doc_id, START) is None


def test_what_is_no_longer_kept_is_in_no_history(three: list[Document], green_abbey: Buyer) -> None:
    process(three[0])
    Document.objects.filter(pk=three[0].pk).update(content_gone_at=START)
    assert three[0].doc_id not in ids(history_of(green_abbey, START - timedelta(days=1)))
    assert find(green_abbey, three[0].doc_id) is None


@pytest.mark.parametrize("doc_id", ["", "B-0\0", "ß" * 101, "B-1 OR 1=1"])
def test_an_id_that_is_none_finds_nothing(three: list[Document], green_abbey: Buyer, doc_id: str) -> None:
    assert find(green_abbey, doc_id, START) is None


def test_to_fetch_changes_no_state_and_is_counted(three: list[Document], green_abbey: Buyer) -> None:
    assert content_of(three[0]).endswith("</Order>")
    times = [START + timedelta(seconds=second) for second in (2, 1)]
    note_fetches([Fetch(three[0].pk, times[0]), Fetch(three[1].pk, times[1]), Fetch(three[0].pk, times[1])])
    document = Document.objects.get(pk=three[0].pk)
    assert (document.fetched, document.fetched_at, document.state) == (2, times[0], "waiting")
    assert [event.at for event in document.events.filter(what="fetched")] == times[::-1]


def test_of_a_document_fetched_all_night_only_the_number_goes_on(three: list[Document]) -> None:
    for _ in range(2):
        note_fetches([Fetch(three[0].pk, START)] * EVENTS_KEPT)
    assert Document.objects.get(pk=three[0].pk).fetched == 2 * EVENTS_KEPT
    assert three[0].events.filter(what="fetched").count() == EVENTS_KEPT
