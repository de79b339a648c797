"""Sending as a job: one order each, those of a web service one after the other, and so those by e-mail."""

from typing import Any

from schoolgate.commons.alerts.smtp import AnswerLost, MailRefused, NotSent
from schoolgate.commons.faults import fault_point
from schoolgate.commons.jobs.kinds import JobKind, RunningJob, TryLater, register
from schoolgate.commons.jobs.periodic import every
from schoolgate.school.purchasing.calling import call
from schoolgate.school.purchasing.mailing.outgoing import hand_over
from schoolgate.school.purchasing.models import Order, SendAttempt, WebService
from schoolgate.school.purchasing.sending import (
    NOT_OUT,
    REFUSED,
    SEND,
    UNSURE,
    WHERE_TO,
    CannotBeSent,
    Failure,
    ask_for_what_waits,
    begin,
    end,
    note_hindrance,
    settle,
)
from schoolgate.wire.http import TRIES, Again, GiveUp
from schoolgate.wire.soap.errors import DocumentRefused, ServiceError


@register
class SendOrder(JobKind):
    """Send one order, as often as a repetition may cure what went wrong and harms nobody."""

    name = SEND
    label = "Sending orders"
    # Calls are counted by attempts of the order: a job that is taken up and makes none is not one of TRIES.
    max_attempts = 2 * TRIES

    def words(self, args: dict[str, Any]) -> str:
        order = Order.objects.filter(pk=args["order"]).first()
        return f"Sending {order}" if order else "Sending an order"

    def run(self, running: RunningJob) -> dict[str, Any]:
        pk = running.args["order"]
        settle(_order(pk), goes_on=True)
        order = _order(pk)
        try:
            begun = begin(order, after=running.args.get("after"))
        except CannotBeSent as hindrance:
            note_hindrance(order, str(hindrance))
            return {"outcome": "", "state": order.state}
        if begun is None:
            return {"outcome": "", "state": order.state}
        attempt, xml = begun
        fault_point("send.noted")
        failure = _call(attempt.service, xml) if attempt.service else _mail(attempt, xml)
        fault_point("send.called")
        ended = end(attempt, failure)
        fault_point("send.answered")
        if ended.again_in is not None:
            raise TryLater(ended.again_in.total_seconds(), failure.sentence if failure else "")
        return {"outcome": ended.outcome, "state": _order(pk).state}


@every(minutes=1, words="Sending orders that waited")
def send_what_waits() -> None:
    """Send what waited for a service that answers again."""
    ask_for_what_waits()


def _order(pk: int) -> Order:
    found: Order = Order.objects.select_related(*WHERE_TO).get(pk=pk)
    return found


def _call(service: WebService, xml: bytes) -> Failure | None:
    try:
        call(service, lambda client: client.send_order(xml.decode()))
    except ServiceError as error:
        return failure_of_call(error)
    return None


def failure_of_call(error: ServiceError) -> Failure:
    """How an attempt ended by what a web service answered, or did not."""
    if isinstance(error, DocumentRefused):
        return Failure(REFUSED, error.code, error.sentence, error.said or error.sentence, error.step)
    outcome = UNSURE if error.may_have_arrived else NOT_OUT
    # What to do about an order that nobody is sure of is not what cures the line.
    told = (error.sentence, error.said, error.remedy if outcome == NOT_OUT else "")
    return Failure(outcome, error.code, error.sentence, " ".join(filter(None, told)), error.step)


def _mail(attempt: SendAttempt, xml: bytes) -> Failure | None:
    try:
        hand_over(attempt.order, attempt.mailed_to, xml)
    except NotSent as error:
        return failure_of_mail(error)
    return None


def failure_of_mail(error: NotSent) -> Failure:
    """How an attempt ended by what the mail server answered, or did not.

    Its last word on this mail, or on its receiver, refuses the order; one on this site's login does not.
    """
    said = error.sentence
    if isinstance(error, AnswerLost):
        return Failure(UNSURE, "mail-no-answer", said, said, GiveUp())
    if not error.for_good:
        return Failure(NOT_OUT, "mail-not-out", said, said, Again())
    if isinstance(error, MailRefused):
        return Failure(REFUSED, "mail-refused", said, said, GiveUp())
    return Failure(NOT_OUT, "mail-not-out", said, said, GiveUp())
