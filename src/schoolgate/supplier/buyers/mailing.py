"""Sending a school its connection sheet: a job, since a mail server may take its time."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest

from schoolgate.commons.accounts.models import User
from schoolgate.commons.alerts.smtp import NotSent, send
from schoolgate.commons.audit.recording import record
from schoolgate.commons.jobs.kinds import JobKind, Permanent, RunningJob, TryLater, register
from schoolgate.commons.jobs.models import Job
from schoolgate.commons.jobs.submitting import submit
from schoolgate.supplier.buyers.sheet import connection_sheet
from schoolgate.supplier.models import Buyer


def send_sheet(buyer: Buyer, address: str, *, by: User, request: HttpRequest | None = None) -> Job:
    """Mail a school its sheet, without a password; `address` is the service's. It must have an e-mail address."""
    with transaction.atomic():
        job = submit(SendSheet.name, {"buyer": buyer.pk, "address": address})
        record("connection sheet sent", by=by, target=buyer.name, details=buyer.email, request=request)
    return job


@register
class SendSheet(JobKind):
    """One sheet. A worker that dies between the server's yes and its record sends it again, as the same mail."""

    name = "connection-sheet"
    label = "Sending connection sheets"

    def words(self, args: dict[str, Any]) -> str:
        return "Sending a connection sheet"

    def run(self, running: RunningJob) -> dict[str, Any] | None:
        buyer = Buyer.objects.filter(pk=running.args["buyer"]).select_related("supplier", "account").first()
        if buyer is None or not buyer.email:
            raise Permanent("The school has no e-mail address any more. Enter one, and send the sheet again.")
        sheet = connection_sheet(buyer, running.args["address"])
        message_id = f"<sheet.{running.job_id}@{urlsplit(settings.SCHOOLGATE_URL).hostname}>"
        try:
            send(buyer.email, sheet.title, sheet.text, message_id=message_id)
        except NotSent as error:
            raise (Permanent(error.sentence) if error.for_good else TryLater(None, error.sentence)) from None
        return None
