"""The rules of the conformance page."""

from typing import get_args

from schoolgate.wire.soap.rules import RULES, RuleName


def test_every_rule_that_a_call_can_break_has_its_sentence_and_its_remedy() -> None:
    assert set(RULES) == set(get_args(RuleName))
    assert all(rule.sentence.endswith(".") and rule.remedy.endswith(".") for rule in RULES.values())
