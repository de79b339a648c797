"""Quarantine and codes, as an officer works in them."""

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.authority.collection.conftest import Collect
from tests.authority.collection.listed import AMINA, School
from tests.conftest import SignedIn

from schoolgate.authority.collection.models import CodeMeaning, Data, HeldBackRow
from schoolgate.authority.records.groups.attendance import one_a_session
from schoolgate.authority.records.models import Attendance
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.jobs.engine import work_off
from schoolgate.wire.mis.connector import VendorCode

pytestmark = pytest.mark.django_db


@pytest.fixture
def forest(school: School, collect: Collect) -> HeldBackRow:
    """A mark with a code that nobody has explained."""
    school.enrol(AMINA, "Amina")
    school.attendance_codes += [VendorCode("/", "Present", "/"), VendorCode("Q07", "Forest school")]
    collect()
    school.mark(AMINA, timezone.localdate(), "AM", "Q07")
    collect(Data.ATTENDANCE)
    return HeldBackRow.objects.get()


def query(row: HeldBackRow) -> dict[str, str]:
    return {"connector": row.connector, "code": row.code, "what": row.what}


def test_rows_are_listed_by_what_they_lack(forest: HeldBackRow, signed_in: SignedIn, officer: User) -> None:
    told = signed_in(officer).get(reverse("held-back")).content.decode()
    assert "Code Q07" in told
    assert forest.sentence in told


def test_today_says_that_rows_are_held_back(forest: HeldBackRow, signed_in: SignedIn, officer: User) -> None:
    told = signed_in(officer).get(reverse("today")).content.decode()
    assert "One row of a school’s system is held back." in told
    HeldBackRow.objects.update(state=HeldBackRow.State.DROPPED)
    assert "held back" not in signed_in(officer).get(reverse("today")).content.decode()


def test_a_school_that_was_collected_is_one_that_was_heard_from(
    forest: HeldBackRow, signed_in: SignedIn, officer: User
) -> None:
    assert signed_in(officer).get(reverse("today")).context["today"].silent == 0


def test_a_code_is_mapped_and_its_marks_are_taken(forest: HeldBackRow, signed_in: SignedIn, officer: User) -> None:
    browser = signed_in(officer)
    told = browser.get(reverse("held-back-rows"), query(forest)).content.decode()
    meaning = CodeMeaning.objects.get(raw="Q07")
    address = reverse("code-meaning", args=[meaning.pk])
    assert address in told
    answer = browser.post(address, {"means": "B", "base": "", "read_anew": "on"}, follow=True)
    assert "1 mark is read again" in answer.content.decode()
    work_off()
    assert one_a_session(Attendance.objects.get().marks)[0] == "B"
    assert not HeldBackRow.objects.filter(state=HeldBackRow.State.HELD).exists()


def test_a_code_must_be_a_statutory_one(forest: HeldBackRow, signed_in: SignedIn, officer: User) -> None:
    address = reverse("code-meaning", args=[CodeMeaning.objects.get(raw="Q07").pk])
    assert signed_in(officer).post(address, {"means": "ZZ"}).status_code == 422


def test_what_nothing_changed_for_stays_held_back(forest: HeldBackRow, signed_in: SignedIn, officer: User) -> None:
    answer = signed_in(officer).post(
        reverse("decide-held-back"), {**query(forest), "chosen": forest.pk, "action": "replay"}, follow=True
    )
    assert "1 cannot be taken yet" in answer.content.decode()
    forest.refresh_from_db()
    assert forest.state == HeldBackRow.State.HELD


def test_rows_are_dropped_after_a_question(forest: HeldBackRow, signed_in: SignedIn, officer: User) -> None:
    browser, data = signed_in(officer), {**query(forest), "chosen": forest.pk, "action": "drop"}
    asked = browser.post(reverse("decide-held-back"), data)
    assert "Drop 1 held-back row?" in asked.content.decode()
    browser.post(reverse("decide-held-back"), {**data, "sure": "yes"})
    forest.refresh_from_db()
    assert (forest.state, forest.decided_by) == (HeldBackRow.State.DROPPED, officer)


def test_who_looks_at_a_row_stands_in_the_audit(forest: HeldBackRow, signed_in: SignedIn, officer: User) -> None:
    told = signed_in(officer).get(reverse("held-back-row", args=[forest.pk]))
    assert "Q07" in told.content.decode()
    assert told["Cache-Control"] == "no-store"
    assert AuditEntry.objects.filter(did="held back row seen", target=f"held back row {forest.pk}").exists()


def test_codes_are_listed_those_without_a_meaning_first(
    forest: HeldBackRow, signed_in: SignedIn, officer: User
) -> None:
    told = signed_in(officer).get(reverse("attendance-codes")).content.decode()
    assert told.index("Forest school") < told.index("Present")
