"""What a settled entry's digest is made of: whatever decides on an entry beside what is held."""

from typing import Any

import pytest

from schoolgate.authority.importing.deciding import IMPORT_EVERYTHING, Effect, Rules
from schoolgate.authority.importing.matching.rules import MatchSettings
from schoolgate.authority.importing.settling import digester

JUDGED: dict[str, Any] = {
    "judged_by": "3.73",
    "academic_year": 2026,
    "matching": MatchSettings(),
    "rules": IMPORT_EVERYTHING,
    "addresses": "as sent",
    "demo": False,
}


@pytest.mark.parametrize(
    "other",
    [
        {"judged_by": "3.74"},
        {"academic_year": 2027},
        {"matching": MatchSettings(guid_match=False)},
        {"matching": MatchSettings(only_active=True)},
        {"rules": Rules(Effect.ALWAYS_IMPORT, {"addresses": Effect.DONT_IMPORT})},
        {"addresses": "list 1"},
        {"demo": True},
    ],
    ids=str,
)
def test_an_entry_is_looked_at_again_when_it_is_judged_by_anything_else(other: dict[str, Any]) -> None:
    raw = b"<Pupil/>"
    assert digester(**JUDGED)(raw) == digester(**JUDGED)(raw)
    assert digester(**JUDGED)(raw) != digester(**(JUDGED | other))(raw)
