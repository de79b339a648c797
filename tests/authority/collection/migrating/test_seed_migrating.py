"""The handbook of SIMS Primary with One B2B:Student, chapter 01, sentence by sentence.

Quoted are the sentences that promise something; the one that contradicts itself is read as ADR 020 says.
"""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.authority.collection.migrating.handbook import VALUES, Authority, Check, Handbook, is_due, now

from schoolgate.authority.bases.models import SIMS_7
from schoolgate.authority.collection import tasks
from schoolgate.authority.collection.connections import ConnectionRefused, choose_system, enter, forget
from schoolgate.authority.collection.migrating.effects import TO, Effect, digest_of_effects
from schoolgate.authority.collection.migrating.migrate import MigrationRefused, NotSure, migrate, prepare
from schoolgate.authority.collection.migrating.phases import migrate_to_phase_2
from schoolgate.authority.collection.migrating.prerequisites import prerequisites_of
from schoolgate.authority.collection.models import (
    Connection,
    Data,
    Phase,
    ScheduledTask,
    Sources,
    TransferType,
)
from schoolgate.authority.collection.sentence import data_words
from schoolgate.authority.collection.task_form import TaskForm
from schoolgate.authority.collection.tasks import TaskRefused
from schoolgate.commons.accounts.creating import create_user
from schoolgate.wire.mis.registry import connector_named

pytestmark = pytest.mark.django_db

HANDBOOK = Handbook()
says = HANDBOOK.says


@says(
    "Firstly, the school must migrate from using SIMS 7 to SIMS Primary. Once a school has "
    "migrated, the LA can migrate the base."
)
def the_school_first(authority: Authority) -> None:
    authority.settings()
    with pytest.raises(MigrationRefused):
        migrate(authority.base, seen=digest_of_effects(authority.base), sure=True, by=None)
    with pytest.raises(MigrationRefused):
        prepare(authority.base, timezone.localdate() + timedelta(days=1), by=None)
    authority.migrate()
    assert authority.base.mis == TO


@says(
    "After migrating to SIMS Primary, B2B will still have the ability to collect Snapshot, Changed "
    "Data and Attendance data."
)
def three_kinds(authority: Authority) -> None:
    authority.migrate()
    for data in (Data.SNAPSHOT, Data.CHANGED, Data.ATTENDANCE):
        assert list(authority.task(data).collected_bases) == [authority.base]


@says("Attainment data and two-way transfer of data back to the school: this is not supported.")
def not_supported(authority: Authority) -> None:
    authority.migrate()
    with pytest.raises(TaskRefused):
        authority.task(Data.ATTAINMENT)
    with pytest.raises(TaskRefused):
        authority.task(Data.CHANGED, transfer_type=TransferType.TWO_WAY)


@says("The B2B scheduler service is installed.")
def scheduler(authority: Authority) -> None:
    found = {one.name: one for one in prerequisites_of(authority.base)}["scheduler"]
    assert not found.met
    assert found.step is not None


@says("Before migrating a base, all scheduled tasks should be migrated to Phase 2.")
def phase_2_before(authority: Authority) -> None:
    left = authority.task(Data.CHANGED, phase=Phase.ONE)
    authority.settings()
    with pytest.raises(NotSure):
        authority.migrate(sure=False)
    migrate_to_phase_2(left, by=None)
    authority.migrate(sure=False)
    assert now(left).active


@says("If this is not undertaken, there will be no scheduled tasks set up for use.")
def phase_1_stops(authority: Authority) -> None:
    left = authority.task(Data.SNAPSHOT, phase=Phase.ONE)
    assert authority.effect(left) is Effect.STOPS
    authority.migrate()
    assert not now(left).active
    assert not is_due(left)
    assert "Phase 1" in now(left).stopped_because


@says(
    "Creating the Attendance Changed Data task before migrating ensures attendance data collection "
    "continues after the migration."
)
def attendance_before(authority: Authority) -> None:
    task = authority.task(Data.ATTENDANCE, sources=Sources.API)
    assert list(task.waiting_bases) == [authority.base]
    assert not task.collected_bases.exists()
    assert authority.effect(task) is Effect.STARTS
    authority.migrate()
    assert list(now(task).collected_bases) == [authority.base]
    assert is_due(task)


@says(
    "It is strongly recommended that before migrating a base you create a SIMS Primary Attendance "
    "Changed Data scheduled task."
)
def attendance_is_asked_for(authority: Authority) -> None:
    assert not {one.name: one.met for one in prerequisites_of(authority.base)}["attendance"]
    authority.task(Data.ATTENDANCE, sources=Sources.API)
    assert {one.name: one.met for one in prerequisites_of(authority.base)}["attendance"]


@says("All attendance related scheduled tasks from SIMS 7 will be made inactive after migration.")
def sims_7_attendance_stops(authority: Authority) -> None:
    task = authority.task(Data.ATTENDANCE)
    authority.migrate()
    assert not now(task).active


@says("You cannot group SIMS 7 and SIMS Primary bases together against a task.")
def never_together(authority: Authority) -> None:
    authority.migrate(authority.other)
    for data in (Data.SNAPSHOT, Data.CHANGED, Data.ATTENDANCE):
        with pytest.raises(TaskRefused):
            authority.task(data, authority.base, authority.other)


@says("Creating the attendance task before migrating the base to SIMS Primary enables these bases to re-group.")
def they_are_together_again(authority: Authority) -> None:
    task = authority.task(Data.ATTENDANCE, authority.base, authority.other, sources=Sources.API)
    authority.migrate()
    assert list(now(task).collected_bases) == [authority.base]
    assert list(now(task).waiting_bases) == [authority.other]
    authority.migrate(authority.other)
    assert set(now(task).collected_bases) == {authority.base, authority.other}
    assert ScheduledTask.objects.count() == 1


@says(
    "Select a Transfer Type of Export from School. Select Attendance Data. Select Attendance "
    "Changed Data (SIMS Primary)."
)
def as_it_is_made(authority: Authority) -> None:
    typed = {"name": "Attendance", "owner": "la", "kind": "attendance-changed", "bases": [authority.base.pk]}
    form = TaskForm({**typed, "rhythm": "weekly", "days": [3], "at": "18:30", "active": "on"})
    assert form.is_valid(), form.errors
    task = tasks.save(form.wish(), by=None)
    assert (task.data, task.sources, task.transfer_type) == ("attendance", "api", "export-from-school")
    assert data_words(task, {TO}) == "Attendance Changed Data (SIMS Primary)"


@says("You must enter the Client ID, Secret, Subscription Key, and Organisation ID.")
def all_four(authority: Authority) -> None:
    prepare(authority.base, timezone.localdate(), by=None)
    kind = connector_named(TO)
    assert [one.label for one in kind.settings] == ["Client ID", "Secret", "Subscription Key", "Organisation ID"]
    for name in VALUES:
        with pytest.raises(ConnectionRefused):
            enter(authority.base, kind, {**VALUES, name: ""}, seen=None, by=None)
    with pytest.raises(MigrationRefused):
        migrate(authority.base, seen=digest_of_effects(authority.base), sure=True, by=None)


@says("WARNING!: Changing a base to a SIMS Primary base is irreversible.")
def irreversible(authority: Authority) -> None:
    authority.migrate()
    for system in (SIMS_7, "wonde"):
        with pytest.raises(ConnectionRefused):
            choose_system(authority.base, system, seen=TO, by=None)
    with pytest.raises(ConnectionRefused):
        forget(authority.base, connector_named(TO), by=None)
    with pytest.raises(MigrationRefused):
        authority.migrate()


@says("However, you can edit the SIMS Primary connection settings later if required.")
def settings_later(authority: Authority) -> None:
    authority.migrate()
    entered = Connection.objects.get(base=authority.base).entered_at
    _, changed = enter(authority.base, connector_named(TO), {**VALUES, "secret": "new"}, seen=entered, by=None)
    assert changed == ["Secret"]


@says("If the base has migrated successfully, a cloud icon is visible next to the base name.")
def cloud(authority: Authority) -> None:
    browser = authority.browser_of(create_user("officer", "officer"))
    clouds = browser.get(reverse("task-schools")).content.decode().count("☁ SIMS Primary")
    authority.migrate()
    assert browser.get(reverse("task-schools")).content.decode().count("☁ SIMS Primary") == clouds + 1


@pytest.mark.parametrize(("sentence", "check"), HANDBOOK.rows, ids=HANDBOOK.ids)
def test_the_handbook_says(sentence: str, check: Check, authority: Authority) -> None:
    check(authority)
