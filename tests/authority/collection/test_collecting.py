"""A run, from its job to the end of its import."""

from dataclasses import replace
from datetime import date, time

import pytest
import time_machine
from tests.authority.collection.conftest import Collect
from tests.authority.collection.listed import AMINA, BEN, CARA, OF_PUPILS, School
from tests.authority.importing.importing_files import held

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection.alerts import left_failed
from schoolgate.authority.collection.collecting import NOT_OFFERED, catch_up
from schoolgate.authority.collection.holding_back import MOST_BAD_ROWS
from schoolgate.authority.collection.models import (
    Connection,
    ConnectionState,
    Cursor,
    Data,
    HeldBackRow,
    RunState,
    ScheduledTask,
    Sources,
)
from schoolgate.authority.collection.tools import NotNow
from schoolgate.authority.importing.models import RemovalCandidate
from schoolgate.authority.records.groups.sen_history import SEN_HISTORY
from schoolgate.authority.records.models import Pupil, PupilGroup
from schoolgate.commons.jobs.engine import work_off
from schoolgate.commons.jobs.models import Job, State
from schoolgate.commons.jobs.submitting import cancel
from schoolgate.commons.schedules.rules import Once
from schoolgate.documents.students.entries import Record
from schoolgate.wire.mis.connector import BadRow, Group, MisError, Trouble

pytestmark = pytest.mark.django_db


def test_a_snapshot_is_imported_and_its_cursors_are_saved(school: School, collect: Collect) -> None:
    school.enrol(AMINA, "Amina")
    school.enrol(BEN, "Ben")

    run = collect()

    assert (run.state, run.message) == (RunState.SUCCESSFUL, "2 pupils: 2 added.")
    assert [name for name, *_ in held()["pupils"]] == [" Okafor Amina 2018-03-04", " Okafor Ben 2018-03-04"]
    assert Cursor.objects.filter(run=run).count() == 7


def test_a_run_of_changes_asks_from_the_cursor_and_writes_what_differs(school: School, collect: Collect) -> None:
    with on(1):
        school.enrol(AMINA, "Amina")
        school.enrol(BEN, "Ben")
    with on(2):
        collect()
    with on(3):
        school.say(BEN, Group.SEN, a_need("K"))
        run = collect(Data.CHANGED)

    assert (run.message, run.counts["read"]) == ("1 pupil: 1 updated.", 1)
    assert ("changes", Group.SEN) in school.asked


def test_nothing_changed_is_a_success_without_an_import(school: School, collect: Collect) -> None:
    with on(1):
        school.enrol(AMINA, "Amina")
    with on(2):
        collect()
    with on(3):
        run = collect(Data.CHANGED)

    assert (run.state, run.message, run.its_import) == (RunState.SUCCESSFUL, "Nothing has changed.", None)
    assert set(Cursor.objects.values_list("run", flat=True)) == {run.pk}


def test_who_came_between_two_runs_is_added_by_the_changes(school: School, collect: Collect) -> None:
    with on(1):
        school.enrol(AMINA, "Amina")
    with on(2):
        collect()
    with on(3):
        school.enrol(BEN, "Ben")
        school.say(CARA, Group.SEN, a_need("K"))
        run = collect(Data.CHANGED)

    assert (run.counts["added"], run.held_back) == (1, 1)
    assert HeldBackRow.objects.get().code == "unknown-pupil"


def test_who_is_new_is_asked_for_whole_though_little_of_it_changed(school: School, collect: Collect) -> None:
    with on(1):
        school.enrol(AMINA, "Amina")
        school.enrol(BEN, "Ben")
        school.say(BEN, Group.SEN, a_need("K"))
        school.leavers.add(BEN)
    with on(2):
        assert collect().counts["added"] == 1
    with on(4):
        school.leavers.clear()
        school.say(BEN, Group.ENROLMENT, {"BasicDetails": {"EnrolStatus": "C", "NCyearActual": "5"}})
        run = collect(Data.CHANGED)

    assert run.counts["added"] == 1
    assert SEN_HISTORY in {row.group for row in PupilGroup.objects.all()}


def test_whom_the_filters_leave_out_and_nobody_knows_is_left_out(school: School, collect: Collect) -> None:
    with on(1):
        school.enrol(AMINA, "Amina")
    with on(2):
        collect()
    with on(3):
        school.enrol(BEN, "Ben")
        school.leavers.add(BEN)
        run = collect(Data.CHANGED)

    assert (run.state, run.message) == (RunState.SUCCESSFUL, "Nothing has changed.")


def test_a_task_for_some_pupils_goes_past_no_others_changes(school: School, collect: Collect) -> None:
    rule = Once(time(18, 30), date(2026, 11, 26)).on_record()
    task = ScheduledTask.objects.create(
        name="Year 4", data=Data.CHANGED, sources=Sources.API, nc_years=["4"], recorded_rule=rule
    )
    with on(1):
        school.enrol(AMINA, "Amina")
    with on(2):
        collect()
    with on(3):
        school.say(AMINA, Group.SEN, a_need("K"))
    with on(4):
        assert collect(Data.CHANGED, task=task).counts["updated"] == 1
    with on(5):
        assert collect(Data.CHANGED).counts["same"] == 1
    assert Cursor.objects.filter(group__startswith="sen").count() == 2


def test_a_group_that_fails_keeps_its_cursor_and_stops_no_other(school: School, collect: Collect) -> None:
    with on(1):
        school.enrol(AMINA, "Amina")
        school.say(AMINA, Group.SEN, a_need("K"))
        school.troubles[Group.SEN] = [MisError(Trouble.DATA, "SEN cannot be read.", ends="group")]
    with on(2):
        run = collect()

    assert (run.state, run.code, run.level) == (RunState.FAILED, "data", "ERROR")
    assert run.message == "SEN failed: SEN cannot be read. What else was read is imported."
    assert run.counts["added"] == 1
    groups = set(Cursor.objects.values_list("group", flat=True))
    assert groups == OF_PUPILS - {Group.SEN}
    assert run.lines.filter(level="ERROR").get().group == Group.SEN
    assert [one.code for one in left_failed()] == ["data"]


def test_a_wrong_key_is_said_on_the_run_and_on_the_connection(school: School, collect: Collect) -> None:
    school.troubles[Group.PUPIL] = [MisError(Trouble.KEY, "The subscription key is rejected.", ends="connection")]

    run = collect()

    assert (run.state, run.code, run.message) == (RunState.FAILED, "key", "The subscription key is rejected.")
    connection = Connection.objects.get()
    assert (connection.state, connection.said) == (ConnectionState.NEEDS_ATTENTION, "The subscription key is rejected.")
    assert not Cursor.objects.exists()

    school.enrol(AMINA, "Amina")
    assert collect().state == RunState.SUCCESSFUL
    connection.refresh_from_db()
    assert (connection.state, connection.said) == (ConnectionState.WORKS, "")


def test_without_settings_a_run_says_what_is_to_be_entered(school: School, collect: Collect) -> None:
    Connection.objects.all().delete()

    run = collect()

    assert (run.state, run.code) == (RunState.FAILED, "no-connection")
    assert "Enter them at the base" in run.message


def test_what_may_pass_waits_without_a_worker_and_then_goes_on(school: School, collect: Collect) -> None:
    school.enrol(AMINA, "Amina")
    school.troubles[Group.PUPIL] = [MisError(Trouble.DOWN, "It is down.", ends="connection", passes=True)]
    with on(2):
        run = collect()
        assert (run.state, run.message) == (RunState.PENDING, "It is down. It waits until 18:31.")
    Job.objects.update(run_at="2000-01-01T00:00:00Z")
    work_off()

    run.refresh_from_db()
    assert (run.state, run.next_try_at) == (RunState.SUCCESSFUL, None)


def test_what_does_not_pass_in_eight_tries_has_failed(school: School, collect: Collect) -> None:
    school.troubles[Group.PUPIL] = [MisError(Trouble.DOWN, "It is down.", ends="connection", passes=True)] * 9
    run = collect()
    for _ in range(8):
        Job.objects.update(run_at="2000-01-01T00:00:00Z")
        work_off()

    run.refresh_from_db()
    assert (run.state, run.message) == (RunState.FAILED, "It is down. It was tried 8 times.")
    assert len(school.troubles[Group.PUPIL]) == 1


def test_a_long_wait_that_the_vendor_wants_gives_the_worker_back(school: School, collect: Collect) -> None:
    school.troubles[Group.PUPIL] = [NotNow(240)]
    with on(2):
        run = collect()

    assert (run.state, run.message) == (RunState.PENDING, "The service takes no calls now. It waits until 18:34.")


def test_an_empty_snapshot_trips_the_guard_and_no_cursor_moves(school: School, collect: Collect) -> None:
    with on(1):
        school.enrol(AMINA, "Amina")
        collect()
    before = dict(Cursor.objects.values_list("group", "text"))
    school.rows.clear()
    with on(2):
        run = collect()

    assert (run.state, run.level) == (RunState.IMPORTING, "WARN")
    assert run.message == "It waits for you. It lacks more than a fifth of the pupils on the school's roll."
    assert dict(Cursor.objects.values_list("group", "text")) == before


def test_who_is_missing_is_a_candidate_only_when_two_snapshots_agree(school: School, collect: Collect) -> None:
    keys = [f"{number:08}-4111-8111-1111-111111111111" for number in range(1, 8)]
    with on(1):
        for key in keys:
            school.enrol(key, f"Amina{key[7]}")
        collect()
    school.leave_no_trace(keys[0])
    with on(2):
        collect()
        assert not held_candidates()
    with on(3):
        collect(Data.CHANGED)
        assert not held_candidates()
    with on(4):
        collect()
    assert held_candidates() == [(None, "")]
    with on(5):
        school.enrol(keys[0], "Amina1")
        collect()
    assert not RemovalCandidate.objects.exists()


def test_what_is_missing_of_a_pupil_is_a_candidate_only_when_two_snapshots_agree(
    school: School, collect: Collect
) -> None:
    with on(1):
        for key, name in ((AMINA, "Amina"), (BEN, "Ben")):
            school.enrol(key, name)
            school.say(key, Group.SEN, a_need("K"))
        collect()
    del school.rows[AMINA, Group.SEN]
    with on(2):
        collect()
        assert not held_candidates()
    with on(3):
        collect()
    assert held_candidates() == [(SEN_HISTORY.number, "SEN")]


def test_a_snapshot_without_a_group_makes_no_candidates_of_it(school: School, collect: Collect) -> None:
    with on(1):
        for key, name in ((AMINA, "Amina"), (BEN, "Ben")):
            school.enrol(key, name)
            school.say(key, Group.SEN, a_need("K"))
        collect()
    school.capabilities = replace(school.capabilities, groups=frozenset({Group.PUPIL, Group.ENROLMENT}))
    for day in (2, 3):
        with on(day):
            assert collect().state == RunState.SUCCESSFUL
    assert not RemovalCandidate.objects.exists()


def test_rows_that_cannot_be_read_are_held_back_and_hold_nothing_up(school: School, collect: Collect) -> None:
    school.enrol(AMINA, "Amina")
    school.bad.append(BadRow(BEN, Group.SEN, "listed-fault", "It is of no use.", ({"fault": 1},)))

    run = collect()
    collect()

    assert (run.state, run.held_back, run.level) == (RunState.SUCCESSFUL, 1, "WARN")
    row = HeldBackRow.objects.get()
    assert (row.code, row.key, row.count, row.raw) == ("listed-fault", BEN, 2, ({"fault": 1},))


def test_who_could_not_be_read_is_not_taken_to_be_missing(school: School, collect: Collect) -> None:
    with on(1):
        for number in range(6):
            school.enrol(AMINA.replace("1111-4", f"111{number}-4"), f"Amina {number}")
        school.enrol(BEN, "Ben")
        school.enrol(CARA, "Cara")
        school.say(CARA, Group.SEN, a_need("K"))
        school.say(AMINA, Group.SEN, a_need("K"))
        collect()
    school.leave_no_trace(BEN)
    del school.rows[CARA, Group.SEN]
    school.bad.append(BadRow(BEN, Group.PUPIL, "listed-fault", "No use.", ({"fault": 1},)))
    school.bad.append(BadRow(CARA, Group.SEN, "listed-fault", "No use.", ({"fault": 2},)))
    for day in (2, 3):
        with on(day):
            assert collect().state == RunState.SUCCESSFUL
    assert not RemovalCandidate.objects.exists()


def test_nobody_is_taken_to_be_missing_while_rows_do_not_say_whose_they_are(school: School, collect: Collect) -> None:
    with on(1):
        for number in range(6):
            school.enrol(AMINA.replace("1111-4", f"111{number}-4"), f"Amina {number}")
        school.enrol(BEN, "Ben")
        collect()
    school.leave_no_trace(BEN)
    school.bad.append(BadRow("", Group.PUPIL, "no-key", "No key.", ({"fault": 1},)))
    for day in (2, 3):
        with on(day):
            run = collect()
    assert not RemovalCandidate.objects.exists()
    assert run.lines.filter(level="WARN").get().message.startswith("Some rows do not say whose they are.")


def test_a_school_that_is_not_active_any_more_is_not_asked(school: School, collect: Collect, green_abbey: Base) -> None:
    run = collect(work=False)
    green_abbey.active = False
    green_abbey.save()
    work_off()
    run.refresh_from_db()
    assert (run.state, school.asked) == (RunState.CANCELLED, [])


def test_a_job_asks_for_no_run_that_is_another_ones_by_now(school: School, collect: Collect) -> None:
    run = collect(work=False)
    run.job = None
    run.save()
    work_off()
    assert school.asked == []


def test_more_bad_rows_than_are_borne_fail_the_run(school: School, collect: Collect) -> None:
    school.enrol(AMINA, "Amina")
    school.bad += [BadRow(BEN, Group.SEN, "listed-fault", "No use.", ({"fault": number},)) for number in range(3)]
    MOST_BAD_ROWS.set(2, by=None)

    run = collect()

    assert (run.state, run.code, run.held_back) == (RunState.FAILED, "too-many-bad-rows", 2)
    assert not Pupil.objects.exists()
    assert not Cursor.objects.exists()


def test_a_run_whose_job_is_called_off_before_it_begins_is_told_as_cancelled(school: School, collect: Collect) -> None:
    run = collect(work=False)
    assert run.job is not None
    assert cancel(run.job)

    catch_up()

    run.refresh_from_db()
    assert run.state == RunState.CANCELLED


def test_a_run_whose_job_was_parked_has_failed_with_its_words(school: School, collect: Collect) -> None:
    run = collect(work=False)
    Job.objects.filter(pk=run.job_id or 0).update(state=State.PARKED, error="It died three times.")

    catch_up()

    run.refresh_from_db()
    assert (run.state, run.code, run.message) == (RunState.FAILED, "stopped", "It died three times.")


def on(day: int) -> time_machine.travel:
    return time_machine.travel(f"2026-11-{day:02}T18:30:00Z", tick=True)


def a_need(provision: str) -> Record:
    return {"SENhistory": {"SEN": [{"SENprovision": provision, "StartDate": "2026-09-01"}]}}


def held_candidates() -> list[tuple[int | None, str]]:
    return list(RemovalCandidate.objects.filter(confirmed=True).values_list("group", "item"))


def test_attainment_of_before_a_migration_asked_for_again_says_that_it_is_not_told(collect: Collect) -> None:
    run = collect(Data.ATTAINMENT)
    assert (run.state, run.code) == (RunState.FAILED, NOT_OFFERED)
    assert run.message.endswith("does not tell Attainment Data.")
