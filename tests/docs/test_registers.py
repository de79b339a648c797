"""What the program keeps a list of stands in the reference, all of it, and nothing that is gone."""

from pathlib import Path
from typing import get_args

import pytest
from django.conf import settings
from tests.docs.tables import first_cells, part

from schoolgate.authority.collection.collecting import NO_SPACE, NOT_OFFERED, STOPPED, TOO_MANY_BAD_ROWS
from schoolgate.authority.collection.connecting import NO_CONNECTION
from schoolgate.authority.collection.ending import IMPORT_FAILED
from schoolgate.commons.alerts.kinds import ALERTS
from schoolgate.commons.preferences.registry import PREFERENCES
from schoolgate.school.exchange.held_back_words import WORDS
from schoolgate.wire.correction_words import WHY
from schoolgate.wire.receipts import ReceiptErrorCode

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
OF_RUNS = {NO_CONNECTION, NOT_OFFERED, TOO_MANY_BAD_ROWS, NO_SPACE, "folder-refused", IMPORT_FAILED, STOPPED}


def page(name: str) -> str:
    return (REFERENCE / name).read_text("utf-8")


def test_every_preference_is_explained_and_none_that_is_gone() -> None:
    assert first_cells(page("preferences.md"), "preference") == set(PREFERENCES)


def test_every_alert_is_explained_and_none_that_is_gone() -> None:
    assert first_cells(page("alerts.md"), "alert") == set(ALERTS)


def test_every_role_and_right_is_explained_and_none_that_is_gone() -> None:
    for kind, known in (("role", settings.SCHOOLGATE_ROLES), ("right", settings.SCHOOLGATE_RIGHTS)):
        assert first_cells(page("roles.md"), kind) == set(known)


CODES = {
    "Why a file is held back": set(WORDS),
    "Why something was not taken": set(WHY),
    "Why a run of a task failed": OF_RUNS,
    "Why a receipt does not hold": set(get_args(ReceiptErrorCode)),
}


@pytest.mark.parametrize("heading", CODES)
def test_every_code_is_explained_and_none_that_is_gone(heading: str) -> None:
    assert first_cells(part(page("codes.md"), heading), "code") == CODES[heading]
