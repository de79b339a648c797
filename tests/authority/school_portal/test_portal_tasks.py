"""Scheduled Tasks in the School Portal: what a school sees, and what is its own to change."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.authority.school_portal.making_tasks import made, page, posted

from schoolgate.authority.bases.models import Base, BaseGroup
from schoolgate.authority.collection.locks import lock_base
from schoolgate.authority.collection.models import CollectionRun, Data, Owner, Phase, ScheduledTask, Sources
from schoolgate.authority.collection.running import ask_for_run, ask_for_runs
from schoolgate.authority.school_portal.own_task_form import kinds_of
from schoolgate.authority.school_portal.own_tasks import NotOwn, held_as_own, own_tasks
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.wire.mis.connectors.wonde import CONNECTOR as WONDE

pytestmark = pytest.mark.django_db

TYPED = {"name": "Our snapshot", "kind": "snapshot", "rhythm": "weekly", "at": "18:30", "days": ["3"], "active": "on"}
STEPS = ("clone", "switch", "run", "delete", "give-back", "edit")
THE_COUNCILS = "This task is the council’s, so only the council changes it."


@pytest.fixture
def shared(green_abbey: Base, oak_lane: Base) -> ScheduledTask:
    """The authority's, for two schools."""
    return made("Weekly for all", green_abbey, oak_lane)


@pytest.fixture
def the_las(green_abbey: Base) -> ScheduledTask:
    """The authority's, for Green Abbey alone."""
    return made("The LA’s", green_abbey)


@pytest.fixture
def own(green_abbey: Base) -> ScheduledTask:
    return made("Ours", green_abbey, owner=Owner.SCHOOL)


def test_a_school_without_tasks_is_told_what_to_do(as_hana: Client, green_abbey: Base) -> None:
    assert "The LA has set up no tasks. Add one, or ask." in page(as_hana, "portal-tasks", green_abbey)


def test_a_school_sees_its_tasks_and_nothing_of_other_schools(
    as_hana: Client, green_abbey: Base, oak_lane: Base, shared: ScheduledTask, own: ScheduledTask
) -> None:
    made("Oak Lane's", oak_lane)
    told = page(as_hana, "portal-tasks", green_abbey) + page(as_hana, "portal-task", green_abbey, shared.pk)
    assert "Weekly for all" in told
    assert "Ours" in told
    assert [word for word in ("Oak Lane", "2107", "2 schools", "1 school") if word in told] == []


def test_another_schools_people_find_neither_the_school_nor_its_task(
    as_olga: Client, green_abbey: Base, oak_lane: Base, own: ScheduledTask
) -> None:
    assert as_olga.get(reverse("portal-task", args=[green_abbey.pk, own.pk])).status_code == 404
    assert as_olga.get(reverse("portal-task", args=[oak_lane.pk, own.pk])).status_code == 404


def test_who_works_for_two_schools_finds_each_ones_tasks_at_its_own(
    as_hana: Client, hana: User, green_abbey: Base, oak_lane: Base, own: ScheduledTask
) -> None:
    oak_lane.people.add(hana)
    assert as_hana.get(reverse("portal-task", args=[oak_lane.pk, own.pk])).status_code == 404
    assert "Ours" not in page(as_hana, "portal-tasks", oak_lane)


def test_an_officer_is_not_let_into_the_portal(as_officer: Client, green_abbey: Base) -> None:
    assert as_officer.get(reverse("portal-tasks", args=[green_abbey.pk])).status_code == 403


def test_a_task_of_a_group_is_shown_where_it_collects_the_school(as_hana: Client, green_abbey: Base) -> None:
    everybody = BaseGroup.objects.create(name="Everybody", by_rule=True)
    task = made("By group", groups=(everybody,))
    assert "By group" in page(as_hana, "portal-tasks", green_abbey)
    ScheduledTask.objects.filter(pk=task.pk).update(sources=Sources.API)
    assert "By group" not in page(as_hana, "portal-tasks", green_abbey)


def test_the_last_run_is_of_this_school_only(
    as_hana: Client, green_abbey: Base, oak_lane: Base, shared: ScheduledTask
) -> None:
    ask_for_runs(shared)
    CollectionRun.objects.filter(base=oak_lane).take("fail")
    told = page(as_hana, "portal-tasks", green_abbey)
    assert "Pending" in told
    assert "Failed" not in told


def test_a_later_run_of_another_school_is_not_the_schools_last(
    as_hana: Client, hana: User, green_abbey: Base, oak_lane: Base, shared: ScheduledTask
) -> None:
    oak_lane.people.add(hana)
    run = ask_for_run(shared, green_abbey, Data.SNAPSHOT, by=None)
    later = ask_for_run(shared, oak_lane, Data.SNAPSHOT, by=None)
    assert run is not None
    assert later is not None
    told = page(as_hana, "portal-task", green_abbey, shared.pk)
    # Once as the last run, once in the log.
    assert told.count(reverse("portal-run", args=[green_abbey.pk, run.pk])) == 2
    assert reverse("portal-run", args=[green_abbey.pk, later.pk]) not in told


def test_a_school_adds_a_task_of_its_own(as_hana: Client, hana: User, green_abbey: Base) -> None:
    told = posted(as_hana, "portal-add-task", green_abbey, **TYPED)
    assert "Every Thursday 18:30, a snapshot." in told
    task = ScheduledTask.objects.get()
    assert (task.owner, list(task.bases.all()), task.changed_by) == (Owner.SCHOOL, [green_abbey], hana)


def test_the_sentence_is_said_before_anything_is_saved(as_hana: Client, green_abbey: Base) -> None:
    told = posted(as_hana, "portal-add-task", green_abbey, **TYPED, preview="yes", looked_after="on")
    assert "Every Thursday 18:30, a snapshot, looked after children only." in told
    assert not ScheduledTask.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"days": []}, "Choose at least one day of the week."),
        ({"rhythm": "once", "first": "2020-01-01"}, "This moment is over."),
        ({"kind": "attendance-changed"}, "Select a valid choice."),
    ],
)
def test_what_cannot_be_is_said_and_not_saved(
    as_hana: Client, green_abbey: Base, wrong: dict[str, Any], said: str
) -> None:
    answer = as_hana.post(reverse("portal-add-task", args=[green_abbey.pk]), {**TYPED, **wrong})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not ScheduledTask.objects.exists()


def test_what_names_other_schools_is_not_asked_and_not_taken(
    as_hana: Client, green_abbey: Base, oak_lane: Base
) -> None:
    posted(as_hana, "portal-add-task", green_abbey, **TYPED, bases=[oak_lane.pk], owner="la")
    task = ScheduledTask.objects.get()
    assert (task.owner, list(task.bases.all())) == (Owner.SCHOOL, [green_abbey])


@pytest.mark.parametrize(
    ("mis", "offered"),
    [
        ("sims-7", "Snapshot Data, Changed Data, Attendance Data, Attainment Data"),
        ("sims-primary", "Snapshot Data, Changed Data, Attendance Data: All Attendance Changed Data"),
        ("wonde", "Snapshot Data, Changed Data, Attendance Data: All Attendance Changed Data"),
    ],
)
def test_a_school_is_offered_what_its_kind_of_base_has(green_abbey: Base, mis: str, offered: str) -> None:
    green_abbey.mis = mis
    assert in_words(kinds_of(green_abbey)) == offered


def test_a_school_is_offered_no_more_than_its_system_can_tell(
    as_hana: Client, green_abbey: Base, monkeypatch: pytest.MonkeyPatch
) -> None:
    Base.objects.update(mis="wonde")
    can = WONDE.capabilities
    few = type(can)(
        **{name: getattr(can, name) for name in can.__slots__} | {"change_model": "none", "filters": frozenset()}
    )
    monkeypatch.setattr(WONDE, "capabilities", few)
    told = page(as_hana, "portal-add-task", green_abbey)
    assert "All Attendance Data" in told
    assert [words for words in ("Changed Data", "Leavers", "National Curriculum") if words in told] == []


def test_a_school_without_sims_7_is_not_offered_to_get_data_back(as_hana: Client, green_abbey: Base) -> None:
    assert "Two-way" in page(as_hana, "portal-add-task", green_abbey)
    Base.objects.update(mis="sims-primary")
    assert "Two-way" not in page(as_hana, "portal-add-task", green_abbey)


def in_words(choices: list[tuple[str, Any]]) -> str:
    told = [f"{one}: {more[0][1]}" if isinstance(more, list) else more for one, more in choices]
    return ", ".join(map(str, told))


def test_after_a_migration_a_school_makes_an_attendance_task_of_its_new_kind(
    as_hana: Client, green_abbey: Base
) -> None:
    Base.objects.update(mis="sims-primary")
    posted(as_hana, "portal-add-task", green_abbey, **{**TYPED, "kind": "attendance-changed"})
    task = ScheduledTask.objects.get()
    assert (task.data, task.sources) == (Data.ATTENDANCE, Sources.API)


@pytest.mark.parametrize("locked", [False, True], ids=["open", "locked"])
def test_a_school_changes_runs_copies_switches_and_deletes_its_own_task(
    as_hana: Client, green_abbey: Base, own: ScheduledTask, hana: User, locked: bool
) -> None:
    lock_base(green_abbey, locked, by=hana)
    posted(as_hana, "portal-edit-task", green_abbey, own.pk, **{**TYPED, "name": "Ours, later"}, version="1")
    assert ScheduledTask.objects.get().name == "Ours, later"
    assert "A file is asked for." in posted(as_hana, "portal-run-task", green_abbey, own.pk)
    assert CollectionRun.objects.get().asked_by == hana
    assert "being collected already" in posted(as_hana, "portal-run-task", green_abbey, own.pk)
    assert "This is the copy." in posted(as_hana, "portal-clone-task", green_abbey, own.pk)
    assert "Switch it off first." in posted(as_hana, "portal-delete-task", green_abbey, own.pk)
    posted(as_hana, "portal-switch-task", green_abbey, own.pk, active="no")
    assert "Delete Ours, later?" in page(as_hana, "portal-delete-task", green_abbey, own.pk)
    posted(as_hana, "portal-delete-task", green_abbey, own.pk)
    assert list(own_tasks(green_abbey).values_list("name", "active")) == [("Copy of Ours, later", False)]


def test_an_api_is_asked_next(as_hana: Client, green_abbey: Base, own: ScheduledTask) -> None:
    Base.objects.update(mis="sims-primary")
    ScheduledTask.objects.update(sources=Sources.API)
    assert "It is collected next." in posted(as_hana, "portal-run-task", green_abbey, own.pk)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("whose", ["the_las", "shared"])
def test_the_authoritys_task_is_the_authoritys_to_change(
    as_hana: Client, green_abbey: Base, step: str, whose: str, request: pytest.FixtureRequest
) -> None:
    task: ScheduledTask = request.getfixturevalue(whose)
    before = ScheduledTask.objects.values().get(), CollectionRun.objects.count()
    told = posted(as_hana, f"portal-{step}-task", green_abbey, task.pk, **TYPED, version="1")
    assert THE_COUNCILS in told
    assert (ScheduledTask.objects.values().get(), CollectionRun.objects.count()) == before


def test_a_task_that_others_have_come_into_is_not_the_schools_own(
    green_abbey: Base, oak_lane: Base, own: ScheduledTask
) -> None:
    own.bases.add(oak_lane)
    with pytest.raises(NotOwn), held_as_own(own, green_abbey):
        pass


def test_a_colleague_who_edits_at_once_is_told(
    as_hana: Client, as_gita: Client, green_abbey: Base, own: ScheduledTask
) -> None:
    posted(as_hana, "portal-edit-task", green_abbey, own.pk, **{**TYPED, "name": "Hana’s"}, version="1")
    told = posted(as_gita, "portal-edit-task", green_abbey, own.pk, **{**TYPED, "name": "Gita’s"}, version="1")
    assert "Somebody else has changed this task" in told
    assert "Task Name: Gita’s → Hana’s" in told
    assert ScheduledTask.objects.get().name == "Hana’s"


def test_who_works_on_a_task_that_is_deleted_is_told(
    as_hana: Client, green_abbey: Base, own: ScheduledTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def delete_it(_: object) -> None:
        ScheduledTask.objects.all().delete()

    monkeypatch.setattr("schoolgate.authority.school_portal.own_tasks.hold", delete_it)
    assert "Somebody else has deleted this task" in posted(as_hana, "portal-run-task", green_abbey, own.pk)


def test_what_a_school_is_not_asked_stays_as_it_is(as_hana: Client, green_abbey: Base, own: ScheduledTask) -> None:
    ScheduledTask.objects.update(phase=Phase.ONE, months_back=6)
    posted(as_hana, "portal-edit-task", green_abbey, own.pk, **{**TYPED, "name": "Renamed"}, version="1")
    task = ScheduledTask.objects.get()
    assert (task.name, task.phase, task.months_back) == ("Renamed", Phase.ONE, 6)


def test_what_a_migration_stopped_can_be_told_from_the_rest(
    as_hana: Client, green_abbey: Base, own: ScheduledTask
) -> None:
    Base.objects.update(mis="sims-primary")
    ScheduledTask.objects.update(data=Data.ATTAINMENT, active=False, stopped_because="Attainment is of SIMS 7 only.")
    assert "Attainment is of SIMS 7 only." in page(as_hana, "portal-task", green_abbey, own.pk)
    assert "Attainment Data (SIMS 7 only)" in page(as_hana, "portal-edit-task", green_abbey, own.pk)
    assert "It stays off." in posted(as_hana, "portal-switch-task", green_abbey, own.pk, active="yes")


def test_a_task_made_before_a_migration_says_that_it_starts_then(as_hana: Client, green_abbey: Base) -> None:
    task = made("Attendance", green_abbey, data=Data.ATTENDANCE, sources=Sources.API)
    assert "It starts for your school when the council has moved it" in page(
        as_hana, "portal-task", green_abbey, task.pk
    )


def test_who_did_what_is_in_the_audit(as_hana: Client, hana: User, green_abbey: Base, own: ScheduledTask) -> None:
    posted(as_hana, "portal-switch-task", green_abbey, own.pk, active="no")
    entry = AuditEntry.objects.get(did="task switched off")
    assert (entry.user, entry.target) == (hana, f"task {own.pk}, Ours")
