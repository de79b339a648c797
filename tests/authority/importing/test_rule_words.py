"""Whatever an import writes as the rule of a change has words on a pupil's page."""

import pytest

from schoolgate.authority.importing.deciding import Effect
from schoolgate.authority.importing.matching.rules import Rule
from schoolgate.authority.importing.recognising import NEW
from schoolgate.authority.records.rule_words import rule_words


@pytest.mark.parametrize("found", [NEW, *Rule])
def test_every_way_to_find_a_pupil_has_words(found: str) -> None:
    assert "-" not in rule_words(f"{found}/")
    assert rule_words(f"{found}/") != found


@pytest.mark.parametrize("effect", list(Effect))
def test_every_effect_has_words(effect: str) -> None:
    assert "-" not in rule_words(f"upn/{effect}")


def test_what_an_import_took_of_a_new_pupil_was_accepted_by_nobody() -> None:
    assert (
        rule_words("new/always-conflict", by_person=False) == "new to this authority, imported, since nothing was held"
    )
    assert rule_words("upn/always-conflict", by_person=True) == "found by UPN, accepted by a person"


def test_both_are_told_together() -> None:
    assert rule_words("upn/always-import") == "found by UPN, always imported"
    assert rule_words("all-four/always-import+import-if-empty") == (
        "found by birth, names and sex, always imported, imported, since nothing was held"
    )


def test_a_rule_of_another_version_stands_for_itself() -> None:
    assert rule_words("by-photograph") == "by-photograph"
