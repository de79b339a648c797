"""Rounds as jobs: one a service, tried again by the table of retries, asked for by people and by the schedule."""

from datetime import time, timedelta

import pytest
from django.utils import timezone
from tests.school.purchasing.conftest import Basket
from tests.school.purchasing.stall import Stall

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.jobs.engine import work_off
from schoolgate.commons.jobs.models import Job, State
from schoolgate.commons.journal.models import JournalLine
from schoolgate.commons.schedules.due import Scheduler
from schoolgate.commons.schedules.models import Schedule
from schoolgate.commons.schedules.rules import Weekly
from schoolgate.school.purchasing.asking import FETCH, ask_for_documents, services_to_ask
from schoolgate.school.purchasing.documents import TRY_WAITING, DocumentRefused, keep_out, take_back
from schoolgate.school.purchasing.importing import try_again
from schoolgate.school.purchasing.models import (
    Coding,
    CodingTemplate,
    DocumentState,
    FetchedDocument,
    FinancialYear,
    Order,
    Supplier,
    WebService,
)
from schoolgate.school.purchasing.rounds import last_rounds
from schoolgate.school.purchasing.scheduling import FETCH_BY_SCHEDULE, in_words, set_when_to_fetch, when_to_fetch
from schoolgate.school.purchasing.services import save_service
from schoolgate.school.purchasing.templates import save_template

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("home", "school_site", "ready_ledger")]


@pytest.fixture
def down(db: None) -> WebService:
    """A service at whose address nobody listens; by its name it is asked before Beacon."""
    made: WebService = WebService.objects.create(
        name="Away", url="http://127.0.0.1:9/Service.asmx", username="us", password="secret"
    )
    return made


def the_job(service: WebService) -> Job:
    return Job.objects.get(kind=FETCH, args__service=service.pk)


def test_one_failing_service_keeps_no_other_from_being_asked(
    down: WebService, stall: Stall, beacon: WebService, basket: Basket, clerk: User
) -> None:
    stall.offer("B-1", basket())
    ask_for_documents(services_to_ask(), by=clerk)
    work_off()
    away, here = last_rounds(WebService.objects.all())
    assert (away.state, here.state, here.imported) == ("failed", "works", 1)
    assert away.next_try_at is not None
    assert f"tried again by itself at {timezone.localtime(away.next_try_at):%H:%M}." in away.told
    assert Order.objects.count() == 1
    assert AuditEntry.objects.get(did="documents asked for").target == "Away, Beacon Supplies"


def test_what_repetition_may_cure_is_tried_again_and_a_wrong_password_is_not(
    down: WebService, stall: Stall, beacon: WebService
) -> None:
    stall.password = "changed on their web site"
    ask_for_documents(services_to_ask(), by=None)
    work_off()
    assert the_job(down).state == State.READY
    assert the_job(down).run_at > timezone.now()
    assert the_job(beacon).state == State.FAILED
    assert "password" in the_job(beacon).error


def test_a_round_that_waits_for_its_next_try_begins_at_once_when_somebody_asks(down: WebService) -> None:
    ask_for_documents([down], by=None)
    work_off()
    ask_for_documents([down], by=None)
    assert the_job(down).run_at <= timezone.now()


def test_a_service_is_in_one_round_at_a_time(beacon: WebService) -> None:
    ask_for_documents([beacon], by=None)
    Job.objects.update(state=State.RUNNING, worker="another", lease_until=timezone.now() + timedelta(minutes=1))
    ask_for_documents([beacon], by=None)
    assert work_off() == 0
    Job.objects.filter(state=State.RUNNING).update(state=State.DONE)
    assert work_off() == 1


def test_a_service_that_is_turned_off_is_not_asked(stall: Stall, beacon: WebService) -> None:
    ask_for_documents([beacon], by=None)
    WebService.objects.update(turned_off=True)
    assert services_to_ask() == []
    work_off()
    assert the_job(beacon).state == State.FAILED
    assert stall.calls == []


def test_the_journal_tells_in_one_line_what_came_in(stall: Stall, beacon: WebService, basket: Basket) -> None:
    stall.offer("B-1", basket())
    stall.offer("B-2", basket(supplier_duns="999999999", reference="BASKET-2"))
    ask_for_documents([beacon], by=None)
    work_off()
    line = JournalLine.objects.get(message__startswith="Beacon Supplies: 2 found")
    assert (line.level, line.message) == ("WARN", "Beacon Supplies: 2 found, 1 imported, 1 waiting for you.")
    # Nothing new is no news.
    ask_for_documents([beacon], by=None)
    work_off()
    assert JournalLine.objects.filter(message__startswith="Beacon Supplies:").count() == 1


def test_a_basket_without_coding_comes_in_by_itself_once_there_is_a_template(
    stall: Stall, beacon: WebService, basket: Basket, year: FinancialYear, codings: list[Coding], bursar: User
) -> None:
    CodingTemplate.objects.all().delete()
    stall.offer("B-1", basket())
    ask_for_documents([beacon], by=None)
    work_off()
    document = FetchedDocument.objects.get()
    assert (document.state, document.rule) == (DocumentState.WAITING, "no-coding")
    template = CodingTemplate(year=year)
    save_template(template, {"login": "", "cost_centre": "", "coding": codings[0]}, by=bursar)
    work_off()
    document.refresh_from_db()
    assert document.state == DocumentState.IMPORTED
    assert stall.is_marked("B-1")


def test_one_document_whose_file_is_damaged_keeps_no_other_from_coming_in(
    stall: Stall, beacon: WebService, basket: Basket, year: FinancialYear, codings: list[Coding], bursar: User
) -> None:
    CodingTemplate.objects.all().delete()
    stall.offer("B-1", basket())
    stall.offer("B-2", basket(reference="BASKET-2"))
    ask_for_documents([beacon], by=None)
    work_off()
    FetchedDocument.objects.filter(doc_id="B-1").update(sha256="0" * 64)
    save_template(CodingTemplate(year=year), {"login": "", "cost_centre": "", "coding": codings[0]}, by=bursar)
    work_off()
    assert Order.objects.get().document == FetchedDocument.objects.get(doc_id="B-2", state=DocumentState.IMPORTED)
    assert stall.is_marked("B-2")
    assert "Something unexpected went wrong" in Job.objects.get(kind=TRY_WAITING).error


def test_a_document_is_kept_out_with_a_reason_and_its_service_is_told(
    stall: Stall, beacon: WebService, basket: Basket, clerk: User
) -> None:
    stall.offer("B-1", basket(supplier_duns="999999999"))
    ask_for_documents([beacon], by=None)
    work_off()
    document = FetchedDocument.objects.get()
    with pytest.raises(DocumentRefused):
        keep_out(document, by=clerk, reason=" ")
    keep_out(document, by=clerk, reason="A test of theirs.")
    work_off()
    document.refresh_from_db()
    assert (document.state, document.decided_by, document.reason) == ("kept-out", clerk, "A test of theirs.")
    assert stall.is_marked("B-1")
    assert AuditEntry.objects.get(did="document kept out").user == clerk
    # Said again it is told that it has moved on, and nothing changes.
    with pytest.raises(DocumentRefused):
        keep_out(document, by=clerk, reason="Again.")
    take_back(document, by=clerk)
    assert document.state == DocumentState.WAITING
    Supplier.objects.update(duns="999999999")
    try_again(document, by=clerk)
    assert document.state == DocumentState.IMPORTED
    with pytest.raises(DocumentRefused):
        try_again(document, by=clerk)


def test_a_document_that_a_person_tried_again_with_success_is_marked(
    stall: Stall, beacon: WebService, basket: Basket, clerk: User
) -> None:
    stall.offer("B-1", basket(supplier_duns="999999999"))
    ask_for_documents([beacon], by=None)
    work_off()
    Supplier.objects.update(duns="999999999")
    try_again(FetchedDocument.objects.get(), by=clerk)
    work_off()
    assert stall.is_marked("B-1")


def test_the_schedule_asks_every_service_once_when_it_is_due(
    stall: Stall, beacon: WebService, basket: Basket, bursar: User
) -> None:
    stall.offer("B-1", basket())
    rule = Weekly(time(7, 30), frozenset(range(7)), every_minutes=60, until=time(16, 30))
    assert set_when_to_fetch(rule, by=bursar)
    assert not set_when_to_fetch(rule, by=bursar)
    assert when_to_fetch() == rule
    assert AuditEntry.objects.filter(did="schedule changed").count() == 1
    due = Schedule.objects.get(name="purchasing").next_due_at
    assert due is not None
    for _ in range(2):
        Scheduler().tick(due)
    work_off()
    assert stall.calls.count("FetchIndex") == 1
    assert Order.objects.count() == 1
    # A run whose worker died before it could say so is done again, and asks for nothing more.
    Job.objects.filter(kind=FETCH_BY_SCHEDULE).update(state=State.READY)
    work_off()
    assert stall.calls.count("FetchIndex") == 1


def test_the_schedule_says_a_wrong_password_once_and_goes_on_when_another_is_entered(
    stall: Stall, beacon: WebService, basket: Basket, bursar: User
) -> None:
    stall.offer("B-1", basket())
    right = beacon.password
    WebService.objects.filter(pk=beacon.pk).update(password="wrong-1")
    set_when_to_fetch(Weekly(time(7, 30), frozenset(range(7)), every_minutes=60, until=time(16, 30)), by=bursar)
    for _ in range(3):
        due = Schedule.objects.get(name="purchasing").next_due_at
        assert due is not None
        Scheduler().tick(due)
        work_off()
    assert Job.objects.filter(kind=FETCH).count() == 1
    assert not Order.objects.exists()
    beacon.refresh_from_db()
    save_service(beacon, {}, password=right, by=bursar)
    due = Schedule.objects.get(name="purchasing").next_due_at
    assert due is not None
    Scheduler().tick(due)
    work_off()
    assert Order.objects.count() == 1


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (Weekly(time(7, 30), frozenset()), "never"),
        (Weekly(time(7, 30), frozenset({3, 0})), "Monday, Thursday at 07:30"),
        (
            Weekly(time(8), frozenset({0}), every_minutes=60, until=time(17)),
            "Monday at 08:00, every 60 minutes until 17:00",
        ),
    ],
)
def test_a_schedule_is_said_in_words(rule: Weekly, words: str) -> None:
    assert in_words(rule) == words
