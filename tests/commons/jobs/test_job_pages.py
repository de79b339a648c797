"""The list of jobs and the page of one."""

import csv
import io
from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse
from tests.commons.jobs.conftest import MakeKind
from tests.conftest import SignedIn

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.jobs.engine import claim, perform, work_off
from schoolgate.commons.jobs.kinds import Permanent, RunningJob, TryLater
from schoolgate.commons.jobs.models import Job, State, WorkerLife
from schoolgate.commons.jobs.showing import ProgressText, span_in_words
from schoolgate.commons.jobs.submitting import submit

pytestmark = pytest.mark.django_db
LIVE = 'hx-trigger="every 2s"'


@pytest.fixture
def browser(signed_in: SignedIn, administrator: User) -> Client:
    WorkerLife.objects.create(name="here", slots=4)
    return signed_in(administrator)


def page(browser: Client, address: str = "/jobs/") -> str:
    response = browser.get(address)
    assert response.status_code == 200
    return response.content.decode()


def page_of(browser: Client, job: Job) -> str:
    return page(browser, reverse("job", args=[job.pk]))


def in_state(state: State, kind: str = "sending", **values: object) -> Job:
    return Job.objects.create(kind=kind, state=state, max_attempts=5, **values)


@pytest.fixture(autouse=True)
def sending(make_kind: MakeKind) -> None:
    make_kind("sending", state_words={State.READY: "Waiting its turn"})


@pytest.mark.parametrize("who", ["administrator", "officer", "sender"])
def test_people_of_the_site_see_its_jobs(who: str, request: pytest.FixtureRequest, signed_in: SignedIn) -> None:
    job = in_state(State.DONE)
    browser = signed_in(request.getfixturevalue(who))
    page(browser)
    page_of(browser, job)


def test_a_stranger_is_asked_to_sign_in(stranger: Client) -> None:
    assert stranger.get("/jobs/").status_code == 302


def test_a_schools_program_sees_no_jobs(signed_in: SignedIn, exchange_account: User) -> None:
    assert signed_in(exchange_account).get("/jobs/").status_code == 403


def test_the_list_says_what_a_job_is_and_how_it_stands_in_the_words_of_its_kind(browser: Client) -> None:
    submit("sending", {"what": "three files"})
    shown = page(browser)
    assert "sending three files" in shown
    assert "Waiting its turn" in shown


def test_a_running_job_shows_a_bar(browser: Client) -> None:
    job = in_state(State.RUNNING, progress_done=10, progress_total=40)
    for shown in (page(browser), page_of(browser, job)):
        assert "<svg" in shown
        assert "10 of 40" in shown


def test_a_job_that_ended_shows_no_bar(browser: Client) -> None:
    job = in_state(State.DONE, progress_done=40, progress_total=40)
    for shown in (page(browser), page_of(browser, job)):
        assert "<svg" not in shown
        assert "40 of 40" in shown


def test_progress_is_plain_words_in_a_download(browser: Client) -> None:
    in_state(State.RUNNING, progress_done=10, progress_total=40, progress_text="pupils")
    rows = list(csv.DictReader(io.StringIO(browser.get("/jobs/?format=csv").getvalue().decode("utf-8-sig"))))
    assert rows[0]["Progress"] == "10 of 40 pupils"


@pytest.mark.parametrize(("state", "live"), [(State.READY, True), (State.RUNNING, True), (State.DONE, False)])
def test_pages_refresh_themselves_only_while_there_is_something_to_see(
    browser: Client, state: State, live: bool
) -> None:
    job = in_state(state)
    assert (LIVE in page(browser)) == live
    assert (LIVE in page_of(browser, job)) == live


def test_the_list_does_not_refresh_for_what_comes_later(browser: Client) -> None:
    in_state(State.READY, run_at=Now() + timedelta(hours=1))
    assert LIVE not in page(browser)


def test_routine_work_that_went_well_is_shown_only_when_asked_for(browser: Client, make_kind: MakeKind) -> None:
    make_kind("routine", routine=True)
    done, failed = in_state(State.DONE, "routine"), in_state(State.FAILED, "routine")

    unasked, asked = page(browser), page(browser, "/jobs/?kind=routine")

    assert reverse("job", args=[done.pk]) not in unasked
    assert reverse("job", args=[failed.pk]) in unasked
    assert reverse("job", args=[done.pk]) in asked


def test_the_list_says_loudly_that_jobs_failed(browser: Client) -> None:
    in_state(State.FAILED)
    in_state(State.FAILED)
    in_state(State.PARKED)
    shown = page(browser)
    assert '<a href="?state=failed">2 jobs failed</a>' in shown
    assert '<a href="?state=parked">1 job is parked</a>' in shown


def test_the_list_says_when_nobody_works(browser: Client) -> None:
    assert "Nothing is working on jobs" not in page(browser)
    WorkerLife.objects.all().delete()
    assert "Nothing is working on jobs" in page(browser)


def test_a_failed_job_says_what_went_wrong_and_can_be_started_again(browser: Client, make_kind: MakeKind) -> None:
    def fail(running: RunningJob) -> None:
        raise Permanent("The folder is gone. Make it again, then start the job again.")

    make_kind("doomed", fail)
    job = submit("doomed", {})
    work_off()
    assert "The folder is gone." in page_of(browser, job)

    response = browser.post(reverse("start-job-again", args=[job.pk]), follow=True)

    assert "queued again" in response.content.decode()
    assert claim("one") == job
    assert AuditEntry.objects.get(did="job started again").target == f"job {job.pk}"


def test_a_job_that_is_tried_again_by_itself_says_why_and_when(browser: Client, make_kind: MakeKind) -> None:
    def fail(running: RunningJob) -> None:
        raise TryLater(600, "The LA did not answer.")

    make_kind("unlucky", fail)
    job = submit("unlucky", {})
    work_off()
    shown = page_of(browser, job)
    assert "The LA did not answer." in shown
    assert "It is tried again by itself" in shown


def test_a_job_that_waits_for_another_says_for_which(browser: Client) -> None:
    first, second = submit("sending", {"what": "A"}, key="820"), submit("sending", {"what": "B"}, key="820")
    claim("one")
    assert f'<a href="{reverse("job", args=[first.pk])}">sending A</a>' in page_of(browser, second)


def test_what_came_of_a_job_stands_on_its_page(browser: Client, make_kind: MakeKind) -> None:
    make_kind("counting", lambda _: {"held_back": 2, "trouble": ""})
    job = submit("counting", {})
    work_off()
    shown = page_of(browser, job)
    assert "<dt>Held back</dt><dd>2</dd>" in shown
    assert "Trouble" not in shown


def test_cancelling_asks_first_and_is_in_the_audit(browser: Client) -> None:
    job = submit("sending", {})
    address = reverse("cancel-job", args=[job.pk])
    assert "Cancel this job?" in page(browser, address)
    job.refresh_from_db()
    assert job.state == State.READY

    browser.post(address)

    job.refresh_from_db()
    assert job.state == State.CANCELLED
    assert AuditEntry.objects.get(did="job cancelled").target == f"job {job.pk}"


def test_cancelling_a_running_job_asks_it_to_stop_and_says_so(browser: Client) -> None:
    submit("sending", {})
    job = claim("one")
    assert job is not None
    response = browser.post(reverse("cancel-job", args=[job.pk]), follow=True)
    assert "asked to stop" in response.content.decode()


def test_cancelling_a_job_that_ended_meanwhile_changes_nothing(browser: Client) -> None:
    submit("sending", {})
    job = claim("one")
    assert job is not None
    perform(job)
    response = browser.post(reverse("cancel-job", args=[job.pk]), follow=True)
    assert "ended already" in response.content.decode()
    assert not AuditEntry.objects.filter(did="job cancelled").exists()


@pytest.mark.parametrize(
    ("state", "cancel", "again"),
    [
        (State.READY, True, False),
        (State.RUNNING, True, False),
        (State.DONE, False, False),
        (State.FAILED, True, True),
        (State.PARKED, True, True),
        (State.CANCELLED, False, True),
    ],
)
def test_a_job_offers_the_steps_its_state_allows(browser: Client, state: State, cancel: bool, again: bool) -> None:
    job = in_state(state)
    shown = page_of(browser, job)
    assert (reverse("cancel-job", args=[job.pk]) in shown) == cancel
    assert (reverse("start-job-again", args=[job.pk]) in shown) == again


def test_starting_again_takes_a_button_not_a_link(browser: Client) -> None:
    job = in_state(State.FAILED)
    assert browser.get(reverse("start-job-again", args=[job.pk])).status_code == 405


def test_a_job_of_an_unknown_kind_can_still_be_looked_at(browser: Client) -> None:
    job = in_state(State.FAILED, "juggling")
    assert "juggling" in page(browser)
    assert "juggling" in page_of(browser, job)


def test_a_job_that_is_not_there_is_not_found(browser: Client) -> None:
    assert browser.get("/jobs/12345/").status_code == 404


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.04, "0.0 s"), (3.21, "3.2 s"), (9.96, "10 s"), (59.6, "1 min 0 s"), (125, "2 min 5 s"), (3840, "1 h 4 min")],
)
def test_spans_are_told_in_the_units_people_use(seconds: float, words: str) -> None:
    assert span_in_words(timedelta(seconds=seconds)).replace("\N{NO-BREAK SPACE}", " ") == words


def test_without_a_known_total_the_count_alone_is_told() -> None:
    assert ProgressText(Job(progress_done=1200)) == "1,200"
