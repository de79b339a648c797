"""What processes do of the tests that kill the authority around its outbox: `set up`, `work`, `collected`, `told`.

`set up` has a school with a pupil of whom an officer has changed a value, and asks for a run that sends it back; `work`
does what is asked for; `collected` is the school's program that says that it has the file; `told` prints what became
of it as JSON.
"""

import json
from collections.abc import Sequence
from datetime import time

import django

django.setup()

from tests.authority.importing.importing_files import bring_in  # noqa: E402
from tests.documents.students.files import a_pupil  # noqa: E402

from schoolgate.authority.bases.accounts import create_base_with_account  # noqa: E402
from schoolgate.authority.bases.la import LA_NUMBER  # noqa: E402
from schoolgate.authority.collection import tasks  # noqa: E402
from schoolgate.authority.collection.models import CollectionRun, Data, Owner, TransferType  # noqa: E402
from schoolgate.authority.exchange import outbox  # noqa: E402
from schoolgate.authority.exchange.models import OutboxEntry, SentValue  # noqa: E402
from schoolgate.authority.exchange.store import offered_files  # noqa: E402
from schoolgate.authority.importing.base_rules import always_import_set, use_for_new_bases  # noqa: E402
from schoolgate.authority.importing.by_hand.changing import Place, change_value, held_at, seen_as  # noqa: E402
from schoolgate.authority.records.groups.basic_details import BASIC_DETAILS  # noqa: E402
from schoolgate.authority.records.models import Pupil  # noqa: E402
from schoolgate.commons.audit.models import AuditEntry  # noqa: E402
from schoolgate.commons.jobs.engine import free_leases_of, work_off  # noqa: E402
from schoolgate.commons.jobs.models import Job, State  # noqa: E402
from schoolgate.commons.journal.models import JournalLine  # noqa: E402
from schoolgate.commons.schedules.rules import Weekly  # noqa: E402

WORKER = "the killed"


def set_up() -> None:
    LA_NUMBER.set("820", by=None)
    use_for_new_bases(always_import_set(), add_unmatched=True, by=None)
    base, *_ = create_base_with_account(
        la="820", number="4321", name="Green Abbey School", password="Green-Abbey-2026!"
    )
    bring_in(base, [a_pupil()])
    place = Place(Pupil.objects.get(), None, BASIC_DETAILS, "MiddleNames")
    change_value(place, "Obi", "told by phone", seen=seen_as(held_at(place)), by=None)
    weekly = Weekly(time(18, 30), frozenset({3}))
    wish = tasks.Wish("Back", Owner.LA, Data.CHANGED, weekly, (base,), transfer_type=TransferType.IMPORT_TO_SCHOOL)
    tasks.run_now(tasks.save(wish, by=None), by=None)


def tell() -> None:
    run = CollectionRun.objects.get()
    told = {
        "run": run.state,
        "message": run.message,
        "entries": list(OutboxEntry.objects.values_list("state", flat=True)),
        "bytes": sum(offered_files().has(entry.sha256) for entry in OutboxEntry.objects.all()),
        "values": SentValue.objects.count(),
        "offered": JournalLine.objects.filter(message__contains="waits in the outbox").count(),
        "collected": JournalLine.objects.filter(message__contains="lies at").count(),
        "audit": AuditEntry.objects.filter(did__in=["file offered", "file collected"]).count(),
        "open jobs": Job.objects.filter(state__in=[State.READY, State.RUNNING]).exclude(kind="periodic").count(),
    }
    print(json.dumps(told))


def main(words: Sequence[str]) -> None:
    (verb,) = words
    if verb == "set up":
        set_up()
    elif verb == "work":
        free_leases_of(WORKER)
        work_off(WORKER)
    elif verb == "collected":
        entry = OutboxEntry.objects.select_related("base__account").get()
        outbox.collected(entry.base.account, entry.pk)
    else:
        tell()
