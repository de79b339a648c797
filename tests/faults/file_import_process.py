"""What processes do of the tests that kill an import of files from an LA: `set up`, `ask`, `work`, `told`.

`set up` enters the LA at URL and a school with folders in FOLDER, `ask` asks for an import, `work` does what is asked
for, `told` prints what became of it as JSON.
"""

import json
import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import django

django.setup()

from schoolgate.commons.jobs.engine import free_leases_of, work_off  # noqa: E402
from schoolgate.commons.jobs.models import Job, State  # noqa: E402
from schoolgate.commons.journal.models import JournalLine  # noqa: E402
from schoolgate.school.exchange.administration.personnel import (  # noqa: E402
    save_personnel_school,
    set_personnel_url,
)
from schoolgate.school.exchange.asking import ask_for_imports  # noqa: E402
from schoolgate.school.exchange.models import ImportedFile, PersonnelSchool  # noqa: E402

WORKER = "the killed"
PLACE = "8204321"


def set_up() -> None:
    set_personnel_url(os.environ["URL"], by=None)
    folders = {name: str(Path(os.environ["FOLDER"], name)) for name in ("not_exported", "exported", "imported")}
    row = PersonnelSchool(name="Green Abbey", la="820", number="4321", user="8204321", **folders)
    row.password = "Green-Abbey-2026!"
    save_personnel_school(row, make_folders=True, by=None)


def tell() -> None:
    told = {
        "states": dict(ImportedFile.objects.values_list("number", "state")),
        "journal": Counter(JournalLine.objects.filter(level="INFO").values_list("message", flat=True)),
        "open jobs": Job.objects.filter(state__in=[State.READY, State.RUNNING]).exclude(kind="periodic").count(),
        "failed jobs": list(Job.objects.filter(state__in=[State.FAILED, State.PARKED]).values_list("error", flat=True)),
    }
    print(json.dumps(told))


def main(words: Sequence[str]) -> None:
    (verb,) = words
    if verb == "set up":
        set_up()
    elif verb == "ask":
        ask_for_imports([PLACE], by_person=True)
    elif verb == "work":
        free_leases_of(WORKER)
        work_off(WORKER)
    else:
        tell()
