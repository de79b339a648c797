"""What follows when an order could not be told: a line in the journal, and after five in a row a pause and a mail."""

from datetime import datetime

import httpx
from django.conf import settings
from django.urls import reverse

from schoolgate.commons.accounts.models import User
from schoolgate.commons.alerts.kinds import Alert, add_alert
from schoolgate.commons.alerts.summary import Line, page, summary_line
from schoolgate.commons.alerts.telling import tell_at_once
from schoolgate.commons.journal import writing as journal
from schoolgate.supplier.alerts import of_what_is_seen, works_for_suppliers
from schoolgate.supplier.models import Delivery, DeliveryState, Webhook

PAUSED_AFTER = 5
"""Deliveries that failed for good, one after another and none delivered between."""


PAUSED_WEBHOOK = add_alert(
    Alert(
        "paused-webhook",
        "A webhook is paused, because it could not be told of orders",
        "at once",
        may_have=works_for_suppliers,
        on=works_for_suppliers,
        one="A webhook is paused",
        many="{} webhooks are paused",
        page="keys",
        told_of=of_what_is_seen(Webhook.objects.all),
    )
)


def note_failure(webhook: Webhook, delivery: Delivery, now: datetime) -> None:
    """A delivery has failed for good: tell it, and pause its webhook when it is the fifth in a row.

    In the caller's transaction, which holds the webhook's row. The journal is read by people of every supplier of the
    service: it names neither supplier nor address.
    """
    link = reverse("keys", urlconf=settings.ROOT_URLCONF)
    journal.write(
        "WARN",
        f"A webhook could not be told of an order in {delivery.tries} tries.",
        details=f"{delivery.reason} The order stands under Orders. When the address works again, press Replay.",
        link=link,
    )
    webhook.failures += 1
    if webhook.failures >= PAUSED_AFTER and webhook.paused_at is None:
        webhook.paused_at = now
        journal.write(
            "ERROR",
            f"A webhook is paused: {webhook.failures} deliveries in a row have failed.",
            details="Orders that arrive meanwhile wait for it. Mend the address, send a ping, then let it go on.",
            link=link,
        )
        text = f"The webhook at {httpx.URL(webhook.url).host} is paused. Orders that arrive wait for it meanwhile."
        tell_at_once(PAUSED_WEBHOOK.name, text, key=f"webhook {webhook.pk}", link=link)
    webhook.save(update_fields=["failures", "paused_at"])


@summary_line
def _paused(reader: User, since: datetime) -> Line | None:
    number = Webhook.objects.visible_to(reader).exclude(paused_at=None).count()
    what = "webhook is paused" if number == 1 else "webhooks are paused"
    return Line(f"{number:,} {what}.", page("keys")) if number else None


@summary_line
def _failed(reader: User, since: datetime) -> Line | None:
    failed = Delivery.objects.visible_to(reader).filter(state=DeliveryState.FAILED, last_try_at__gte=since)
    number = failed.exclude(order=None).count()
    what = "order" if number == 1 else "orders"
    return Line(f"{number:,} {what} could not be told to a webhook.", page("keys")) if number else None
