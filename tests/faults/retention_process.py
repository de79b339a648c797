"""A process of the tests that kill the clearing: `python retention_process.py prepare | clear`.

`prepare` makes one old file at each site, dealt with to the end; `clear` lets go what was kept long enough.
"""

import hashlib
import os
import sys
from datetime import timedelta
from pathlib import Path

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.utils import timezone  # noqa: E402
from tests.authority.importing.importing_files import header_of  # noqa: E402
from tests.documents.students.files import a_file, a_pupil  # noqa: E402
from tests.school.first_page.rows import make_transfer  # noqa: E402

from schoolgate.authority.bases.accounts import create_base_with_account  # noqa: E402
from schoolgate.authority.bases.la import LA_NUMBER  # noqa: E402
from schoolgate.authority.exchange.kinds import KINDS  # noqa: E402
from schoolgate.authority.exchange.models import ReceivedFile  # noqa: E402
from schoolgate.authority.exchange.receiving import Delivery, receive  # noqa: E402
from schoolgate.authority.exchange.store import received_files  # noqa: E402
from schoolgate.commons.jobs.engine import work_off  # noqa: E402
from schoolgate.commons.retention.clearing import clear_all  # noqa: E402
from schoolgate.school.exchange.folders import folders_in  # noqa: E402
from schoolgate.school.exchange.models import State  # noqa: E402
from schoolgate.school.exchange.preferences import ROOT_FOLDER  # noqa: E402

NAME = "8204321_CES_820LLLL_001.xml"
ROOT = settings.SCHOOLGATE_HOME.folder / "root"
LONG_AGO = timezone.now() - timedelta(days=365)


def prepare() -> None:
    LA_NUMBER.set("820", by=None)
    base, _ = create_base_with_account(la="820", number="4321", name="Green Abbey School", password="Green-Abbey-2026!")
    data = a_file([a_pupil()], header_of(base))
    digest = hashlib.sha256(data).hexdigest()
    receive(Delivery(base.account, base, KINDS["student"], NAME, digest), [data])
    work_off()
    ReceivedFile.objects.update(received_at=LONG_AGO)
    ROOT_FOLDER.set(str(ROOT), by=None)
    place().parent.mkdir(parents=True)
    place().write_bytes(data)
    make_transfer(
        sha256=digest, size=len(data), state=State.IMPORTED, received_at=LONG_AGO, filed_at=LONG_AGO, filed_as=NAME
    )
    # A sweep leaves alone what has just come.
    stored = received_files().path(digest)
    os.utime(stored, (LONG_AGO.timestamp(), LONG_AGO.timestamp()))


def place() -> Path:
    return folders_in(ROOT, "820").exported / NAME


if __name__ == "__main__":
    {"prepare": prepare, "clear": clear_all}[sys.argv[1]]()
