"""An export cut off at any step, and begun again: nothing lost, nothing twice, nothing stuck, everything told.

Here the cut is an error that nothing catches, in this process; tests/faults kills real ones at the same points.
"""

import re
from pathlib import Path
from typing import Any

import pytest
from tests.school.conftest import NAME, Drop, Export
from tests.school.scripted_la import ScriptedLa

import schoolgate.school.exchange
from schoolgate.commons import faults
from schoolgate.commons.journal.models import JournalLine
from schoolgate.school.exchange.models import HeldBackFile, State, Transfer

SOURCE = Path(schoolgate.school.exchange.__file__).parent
POINTS = sorted(
    point for file in SOURCE.glob("*.py") for point in re.findall(r'fault_point\("(export[^"]+)"\)', file.read_text())
)


class Killed(BaseException):
    """Stands for kill -9: no `except Exception` holds it up."""


def test_there_is_a_point_at_each_step() -> None:
    steps = ["seen", "found", "spooled", "checked", "transfer-row", "sending", "sent", "answered", "receipt-written"]
    assert set(POINTS) == {f"export.{step}" for step in [*steps, "moved", "filed"]}


@pytest.mark.django_db
@pytest.mark.parametrize("point", POINTS)
def test_an_export_cut_off_here_is_finished_by_the_next(
    point: str,
    drop: Drop,
    export: Export,
    la: ScriptedLa,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    waiting_folder: Path,
    exported_folder: Path,
) -> None:
    def kill(*_: int) -> None:
        raise Killed

    drop()
    drop(school="2107", pupils=3, faults=("missing-dob",))
    monkeypatch.setattr("os.kill", kill)
    monkeypatch.setattr(faults, "_passed", {})
    settings.SCHOOLGATE_FAULTS = point
    with pytest.raises(Killed):
        export()
    settings.SCHOOLGATE_FAULTS = ""
    export()

    assert [transfer.state for transfer in Transfer.objects.all()] == [State.DELIVERED]
    assert len(la.files) == 1
    assert sorted(path.name for path in exported_folder.iterdir()) == [NAME, f"{NAME}.receipt.json"]
    assert [path.name for path in waiting_folder.iterdir()] == ["8202107_CES_820LLLL_001.xml"]
    assert HeldBackFile.objects.get().reason == "content"
    assert JournalLine.objects.filter(message__contains="received").count() == 1
    assert Transfer.objects.get().filed_at
