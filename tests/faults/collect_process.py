"""What processes do of the tests that kill a run: `ask`, `ask for a file`, `work`, `told` or `asked` (fork_server).

`ask` asks for a snapshot of a school of PUPILS children, one of whose rows cannot be read, `work` does what is asked
for, `told` prints what became of it as JSON.
"""

import json
import os
from collections.abc import Sequence

import django

django.setup()

from tests.authority.collection.listed import SCHOOLS, Listed, School  # noqa: E402
from tests.authority.importing.importing_files import held  # noqa: E402

from schoolgate.authority.bases.accounts import create_base_with_account  # noqa: E402
from schoolgate.authority.bases.la import LA_NUMBER  # noqa: E402
from schoolgate.authority.bases.models import Base  # noqa: E402
from schoolgate.authority.collection import connecting  # noqa: E402
from schoolgate.authority.collection.models import (  # noqa: E402
    CollectionRun,
    Connection,
    Cursor,
    Data,
    HeldBackRow,
)
from schoolgate.authority.collection.running import ask_for_run  # noqa: E402
from schoolgate.authority.exchange.models import OutboxEntry  # noqa: E402
from schoolgate.authority.importing.base_rules import always_import_set, use_for_new_bases  # noqa: E402
from schoolgate.authority.importing.models import Import  # noqa: E402
from schoolgate.authority.records.models import Change, Replaced  # noqa: E402
from schoolgate.commons.jobs.engine import free_leases_of, work_off  # noqa: E402
from schoolgate.commons.jobs.models import Job, State  # noqa: E402
from schoolgate.commons.journal.models import JournalLine  # noqa: E402
from schoolgate.wire.mis.connector import BadRow, Group  # noqa: E402

WORKER = "the killed"
PUPILS = int(os.environ.get("PUPILS", "0"))


def know_the_school() -> None:
    """Its system is asked by every process."""
    vars(connecting)["connector_named"] = {"listed": Listed}.__getitem__
    SCHOOLS["green-abbey"] = school = School()
    for number in range(PUPILS):
        school.enrol(f"{number:08}-4111-8111-9111-111111111111", f"Amina {number}")
    school.bad.append(BadRow("somebody", Group.SEN, "listed-fault", "It is of no use.", ({"fault": 1},)))


def make_base() -> Base:
    LA_NUMBER.set("820", by=None)
    use_for_new_bases(always_import_set(), add_unmatched=True, by=None)
    return create_base_with_account(la="820", number="4321", name="Green Abbey School", password="Green-Abbey-2026!")[0]


def ask() -> None:
    base = make_base()
    base.mis = "listed"
    base.save()
    connection = Connection(base=base, connector="listed")
    connection.values = {"key": "green-abbey"}
    connection.save()
    ask_for_run(None, base, Data.SNAPSHOT, by=None)


def tell() -> None:
    run = CollectionRun.objects.get()
    told = {
        "state": run.state,
        "message": run.message,
        "counts": run.counts,
        "imports": Import.objects.count(),
        "held": {what: len(rows) for what, rows in held().items()},
        "held back": HeldBackRow.objects.count(),
        "cursors": Cursor.objects.filter(run=run).count(),
        "changes": Change.objects.count(),
        "replaced": Replaced.objects.count(),
        "told": JournalLine.objects.filter(message__contains="imported").count(),
        "open jobs": Job.objects.filter(state__in=[State.READY, State.RUNNING]).exclude(kind="periodic").count(),
    }
    print(json.dumps(told))


def main(words: Sequence[str]) -> None:
    (verb,) = words
    know_the_school()
    if verb == "ask":
        ask()
    elif verb == "ask for a file":
        ask_for_run(None, make_base(), Data.SNAPSHOT, by=None)
    elif verb == "asked":
        (entry,) = OutboxEntry.objects.all()
        run = CollectionRun.objects.get()
        print(json.dumps({"state": run.state, "waits for": entry.runs == [run.pk]}))
    elif verb == "work":
        free_leases_of(WORKER)
        work_off(WORKER)
    else:
        tell()
