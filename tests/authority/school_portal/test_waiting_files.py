"""Files that wait for a school, taken in the School Portal where no program fetches them."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from schoolgate.authority.bases.models import Agent, Base
from schoolgate.authority.exchange.models import OutboxEntry
from schoolgate.authority.exchange.models.outbox_entry import EntryState
from schoolgate.authority.exchange.outbox import offer_file, withdraw_file
from schoolgate.authority.exchange.store import offered_files
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.journal.models import JournalLine

CONTENT = b"<CESfile/>"


def offered(base: Base, document: str = "student", name: str = "820LLLL_CES_8204321_001.xml") -> OutboxEntry:
    return offer_file(base, document=document, group="", name=name, content=CONTENT, made_for="Back to school")


@pytest.fixture
def file(la: str, green_abbey: Base) -> OutboxEntry:
    return offered(green_abbey)


def page(browser: Client, base: Base, route: str = "portal-files") -> str:
    return browser.get(reverse(route, args=[base.pk])).content.decode()


def of(file: OutboxEntry, route: str) -> str:
    return reverse(route, args=[file.base_id, file.pk])


def test_a_school_without_a_program_reads_that_a_file_waits(as_hana: Client, file: OutboxEntry) -> None:
    assert "has a file for your system since" in page(as_hana, file.base, "portal-tiles")
    assert of(file, "portal-waiting-file") in page(as_hana, file.base)
    assert of(file, "portal-waiting-xml") in as_hana.get(of(file, "portal-waiting-file")).content.decode()


def test_a_school_with_a_program_reads_that_it_fetches_the_file(as_hana: Client, file: OutboxEntry) -> None:
    Agent.objects.create(account=file.base.account, program="schoolgate", version="1.1.0", seen_at=timezone.now())
    assert "Your program fetches it by itself." in page(as_hana, file.base)
    assert "has a file for your system since" not in page(as_hana, file.base, "portal-tiles")


def test_the_file_is_downloaded_as_often_as_it_takes_and_waits_on(as_hana: Client, file: OutboxEntry) -> None:
    for _ in range(2):
        answer: Any = as_hana.get(of(file, "portal-waiting-xml"))
        assert b"".join(answer.streaming_content) == CONTENT
        assert file.name in answer["Content-Disposition"]
    assert AuditEntry.objects.filter(did="file downloaded", user__username="hana").count() == 2
    file.refresh_from_db()
    assert file.state == EntryState.MADE


def test_who_says_that_the_school_has_it_ends_the_offer_for_the_program_too(
    as_hana: Client, file: OutboxEntry, program: Any
) -> None:
    as_hana.post(of(file, "portal-take-waiting"))
    file.refresh_from_db()
    assert (file.state, file.collected_at is not None) == (EntryState.CLOSED, True)
    assert AuditEntry.objects.filter(did="file collected", user__username="hana").exists()
    assert JournalLine.objects.filter(message__contains="lies at Green Abbey").exists()
    assert program.get(f"outbox/{file.pk}/file").status_code == 404
    assert of(file, "portal-waiting-file") not in page(as_hana, file.base)


def test_what_was_withdrawn_meanwhile_is_neither_given_nor_taken(as_hana: Client, file: OutboxEntry) -> None:
    withdraw_file(file, by=None)
    for answer in (
        as_hana.get(of(file, "portal-waiting-xml"), follow=True),
        as_hana.post(of(file, "portal-take-waiting"), follow=True),
    ):
        assert "does not wait any more" in answer.content.decode()
    assert "Withdrawn" in as_hana.get(of(file, "portal-waiting-file")).content.decode()
    file.refresh_from_db()
    assert file.collected_at is None


def test_a_file_whose_content_is_lost_says_whom_to_ask(as_hana: Client, file: OutboxEntry) -> None:
    offered_files().path(file.sha256).unlink()
    answer = as_hana.get(of(file, "portal-waiting-xml"), follow=True)
    assert "does not have the content of this file any more" in answer.content.decode()


def test_a_file_of_staff_waits_for_the_program_alone(as_hana: Client, green_abbey: Base, la: str) -> None:
    file = offered(green_abbey, "personnel", "820LLLL_PER_8204321_001.xml")
    assert "only your school’s" in page(as_hana, green_abbey)
    for route in ("portal-waiting-file", "portal-waiting-xml", "portal-take-waiting"):
        assert as_hana.post(of(file, route)).status_code == 404
    file.refresh_from_db()
    assert file.is_open


def test_the_file_of_another_school_is_not_there(as_hana: Client, oak_lane: Base, la: str) -> None:
    file = offered(oak_lane, name="820LLLL_CES_8202107_001.xml")
    green_abbey = Base.objects.get(number="4321")
    for place in (file.base, green_abbey):
        assert as_hana.get(reverse("portal-waiting-xml", args=[place.pk, file.pk])).status_code == 404
    assert file.name not in page(as_hana, green_abbey)
