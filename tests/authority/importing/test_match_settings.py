from datetime import date
from pathlib import Path

import pytest

from schoolgate.authority.importing.matching.keys import match_keys
from schoolgate.authority.importing.matching.rules import Held, Match, MatchSettings, NoMatch, Rule, match

TODAY = date(2026, 11, 25)
AMY = match_keys(family="Hartley", given="Amy", born="2014-03-12", sex="F", upn="R820432124001", guids=["a1"])


def test_what_changes_an_answer_changes_the_key_of_settled_digests() -> None:
    keys = {
        MatchSettings(guid_match=guid, only_active=active).key for guid in (True, False) for active in (True, False)
    }
    assert len(keys) == 4


def test_the_age_limit_does_not_change_the_key_since_only_the_unmatched_are_hidden_by_it() -> None:
    assert MatchSettings(oldest_unmatched=25).key == MatchSettings().key


def test_the_defaults_are_the_field_s() -> None:
    assert MatchSettings() == MatchSettings(guid_match=True, only_active=False, oldest_unmatched=18)


def test_a_new_pupil_may_be_added() -> None:
    assert NoMatch().may_be_added


def test_a_pupil_in_a_typed_over_record_may_be_added() -> None:
    stranger = match_keys(family="Brook", given="Tilda", born="2019-02-02", sex="F", guids=["a1"])
    result = match(stranger, [Held(1, AMY)], MatchSettings(), TODAY)
    assert result == NoMatch(same_guid=(1,))
    assert result.may_be_added


def test_a_pupil_whose_permanent_upn_is_somebody_else_s_waits_for_a_person() -> None:
    assert not NoMatch(same_upn=(1,)).may_be_added


def test_a_pupil_who_agrees_in_all_four_but_the_upn_waits_for_a_person() -> None:
    assert not NoMatch(same_four=(1,)).may_be_added


def test_a_pupil_above_the_age_limit_may_be_added_or_it_would_be_lost_without_a_word() -> None:
    assert NoMatch(too_old=True).may_be_added


@pytest.mark.parametrize("rule", Rule)
def test_every_rule_is_explained_to_the_officer(rule: Rule) -> None:
    page = Path(__file__).parents[3] / "docs" / "authority-officer" / "matching.md"
    assert f"| `{rule}` |" in page.read_text("utf-8")


def test_a_rule_stands_by_its_name() -> None:
    assert match(AMY, [Held(1, AMY)], MatchSettings(), TODAY) == Match(1, Rule.GUID)
    assert [str(rule) for rule in Rule] == [
        "guid",
        "upn",
        "upn-other-names",
        "former-upn",
        "all-four",
        "all-four-other-names",
    ]
