"""What rules would have done with what came: told from rows, value by value, and the same as deciding would say."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from tests.authority.importing.importing_files import bring_in
from tests.authority.importing.test_rule_sets import posted
from tests.documents.students.files import a_pupil

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.base_rules import standard_set
from schoolgate.authority.importing.carrying_out import Ruling
from schoolgate.authority.importing.deciding import Effect, Incoming, Rules, decide
from schoolgate.authority.importing.effects import Effects, effects_of, fate_of
from schoolgate.authority.importing.models import RuleSet
from schoolgate.authority.records.groups.basic_details import BASIC_DETAILS
from schoolgate.authority.records.models import Pupil, Restriction
from schoolgate.commons.accounts.models import User
from schoolgate.commons.jobs.engine import work_off
from schoolgate.commons.jobs.models import Job

MIDDLE = {"NCyearActual": "9", "MiddleNames": "Uche"}


def ruling(effect: Effect) -> Ruling:
    return Ruling(demo=True, rules=Rules(effect))


def looked_at(base: Base, effect: Effect, **groups: Effect) -> Effects:
    rules = Rules(effect, {name.replace("_", "-"): one for name, one in groups.items()})
    return effects_of(rules, [base], timezone.now() - timedelta(days=30))


def numbers(found: Effects) -> dict[str, tuple[dict[str, int], dict[str, int]]]:
    return {name: (dict(found.was[name]), dict(found.then[name])) for name in found.was}


@given(st.sampled_from(Effect), st.sampled_from([None, "Uche"]), st.booleans())
def test_a_fate_is_what_deciding_makes_of_the_value(effect: Effect, held: str | None, is_new: bool) -> None:
    ours = None if is_new else {BASIC_DETAILS: {"MiddleNames": held} if held else {"Forename": "Daniel"}}
    decided = decide(ours, Incoming({BASIC_DETAILS: {"MiddleNames": "Ada"}}), Rules(effect))
    fate = fate_of(effect, held, is_new=is_new)
    assert bool(decided.writes) is (fate in {"imported", "filled"})
    assert bool(decided.conflicts) is (fate == "conflict")
    assert bool(decided.left_out) is (fate == "left-out")


@pytest.mark.django_db
def test_values_that_were_written_are_counted_by_group(green_abbey: Base) -> None:
    bring_in(green_abbey, [a_pupil()])
    bring_in(green_abbey, [a_pupil(Surname="Bell", BasicDetails=MIDDLE)])
    found = looked_at(green_abbey, Effect.IMPORT_IF_EMPTY)
    assert numbers(found) == {"basic-details": ({"imported": 2}, {"conflict": 1, "filled": 1})}
    assert (found.imports, found.new_pupils) == (2, 1)
    assert [(one.item, one.was, one.then) for one in found.examples] == [("Surname", "imported", "conflict")]


@pytest.mark.django_db
def test_what_was_in_conflict_and_what_a_rule_left_out_is_counted(green_abbey: Base) -> None:
    bring_in(green_abbey, [a_pupil()])
    bring_in(green_abbey, [a_pupil(Surname="Bell")], ruling=ruling(Effect.ALWAYS_CONFLICT))
    bring_in(green_abbey, [a_pupil(Surname="Blake")], ruling=ruling(Effect.DONT_IMPORT))
    found = looked_at(green_abbey, Effect.ALWAYS_IMPORT)
    ((was, then),) = numbers(found).values()
    assert was["left-out"] == 1
    assert then == {"imported": sum(was.values())}


@pytest.mark.django_db
def test_a_group_may_go_by_a_rule_of_its_own(green_abbey: Base) -> None:
    bring_in(green_abbey, [a_pupil()])
    bring_in(green_abbey, [a_pupil(Surname="Bell")])
    found = looked_at(green_abbey, Effect.ALWAYS_IMPORT, basic_details=Effect.DONT_IMPORT)
    assert numbers(found) == {"basic-details": ({"imported": 1}, {"left-out": 1})}


@pytest.mark.django_db
def test_values_written_over_since_are_counted_each_for_itself(green_abbey: Base) -> None:
    for surname in ("Okafor", "Bell", "Blake"):
        bring_in(green_abbey, [a_pupil(Surname=surname)])
    found = looked_at(green_abbey, Effect.ALWAYS_CONFLICT)
    assert numbers(found) == {"basic-details": ({"imported": 2}, {"conflict": 2})}


@pytest.mark.django_db
def test_what_came_before_and_what_other_bases_sent_is_not_counted(green_abbey: Base, oak_lane: Base) -> None:
    bring_in(green_abbey, [a_pupil()])
    this = bring_in(green_abbey, [a_pupil(Surname="Bell")])
    assert numbers(looked_at(oak_lane, Effect.ALWAYS_CONFLICT)) == {}
    this.completed_at = timezone.now() - timedelta(days=31)
    this.save(update_fields=["completed_at"])
    assert numbers(looked_at(green_abbey, Effect.ALWAYS_CONFLICT)) == {}


@pytest.mark.django_db
def test_the_first_time_at_a_second_school_is_no_conflict(green_abbey: Base, oak_lane: Base) -> None:
    bring_in(green_abbey, [a_pupil()])
    bring_in(oak_lane, [a_pupil()])
    found = looked_at(oak_lane, Effect.ALWAYS_CONFLICT)
    assert all(set(then) == {"imported"} for _, then in numbers(found).values())
    assert numbers(found)


@pytest.mark.django_db
def test_restricted_pupils_are_no_examples_and_not_counted(green_abbey: Base, officer: User) -> None:
    bring_in(green_abbey, [a_pupil()])
    bring_in(green_abbey, [a_pupil(Surname="Bell")])
    Restriction.objects.create(pupil=Pupil.objects.get(), why="Refuge", by=officer)
    assert numbers(looked_at(green_abbey, Effect.ALWAYS_CONFLICT)) == {}


@pytest.mark.django_db
def test_the_queries_do_not_grow_with_the_pupils(green_abbey: Base, django_assert_num_queries: Any) -> None:
    several = [
        a_pupil(),
        a_pupil(UPN="F820432124002", Forename="Ada", DOB="2013-03-01"),
        a_pupil(UPN="V820432124003", Forename="Zoë", DOB="2013-04-01"),
    ]
    bring_in(green_abbey, several)
    bring_in(green_abbey, [{**one, "BasicDetails": MIDDLE} for one in several])
    with django_assert_num_queries(12):
        found = looked_at(green_abbey, Effect.ALWAYS_CONFLICT)
    assert numbers(found) == {"basic-details": ({"imported": 3}, {"conflict": 3})}


@pytest.mark.django_db
def test_the_history_is_read_by_its_changes_and_not_as_a_whole(green_abbey: Base) -> None:
    for surname in ("Okafor", "Bell"):
        bring_in(green_abbey, [a_pupil(Surname=surname)])
    with CaptureQueriesContext(connection) as asked:
        looked_at(green_abbey, Effect.ALWAYS_CONFLICT)
    history = [query["sql"] for query in asked if 'FROM "authority_records_replaced"' in query["sql"]]
    assert len(history) == 2
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
        for sql, column in zip(history, ("written_by_id", "replaced_by_id"), strict=True):
            cursor.execute(f"EXPLAIN {'QUERY PLAN ' if connection.vendor == 'sqlite' else ''}{sql}")
            assert f"authority_records_replaced_{column}" in str(cursor.fetchall())


@pytest.mark.django_db
def test_an_officer_sees_the_effect_of_rules_before_saving_them(green_abbey: Base, as_officer: Client) -> None:
    bring_in(green_abbey, [a_pupil()])
    bring_in(green_abbey, [a_pupil(Surname="Bell")])
    rule_set = standard_set()
    address = reverse("rule-set", args=[rule_set.pk])
    data = posted(as_officer.get(address).context["form"], **{"group-basic-details": "always-conflict"})
    answer = as_officer.post(address, {**data, "action": "effect"}, follow=True)
    assert "Looking at what came" in answer.content.decode()
    assert RuleSet.objects.get(pk=rule_set.pk).version == rule_set.version
    work_off()
    page = as_officer.get(answer.request["PATH_INFO"])
    assert "These rules are not saved." in page.content.decode()
    assert "Daniel Bell" in page.content.decode()
    assert "Bell" not in str(Job.objects.get(kind="effect of rules").result)
    shown = posted(page.context["form"])
    assert as_officer.post(address, {**shown, "action": "save"}).status_code == 302
    assert RuleSet.objects.get(pk=rule_set.pk).rules.groups == {"basic-details": Effect.ALWAYS_CONFLICT}
