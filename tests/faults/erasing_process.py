"""A process of the tests that kill an erasure: `python erasing_process.py`.

A pupil of whom a file has told, with a sister, is erased by a process that dies before it commits, then by one that
does not, and then the same file comes again. Printed is, as JSON, how each ended and what was held then.
"""

import json
import os

import django

django.setup()

from django.apps import apps  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db import connections  # noqa: E402
from tests.authority.importing.importing_files import bring_in  # noqa: E402
from tests.authority.requests.asking import SISTER, ask, daniel  # noqa: E402

from schoolgate.authority.bases.accounts import create_base_with_account  # noqa: E402
from schoolgate.authority.bases.la import LA_NUMBER  # noqa: E402
from schoolgate.authority.importing.models import ErasedKey, Unmatched  # noqa: E402
from schoolgate.authority.records.models import Pupil  # noqa: E402
from schoolgate.authority.requests.erasing import erase  # noqa: E402
from schoolgate.authority.requests.models import DataRequest  # noqa: E402


def everything() -> dict[str, int]:
    """The rows of each table of the authority's."""
    ours = (model for model in apps.get_models() if model.__module__.startswith("schoolgate."))
    return {model.__name__: model._base_manager.count() for model in ours}


def files_that_tell() -> list[str]:
    """Files of the home in whose bytes he stands, be it in a page that is free or in what was written before."""
    files = [path for path in settings.SCHOOLGATE_HOME.folder.rglob("*") if path.is_file()]
    return sorted(path.name for path in files if b"R820432124001" in path.read_bytes())


def by_a_process(fault: str) -> int:
    """How a process ends that erases: one of its own, which costs no second start."""
    connections.close_all()
    child = os.fork()
    if not child:
        settings.SCHOOLGATE_FAULTS = fault
        ended = 1
        try:
            erase(DataRequest.objects.get(), rule="17(1)(a)", reason="The child has left.", by=None)
            ended = 0
        finally:
            os._exit(ended)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    LA_NUMBER.set("820", by=None)
    base, _ = create_base_with_account(la="820", number="4321", name="Green Abbey School", password="Green-Abbey-2026!")
    bring_in(base, [daniel(), SISTER])
    ask(Pupil.objects.get(forename="Daniel"))
    before = everything()
    killed = by_a_process("erasing.before-commit")
    same = everything() == before
    ended = by_a_process("")
    files = files_that_tell()
    held = list(Pupil.objects.values_list("forename", flat=True))
    keys = ErasedKey.objects.exists()
    bring_in(base, [daniel(), SISTER])
    told = {
        "killed": killed,
        "nothing was done": same,
        "ended": ended,
        "files that tell": files,
        "held": held,
        "known again": keys,
        "state": DataRequest.objects.get().state,
        "held afterwards": list(Pupil.objects.values_list("forename", flat=True)),
        "waits": list(Unmatched.objects.values_list("forename", "why")),
    }
    print(json.dumps(told))
