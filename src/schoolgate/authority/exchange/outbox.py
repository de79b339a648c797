"""The outbox: what waits for a school's program to fetch it (DESIGN 8): requests to send a file, and files for it.

A request is open until a file that fits has been imported, whoever sent it and for whatever reason; nobody has to say
that it was done. A file is offered until the school's program says that it lies safely at the school.
"""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from schoolgate.authority.bases.la import LA_NUMBER
from schoolgate.authority.bases.models import Base
from schoolgate.authority.exchange.models import OutboxEntry, ReceivedFile, SentValue, ToldOf
from schoolgate.authority.exchange.models.outbox_entry import EntryKind, Wanted
from schoolgate.authority.exchange.outcomes import PAGE, SETTLED_AFTER
from schoolgate.authority.exchange.problems import ApiProblem
from schoolgate.authority.exchange.store import offered_files
from schoolgate.authority.importing.models import Import
from schoolgate.authority.records.models import Pupil
from schoolgate.authority.records.rooms_above import on_merging, on_restriction
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.commons.faults import fault_point
from schoolgate.commons.journal import writing as journal
from schoolgate.commons.programs.door import rfc3339


@transaction.atomic
def ask(base: Base, *, run: int, data: str, task_name: str) -> OutboxEntry:
    """Ask a school for a file: the open request for this data of its, which `run` (a run's number) waits for from now.

    Done again for the same run nothing more is made. `data` is one of `Wanted`.
    """
    # Held, so that of two who ask at once the second joins the first.
    base = Base.objects.select_for_update(of=("self",)).get(pk=base.pk)
    entry = OutboxEntry.objects.requests().open().filter(base=base, data=data).first()
    if entry is None:
        entry = OutboxEntry.objects.create(base=base, data=data, task_name=task_name, runs=[run])
        record("file asked for", by=None, target=base.dfe_number, details=str(entry))
        _tell(entry, f"{base.name} is asked for {entry.get_data_display()} (task “{task_name}”).")
    elif run not in entry.runs:
        entry.runs = [*entry.runs, run]
        entry.save(update_fields=["runs"])
    return entry


@transaction.atomic
def offer_file(base: Base, *, document: str, group: str, name: str, content: bytes, made_for: str) -> OutboxEntry:
    """Offer a school a file: its plain bytes are durable before its row is written.

    `document` is its kind (a name of `kinds.KINDS`), `group` the name of the data group that it is about, empty for
    several; `made_for` says of what it came, for people. In the transaction that notes what was put into it, a kill
    leaves both or neither. Raises NoSpace.
    """
    with offered_files().incoming() as incoming:
        incoming.write(content)
        stored = incoming.keep()
    fault_point("outbox.written")
    entry = OutboxEntry.objects.create(
        base=base,
        kind=EntryKind.FILE,
        document=document,
        group=group,
        name=name,
        sha256=stored.sha256,
        size=stored.size,
        task_name=made_for[:100],
    )
    record("file offered", by=None, target=base.dfe_number, details=f"{name}, {made_for}")
    _tell(entry, f"{name} waits in the outbox for {base.name} ({made_for}).")
    return entry


@transaction.atomic
def withdraw_file(entry: OutboxEntry, *, by: User | None, request: HttpRequest | None = None) -> bool:
    """Offer a file no longer. False: it has ended meanwhile."""
    if not OutboxEntry.objects.files().filter(pk=entry.pk).take("cancel"):
        return False
    record("file withdrawn", by=by, target=entry.base.dfe_number, details=entry.name, request=request)
    _tell(entry, f"{entry.name} does not wait for {entry.base.name} any more: it was withdrawn.")
    return True


def holds_restricted(entry: OutboxEntry) -> bool:
    """Whether a file tells of somebody who is restricted now."""
    return ToldOf.objects.restricted().filter(entry=entry).exists()


@on_restriction
def withdraw_what_is_restricted(pupil: Pupil) -> None:
    """Offer no file any longer in which somebody is restricted now; what it says of others is sent by a later one."""
    if ToldOf.objects.restricted().filter(pupil=pupil).exists():
        withdraw_what_tells_of(pupil, "restricted")


def withdraw_what_tells_of(pupil: Pupil, why: str) -> None:
    """Offer no file any longer that tells of somebody; what it says of others is sent by a later one."""
    told = ToldOf.objects.by_open_files().filter(pupil=pupil)
    for entry in OutboxEntry.objects.filter(pk__in=told.values("entry")).select_related("base"):
        _withdraw_to_say_anew(entry, why)


@on_merging
def bring_along_what_was_sent(gone: Pupil, keep: Pupil) -> None:
    """What a school was sent of one who goes, it was sent of the one who stays.

    A file that it has not fetched yet names somebody who is nobody by himself any more: it is not offered any longer.
    """
    withdraw_what_tells_of(gone, "merged")
    values = ("base_id", "group", "item")
    held = set(SentValue.objects.filter(pupil=keep).values_list(*values))
    of_gone = SentValue.objects.filter(pupil=gone)
    new = [pk for pk, *place in of_gone.values_list("pk", *values) if tuple(place) not in held]
    SentValue.objects.filter(pk__in=new).update(pupil=keep)
    of_both = list(ToldOf.objects.filter(pupil=keep).values_list("entry", flat=True))
    ToldOf.objects.filter(pupil=gone).exclude(entry__in=of_both).update(pupil=keep)


@transaction.atomic
def _withdraw_to_say_anew(entry: OutboxEntry, why: str) -> None:
    if OutboxEntry.objects.filter(pk=entry.pk).take("cancel"):
        SentValue.objects.filter(entry=entry).delete()
        record("file withdrawn", by=None, target=entry.base.dfe_number, details=f"{entry.name}: {why}")
        _tell(entry, f"{entry.name} does not wait for {entry.base.name} any more. A later file says the rest of it.")


def packed_file(account: User, number: int) -> tuple[OutboxEntry, bytes]:
    """A file that is offered to one of the account's bases, and its bytes as one gzip stream.

    Raises ApiProblem `unknown-entry`, also once it is not offered any more. One whose bytes are lost is withdrawn, lest
    each of the school's calls ends in a fault of ours.
    """
    entry = entry_of(account, number)
    if not is_offered(entry):
        raise ApiProblem("unknown-entry")
    try:
        return entry, offered_files().path(entry.sha256).read_bytes()
    except FileNotFoundError:
        _withdraw_to_say_anew(entry, "its content is lost")
        raise ApiProblem("unknown-entry") from None


def is_offered(entry: OutboxEntry) -> bool:
    """Whether a school may have an entry's file now; one that tells of somebody who is restricted is withdrawn."""
    if not (entry.is_file and entry.is_open):
        return False
    if holds_restricted(entry):
        # Restricted in the very moment in which the file was made.
        _withdraw_to_say_anew(entry, "restricted")
        return False
    return True


@transaction.atomic
def withdraw(base: Base, *, run: int) -> None:
    """A run waits no more for what was asked of a base; what no run waits for is cancelled."""
    waited_for = OutboxEntry.objects.requests().open().filter(base=base).select_for_update()
    for entry in [entry for entry in waited_for if run in entry.runs]:
        entry.runs = [one for one in entry.runs if one != run]
        entry.save(update_fields=["runs"])
        if not entry.runs and OutboxEntry.objects.filter(pk=entry.pk).take("cancel"):
            record("request cancelled", by=None, target=base.dfe_number, details=str(entry))
            _tell(entry, f"{base.name} is not asked for {entry.get_data_display()} any more.")


def closed_by(this: Import) -> list[int]:
    """Close the requests that an imported file answers, in the import's own commit; the runs that waited for them.

    It answers those made before it was received. A snapshot needs a full file; of every other kind of data nobody can
    tell cheaply whether a file holds it, so that any does.
    """
    file = ReceivedFile.objects.filter(its_import=this).first()
    if file is None or not this.completed_at:
        return []
    fitting = OutboxEntry.objects.requests().open().filter(base=this.base_id, made_at__lte=file.received_at)
    if not this.full:
        fitting = fitting.exclude(data=Wanted.SNAPSHOT)
    runs: list[int] = []
    for entry in fitting.select_for_update(of=("self",)).select_related("base"):
        if OutboxEntry.objects.filter(pk=entry.pk).take("close"):
            runs += entry.runs
            record("request closed", by=None, target=entry.base.dfe_number, details=f"{entry}: {file.name}")
    return runs


def outbox_after(account: User, cursor: str) -> dict[str, Any]:
    """What is open for the account's bases, by age, made after `cursor` (all when empty): one page.

    Whoever reads from the beginning learns by what is missing that something has ended. Raises ApiProblem
    `cursor-malformed`.
    """
    # What was made in a commit that may still be on its way is told by the next call.
    entries = OutboxEntry.objects.of_account(account).open().filter(made_at__lt=timezone.now() - SETTLED_AFTER)
    if cursor:
        if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 19):
            raise ApiProblem("cursor-malformed")
        entries = entries.filter(pk__gt=int(cursor))
    page = list(entries.select_related("base").order_by("pk")[: PAGE + 1])
    shown = page[:PAGE]
    return {
        "entries": [told(entry) for entry in shown],
        "next": str(shown[-1].pk) if shown else cursor,
        "more": len(page) > PAGE,
    }


def entry_of(account: User, number: int) -> OutboxEntry:
    """An entry for one of the account's bases, also one that has ended. Raises ApiProblem `unknown-entry`."""
    entry = OutboxEntry.objects.of_account(account).filter(pk=number).select_related("base").first()
    if entry is None:
        raise ApiProblem("unknown-entry")
    return entry


@transaction.atomic
def collected(account: User, number: int) -> OutboxEntry:
    """The school's program has an entry, and says so. Raises ApiProblem `unknown-entry`."""
    entry = entry_of(account, number)
    collect(entry, by=account)
    fault_point("outbox.collected")
    entry.refresh_from_db(fields=["state", "collected_at", "ended_at"])
    return entry


@transaction.atomic
def collect(entry: OutboxEntry, *, by: User, request: HttpRequest | None = None) -> None:
    """An entry is at its school; said again, or of one that has ended, nothing changes.

    A request is fetched with that, a file closed: it lies safely at the school.
    """
    step = "close" if entry.is_file else "fetch"
    if OutboxEntry.objects.filter(pk=entry.pk).take(step, collected_at=timezone.now()):
        did = "file collected" if entry.is_file else "request fetched"
        record(did, by=by, target=entry.base.dfe_number, details=str(entry), request=request)
        if entry.is_file:
            _tell(entry, f"{entry.name} lies at {entry.base.name} now.")


def told(entry: OutboxEntry) -> dict[str, Any]:
    """An entry as every call tells it."""
    of_every_kind = {
        "id": entry.pk,
        "kind": entry.kind,
        "state": entry.state,
        "la": entry.base.la,
        "school": entry.base.number,
        "made": rfc3339(entry.made_at),
    }
    if entry.is_file:
        of_file = ("name", "document", "group", "sha256", "size")
        return {**of_every_kind, **{name: getattr(entry, name) for name in of_file}}
    return {**of_every_kind, "name": entry.base.name, "data": entry.data, "task": entry.task_name}


def _tell(entry: OutboxEntry, message: str) -> None:
    journal.write(
        "INFO",
        message,
        la=entry.base.la,
        destination_la=LA_NUMBER.get(),
        school=entry.base.number,
        link=_page_of(entry),
    )


def _page_of(entry: OutboxEntry) -> str:
    if entry.is_file:
        return reverse("outbox-file", args=[entry.pk], urlconf=settings.ROOT_URLCONF)
    return reverse("base", args=[entry.base_id], urlconf=settings.ROOT_URLCONF)
