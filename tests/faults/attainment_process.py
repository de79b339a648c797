"""What processes do of the tests that kill a run that reads a folder: `set up`, `work`, `told` (fork_server).

`set up` has a school with a pupil and a file, in the folder FOLDER, with results of the pupil and of somebody whom
nobody knows; `work` does what is asked for; `told` prints what became of it as JSON.
"""

import json
import os
import time
from collections.abc import Sequence
from datetime import time as clock_time
from pathlib import Path

import django

django.setup()

from django.conf import settings  # noqa: E402
from tests.authority.importing.importing_files import bring_in, header_of  # noqa: E402
from tests.documents.students.files import a_file, a_pupil  # noqa: E402

from schoolgate.authority.bases.accounts import create_base_with_account  # noqa: E402
from schoolgate.authority.bases.la import LA_NUMBER  # noqa: E402
from schoolgate.authority.collection import tasks  # noqa: E402
from schoolgate.authority.collection.models import (  # noqa: E402
    AttainmentFile,
    CollectionRun,
    Data,
    Owner,
    SuspendedResult,
)
from schoolgate.authority.importing.base_rules import always_import_set, use_for_new_bases  # noqa: E402
from schoolgate.authority.importing.models import Import  # noqa: E402
from schoolgate.authority.records.groups.attainment import ATTAINMENT  # noqa: E402
from schoolgate.authority.records.models import EnrolmentGroup  # noqa: E402
from schoolgate.commons.jobs.engine import free_leases_of, work_off  # noqa: E402
from schoolgate.commons.jobs.models import Job, State  # noqa: E402
from schoolgate.commons.schedules.rules import Weekly  # noqa: E402

WORKER = "the killed"
RESULT = {"Locale": "ENG", "Year": "2026", "Subject": "MAT", "Method": "TT", "ResultStatus": "R"}
RESULT |= {"ResultQualifier": "NB", "Result": "104"}
STAGES = [{"Stage": "KS2", "StageAssessment": [RESULT]}]
settings.SCHOOLGATE_ATTAINMENT_ROOT = os.environ["FOLDER"]


def set_up() -> None:
    LA_NUMBER.set("820", by=None)
    use_for_new_bases(always_import_set(), add_unmatched=True, by=None)
    base, *_ = create_base_with_account(
        la="820", number="4321", name="Green Abbey School", password="Green-Abbey-2026!"
    )
    bring_in(base, [a_pupil()])
    nobody = a_pupil(UPN="N823432118001", Forename="Newt", DOB="2012-01-01", StageAssessments=STAGES)
    path = Path(os.environ["FOLDER"], "8204321_CES_820LLLL_001.xml")
    path.write_bytes(a_file([a_pupil(StageAssessments=STAGES), nobody], header_of(base, full=False)))
    os.utime(path, (time.time() - 120,) * 2)
    weekly = Weekly(clock_time(18, 30), frozenset({3}))
    tasks.run_now(
        tasks.save(tasks.Wish("Sums", Owner.LA, Data.ATTAINMENT, weekly, (base,), folder="."), by=None), by=None
    )


def tell() -> None:
    run = CollectionRun.objects.get()
    rows = [row for row in EnrolmentGroup.objects.all() if row.group is ATTAINMENT]
    told = {
        "run": run.state,
        "message": run.message,
        "imports": Import.objects.exclude(source="file").count(),
        "files": AttainmentFile.objects.count(),
        "waits": SuspendedResult.objects.count(),
        "held": sum(len(stage["StageAssessment"]) for row in rows for stage in row.payload["StageAssessments"]),
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
    else:
        tell()
