"""What processes do of the tests that kill an import or its undo: `receive`, `undo`, `work` or `held` (fork_server).

`receive` takes a made-up file of PUPILS children in, `undo` asks for its import to be undone, `work` does what is asked
for, `held` prints what became of it as JSON.
"""

import hashlib
import json
import os
from collections.abc import Sequence

import django

django.setup()

from tests.authority.importing.importing_files import header_of, held  # noqa: E402
from tests.documents.students.files import a_file, a_pupil  # noqa: E402

from schoolgate.authority.bases.accounts import create_base_with_account  # noqa: E402
from schoolgate.authority.bases.la import LA_NUMBER  # noqa: E402
from schoolgate.authority.exchange.kinds import KINDS  # noqa: E402
from schoolgate.authority.exchange.models import ReceivedFile  # noqa: E402
from schoolgate.authority.exchange.receiving import Delivery, receive  # noqa: E402
from schoolgate.authority.importing.base_rules import always_import_set, use_for_new_bases  # noqa: E402
from schoolgate.authority.importing.models import Import, Unmatched  # noqa: E402
from schoolgate.authority.importing.undo_job import undo_import  # noqa: E402
from schoolgate.authority.records.models import Change, Replaced  # noqa: E402
from schoolgate.commons.jobs.engine import free_leases_of, work_off  # noqa: E402
from schoolgate.commons.journal.models import JournalLine  # noqa: E402
from schoolgate.documents.identifiers import upn_check_letter  # noqa: E402

NAME = "8204321_CES_820LLLL_001.xml"
WORKER = "the killed"
PUPILS = int(os.environ.get("PUPILS", "0"))


def take_in() -> None:
    LA_NUMBER.set("820", by=None)
    use_for_new_bases(always_import_set(), add_unmatched=True, by=None)
    base, _ = create_base_with_account(la="820", number="4321", name="Green Abbey School", password="Green-Abbey-2026!")
    numbers = [f"820432120{number:03}" if number < 1000 else f"820432121{number - 1000:03}" for number in range(PUPILS)]
    children = (a_pupil(UPN=upn_check_letter(number) + number, Surname=f"Okafor {number}") for number in numbers)
    data = a_file(children, header_of(base))
    digest = hashlib.sha256(data).hexdigest()
    receive(Delivery(base.account, base, KINDS["student"], NAME, digest), [data])


def take_back() -> None:
    assert undo_import(Import.objects.get(), "The wrong file.", by=None)


def tell() -> None:
    this = Import.objects.get()
    told = {
        "state": this.state,
        "done": this.done,
        "pupils": this.pupils,
        "counts": this.counts,
        "outcome": ReceivedFile.objects.get().outcome["state"],
        "held": {what: len(rows) for what, rows in held().items()},
        "changes": Change.objects.count(),
        "replaced": Replaced.objects.count(),
        "undone": this.undone,
        "held back": Unmatched.objects.filter(held_back="undone").count(),
        "told": JournalLine.objects.filter(message__contains="was undone").count(),
    }
    print(json.dumps(told))


def main(words: Sequence[str]) -> None:
    (verb,) = words
    if verb == "receive":
        take_in()
    elif verb == "undo":
        take_back()
    elif verb == "work":
        free_leases_of(WORKER)
        work_off(WORKER)
    else:
        tell()
