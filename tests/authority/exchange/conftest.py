"""Imports in each of their states."""

from datetime import datetime
from typing import Any

import pytest
from tests.authority.exchange.imports_shown import MONDAY, TUESDAY, Send, school
from tests.authority.importing.importing_files import header_of
from tests.documents.students.files import a_file, a_pupil, changed

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.models import Import
from schoolgate.commons.jobs.engine import work_off
from schoolgate.documents.students.entries import Record


@pytest.fixture
def send(program: Any, green_abbey: Base) -> Send:
    """Have a file of these pupils received and worked on."""

    def send_and_work(records: list[Record], *, created: datetime = MONDAY, **changes: str) -> Import:
        data = a_file(records, header_of(green_abbey, created=created))
        for before, after in changes.items():
            data = changed(data, before, after)
        program.put(data, name=f"8204321_CES_820LLLL_{Import.objects.count() + 1:03}.xml")
        work_off()
        return Import.objects.latest("pk")

    return send_and_work


@pytest.fixture
def some_of_everything(send: Send) -> Import:
    """The second file of a school: pupils added, changed, the same, twice, unmatched; values left out and missing."""
    first = school()
    send(first)
    wrong = {"NCyearActual": "9", "FormerUPN": "A820432124999"}
    second = [
        first[0],
        {**first[1], "Surname": "Bell", "BasicDetails": wrong},
        {**first[2], "BasicDetails": {}},
        first[3],
        {**first[4], "BasicDetails": {"NCyearActual": "8"}},
        {**first[4], "BasicDetails": {"NCyearActual": "7"}},
        a_pupil(UPN="N823432118001", Forename="Newt", DOB="2012-01-01"),
        a_pupil(UPN="E820432124999"),
    ]
    return send(second, created=TUESDAY)


@pytest.fixture
def failed(send: Send) -> Import:
    return send([a_pupil()], **{"<DOB>2013-02-14</DOB>": "<DOB>then</DOB>"})


@pytest.fixture
def waiting(send: Send) -> Import:
    send(school())
    return send(school()[:2], created=TUESDAY)
