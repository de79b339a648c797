"""Sending authorised orders: noted before the call, four ways to end, and nothing sent twice by itself."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from tests.school.purchasing.ordering import an_order

from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.jobs.engine import work_off
from schoolgate.commons.jobs.models import Job
from schoolgate.commons.journal.models import JournalLine
from schoolgate.documents.ebis.orders import read_order
from schoolgate.school.purchasing import deciding, establishment, sending, store
from schoolgate.school.purchasing.models import Coding, Order, OrderState, SendAttempt, Supplier, VatCode, WebService
from schoolgate.school.purchasing.orders import OrderRefused
from schoolgate.school.purchasing.send_job import failure_of_call
from schoolgate.school.purchasing.services import save_service
from schoolgate.wire.http import TRIES
from schoolgate.wire.soap.errors import (
    DocumentRefused,
    NotUnderstood,
    ServiceError,
    ServiceFailed,
    Unreachable,
    WrongCredentials,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("home")]


@dataclass
class Shop:
    """Answers calls as it is told, one after the other, at last always true; keeps what it took and saw."""

    answers: list[ServiceError | Callable[[], None]] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)
    attempts_seen: list[int] = field(default_factory=list)

    def send_order(self, xml: str) -> None:
        self.attempts_seen.append(SendAttempt.objects.filter(ended_at=None).count())
        answer = self.answers.pop(0) if self.answers else None
        if isinstance(answer, ServiceError):
            if answer.may_have_arrived:
                self.taken.append(xml)
            raise answer
        self.taken.append(xml)
        if answer is not None:
            answer()


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Shop:
    made = Shop()

    def call(service: WebService, do: Callable[[Shop], Any]) -> Any:
        return do(made)

    monkeypatch.setattr("schoolgate.school.purchasing.send_job.call", call)
    return made


@pytest.fixture
def order(supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode]) -> Order:
    return an_order(supplier, codings[0], vat["S"])


@pytest.fixture
def safe(service: WebService) -> WebService:
    """The service, for which an order that comes twice is one order."""
    service.safe_to_repeat = True
    service.save()
    return service


def send(order: Order) -> Order:
    """Ask for it, and have the jobs done whose time has come."""
    with transaction.atomic():
        sending.ask(order)
    return work(order)


def work(order: Order, *, later: bool = False) -> Order:
    """Do what is asked for; `later`: what waits for its next try too, until nothing does."""
    work_off("tests")
    while later and Job.objects.filter(kind=sending.SEND, state="ready").update(run_at=timezone.now()):
        work_off("tests")
    return Order.objects.get(pk=order.pk)


def outcomes(order: Order) -> list[tuple[str, str]]:
    return list(order.attempts.values_list("outcome", "code"))


UNANSWERED = Unreachable("reset", may_have_arrived=True)
NO_LINE = Unreachable("refused")


def test_an_order_is_sent_and_what_was_sent_is_kept(order: Order, shop: Shop) -> None:
    sent = send(order)
    assert (sent.state, sent.sent_at is not None, sent.said) == (OrderState.SENT, True, "")
    assert read_order(shop.taken[0]).number == "PO-1001"
    attempt = sent.attempts.get()
    assert (attempt.outcome, store.read(attempt.sha256).decode()) == ("arrived", shop.taken[0])
    assert AuditEntry.objects.get(did="order sent").about == f"order {order.pk}"
    assert JournalLine.objects.get().message == "Order PO-1001 was sent, and has arrived."


def test_the_attempt_is_on_record_before_the_call_goes_out(order: Order, shop: Shop) -> None:
    send(order)
    assert shop.attempts_seen == [1]


def test_an_order_that_is_asked_for_twice_is_sent_once(order: Order, shop: Shop) -> None:
    with transaction.atomic():
        sending.ask(order)
    send(order)
    assert len(shop.taken) == 1


def test_an_order_that_is_not_authorised_is_not_sent(order: Order, shop: Shop) -> None:
    Order.objects.update(state=OrderState.UNAUTHORISED)
    assert send(order).state == OrderState.UNAUTHORISED
    assert shop.taken == []


def test_an_order_goes_by_the_service_it_came_by_else_by_its_supplier_s(order: Order, supplier: Supplier) -> None:
    other = WebService.objects.create(name="Portal", url="https://portal.example/Service.asmx", username="x")
    order.came_by = other
    assert sending.service_of(order) == other
    order.came_by = None
    assert sending.service_of(order) == supplier.web_service
    supplier.order_method = "print"
    assert sending.service_of(order) is None


def test_an_order_that_goes_on_paper_asks_for_no_job(order: Order, supplier: Supplier) -> None:
    order.came_by, supplier.order_method = None, "print"
    with transaction.atomic():
        assert sending.ask(order) is None


def test_an_order_that_is_refused_is_unauthorised_again_with_the_reason(order: Order, shop: Shop) -> None:
    shop.answers = [DocumentRefused("Line 2: PN-7 is not sold any more.")]
    sent = send(order)
    assert (sent.state, sent.said) == (OrderState.UNAUTHORISED, "Line 2: PN-7 is not sold any more.")
    assert (sent.authorised_at, sent.authorised_by) == (None, None)
    assert outcomes(order) == [("refused", "document-refused")]
    assert "£26.00 net are no longer committed" in AuditEntry.objects.get(did="order refused by its supplier").details


def test_a_call_that_never_went_out_leaves_it_authorised_and_is_made_again_later(order: Order, shop: Shop) -> None:
    shop.answers = [NO_LINE, NO_LINE]
    first = send(order)
    assert (first.state, first.said) == (OrderState.AUTHORISED, f"{NO_LINE.sentence} {NO_LINE.remedy}")
    wait = Job.objects.get(kind=sending.SEND).run_at - timezone.now()
    assert timedelta(seconds=50) < wait < timedelta(seconds=70)
    assert work(order, later=True).state == OrderState.SENT
    assert outcomes(order) == [("not-out", NO_LINE.code)] * 2 + [("arrived", "")]


def test_after_eight_calls_that_never_went_out_somebody_is_needed(order: Order, shop: Shop) -> None:
    shop.answers = [NO_LINE] * 20
    send(order)
    assert work(order, later=True).state == OrderState.AUTHORISED
    assert len(outcomes(order)) == TRIES
    assert JournalLine.objects.filter(message="Order PO-1001 was not sent.").count() == 1


def test_wrong_credentials_are_not_tried_again_and_the_order_waits_with_the_reason(order: Order, shop: Shop) -> None:
    shop.answers = [WrongCredentials()]
    sent = send(order)
    assert (sent.state, sent.said.startswith("The supplier's service does not accept")) == (OrderState.AUTHORISED, True)
    assert not sending.orders_coming()


def test_an_order_that_waited_is_sent_once_its_service_answers_again(
    order: Order, shop: Shop, service: WebService
) -> None:
    shop.answers = [WrongCredentials()]
    send(order)
    sending.ask_for_what_waits()
    assert work(order).state == OrderState.AUTHORISED
    WebService.objects.update(last_success_at=timezone.now())
    sending.ask_for_what_waits()
    assert work(order).state == OrderState.SENT


def test_an_order_that_waited_is_sent_once_its_service_is_set_up_anew(
    order: Order, shop: Shop, service: WebService
) -> None:
    shop.answers = [WrongCredentials()]
    send(order)
    save_service(service, {}, password="the-new-one", by=None)
    sending.ask_for_what_waits()
    assert work(order).state == OrderState.SENT


def test_a_service_that_is_set_up_anew_and_still_fails_is_asked_once(
    order: Order, shop: Shop, service: WebService
) -> None:
    shop.answers = [WrongCredentials()] * 3
    send(order)
    save_service(service, {}, password="wrong-again", by=None)
    for _ in range(3):
        sending.ask_for_what_waits()
        work(order)
    assert len(outcomes(order)) == 2


@pytest.mark.parametrize("error", [UNANSWERED, ServiceFailed("HTTP 500"), NotUnderstood("HTTP 200 text/html")])
def test_an_answer_that_never_came_leaves_it_unsure_and_it_is_not_sent_again_by_itself(
    order: Order, shop: Shop, error: ServiceError
) -> None:
    shop.answers = [error]
    assert send(order).state == OrderState.UNSURE
    WebService.objects.update(last_success_at=timezone.now())
    sending.ask_for_what_waits()
    assert send(order).state == OrderState.UNSURE
    assert (len(shop.taken), outcomes(order)) == (1, [("unsure", error.code)])
    assert JournalLine.objects.get().message == "Nobody knows whether order PO-1001 has arrived."


def test_to_a_safe_service_the_very_same_bytes_are_sent_again_by_itself(
    order: Order, shop: Shop, safe: WebService
) -> None:
    shop.answers = [UNANSWERED]
    assert send(order).state == OrderState.UNSURE
    establishment.NAME.set("Another name", by=None)
    assert work(order, later=True).state == OrderState.SENT
    assert len(shop.taken) == 2
    assert shop.taken[0] == shop.taken[1]


def test_somebody_says_that_an_unsure_order_arrived(order: Order, shop: Shop, clerk: Any) -> None:
    shop.answers = [UNANSWERED]
    deciding.arrived(send(order), by=clerk)
    known = Order.objects.get()
    assert (known.state, known.said, outcomes(order)) == (OrderState.SENT, "", [("arrived", UNANSWERED.code)])
    assert AuditEntry.objects.get(did="order said to have arrived").user == clerk


def test_somebody_has_an_unsure_order_sent_again_once(order: Order, shop: Shop, clerk: Any) -> None:
    shop.answers = [UNANSWERED, UNANSWERED]
    deciding.send_again(send(order), by=clerk)
    assert work(order, later=True).state == OrderState.UNSURE
    assert len(shop.taken) == 2
    deciding.send_again(order, by=clerk)
    assert work(order).state == OrderState.SENT
    assert len(set(shop.taken)) == 1


def test_sending_again_goes_on_after_a_call_that_never_went_out_and_stays_unsure_meanwhile(
    order: Order, shop: Shop, clerk: Any
) -> None:
    shop.answers = [UNANSWERED, NO_LINE]
    deciding.send_again(send(order), by=clerk)
    assert work(order).state == OrderState.UNSURE
    assert work(order, later=True).state == OrderState.SENT
    assert [outcome for outcome, _ in outcomes(order)] == ["unsure", "not-out", "arrived"]


def test_a_refusal_of_what_may_have_arrived_before_frees_no_budget(order: Order, shop: Shop, clerk: Any) -> None:
    shop.answers = [UNANSWERED, DocumentRefused("There is an order of this number already.")]
    deciding.send_again(send(order), by=clerk)
    again = work(order)
    assert (again.state, again.said) == (OrderState.UNSURE, "There is an order of this number already.")
    assert again.authorised_at is not None


def test_somebody_says_that_an_unsure_order_is_not_there_and_it_can_be_changed(
    order: Order, shop: Shop, clerk: Any
) -> None:
    shop.answers = [UNANSWERED]
    deciding.not_there(send(order), by=clerk)
    known = Order.objects.get()
    assert (known.state, known.authorised_at) == (OrderState.UNAUTHORISED, None)
    assert not sending.may_have_arrived(known).exists()


def test_a_decision_on_an_order_that_has_moved_on_is_refused(order: Order, shop: Shop, clerk: Any) -> None:
    send(order)
    for decide in (deciding.arrived, deciding.send_again, deciding.not_there):
        with pytest.raises(OrderRefused, match="sent by now"):
            decide(order, by=clerk)


def test_what_a_dead_process_left_is_unsure(order: Order, shop: Shop) -> None:
    left_on_its_way(order)
    found = send(order)
    assert (found.state, outcomes(order), shop.taken) == (OrderState.UNSURE, [("unsure", "interrupted")], [])


def test_what_a_dead_process_left_is_sent_again_to_a_safe_service(order: Order, shop: Shop, safe: WebService) -> None:
    left = left_on_its_way(order)
    assert send(order).state == OrderState.SENT
    assert store.read(left.sha256).decode() == shop.taken[0]


def test_what_a_dead_process_left_and_no_job_has_in_hand_is_settled_by_the_round(order: Order, shop: Shop) -> None:
    left_on_its_way(order)
    sending.ask_for_what_waits()
    assert Order.objects.get().state == OrderState.UNSURE
    assert JournalLine.objects.get().message == "Nobody knows whether order PO-1001 has arrived."


def test_the_round_leaves_alone_what_begins_while_it_looks(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    def begun_meanwhile() -> set[int]:
        left_on_its_way(order)
        return set()

    monkeypatch.setattr(sending, "orders_coming", begun_meanwhile)
    sending.ask_for_what_waits()
    assert Order.objects.get().state == OrderState.SENDING
    assert outcomes(order) == [("", "")]


def test_an_answer_that_comes_after_the_process_was_taken_for_dead_still_counts_if_it_is_true(order: Order) -> None:
    attempt = left_on_its_way(order)
    sending.settle(order, goes_on=False)
    assert sending.end(attempt, failure_of_call(NO_LINE)).outcome == "unsure"
    assert Order.objects.get().state == OrderState.UNSURE
    assert sending.end(attempt, None).outcome == "arrived"
    assert Order.objects.get().state == OrderState.SENT


def test_an_order_that_arrives_after_it_was_cancelled_is_told(order: Order) -> None:
    attempt = left_on_its_way(order)
    sending.settle(order, goes_on=False)
    Order.objects.update(state=OrderState.CANCELLED)
    sending.end(attempt, None)
    assert JournalLine.objects.filter(level="ERROR", message__contains="has arrived after all").count() == 1


def test_an_order_that_is_taken_back_before_its_turn_is_not_sent(order: Order, shop: Shop) -> None:
    seen = Order.objects.get()
    Order.objects.filter(pk=order.pk).take("take back", version=2)
    Order.objects.filter(pk=order.pk).take("authorise", version=3)
    assert sending.begin(seen) is None
    assert shop.taken == []


def test_an_order_that_cannot_be_written_waits_with_the_reason(order: Order, shop: Shop) -> None:
    establishment.NAME.set("", by=None)
    found = send(order)
    assert (found.state, found.said) == (
        OrderState.AUTHORISED,
        "The order cannot be written as a document: The document lacks the school's name.",
    )
    assert JournalLine.objects.filter(message="Order PO-1001 was not sent.").count() == 1
    send(order)
    assert JournalLine.objects.count() == 1


def test_nothing_is_sent_through_a_service_that_is_turned_off(order: Order, shop: Shop, service: WebService) -> None:
    WebService.objects.update(turned_off=True)
    assert "is turned off" in send(order).said
    assert (shop.taken, outcomes(order)) == ([], [])
    WebService.objects.update(turned_off=False, last_success_at=timezone.now())
    sending.ask_for_what_waits()
    assert work(order).state == OrderState.SENT


def test_what_was_sent_and_cannot_be_read_any_more_is_not_written_anew(
    order: Order, shop: Shop, safe: WebService
) -> None:
    shop.answers = [UNANSWERED]
    send(order)
    store.documents().remove(order.attempts.get().sha256)
    found = work(order, later=True)
    assert (found.state, found.said) == (
        OrderState.UNSURE,
        "What was sent before cannot be read any more. Ring the supplier.",
    )
    assert len(shop.taken) == 1


def left_on_its_way(order: Order) -> SendAttempt:
    """Its attempt, whose process then died."""
    begun = sending.begin(Order.objects.get(pk=order.pk))
    assert begun is not None
    return begun[0]
