"""Requests are written down with the day by which they must be answered, and closed."""

from datetime import date

import pytest
from tests.authority.importing.importing_files import bring_in
from tests.authority.requests.asking import ask
from tests.documents.students.files import a_pupil

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.merging.merging import merge
from schoolgate.authority.importing.merging.plan import plan
from schoolgate.authority.records.models import Pupil
from schoolgate.authority.requests.models import DataRequest, Kind, State
from schoolgate.authority.requests.receiving import Closed, close, due_after, take_on
from schoolgate.authority.requests.retention import DataRequests
from schoolgate.authority.requests.today import due_requests
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.retention.clearing import clear

pytestmark = pytest.mark.django_db


@pytest.fixture
def pupil(green_abbey: Base) -> Pupil:
    bring_in(green_abbey, [a_pupil()])
    return Pupil.objects.get()


@pytest.mark.parametrize(
    ("received", "due"),
    [
        (date(2026, 11, 20), date(2026, 12, 20)),
        (date(2026, 12, 3), date(2027, 1, 3)),
        (date(2027, 1, 31), date(2027, 2, 28)),
        (date(2028, 1, 31), date(2028, 2, 29)),
    ],
)
def test_it_is_due_one_calendar_month_later(received: date, due: date) -> None:
    assert due_after(received) == due


def test_that_it_was_written_down_stands_in_the_audit_by_number(pupil: Pupil, officer: User) -> None:
    asked = ask(pupil, by=officer)
    entry = AuditEntry.objects.get(did="request written down")
    assert (entry.about, entry.details, entry.user) == (f"pupil {pupil.pk}", f"{asked.ref}, erasure", officer)
    assert asked.owner == officer


def test_who_takes_it_on_looks_after_it(pupil: Pupil, officer: User) -> None:
    asked = ask(pupil)
    take_on(asked, by=officer)
    asked.refresh_from_db()
    assert asked.owner == officer


def test_a_closed_one_is_neither_closed_again_nor_taken_on(pupil: Pupil, officer: User) -> None:
    asked = ask(pupil)
    close(asked, State.REFUSED, "The Education Act has us hold it.", by=officer)
    with pytest.raises(Closed):
        close(asked, State.DONE, "Done.", by=None)
    with pytest.raises(Closed):
        take_on(asked, by=officer)
    asked.refresh_from_db()
    assert (asked.state, asked.closed_by, asked.outcome) == ("refused", officer, "The Education Act has us hold it.")
    assert AuditEntry.objects.get(did="request refused").details.endswith("; The Education Act has us hold it.")


def test_what_was_asked_of_one_who_is_merged_is_asked_of_the_one_who_stays(pupil: Pupil, oak_lane: Base) -> None:
    bring_in(oak_lane, [a_pupil(UPN="F820432124002", Surname="Okafor-Bell", DOB="2013-04-12")])
    gone = Pupil.objects.exclude(pk=pupil.pk).get()
    asked = ask(gone)
    merge(pupil.pk, gone.pk, seen=plan(pupil, gone).seen, reason="One child.", by=None)
    asked.refresh_from_db()
    assert (asked.pupil, asked.number) == (pupil, pupil.pk)


def test_the_first_page_tells_of_those_due_soon_and_names_nobody(pupil: Pupil) -> None:
    assert due_requests() == []
    asked = ask(pupil, Kind.ACCESS)
    DataRequest.objects.filter(pk=asked.pk).update(due=date(2020, 1, 1))
    (told,) = due_requests()
    assert told.text == "One request about a person’s data must be answered within 7 days. The time is over."


def test_closed_ones_go_after_three_years(pupil: Pupil) -> None:
    asked, still_open = ask(pupil), ask(pupil, Kind.ACCESS)
    close(asked, State.DONE, "Sent.", by=None)
    assert clear(DataRequests()).removed == 0
    DataRequest.objects.filter(pk=asked.pk).update(closed_at=date(2020, 1, 1).strftime("%Y-%m-%dT00:00:00Z"))
    assert clear(DataRequests()).removed == 1
    assert DataRequest.objects.get() == still_open
