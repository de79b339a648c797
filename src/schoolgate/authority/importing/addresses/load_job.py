"""The job that loads a list of addresses."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.http import HttpRequest

from schoolgate.authority.importing.addresses.loading import answer, call_off, carry_out, keep_file
from schoolgate.authority.importing.models import AddressListLoad
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.commons.jobs.kinds import JobKind, RunningJob, register
from schoolgate.commons.jobs.submitting import submit


class _CalledOff(Exception):
    """Somebody asked to stop."""


@register
class LoadAddresses(JobKind):
    """One step of one load: until it is in use, or a person is asked; or what follows from the answer.

    A list that is refused is no failure of the job's: the first page tells of it until another is loaded.
    """

    name = "address list"
    label = "Loading address lists"

    def words(self, args: dict[str, Any]) -> str:
        return f"Loading {args['name']}"

    def run(self, running: RunningJob) -> dict[str, Any] | None:
        load = AddressListLoad.objects.get(pk=running.args["load"])

        def progress(lines: int) -> None:
            running.progress(lines, 0, "reading lines")
            if running.cancel_asked():
                raise _CalledOff

        try:
            carry_out(load, progress)
        except _CalledOff:
            call_off(load, AddressListLoad.State.DISCARDED, "Somebody stopped it.")
            return None
        except FileNotFoundError:
            call_off(load, AddressListLoad.State.REFUSED, "Its file is not kept any more. Load the list again.")
        return {"list": load.get_state_display(), "addresses": load.records, "lines_left_out": load.refused}


def load_list(
    chunks: Iterable[bytes], name: str, *, by: User | None, request: HttpRequest | None = None
) -> AddressListLoad:
    """Take a list as CSV, and ask for its being loaded. Raises NoSpace."""
    key = keep_file(chunks)
    with transaction.atomic():
        load = AddressListLoad.objects.create(source_name=name[-200:], source_key=key, by=by)
        record("address list given", by=by, target=load.source_name, request=request)
        _submit(load)
    return load


def answer_and_go_on(load: AddressListLoad, *, take: bool, by: User | None, request: HttpRequest | None = None) -> bool:
    """Say whether a list that waits shall count. False: it does not wait any more, and nothing is done."""
    with transaction.atomic():
        if not answer(load, take=take, by=by, request=request):
            return False
        _submit(load)
    return True


def _submit(load: AddressListLoad) -> None:
    """Lists are loaded one at a time."""
    load.job = submit(LoadAddresses.name, {"load": load.pk, "name": load.source_name}, key=LoadAddresses.name)
    load.save(update_fields=["job"])
