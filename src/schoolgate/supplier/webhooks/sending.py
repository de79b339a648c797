"""Sending what webhooks are told: one POST, tried again for some hours, and what a failure leads to."""

import ssl
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import httpx
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from schoolgate.commons.jobs.kinds import JobKind, Permanent, RunningJob, TryLater, register
from schoolgate.supplier.models import Delivery, DeliveryState, Webhook
from schoolgate.supplier.webhooks.addresses import private_addresses_allowed
from schoolgate.supplier.webhooks.failing import note_failure
from schoolgate.supplier.webhooks.making import JOB, PING
from schoolgate.supplier.webhooks.signing import signed_headers
from schoolgate.wire.http import TRIES, AddressRefused, causes, seconds_asked, wait_before_next
from schoolgate.wire.typed_addresses import make_typed_address_client

ANSWER_WITHIN_SECONDS = 20.0


@dataclass(frozen=True)
class Answer:
    """How one try ended: the HTTP status (None: no answer), why it did not succeed, and the wait that was asked for."""

    status: int | None
    reason: str = ""
    wait: float | None = None

    @property
    def delivered(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


@register
class WebhookDelivery(JobKind):
    """One delivery. A worker that dies between the answer and its record sends again: same id, so it is known."""

    name = JOB
    label = "Telling webhooks"
    # The delivery counts its own tries; this many are never reached.
    max_attempts = 10 * TRIES

    def words(self, args: dict[str, Any]) -> str:
        return "Trying a webhook" if args["event"] == PING else "Telling a webhook of an order"

    def run(self, running: RunningJob) -> dict[str, Any] | None:
        delivery = Delivery.objects.select_related("webhook").filter(pk=running.args["delivery"]).first()
        if delivery is None or delivery.state == DeliveryState.DELIVERED:
            return None
        if delivery.webhook.paused_at and not running.args.get("asked") and _is_paused(delivery.webhook):
            return {"paused": True}
        answer = send(delivery)
        tries = _note(delivery, answer, timezone.now())
        if answer.delivered:
            return {"status": answer.status}
        if delivery.event == PING or tries >= TRIES:
            raise Permanent(f"{answer.reason} See the log under Keys and webhooks.")
        raise TryLater(wait_before_next(tries, asked=answer.wait), answer.reason)


def _is_paused(webhook: Webhook) -> bool:
    """Asked under the lock that `go_on` holds: else what arrives while it looks for what waits would wait for ever."""
    with transaction.atomic():
        row = Webhook.objects.select_for_update().filter(pk=webhook.pk).first()
        return row is not None and row.paused_at is not None


def send(delivery: Delivery) -> Answer:
    """Make the call, signed for this moment."""
    webhook, body, now = delivery.webhook, delivery.body.encode(), timezone.now()
    if not webhook.secret:
        return Answer(None, "Its signing secret cannot be opened with this site's keys: give it a new one.")
    headers = {
        "Content-Type": "application/json",
        **signed_headers(webhook.secret, str(delivery.event_id), now, body),
    }
    client = _client(settings.SCHOOLGATE_CONFIGURATION.text("extra_ca_file"), private_addresses_allowed())
    try:
        # What stands in the answer is not read: it may be endless.
        with client.stream("POST", webhook.url, content=body, headers=headers) as answer:
            status, asked = answer.status_code, answer.headers.get("Retry-After", "")
    except AddressRefused as refused:
        return Answer(None, refused.sentence)
    except (httpx.TransportError, httpx.InvalidURL) as error:
        return Answer(None, _why(error))
    if 300 <= status < 400:
        return Answer(status, f"It answered {status}, a redirection, which is not followed. Enter where it leads.")
    reason = "" if status < 300 else f"It answered {status}."
    return Answer(status, reason, seconds_asked(asked, now))


def _note(delivery: Delivery, answer: Answer, now: datetime) -> int:
    """Write how a try ended, and what follows for the webhook; how many tries there were in this round."""
    with transaction.atomic():
        webhook = Webhook.objects.select_for_update().filter(pk=delivery.webhook_id).first()
        if webhook is None:
            # Taken away during the call, and its log with it.
            return TRIES
        row = Delivery.objects.get(pk=delivery.pk)
        # A job that a person started again begins a new round.
        row.tries = 1 if row.state == DeliveryState.FAILED else row.tries + 1
        failed = not answer.delivered and (row.event == PING or row.tries >= TRIES)
        row.state = (
            DeliveryState.DELIVERED if answer.delivered else DeliveryState.FAILED if failed else DeliveryState.WAITING
        )
        row.last_try_at, row.status, row.reason = now, answer.status, answer.reason[:200]
        row.save(update_fields=["tries", "state", "last_try_at", "status", "reason"])
        if answer.delivered:
            Webhook.objects.filter(pk=webhook.pk, failures__gt=0).update(failures=0)
        elif failed and row.event != PING:
            note_failure(webhook, row, now)
        return row.tries


@lru_cache(maxsize=4)
def _client(extra_ca_file: str, private_allowed: bool) -> httpx.Client:
    return make_typed_address_client(
        seconds=ANSWER_WITHIN_SECONDS,
        private_allowed=private_allowed,
        extra_ca_file=Path(extra_ca_file) if extra_ca_file else None,
    )


def _why(error: Exception) -> str:
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes(error)):
        return "Its certificate is not trusted: expired, made for another name, or by nobody known."
    if isinstance(error, httpx.TimeoutException):
        return f"It gave no answer within {ANSWER_WITHIN_SECONDS:.0f} seconds."
    if isinstance(error, httpx.ConnectError):
        return "It could not be reached: no such name, or nothing listens there."
    return "The connection broke before there was an answer."
