"""Attendance through a connector: marks, codes, and what they never do."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from tests.authority.collection.conftest import Collect
from tests.authority.collection.listed import AMINA, BEN, CARA, Listed, School, who

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection.holding_back import MOST_BAD_ROWS
from schoolgate.authority.collection.models import CodeMeaning, CollectionRun, Data, HeldBackRow, RawMark, RunState
from schoolgate.authority.collection.quarantine import drop, map_code, replay
from schoolgate.authority.importing.models import Unmatched
from schoolgate.authority.records.groups.attendance import one_a_session
from schoolgate.authority.records.models import Attendance, Pupil, Refusal
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.jobs.engine import work_off
from schoolgate.wire.mis.connector import Batch, Group, Mark, Told, VendorCode

pytestmark = pytest.mark.django_db

MONDAY, TUESDAY = date(2026, 11, 2), date(2026, 11, 3)


@pytest.fixture
def amina(school: School, collect: Collect) -> Pupil:
    """Held, and known at the school."""
    with on(1):
        school.enrol(AMINA, "Amina")
        school.attendance_codes += [
            VendorCode("/", "Present", "/"),
            VendorCode("X01", "Not required", "X"),
            VendorCode("Q9", "Forest school"),
        ]
        collect()
    return Pupil.objects.get()


def test_marks_become_the_register_of_the_year_with_its_totals(
    amina: Pupil, school: School, collect: Collect, green_abbey: Base
) -> None:
    school.mark(AMINA, MONDAY, "AM", "/")
    school.mark(AMINA, MONDAY, "PM", "\\")
    school.mark(AMINA, TUESDAY, "AM", "I")
    with on(4):
        run = collect(Data.ATTENDANCE)

    assert (run.state, run.message) == (RunState.SUCCESSFUL, "1 pupil: 1 updated.")
    register = Attendance.objects.get()
    assert (register.year, one_a_session(register.marks)) == (2026, "/\\I-")
    assert (register.possible, register.attended, register.authorised) == (3, 2, 1)
    assert school.asked[-1] == ("days", Group.ATTENDANCE)
    told = [line.message for line in run.lines.order_by("pk")]
    assert told[0] == "Attendance, 1 Aug 2026 to 28 Aug 2026: 0 marks."
    assert told[-1].endswith(" to 4 Nov 2026: 3 marks.")


def test_only_attendance_is_imported_whatever_else_changed(amina: Pupil, school: School, collect: Collect) -> None:
    school.say(AMINA, Group.PUPIL, who(AMINA, "Amina", Surname="Price"))
    school.mark(AMINA, MONDAY, "AM", "/")
    with on(4):
        collect(Data.ATTENDANCE)

    amina.refresh_from_db()
    assert amina.surname == "Okafor"
    assert not Refusal.objects.exists()


def test_whom_nobody_knows_waits_with_the_marks_and_is_not_added(
    amina: Pupil, school: School, collect: Collect
) -> None:
    school.enrol(BEN, "Ben")
    school.mark(BEN, MONDAY, "AM", "/")
    with on(4):
        run = collect(Data.ATTENDANCE)

    assert Pupil.objects.get() == amina
    assert (run.counts["unmatched"], run.level) == (1, "WARN")
    waiting = Unmatched.objects.get()
    assert (waiting.forename, waiting.why) == ("Ben", "not-known")
    assert '"AttendanceMarks":"/-"' in waiting.entry_text


def test_marks_from_before_a_pupil_was_held_are_read_once_it_is(amina: Pupil, school: School, collect: Collect) -> None:
    with on(2):
        school.enrol(BEN, "Ben", DOB="2017-01-01")
        school.mark(BEN, MONDAY, "AM", "/")
        collect(Data.ATTENDANCE)
    with on(4):
        collect(Data.CHANGED)
    with on(5):
        run = collect(Data.ATTENDANCE)
        assert school.asked[-1] == ("days", Group.ATTENDANCE)

    assert run.state == RunState.SUCCESSFUL
    ben = Attendance.objects.get(enrolment__pupil__forename="Ben")
    assert one_a_session(ben.marks) == "/-"
    with on(6):
        collect(Data.ATTENDANCE)
    assert school.asked[-1] == ("changes", Group.ATTENDANCE)


def test_marks_from_before_a_pupil_was_held_are_read_however_long_that_takes(
    amina: Pupil, school: School, collect: Collect
) -> None:
    first = date(2026, 6, 2)
    with time_machine.travel(datetime(2026, 9, 2, 18, tzinfo=UTC)):
        school.enrol(BEN, "Ben", DOB="2017-01-01")
        school.mark(BEN, first, "AM", "/")
        collect(Data.ATTENDANCE)
    with on(4):
        collect(Data.SNAPSHOT)
        collect(Data.ATTENDANCE)
    # Three months back from the fourth of November are August, and from when the marks came June.
    assert Attendance.objects.get(enrolment__pupil__forename="Ben").first_day == first


def test_days_that_a_service_does_not_tell_any_more_fail_no_reading_by_days_but_are_told(
    amina: Pupil, school: School, collect: Collect
) -> None:
    school.mark(AMINA, MONDAY, "AM", "/")
    school.refuses = lambda _, last: last < date(2026, 9, 1)
    with on(4):
        run = collect(Data.ATTENDANCE)
    assert (run.state, run.level) == (RunState.SUCCESSFUL, "WARN")
    assert "refuses the days up to 28 August 2026" in run.message
    assert one_a_session(Attendance.objects.get().marks) == "/-"


def test_marks_of_whom_the_list_of_pupils_lacks_are_held_back(amina: Pupil, school: School, collect: Collect) -> None:
    school.mark(CARA, MONDAY, "AM", "/")
    school.mark(CARA, MONDAY, "PM", "/")
    with on(4):
        run = collect(Data.ATTENDANCE)

    assert (run.state, run.held_back) == (RunState.SUCCESSFUL, 2)
    assert set(HeldBackRow.objects.values_list("code", "key")) == {("unknown-pupil", CARA)}


def test_many_marks_of_one_whom_nobody_knows_do_not_fail_the_run(
    amina: Pupil, school: School, collect: Collect
) -> None:
    MOST_BAD_ROWS.set(1, by=None)
    for day in (MONDAY, TUESDAY):
        school.mark(BEN, day, "AM", "/")
        school.mark(AMINA, day, "AM", "/")
    with on(4):
        run = collect(Data.ATTENDANCE)

    assert (run.state, run.held_back) == (RunState.SUCCESSFUL, 2)
    assert one_a_session(Attendance.objects.get().marks) == "/-/-"


def test_the_next_run_asks_for_changes_from_the_cursor(amina: Pupil, school: School, collect: Collect) -> None:
    with on(2):
        school.mark(AMINA, MONDAY, "AM", "N")
        collect(Data.ATTENDANCE)
    with on(4):
        school.mark(AMINA, MONDAY, "AM", "L")
        collect(Data.ATTENDANCE)

    assert one_a_session(Attendance.objects.get().marks) == "L-"
    assert school.asked[-1] == ("changes", Group.ATTENDANCE)


def test_a_session_without_a_mark_takes_none_away(amina: Pupil, school: School, collect: Collect) -> None:
    with on(2):
        school.mark(AMINA, MONDAY, "AM", "/")
        collect(Data.ATTENDANCE)
    with on(4):
        school.mark(AMINA, MONDAY, "AM", "")
        run = collect(Data.ATTENDANCE)

    assert one_a_session(Attendance.objects.get().marks) == "/-"
    assert run.message == "Nothing has changed."


def test_a_schools_own_code_is_kept_beside_the_mark_it_means(amina: Pupil, school: School, collect: Collect) -> None:
    with on(2):
        school.mark(AMINA, MONDAY, "AM", "X01")
        collect(Data.ATTENDANCE)
    assert one_a_session(Attendance.objects.get().marks) == "X-"
    assert RawMark.objects.get().code == "X01"

    with on(4):
        school.mark(AMINA, MONDAY, "AM", "/")
        collect(Data.ATTENDANCE)
    assert not RawMark.objects.exists()


def test_an_unknown_code_is_reported_and_its_mark_held_back(amina: Pupil, school: School, collect: Collect) -> None:
    school.mark(AMINA, MONDAY, "AM", "/")
    school.mark(AMINA, MONDAY, "PM", "Q9")
    with on(4):
        run = collect(Data.ATTENDANCE)

    assert one_a_session(Attendance.objects.get().marks) == "/-"
    row = HeldBackRow.objects.get()
    assert (row.code, row.what, run.held_back) == ("unknown-code", "Q9", 1)
    assert run.message == "1 pupil: 1 updated. 1 row is held back."
    assert CodeMeaning.objects.get(raw="Q9").means == ""


def test_once_a_code_is_mapped_its_marks_are_read_again(
    amina: Pupil, school: School, collect: Collect, officer: User
) -> None:
    school.mark(AMINA, MONDAY, "AM", "/")
    school.mark(AMINA, MONDAY, "PM", "Q9")
    with on(4):
        collect(Data.ATTENDANCE)

    assert map_code("listed", "Q9", "B", by=officer) == 1
    work_off()

    assert one_a_session(Attendance.objects.get().marks) == "/B"
    row = HeldBackRow.objects.get()
    assert (row.state, row.decided_by) == (HeldBackRow.State.REPLAYED, officer)
    assert RawMark.objects.get().code == "Q9"
    newest = CollectionRun.objects.first()
    assert newest is not None
    assert (newest.task_name, newest.state, newest.asked_by) == ("Rows read again", RunState.SUCCESSFUL, officer)
    assert AuditEntry.objects.filter(did="code mapped", details="means B").exists()


def test_what_was_taken_under_another_meaning_is_read_anew(amina: Pupil, school: School, collect: Collect) -> None:
    school.mark(AMINA, MONDAY, "AM", "X01")
    with on(4):
        collect(Data.ATTENDANCE)

    assert map_code("listed", "X01", "Y1", by=None) == 1
    work_off()

    assert one_a_session(Attendance.objects.get().marks) == "Y-"


def test_a_code_of_one_school_may_mean_something_else_there(
    amina: Pupil, school: School, collect: Collect, green_abbey: Base, oak_lane: Base
) -> None:
    map_code("listed", "Q9", "B", base=oak_lane, by=None)
    school.mark(AMINA, MONDAY, "AM", "Q9")
    with on(4):
        assert collect(Data.ATTENDANCE).held_back == 1
    map_code("listed", "Q9", "V", base=green_abbey, by=None)
    work_off()
    assert one_a_session(Attendance.objects.get().marks) == "V-"


def test_what_one_schools_system_says_of_a_code_does_not_count_at_another_that_says_otherwise(
    amina: Pupil, school: School, collect: Collect, green_abbey: Base
) -> None:
    CodeMeaning.objects.create(connector="listed", raw="Z01", statutory="/", means="/")
    CodeMeaning.objects.create(connector="listed", raw="Z02", statutory="/", means="/", changed_at=timezone.now())
    school.attendance_codes += [VendorCode("Z01", "Unwell", "I"), VendorCode("Z02", "Unwell", "I")]
    school.mark(AMINA, MONDAY, "AM", "Z01")
    school.mark(AMINA, MONDAY, "PM", "Z02")
    with on(4):
        collect(Data.ATTENDANCE)
        collect(Data.ATTENDANCE)

    assert one_a_session(Attendance.objects.get().marks) == "I/"
    assert CodeMeaning.objects.get(raw="Z01", base=green_abbey).means == "I"


def test_a_mark_that_was_held_back_and_overtaken_is_not_read_again(
    amina: Pupil, school: School, collect: Collect
) -> None:
    with on(2):
        school.mark(AMINA, MONDAY, "AM", "Q9")
        collect(Data.ATTENDANCE)
    with on(4):
        school.mark(AMINA, MONDAY, "AM", "/")
        collect(Data.ATTENDANCE)

    assert HeldBackRow.objects.get().state == HeldBackRow.State.OVERTAKEN
    assert map_code("listed", "Q9", "B", by=None) == 0
    assert one_a_session(Attendance.objects.get().marks) == "/-"


def test_a_mark_that_was_overtaken_and_comes_back_is_held_back_again(
    amina: Pupil, school: School, collect: Collect
) -> None:
    for day, code in ((2, "Q9"), (4, "/"), (5, "Q9")):
        with on(day):
            school.mark(AMINA, MONDAY, "AM", code)
            collect(Data.ATTENDANCE)

    assert HeldBackRow.objects.get().state == HeldBackRow.State.HELD


def test_a_mark_that_is_corrected_while_it_is_read_is_not_held_back(
    amina: Pupil, school: School, collect: Collect, monkeypatch: pytest.MonkeyPatch
) -> None:
    school.mark(AMINA, MONDAY, "AM", "/")
    _before_marks_are_told(monkeypatch, Mark(AMINA, MONDAY, "AM", "Q9", raw={"code": "Q9"}))
    with on(4):
        run = collect(Data.ATTENDANCE)

    assert run.held_back == 0
    assert one_a_session(Attendance.objects.get().marks) == "/-"


def test_a_code_that_is_mapped_while_a_run_goes_on_counts_in_it_and_makes_it_no_older(
    amina: Pupil, school: School, collect: Collect, monkeypatch: pytest.MonkeyPatch
) -> None:
    school.mark(AMINA, MONDAY, "AM", "Q9")
    with on(4):
        collect(Data.ATTENDANCE)
    school.mark(AMINA, TUESDAY, "AM", "Q9")

    def somebody_maps_it() -> None:
        map_code("listed", "Q9", "B", by=None)
        work_off()

    _before_marks_are_told(monkeypatch, then=somebody_maps_it)
    with on(5):
        run = collect(Data.ATTENDANCE)

    assert (run.state, run.held_back) == (RunState.SUCCESSFUL, 0)
    assert one_a_session(Attendance.objects.get().marks) == "B-B-"


def test_a_mark_of_an_impossible_day_is_held_back(amina: Pupil, school: School, collect: Collect) -> None:
    with on(4):
        collect(Data.ATTENDANCE)
        school.mark(AMINA, MONDAY, "AM", "/")
        school.mark(AMINA, date.min, "AM", "/")
        run = collect(Data.ATTENDANCE)

    assert (run.state, run.held_back) == (RunState.SUCCESSFUL, 1)
    assert one_a_session(Attendance.objects.get().marks) == "/-"


def test_what_still_cannot_be_read_stays_held_back_until_somebody_drops_it(
    amina: Pupil, school: School, collect: Collect, officer: User
) -> None:
    school.mark(AMINA, MONDAY, "AM", "Q9")
    with on(4):
        collect(Data.ATTENDANCE)
    rows = HeldBackRow.objects.all()

    assert replay(rows, by=officer) == 0
    assert rows.get().state == HeldBackRow.State.HELD
    assert drop(rows, by=officer) == 1
    assert (rows.get().state, drop(rows, by=officer)) == (HeldBackRow.State.DROPPED, 0)


def test_a_meaning_is_a_statutory_code(school: School) -> None:
    with pytest.raises(ValueError, match="ZZ is no statutory attendance code"):
        map_code("listed", "Q9", "ZZ", by=None)


def _before_marks_are_told(
    monkeypatch: pytest.MonkeyPatch, *marks: Mark, then: Callable[[], None] = lambda: None
) -> None:
    """Once: these come first, and something is done."""
    told = Listed._marks

    def before(self: Listed, *asked: Any) -> Iterator[Told]:
        monkeypatch.setattr(Listed, "_marks", told)
        yield Batch(marks=marks)
        then()
        yield from told(self, *asked)

    monkeypatch.setattr(Listed, "_marks", before)


def on(day: int) -> Any:
    return time_machine.travel(f"2026-11-{day:02}T18:30:00Z", tick=True)
