"""Rule sets: what people may change of them, what the audit keeps, and what becomes of two who change one at once."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.authority.importing.importing_files import bring_in
from tests.documents.students.files import a_pupil

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.base_rules import base_rules, standard_set, use
from schoolgate.authority.importing.deciding import Effect, Rules
from schoolgate.authority.importing.models import BaseRules, RuleSet
from schoolgate.authority.importing.rule_sets import (
    ChangedMeanwhile,
    InUse,
    NameTaken,
    Wanted,
    bases_of,
    change,
    copy,
    delete,
    differences,
)
from schoolgate.authority.importing.telling import _tellers
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry

pytestmark = pytest.mark.django_db

CONFLICT = Wanted("Careful", Effect.ALWAYS_CONFLICT)
BY_ITEM = replace(
    CONFLICT,
    groups={"ethnicity-and-language": Effect.DONT_IMPORT},
    items={("identifiers", "UCI"): Effect.IMPORT_IF_EMPTY},
    not_fed_back=["contacts"],
)


@pytest.fixture
def careful() -> RuleSet:
    return RuleSet.objects.create(name="Careful", effects=RuleSet().take(CONFLICT.rules).effects)


def posted(form: Any, **changes: str) -> dict[str, str]:
    """What a browser sends of the page's form, with some of it changed."""
    shown = {name: "on" if value is True else str(value) for name, value in form.initial.items() if value is not False}
    return {**shown, **changes}


def test_a_change_says_all_of_it_and_stands_in_the_audit_before_and_after(careful: RuleSet, officer: User) -> None:
    changed = change(careful.pk, BY_ITEM, version=1, by=officer)
    assert Wanted.of(changed) == BY_ITEM
    assert changed.version == 2
    entry = AuditEntry.objects.get(did="rule set changed")
    assert (entry.target, entry.user) == ("Careful", officer)
    assert entry.details == (
        "Identifiers, UCI (exam candidate number): as all others → Import if empty, else conflict; "
        "Contacts: not told to the school; "
        "Ethnicity and language: as all others → Don’t import"
    )


def test_the_same_again_is_no_change(careful: RuleSet) -> None:
    assert change(careful.pk, CONFLICT, version=1, by=None).version == 1
    assert not AuditEntry.objects.filter(did="rule set changed").exists()


def test_of_two_who_change_a_set_at_once_the_second_is_told(careful: RuleSet) -> None:
    change(careful.pk, BY_ITEM, version=1, by=None)
    with pytest.raises(ChangedMeanwhile):
        change(careful.pk, replace(CONFLICT, otherwise=Effect.DONT_IMPORT), version=1, by=None)
    assert Wanted.of(RuleSet.objects.get(pk=careful.pk)) == BY_ITEM


def test_two_sets_never_have_one_name(careful: RuleSet) -> None:
    other = copy(careful, "Bold", by=None)
    with pytest.raises(NameTaken):
        change(other.pk, replace(CONFLICT, name="careful"), version=1, by=None)


def test_a_copy_says_the_same_and_is_used_by_nobody(careful: RuleSet) -> None:
    change(careful.pk, BY_ITEM, version=1, by=None)
    made = copy(RuleSet.objects.get(pk=careful.pk), "Bold", by=None)
    assert differences(Wanted.of(made), BY_ITEM) == ["name: Bold → Careful"]
    assert bases_of(made) == []


def test_only_a_set_that_nobody_uses_is_deleted(careful: RuleSet, green_abbey: Base) -> None:
    use(careful, [green_abbey], by=None)
    with pytest.raises(InUse):
        delete(careful.pk, by=None)
    with pytest.raises(InUse):
        delete(standard_set().pk, by=None)
    delete(copy(careful, "Bold", by=None).pk, by=None)
    assert AuditEntry.objects.filter(did="rule set deleted", target="Bold").exists()


def test_a_base_without_rules_of_its_own_is_one_of_the_standard_set(careful: RuleSet, green_abbey: Base) -> None:
    assert bases_of(standard_set()) == [green_abbey]
    use(careful, [green_abbey], by=None)
    assert bases_of(standard_set()) == []


def test_what_is_left_open_stays_at_each_base(careful: RuleSet, green_abbey: Base, oak_lane: Base) -> None:
    use(careful, [green_abbey], add_unmatched=True, by=None)
    assert use(None, [green_abbey, oak_lane], ask_first=True, by=None) == 2
    assert (base_rules(green_abbey).rule_set, base_rules(green_abbey).add_unmatched) == (careful, True)
    assert base_rules(oak_lane).rule_set == standard_set()
    assert BaseRules.objects.filter(ask_first=True).count() == 2
    entry = AuditEntry.objects.filter(did="rules of a base changed", target=green_abbey.dfe_number).latest("pk")
    assert entry.details == "Careful, unmatched added → Careful, unmatched added, asked before each import"


def test_a_set_that_was_deleted_meanwhile_is_given_to_nobody(careful: RuleSet, green_abbey: Base) -> None:
    delete(careful.pk, by=None)
    with pytest.raises(RuleSet.DoesNotExist):
        use(careful, [green_abbey], by=None)
    assert not BaseRules.objects.exists()


def test_schools_are_told_when_a_group_is_fed_back_no_more(
    careful: RuleSet, green_abbey: Base, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Base] = []
    monkeypatch.setattr("schoolgate.authority.importing.telling._tellers", [*_tellers, told.append])
    use(careful, [green_abbey], by=None)
    told.clear()
    change(careful.pk, replace(CONFLICT, otherwise=Effect.DONT_IMPORT), version=1, by=None)
    assert told == []
    change(careful.pk, replace(CONFLICT, not_fed_back=["contacts"]), version=2, by=None)
    assert told == [green_abbey]


def test_the_page_saves_what_was_chosen_and_shows_both_when_another_was_faster(
    careful: RuleSet, as_officer: Client
) -> None:
    address = reverse("rule-set", args=[careful.pk])
    form = as_officer.get(address).context["form"]
    mine = posted(form, **{"group-ethnicity-and-language": "dont-import"})
    theirs = posted(form, **{"group-contacts": "always-import"})
    assert as_officer.post(address, theirs).status_code == 302
    answer = as_officer.post(address, mine)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Contacts: as all others → Always import" in page
    assert "Ethnicity and language: Don’t import → as all others" in page
    assert RuleSet.objects.get(pk=careful.pk).rules == Rules(
        Effect.ALWAYS_CONFLICT, {"contacts": Effect.ALWAYS_IMPORT}, {}
    )


def test_an_effect_that_is_no_rule_is_refused(careful: RuleSet, as_officer: Client) -> None:
    address = reverse("rule-set", args=[careful.pk])
    data = posted(as_officer.get(address).context["form"], **{"group-ethnicity-and-language": "perhaps"})
    assert as_officer.post(address, data).status_code == 422


def test_many_bases_are_changed_at_once(
    careful: RuleSet, green_abbey: Base, oak_lane: Base, as_officer: Client
) -> None:
    chosen = {"chosen": [green_abbey.pk, oak_lane.pk]}
    nothing = {"rule_set": "as-it-is", "add_unmatched": "as-it-is", "ask_first": "as-it-is"}
    assert as_officer.post(reverse("base-rules"), {**chosen, **nothing}).status_code == 422
    wanted = {**nothing, "rule_set": careful.pk, "ask_first": "yes"}
    assert as_officer.post(reverse("base-rules"), wanted).status_code == 422
    answer = as_officer.post(reverse("base-rules"), {**chosen, **wanted})
    assert answer.status_code == 302
    assert list(BaseRules.objects.values_list("rule_set", "ask_first")) == [(careful.pk, True)] * 2
    shown = as_officer.get(reverse("base-rules"), {"rules__rule_set": careful.pk}).content.decode()
    assert "Green Abbey" in shown
    assert "Oak Lane" in shown


def test_the_list_says_who_differs_with_a_constant_number_of_queries(
    careful: RuleSet, green_abbey: Base, oak_lane: Base, as_officer: Client, django_assert_max_num_queries: Any
) -> None:
    use(careful, [green_abbey], by=None)
    Base.objects.bulk_create(
        Base(la="820", number=f"{number}", name=f"School {number}", account=oak_lane.account)
        for number in range(3000, 3020)
    )
    with django_assert_max_num_queries(12):
        page = as_officer.get(reverse("rule-sets")).content.decode()
    assert "Most bases, 21," in page
    with django_assert_max_num_queries(12):
        assert "22 bases" in as_officer.get(reverse("base-rules")).content.decode()


@pytest.mark.parametrize("name", ["rule-sets", "base-rules"])
def test_schools_and_strangers_see_no_rules(
    name: str, sender: User, stranger: Client, signed_in: Callable[[User], Client]
) -> None:
    assert signed_in(sender).get(reverse(name)).status_code == 403
    assert stranger.get(reverse(name)).status_code == 302


def test_a_changed_set_is_what_the_next_import_decides_by(careful: RuleSet, green_abbey: Base) -> None:
    use(careful, [green_abbey], add_unmatched=True, by=None)
    bring_in(green_abbey, [a_pupil()])
    assert base_rules(green_abbey).rule_set.rules == CONFLICT.rules
