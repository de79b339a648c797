"""The daily summary: once a person a weekday, of counts and links."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from tests.smtp import Inbox

from schoolgate.commons.accounts.creating import create_user
from schoolgate.commons.accounts.models import User
from schoolgate.commons.alerts.choosing import choose, listeners
from schoolgate.commons.alerts.kinds import DAILY_SUMMARY
from schoolgate.commons.alerts.models import Mail
from schoolgate.commons.alerts.summary import (
    SCHEDULE,
    Line,
    TellLine,
    keep_schedule,
    send_sample,
    set_summary_time,
    summary_for,
)
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.jobs.kinds import KINDS, RunningJob
from schoolgate.commons.jobs.models import Job
from schoolgate.commons.jobs.submitting import submit
from schoolgate.commons.schedules.due import make_due_runs
from schoolgate.commons.schedules.models import Schedule

pytestmark = pytest.mark.django_db

FRIDAY = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def says(text: str, address: str = "/imports/", *, needs_somebody: bool = True) -> TellLine:
    """A room that always says this."""
    return lambda *_: Line(text, address, needs_somebody)


def says_nothing(*_: object) -> None:
    """A room with nothing to say."""


@pytest.fixture
def a_line(lines: list[TellLine]) -> None:
    lines.append(says("2 imports failed.", "/imports/?stands=failed"))


def make_mails(now: datetime) -> list[tuple[str, str]]:
    """Run what is due at this moment; whom each mail made so far is to, and of which day."""
    with time_machine.travel(now, tick=False):
        make_due_runs(now)
        for job in Job.objects.filter(kind="daily-summary", state="ready"):
            _run(job)
    return list(Mail.objects.order_by("pk").values_list("person__username", "key"))


def _run(job: Job) -> None:
    KINDS[job.kind].run(RunningJob(job))


@pytest.fixture
def scheduled(a_line: None) -> None:
    with time_machine.travel(FRIDAY, tick=False):
        keep_schedule()


@pytest.mark.usefixtures("scheduled")
def test_each_gets_one_mail_a_weekday_at_eight_in_london(inbox: Inbox, omar: User, administrator: User) -> None:
    assert make_mails(FRIDAY) == []
    assert make_mails(FRIDAY + timedelta(hours=1)) == [("ada", "2026-11-20"), ("omar", "2026-11-20")]
    for hours in range(2, 72):
        make_mails(FRIDAY + timedelta(hours=hours))
    assert Mail.objects.count() == 2
    assert len(make_mails(MONDAY)) == 4


@pytest.mark.usefixtures("scheduled")
def test_a_job_that_is_done_again_makes_no_second_mail(inbox: Inbox, omar: User) -> None:
    make_mails(MONDAY)
    _run(submit("daily-summary", {"due": MONDAY.isoformat()}))
    assert Mail.objects.count() == 1


@pytest.mark.usefixtures("scheduled")
def test_a_time_set_anew_in_the_day_makes_no_second_mail(inbox: Inbox, omar: User) -> None:
    make_mails(MONDAY)
    with time_machine.travel(MONDAY + timedelta(minutes=30), tick=False):
        set_summary_time(datetime(2026, 11, 23, 9, 0).time(), by=omar)  # noqa: DTZ001  a time of the clock
    make_mails(MONDAY + timedelta(hours=1))
    assert Mail.objects.count() == 1
    assert Schedule.objects.get(name=SCHEDULE).next_due_at == datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.mark.usefixtures("scheduled")
def test_days_that_were_missed_are_made_good_by_one_mail(inbox: Inbox, omar: User) -> None:
    assert make_mails(MONDAY + timedelta(days=2, hours=5)) == [("omar", "2026-11-25")]


@pytest.mark.usefixtures("scheduled")
def test_without_a_mail_server_nothing_is_made_and_nothing_fails(omar: User, settings: Any) -> None:
    settings.EMAIL_HOST = ""
    assert make_mails(MONDAY) == []


def test_a_site_with_nothing_to_say_has_no_schedule(lines: list[TellLine], omar: User) -> None:
    keep_schedule()
    assert not Schedule.objects.exists()


@pytest.mark.usefixtures("db")
def test_staff_with_an_address_have_it_on_until_they_turn_it_off(
    omar: User, administrator: User, sender: User, exchange_account: User, password: str
) -> None:
    User.objects.filter(pk__in=[sender.pk, exchange_account.pk]).update(email="sue@school.example")
    create_user("noor", "officer", name="Noor Ali", password=password)
    create_user("kit", "officer", email="kit@bedford.example")
    assert listeners(DAILY_SUMMARY) == [administrator, omar]
    choose(omar, [], by=omar)
    assert listeners(DAILY_SUMMARY) == [administrator]
    assert AuditEntry.objects.filter(did="alerts changed", target="omar").count() == 1


def test_what_needs_somebody_comes_first_with_its_link(inbox: Inbox, omar: User, lines: list[TellLine]) -> None:
    lines.append(says("12 files were received.", "/files/", needs_somebody=False))
    lines.append(says_nothing)
    lines.append(says("2 imports failed.", "/imports/?stands=failed"))
    told = summary_for(omar, MONDAY)
    assert told.subject == "One thing needs somebody · Schoolgate, Mon 23 Nov"
    assert told.text.index("* 2 imports failed.") < told.text.index("* 12 files were received.")
    assert "  https://exchange.bedford.example/imports/?stands=failed\n" in told.text
    assert "https://exchange.bedford.example/" in told.text.splitlines()[-1]


def test_when_nothing_needs_somebody_the_subject_says_so(inbox: Inbox, omar: User, lines: list[TellLine]) -> None:
    lines.append(says_nothing)
    assert summary_for(omar, MONDAY).subject == "Everything is all right · Schoolgate, Mon 23 Nov"


def test_a_line_is_asked_since_the_last_mail_and_never_for_more_than_a_week(
    inbox: Inbox, omar: User, lines: list[TellLine]
) -> None:
    asked: list[datetime] = []
    lines.append(lambda _, since: asked.append(since))
    summary_for(omar, MONDAY)
    mail = Mail.objects.create(person=omar, alert="daily-summary", key="2026-11-20", made_at=FRIDAY)
    summary_for(omar, MONDAY)
    Mail.objects.filter(pk=mail.pk).update(made_at=MONDAY - timedelta(days=40))
    summary_for(omar, MONDAY)
    assert asked == [MONDAY - timedelta(days=1), FRIDAY, MONDAY - timedelta(days=7)]


@pytest.mark.usefixtures("a_line")
def test_a_sample_is_not_the_summary_of_the_day(inbox: Inbox, omar: User) -> None:
    with time_machine.travel(MONDAY - timedelta(minutes=9), tick=False):
        mail = send_sample(omar)
        assert mail is not None
        assert mail.subject.startswith("Sample: One thing")
        assert send_sample(omar) is None
        keep_schedule()
    assert make_mails(MONDAY)[-1] == ("omar", "2026-11-23")
