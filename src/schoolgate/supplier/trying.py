"""Test a service: the site plays a school's finance system against an address that somebody typed.

By a job, since a slow service may take minutes. The password is never kept in clear: it is sealed until a worker
begins, who takes it away first; so a test that is broken off is not taken up again.
"""

from contextlib import closing
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.commons.jobs.kinds import JobKind, Permanent, RunningJob, register
from schoolgate.commons.jobs.periodic import every
from schoolgate.commons.jobs.submitting import submit
from schoolgate.commons.retention.kinds import clears
from schoolgate.supplier.models import Trial
from schoolgate.supplier.webhooks.addresses import private_addresses_allowed
from schoolgate.wire.http import make_transport
from schoolgate.wire.soap.trying import ANSWER_SECONDS, try_service
from schoolgate.wire.soap.trying_steps import Step
from schoolgate.wire.tls import trust
from schoolgate.wire.typed_addresses import TypedAddressTransport

KEPT = timedelta(days=1)
BEGINS_WITHIN = timedelta(minutes=15)
"""A password that no worker has taken by then is taken away."""

clears("Tests of a service", KEPT.days, "to mend what they found, on the same day")


def start_trial(trial: Trial, *, request: HttpRequest | None = None) -> Trial:
    """Ask for a test that is not stored yet."""
    with transaction.atomic():
        trial.save()
        trial.job = submit(TryService.name, {"trial": trial.pk, "host": _host(trial.address)})
        trial.save(update_fields=["job"])
        record("service tested", by=trial.by, target=_host(trial.address), request=request)
    return trial


def take_new_password(trial: Trial, *, by: User, request: HttpRequest | None = None) -> str:
    """The password that the service made up, for this once; "" where there is none, or it was shown before."""
    with transaction.atomic():
        row = Trial.objects.select_for_update(of=("self",)).get(pk=trial.pk)
        password = row.new_password or ""
        if password:
            row.new_password = None
            row.save(update_fields=["new_password"])
            record("new password shown", by=by, target=_host(row.address), request=request)
    return password


@register
class TryService(JobKind):
    """One test, step by step; each step is stored as it is done."""

    name = "try-service"
    label = "Testing services"
    max_attempts = 1

    def words(self, args: dict[str, Any]) -> str:
        return f"Testing the service at {args['host']}"

    def run(self, running: RunningJob) -> dict[str, Any] | None:
        trial, password = _take(running.args["trial"])
        with _transport(trial) as transport:
            steps = try_service(
                trial.address,
                trial.username,
                password,
                transport,
                order=trial.order,
                change_password=trial.change_password,
                history_method=trial.history,
                supplier_duns=trial.supplier_duns,
                buyer_duns=trial.buyer_duns,
            )
            # Closed whatever happens: a status that was changed on the way is put back then.
            with closing(steps):
                for step in steps:
                    _store(trial, step)
                    running.progress(len(trial.steps), 0, step.title)
        trial.ended_at = timezone.now()
        trial.save(update_fields=["ended_at"])
        return {"passed": trial.passed, "failed": trial.failed}


@every(minutes=5, words="Clearing away tests of services")
def clear_trials() -> int:
    """Delete tests whose day is over, and take away passwords that no worker has taken; how many tests went."""
    now = timezone.now()
    Trial.objects.filter(made_at__lt=now - BEGINS_WITHIN, password__isnull=False).update(password=None)
    return Trial.objects.filter(made_at__lt=now - KEPT).delete()[0]


def _take(pk: int) -> tuple[Trial, str]:
    """The test, and its password, which is nowhere any more."""
    with transaction.atomic():
        trial = Trial.objects.select_for_update(of=("self",)).filter(pk=pk).first()
        if trial is None or not trial.password:
            raise Permanent("The test was broken off, and the password is not kept. Start it again.")
        password, trial.password = str(trial.password), None
        trial.save(update_fields=["password"])
    return trial, password


def _store(trial: Trial, step: Step) -> None:
    told = asdict(step)
    new_password = told.pop("new_password")
    trial.steps.append(told)
    if new_password:
        trial.new_password = new_password
    trial.save(update_fields=["steps", "new_password"])


def _transport(trial: Trial) -> httpx.BaseTransport:
    """Into this site's own service as it is; elsewhere only where typed addresses may lead."""
    extra = settings.SCHOOLGATE_CONFIGURATION.text("extra_ca_file")
    extra_ca_file = Path(extra) if extra else None
    if trial.own:
        return make_transport(extra_ca_file=extra_ca_file)
    inner = httpx.HTTPTransport(verify=trust(extra_ca_file=extra_ca_file), trust_env=False)
    return TypedAddressTransport(inner, seconds=ANSWER_SECONDS, private_allowed=private_addresses_allowed())


def _host(address: str) -> str:
    """An address as people and the audit may see it: without what may be a secret in it."""
    try:
        return httpx.URL(address).host or address[:50]
    except httpx.InvalidURL:
        return "what is no address"
