"""A process of the tests that kill a large decision and its undo: `python decision_process.py WALK WALK_BACK`.

Both are JSON: fault points, each with its turn. PUPILS children's new surnames wait, and all are accepted by workers
that die at the points of WALK one after the other, then by one that does not; so is it undone. Printed is, as JSON, of
either how each worker ended and how many pupils were changed then, and what became of it all.
"""

import json
import os
import sys
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connections  # noqa: E402
from tests.authority.importing.conflicts import bring_in_conflict  # noqa: E402
from tests.documents.students.files import a_pupil  # noqa: E402

from schoolgate.authority.bases.accounts import create_base_with_account  # noqa: E402
from schoolgate.authority.bases.la import LA_NUMBER  # noqa: E402
from schoolgate.authority.importing.conflicts import jobs, many, taking_back  # noqa: E402
from schoolgate.authority.importing.conflicts.choices import Choice  # noqa: E402
from schoolgate.authority.importing.models import Conflict  # noqa: E402
from schoolgate.authority.records.groups.basic_details import BASIC_DETAILS  # noqa: E402
from schoolgate.authority.records.models import Decision, Pupil, Replaced  # noqa: E402
from schoolgate.commons.audit.models import AuditEntry  # noqa: E402
from schoolgate.commons.jobs.engine import free_leases_of, work_off  # noqa: E402
from schoolgate.commons.jobs.models import Job  # noqa: E402
from schoolgate.documents.identifiers import upn_check_letter  # noqa: E402
from schoolgate.documents.students.entries import Record  # noqa: E402

WORKER = "the killed"
PUPILS = int(os.environ.get("PUPILS", "0"))
for module in (jobs, many, taking_back):
    setattr(module, "AT_ONCE", int(os.environ.get("PORTION", "2")))  # noqa: B010  a constant to all but this


def children(surname: str) -> list[Record]:
    numbers = [f"820432120{number:03}" for number in range(PUPILS)]
    return [
        a_pupil(UPN=upn_check_letter(number) + number, Forename=f"Ada {number}", Surname=surname) for number in numbers
    ]


def decide() -> None:
    LA_NUMBER.set("820", by=None)
    base, _ = create_base_with_account(la="820", number="4321", name="Green Abbey School", password="Green-Abbey-2026!")
    bring_in_conflict(base, children("Okafor"), children("Bell"))
    found = many.many(many.Which(BASIC_DETAILS.number, "Surname"))
    decision, done = many.decide_many(found, Choice.ACCEPT, by=None, reason="The register says so.")
    assert decision is not None
    assert done is None


def take_back() -> None:
    assert jobs.undo_decision(Decision.objects.get(), "The wrong school.", by=None) == {}


def work(fault: str = "") -> int:
    """How a worker ends who does what is asked for: a process of its own, which costs no second start."""
    connections.close_all()
    child = os.fork()
    if not child:
        settings.SCHOOLGATE_FAULTS = fault
        ended = 1
        try:
            free_leases_of(WORKER)
            work_off(WORKER)
            ended = 0
        finally:
            os._exit(ended)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def changed() -> int:
    return Pupil.objects.filter(surname="Bell").count()


def walk(points: list[tuple[str, int]]) -> dict[str, Any]:
    met = []
    for point, turn in points:
        ended = work(f"{point}:{turn}")
        # No job may count it as its third death: each of these kills is a case of its own.
        Job.objects.update(deaths=0)
        met.append([point, turn, changed(), ended])
    ended = work()
    audit = list(AuditEntry.objects.filter(about__startswith="pupil ").values_list("did", flat=True))
    return {
        "met": met,
        "ended": ended,
        "changed": changed(),
        "open": Conflict.objects.open().count(),
        "decided": Conflict.objects.filter(outcome="accepted").count(),
        "replaced": Replaced.objects.count(),
        "audit": [audit.count("conflicts decided"), audit.count("decision on conflicts undone")],
        "undone": Decision.objects.filter(undone_at__isnull=False).count(),
        "to do": Job.objects.exclude(state="done").count(),
        "result": Job.objects.latest("pk").result,
    }


if __name__ == "__main__":
    there, back = map(json.loads, sys.argv[1:])
    decide()
    decided = walk(there)
    take_back()
    print(json.dumps([decided, walk(back)]))
