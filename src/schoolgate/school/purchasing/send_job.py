"""Sending as a job: one order each, those of a web service one after the other."""

from typing import Any

from schoolgate.commons.faults import fault_point
from schoolgate.commons.jobs.kinds import JobKind, RunningJob, TryLater, register
from schoolgate.commons.jobs.periodic import every
from schoolgate.school.purchasing.calling import call
from schoolgate.school.purchasing.models import Order, WebService
from schoolgate.school.purchasing.sending import (
    SEND,
    CannotBeSent,
    ask_for_what_waits,
    begin,
    end,
    note_hindrance,
    settle,
)
from schoolgate.wire.http import TRIES
from schoolgate.wire.soap.errors import ServiceError


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
        error = _send(attempt.service, xml)
        fault_point("send.called")
        ended = end(attempt, error)
        fault_point("send.answered")
        if ended.again_in is not None:
            raise TryLater(ended.again_in.total_seconds(), error.sentence if error else "")
        return {"outcome": ended.outcome, "state": _order(pk).state}


@every(minutes=1, words="Sending orders that waited")
def send_what_waits() -> None:
    """Send what waited for a service that answers again."""
    ask_for_what_waits()


def _order(pk: int) -> Order:
    found: Order = Order.objects.select_related("came_by", "supplier__web_service").get(pk=pk)
    return found


def _send(service: WebService, xml: bytes) -> ServiceError | None:
    try:
        call(service, lambda client: client.send_order(xml.decode()))
    except ServiceError as error:
        return error
    return None
