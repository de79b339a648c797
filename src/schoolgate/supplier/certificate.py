"""When the certificate ends that schools meet at this service's address.

It is looked at once a day by a job, as schools meet it, since a proxy before the service may hold it. The job's result
is what is known of it: a page asks nobody.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
from django.conf import settings

from schoolgate.commons.jobs.kinds import JobKind, RunningJob, register
from schoolgate.commons.jobs.models import Job, State
from schoolgate.commons.jobs.periodic import every
from schoolgate.commons.jobs.submitting import submit
from schoolgate.wire.tls import look_at_certificate

PATIENCE = {"connect": 10.0, "read": 10.0, "write": 10.0, "pool": 10.0}
WARNED_BEFORE = timedelta(days=21)
LAST_PART = 4
"""Nothing is called about to end in the first three quarters of its life: some certificates live for days only."""


@dataclass(frozen=True)
class Seen:
    """What the certificate of `address` said of its life when it was looked at last."""

    address: str
    begins: datetime
    ends: datetime

    def ends_soon(self, now: datetime) -> bool:
        """Whether somebody should renew it by now, or should have."""
        return self.ends - now <= min(WARNED_BEFORE, (self.ends - self.begins) / LAST_PART)


@register
class LookAtCertificate(JobKind):
    """One look. Where the address cannot be reached from here, the job is done and knows nothing."""

    name = "look-at-certificate"
    label = "Routine work"
    max_attempts = 1
    routine = True
    keep_days = 7

    def words(self, args: dict[str, Any]) -> str:
        return "Looking at this service's certificate"

    def run(self, running: RunningJob) -> dict[str, Any] | None:
        return look(str(settings.SCHOOLGATE_URL))


@every(hours=24, words="Asking for a look at this service's certificate")
def ask_for_a_look() -> None:
    """Ask for a look, where there is a certificate to look at."""
    if settings.SCHOOLGATE_URL.startswith("https:"):
        submit(LookAtCertificate.name, {}, key=LookAtCertificate.name)


def look(address: str) -> dict[str, Any] | None:
    """The certificate at an https address, as the job keeps it; None where it cannot be seen from here."""
    found = look_at_certificate(httpx.Request("HEAD", address, extensions={"timeout": PATIENCE}), None)
    if found is None:
        return None
    return {"address": address, "begins": found.valid_from.isoformat(), "ends": found.expires.isoformat()}


def own_certificate() -> Seen | None:
    """What is known of this service's certificate; None where there is none, or it could not be seen."""
    looked = Job.objects.filter(kind=LookAtCertificate.name, state=State.DONE).exclude(result=None)
    result = looked.order_by("-pk").values_list("result", flat=True).first()
    if not result or result["address"] != settings.SCHOOLGATE_URL:
        return None
    return Seen(result["address"], datetime.fromisoformat(result["begins"]), datetime.fromisoformat(result["ends"]))
