"""Groups of bases: by rule or by hand, whom they take, where they are used."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schoolgate.authority.bases.groups import (
    ChangedMeanwhile,
    GroupRefused,
    Wish,
    delete_group,
    groups_of,
    save_group,
    uses_of,
)
from schoolgate.authority.bases.models import Base, BaseGroup
from schoolgate.authority.collection.models import Data, ScheduledTask, Sources
from schoolgate.commons.audit.models import AuditEntry


@pytest.fixture
def schools(green_abbey: Base, oak_lane: Base, far_hill: Base) -> list[Base]:
    """A primary school, an academy that is a secondary one, and a school of another county."""
    for base, phase in ((green_abbey, "primary"), (oak_lane, "secondary"), (far_hill, "primary")):
        base.phase = phase
        base.save()
    return [green_abbey, oak_lane, far_hill]


def by_rule(name: str = "Primaries", rule: dict[str, Any] | None = None) -> BaseGroup:
    return save_group(None, Wish(name, by_rule=True, rule=rule or {"phases": ["primary"]}), seen=None, by=None)


def by_hand(*bases: Base, name: str = "Mine") -> BaseGroup:
    return save_group(None, Wish(name, by_rule=False, chosen=bases), seen=None, by=None)


def typed(**values: Any) -> dict[str, Any]:
    return {"name": "Primaries", "made": "rule", "phases": ["primary"], "county": "", "part": "", "seen": "", **values}


def page(browser: Client, where: str, data: dict[str, Any] | None = None) -> str:
    answer: Any = browser.post(where, data, follow=True) if data else browser.get(where)
    return str(answer.content, "utf-8")


@pytest.mark.parametrize(
    ("rule", "names"),
    [
        ({"phases": ["primary"]}, {"Green Abbey Primary School", "Far Hill School"}),
        ({"phases": ["primary"], "county": "in"}, {"Green Abbey Primary School"}),
        ({"county": "out"}, {"Far Hill School"}),
        ({"name": "academy"}, {"Oak Lane Academy"}),
        ({"systems": ["wonde"]}, set()),
    ],
)
def test_a_rule_takes_whoever_fits(schools: list[Base], rule: dict[str, Any], names: set[str]) -> None:
    assert {base.name for base in by_rule(rule=rule).bases} == names


def test_a_school_that_comes_later_is_in_a_group_by_rule(schools: list[Base], oak_lane: Base) -> None:
    group = by_rule()
    Base.objects.filter(pk=oak_lane.pk).update(phase="primary")
    assert oak_lane in group.bases


def test_a_school_that_is_not_active_is_in_none(schools: list[Base], green_abbey: Base) -> None:
    rule, hand = by_rule(), by_hand(green_abbey)
    Base.objects.filter(pk=green_abbey.pk).update(active=False)
    assert green_abbey not in rule.bases
    assert green_abbey not in hand.bases


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rules=st.lists(
        st.fixed_dictionaries(
            {},
            optional={
                "phases": st.lists(st.sampled_from(["primary", "secondary"]), min_size=1),
                "county": st.sampled_from(["in", "out"]),
                "name": st.sampled_from(["green", "a", "hill"]),
            },
        ).filter(bool),
        max_size=4,
    )
)
def test_who_is_in_which_is_told_as_each_group_says_it(schools: list[Base], rules: list[dict[str, Any]]) -> None:
    BaseGroup.objects.all().delete()
    groups = [by_hand(schools[0]), *(by_rule(f"Group {number}", rule) for number, rule in enumerate(rules))]
    expected = {base.pk: sorted(group.name for group in groups if base in group.bases) for base in schools}
    assert groups_of(schools) == expected


def test_who_is_in_which_is_asked_in_three_queries(schools: list[Base], django_assert_max_num_queries: Any) -> None:
    for number in range(6):
        by_rule(f"Group {number}")
        by_hand(*schools, name=f"Hand {number}")
    with django_assert_max_num_queries(4):
        groups_of(schools)


def test_a_rule_without_any_choice_is_refused(la: str) -> None:
    with pytest.raises(GroupRefused, match="Say by what the rule chooses"):
        save_group(None, Wish("All", by_rule=True, rule={"phases": []}), seen=None, by=None)


def test_two_groups_of_one_name_are_refused(as_officer: Client, schools: list[Base]) -> None:
    by_rule()
    assert "Another group has this name." in page(as_officer, reverse("add-base-group"), typed(name="primaries"))
    assert BaseGroup.objects.count() == 1


def test_a_group_is_added_and_changed_on_its_page(as_officer: Client, schools: list[Base], green_abbey: Base) -> None:
    assert "Primaries: 2 schools today." in page(as_officer, reverse("add-base-group"), typed())
    group = BaseGroup.objects.get()
    where = reverse("base-group", args=[group.pk])
    hand = typed(made="hand", chosen=[green_abbey.pk], seen=group.changed_at.isoformat())
    assert "Primaries: 1 school today." in page(as_officer, where, hand)
    group.refresh_from_db()
    assert (group.by_rule, group.rule) == (False, {})
    assert set(AuditEntry.objects.values_list("did", flat=True)) >= {"group of bases added", "group of bases changed"}


def test_who_would_be_in_it_is_shown_before_it_is_saved(as_officer: Client, schools: list[Base]) -> None:
    shown = page(as_officer, reverse("add-base-group"), typed(do="preview"))
    assert "Who would be in it: 2 schools" in shown
    assert "Far Hill School</a>" in shown
    assert not BaseGroup.objects.exists()


def test_of_two_who_change_a_group_at_once_the_second_is_told(as_officer: Client, schools: list[Base]) -> None:
    group = by_rule()
    shown = page(as_officer, reverse("base-group", args=[group.pk]), typed(seen="2026-01-01T00:00:00+00:00"))
    assert "Somebody else has changed this group meanwhile" in shown
    with pytest.raises(ChangedMeanwhile):
        save_group(group, Wish("X", by_rule=False), seen=None, by=None)


def test_a_group_that_a_task_uses_says_so_and_stays(as_officer: Client, schools: list[Base]) -> None:
    group = by_rule()
    rule = {"form": "monthly", "at": "18:30:00", "day": 1}
    task = ScheduledTask.objects.create(
        name="Autumn snapshot", data=Data.SNAPSHOT, sources=Sources.FILES, recorded_rule=rule
    )
    task.groups.add(group)
    assert [use.words for use in uses_of([group])[group.pk]] == ["task “Autumn snapshot”"]
    assert "Autumn snapshot" in page(as_officer, reverse("base-groups"))
    with pytest.raises(GroupRefused, match="is used by task “Autumn snapshot”"):
        delete_group(group, by=None)
    task.groups.clear()
    page(as_officer, reverse("delete-base-group", args=[group.pk]), {"any": ""})
    assert not BaseGroup.objects.exists()


def test_lists_of_bases_are_filtered_by_group(as_officer: Client, schools: list[Base]) -> None:
    group = by_rule()
    for where in ("bases", "many-bases", "base-rules"):
        shown = page(as_officer, f"{reverse(where)}?group={group.pk}")
        assert "Green Abbey" in shown
        assert "Oak Lane" not in shown


def test_an_empty_list_says_how_to_begin(as_officer: Client, la: str) -> None:
    assert "Start with phase: Nursery, Primary, Secondary, Special." in page(as_officer, reverse("base-groups"))
