"""Scheduled tasks: what they may be, when they are due, and what people do with them."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine

from schoolgate.authority.bases.models import SIMS_7, Base, BaseGroup, Term
from schoolgate.authority.collection import tasks
from schoolgate.authority.collection.models import (
    CollectionRun,
    Data,
    Owner,
    Phase,
    RunState,
    ScheduledTask,
    Sources,
    TransferType,
)
from schoolgate.authority.collection.sentence import sentence, when
from schoolgate.authority.collection.tasks import ChangedMeanwhile, TaskRefused, Wish
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.jobs.engine import work_off
from schoolgate.commons.journal.models import JournalLine
from schoolgate.commons.schedules.due import make_due_runs
from schoolgate.commons.schedules.models import Schedule
from schoolgate.commons.schedules.rules import Monthly, Once, Weekly

pytestmark = pytest.mark.django_db

THURSDAYS = Weekly(time(18, 30), frozenset({3}))
WEDNESDAY_NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
THURSDAY_EVENING = datetime(2026, 11, 26, 18, 31, tzinfo=UTC)


@pytest.fixture
def hill_top(green_abbey: Base) -> Base:
    """A school that is asked through its API."""
    return Base.objects.create(
        la="820", number="2002", name="Hill Top", mis="sims-primary", account=green_abbey.account
    )


def wish(*bases: Base, data: str = Data.CHANGED, **more: object) -> Wish:
    return Wish("Autumn changes", Owner.LA, data, THURSDAYS, bases, **more)  # type: ignore[arg-type]


def test_a_task_is_for_the_kind_of_its_schools(green_abbey: Base, hill_top: Base) -> None:
    assert tasks.save(wish(green_abbey), by=None).sources == Sources.FILES
    assert tasks.save(wish(hill_top), by=None).sources == Sources.API


def test_schools_of_both_kinds_are_never_in_one_task(green_abbey: Base, hill_top: Base) -> None:
    with pytest.raises(TaskRefused) as refused:
        tasks.save(wish(green_abbey, hill_top), by=None)
    assert green_abbey.name in refused.value.sentence
    assert hill_top.name in refused.value.sentence
    assert not ScheduledTask.objects.exists()


def test_a_group_of_both_kinds_is_refused_too(green_abbey: Base, hill_top: Base) -> None:
    everybody = BaseGroup.objects.create(name="Everybody", by_rule=True)
    with pytest.raises(TaskRefused):
        tasks.save(wish(groups=(everybody,)), by=None)


def test_an_attendance_task_may_name_schools_that_are_not_asked_yet(green_abbey: Base, hill_top: Base) -> None:
    task = tasks.save(wish(green_abbey, hill_top, data=Data.ATTENDANCE, sources=Sources.API), by=None)
    assert list(task.collected_bases) == [hill_top]
    assert list(task.waiting_bases) == [green_abbey]


def test_attendance_of_sims_7_is_of_schools_with_sims_7_only(green_abbey: Base, hill_top: Base) -> None:
    with pytest.raises(TaskRefused) as refused:
        tasks.save(wish(hill_top, data=Data.ATTENDANCE, sources=Sources.FILES), by=None)
    assert "Attendance Changed Data" in refused.value.sentence
    assert tasks.save(wish(green_abbey, data=Data.ATTENDANCE), by=None).sources == Sources.FILES


def test_a_task_whose_group_became_one_of_two_kinds_can_still_be_changed(green_abbey: Base, hill_top: Base) -> None:
    group = BaseGroup.objects.create(name="Two")
    group.chosen.add(green_abbey)
    task = tasks.save(wish(groups=(group,)), by=None)
    group.chosen.add(hill_top)
    changed = tasks.save(replace(Wish.of(task), name="Later"), task, version=task.version, by=None)
    assert (changed.sources, list(changed.collected_bases)) == (Sources.FILES, [green_abbey])


def test_nobody_makes_a_phase_1_task(green_abbey: Base) -> None:
    with pytest.raises(TaskRefused):
        tasks.save(wish(green_abbey, phase=Phase.ONE), by=None)
    assert not ScheduledTask.objects.exists()


def test_a_phase_1_task_stays_one_of_one_school(green_abbey: Base) -> None:
    task = tasks.save(wish(green_abbey, phase=Phase.ONE), imported=True, by=None)
    other = Base.objects.create(la="820", number="2003", name="Low Fell", account=green_abbey.account)
    with pytest.raises(TaskRefused) as refused:
        tasks.save(wish(green_abbey, other), task, version=task.version, by=None)
    assert refused.value.field == "bases"
    assert tasks.save(wish(green_abbey, months_back=2), task, version=task.version, by=None).phase == Phase.ONE


def test_a_copy_of_a_phase_1_task_is_of_phase_2(green_abbey: Base) -> None:
    task = tasks.save(wish(green_abbey, phase=Phase.ONE), imported=True, by=None)
    assert tasks.clone(task, by=None).phase == Phase.TWO


def test_attainment_is_of_sims_7_only(hill_top: Base) -> None:
    with pytest.raises(TaskRefused):
        tasks.save(wish(hill_top, data=Data.ATTAINMENT), by=None)


def test_a_task_without_schools_is_refused() -> None:
    with pytest.raises(TaskRefused):
        tasks.save(wish(), by=None)


def test_who_joins_a_group_by_rule_is_collected_by_its_task(green_abbey: Base) -> None:
    by_file = BaseGroup.objects.create(name="By file", by_rule=True, rule={"systems": [SIMS_7]})
    task = tasks.save(wish(groups=(by_file,)), by=None)
    later = Base.objects.create(la="820", number="2003", name="Low Field", account=green_abbey.account)
    assert set(task.collected_bases) == {green_abbey, later}


def test_a_due_task_makes_one_run_of_each_school_however_often_one_looks(hill_top: Base, green_abbey: Base) -> None:
    other = Base.objects.create(la="820", number="2004", name="Elm Grove", mis="wonde", account=green_abbey.account)
    with time_machine.travel(WEDNESDAY_NOON, tick=False):
        task = tasks.save(wish(hill_top, other), by=None)
    with time_machine.travel(THURSDAY_EVENING, tick=False):
        assert make_due_runs(THURSDAY_EVENING) == 1
        assert make_due_runs(THURSDAY_EVENING) == 0
        work_off()
    runs = CollectionRun.objects.filter(task=task)
    assert {run.base for run in runs} == {hill_top, other}
    assert {run.due_at for run in runs} == {datetime(2026, 11, 26, 18, 30, tzinfo=UTC)}
    assert {run.state for run in runs} == {RunState.FAILED}, "nobody has entered settings"


def test_a_task_that_is_switched_off_is_never_due(hill_top: Base, officer: User) -> None:
    with time_machine.travel(WEDNESDAY_NOON, tick=False):
        task = tasks.save(wish(hill_top), by=officer)
        tasks.switch(task, active=False, by=officer)
    assert make_due_runs(THURSDAY_EVENING) == 0
    assert not Schedule.objects.exists()


def test_a_task_in_term_rests_in_the_holidays_and_follows_changed_terms(hill_top: Base) -> None:
    with time_machine.travel(WEDNESDAY_NOON, tick=False):
        Term.objects.create(name="Autumn", first_day=date(2026, 9, 1), last_day=date(2026, 11, 25))
        tasks.save(wish(hill_top, in_term=True), by=None)
        assert Schedule.objects.get().next_due_at is None
        Term.objects.create(name="Spring", first_day=date(2027, 1, 4), last_day=date(2027, 3, 25))
        tasks.terms_changed()
    assert Schedule.objects.get().next_due_at == datetime(2027, 1, 7, 18, 30, tzinfo=UTC)


def test_a_task_is_changed_by_whom_saw_it_as_it_is(hill_top: Base) -> None:
    task = tasks.save(wish(hill_top), by=None)
    tasks.save(wish(hill_top, leavers=True), task, version=1, by=None)
    with pytest.raises(ChangedMeanwhile):
        tasks.save(wish(hill_top), task, version=1, by=None)
    assert ScheduledTask.objects.get().leavers


def test_the_audit_says_what_of_a_task_was_changed(hill_top: Base, officer: User) -> None:
    task = tasks.save(wish(hill_top), by=officer)
    tasks.save(wish(hill_top, leavers=True, nc_years=("3",)), task, version=1, by=officer)
    details = AuditEntry.objects.get(did="task changed").details
    assert details == "National Curriculum years: none → 3; Leavers too: no → yes"


def test_a_task_that_is_over_is_not_switched_on(hill_top: Base) -> None:
    over = Wish("Once", Owner.LA, Data.CHANGED, Once(time(20), date(2020, 1, 1)), (hill_top,), active=False)
    with pytest.raises(TaskRefused):
        tasks.switch(tasks.save(over, by=None), active=True, by=None)
    assert not Schedule.objects.exists()


def test_a_due_task_without_a_school_says_so_in_the_journal(hill_top: Base) -> None:
    with time_machine.travel(WEDNESDAY_NOON, tick=False):
        task = tasks.save(wish(hill_top), by=None)
    Base.objects.update(active=False)
    with time_machine.travel(THURSDAY_EVENING, tick=False):
        make_due_runs(THURSDAY_EVENING)
        work_off()
    line = JournalLine.objects.get()
    assert "there is no school of its kind in it" in line.message
    assert line.link.endswith(f"/collection/{task.pk}")


def test_a_due_attendance_task_whose_schools_have_yet_to_migrate_says_nothing(green_abbey: Base) -> None:
    with time_machine.travel(WEDNESDAY_NOON, tick=False):
        tasks.save(wish(green_abbey, data=Data.ATTENDANCE, sources=Sources.API), by=None)
    with time_machine.travel(THURSDAY_EVENING, tick=False):
        make_due_runs(THURSDAY_EVENING)
        work_off()
    assert not CollectionRun.objects.exists()
    assert not JournalLine.objects.exists()


def test_a_copy_is_the_same_and_rests(hill_top: Base) -> None:
    task = tasks.save(wish(hill_top, nc_years=("3", "4")), by=None)
    copy = tasks.clone(task, by=None)
    assert (copy.name, copy.active, copy.nc_years, list(copy.bases.all())) == (
        "Copy of Autumn changes",
        False,
        ["3", "4"],
        [hill_top],
    )
    assert Schedule.objects.count() == 1


def test_only_a_task_that_rests_is_deleted_and_its_log_stays(hill_top: Base, officer: User) -> None:
    task = tasks.save(wish(hill_top), by=officer)
    assert tasks.run_now(task, by=officer) == 1
    assert not tasks.delete(task, by=officer)
    assert tasks.delete(tasks.switch(task, active=False, by=officer), by=officer)
    assert CollectionRun.objects.get().task_name == "Autumn changes"
    assert AuditEntry.objects.filter(did="task deleted").exists()


def test_runs_of_a_deleted_task_do_not_ask_for_pupils_whom_it_left_out(hill_top: Base, officer: User) -> None:
    task = tasks.save(wish(hill_top, looked_after=True, active=False), by=officer)
    tasks.run_now(task, by=officer)
    tasks.delete(task, by=officer)
    work_off()
    run = CollectionRun.objects.get()
    assert (run.state, run.message) == (RunState.CANCELLED, "Its task was deleted.")


def test_a_school_that_is_being_collected_is_not_asked_twice(hill_top: Base) -> None:
    task = tasks.save(wish(hill_top), by=None)
    assert [tasks.run_now(task, by=None), tasks.run_now(task, hill_top, by=None)] == [1, 0]


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (THURSDAYS, "Every Thursday 18:30"),
        (Weekly(time(7), frozenset(range(5))), "Every day Monday to Friday 07:00"),
        (
            Weekly(time(7), frozenset(range(7)), every_minutes=120, until=time(15)),
            "Every day 07:00, again every 2 hours until 15:00",
        ),
        (
            Weekly(time(7), frozenset({0, 2}), last=date(2027, 7, 20)),
            "Every Monday and Wednesday 07:00 until 20 July 2027",
        ),
        (Monthly(time(1, 30), 31), "Every month on the 31st, 01:30"),
        (Monthly(time(18), 12), "Every month on the 12th, 18:00"),
        (
            Weekly(time(7), frozenset({0}), every_minutes=60, until=time(15), last=date(2027, 7, 20)),
            "Every Monday 07:00, again every hour until 15:00, and until 20 July 2027",
        ),
        (Once(time(20), date(2026, 12, 18)), "Once, 18 December 2026 20:00"),
    ],
)
def test_a_rule_is_said_in_words(rule: Weekly, words: str) -> None:
    assert when(rule) == words


def test_a_task_is_said_in_a_sentence() -> None:
    said = sentence(THURSDAYS, Data.CHANGED, 41, in_term=True)
    assert said == "Every Thursday 18:30 in term, changed data, 41 schools"


def test_the_terms_change_with_the_rule_of_a_day_far_away(hill_top: Base) -> None:
    far = timedelta(days=4000)
    task = tasks.save(wish(hill_top, in_term=True), by=None)
    assert tasks.rule_of_today(task).next_after(WEDNESDAY_NOON + far) is not None


@pytest.mark.parametrize("kind", [TransferType.IMPORT_TO_SCHOOL, TransferType.TWO_WAY])
def test_nothing_is_sent_back_to_a_school_with_an_api(hill_top: Base, kind: str) -> None:
    with pytest.raises(TaskRefused, match="SIMS 7 only") as refused:
        tasks.save(wish(hill_top, transfer_type=kind), by=None)
    assert refused.value.field == "transfer_type"


def test_only_changed_data_goes_to_a_school(green_abbey: Base) -> None:
    wanted = wish(green_abbey, data=Data.SNAPSHOT, transfer_type=TransferType.IMPORT_TO_SCHOOL)
    with pytest.raises(TaskRefused) as refused:
        tasks.save(wanted, by=None)
    assert refused.value.field == "kind"


def test_a_schools_own_account_is_no_group_to_send(green_abbey: Base) -> None:
    wanted = wish(green_abbey, transfer_type=TransferType.TWO_WAY, sent_groups=("attendance", "addresses"))
    with pytest.raises(TaskRefused, match="attendance") as refused:
        tasks.save(wanted, by=None)
    assert refused.value.field == "sent_groups"


def test_a_task_that_takes_only_has_no_groups_to_send(green_abbey: Base) -> None:
    assert tasks.save(wish(green_abbey, sent_groups=("addresses",)), by=None).sent_groups == []


def test_what_goes_back_is_said_in_a_sentence() -> None:
    said = sentence(THURSDAYS, Data.CHANGED, 41, transfer_type=TransferType.IMPORT_TO_SCHOOL)
    assert said == "Every Thursday 18:30, what was changed here goes back to the school, 41 schools"
    said = sentence(THURSDAYS, Data.CHANGED, None, transfer_type=TransferType.TWO_WAY)
    assert said == "Every Thursday 18:30, changed data, what was changed here goes back to the school"
