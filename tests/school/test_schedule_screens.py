"""When to send and the runs so far, as people meet them."""

from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine
from django.test import Client

from schoolgate.commons.jobs.models import WorkerLife
from schoolgate.commons.schedules.due import make_due_runs
from schoolgate.commons.schedules.models import Run, Schedule
from schoolgate.commons.schedules.rules import Weekly
from schoolgate.school.exchange.scheduling import missed_runs, next_run, set_when_to_send, when_to_send

pytestmark = pytest.mark.usefixtures("school_site")

PAGE, RUNS = "/administration/schedule/", "/runs/"
EVENINGS = Weekly(time(18, 30), frozenset(range(5)))


def page(browser: Client, address: str = PAGE) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def miss_a_run() -> None:
    now = datetime.now(UTC)
    with time_machine.travel(now - timedelta(days=8), tick=False):
        set_when_to_send(EVENINGS, by=None)
    make_due_runs(now)
    Run.objects.update(missed=1, first_missed_at=now - timedelta(hours=12))


@pytest.mark.parametrize("address", [PAGE, RUNS])
def test_a_stranger_is_sent_to_sign_in(address: str, stranger: Client) -> None:
    assert stranger.get(address).headers["Location"].startswith("/sign-in")


def test_a_sender_sees_the_runs_but_sets_no_times(office: Client) -> None:
    assert office.get(PAGE).status_code == 403
    assert office.get(RUNS).status_code == 200


def test_at_first_no_day_is_ticked_and_the_page_says_what_that_means(admin: Client) -> None:
    shown = page(admin)
    assert "Nothing is sent by itself. Choose days, or send by hand." in shown
    assert " checked>" not in shown
    assert 'value="18:30"' in shown


def test_the_days_stand_from_sunday_to_saturday_as_in_the_handbook(admin: Client) -> None:
    shown = page(admin)
    days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
    places = [shown.index(f"{day}</label>") for day in days]
    assert places == sorted(places)


def test_what_is_set_stands_ticked_in_the_form(admin: Client) -> None:
    set_when_to_send(EVENINGS, by=None)
    assert page(admin).count(" checked>") == 5


def test_saving_sets_the_schedule(admin: Client) -> None:
    answer = admin.post(PAGE, {"days": ["0", "3"], "at": "18:30"}, follow=True)
    shown = answer.content.decode()
    assert when_to_send().rule == Weekly(time(18, 30), frozenset({0, 3}))
    assert next_run() is not None
    assert "Saved." in shown
    assert shown.count("<li>Monday ") + shown.count("<li>Thursday ") == 3


@pytest.mark.parametrize("typed", ["18:30", "18.30", "1830"])
def test_a_time_may_be_typed_as_people_write_it(admin: Client, typed: str) -> None:
    admin.post(PAGE, {"days": ["3"], "at": typed})
    assert when_to_send().rule.at == time(18, 30)


@pytest.mark.parametrize("typed", ["", "25:00", "18:61", "half past six"])
def test_a_time_that_is_none_is_refused_with_an_example(admin: Client, typed: str) -> None:
    answer = admin.post(PAGE, {"days": ["3"], "at": typed})
    assert answer.status_code == 422
    assert "for example 18:30" in answer.content.decode()
    assert not Schedule.objects.exists()


def test_a_day_that_is_none_is_refused(admin: Client) -> None:
    assert admin.post(PAGE, {"days": ["7"], "at": "18:30"}).status_code == 422


def test_without_a_day_it_is_saved_with_a_warning(admin: Client) -> None:
    set_when_to_send(EVENINGS, by=None)
    shown = admin.post(PAGE, {"at": "18:30"}, follow=True).content.decode()
    assert "No day is ticked, so nothing is sent by itself." in shown
    assert not when_to_send().is_on


def test_a_time_that_does_not_exist_on_a_day_is_explained(admin: Client) -> None:
    set_when_to_send(Weekly(time(1, 30), frozenset({6})), by=None)
    assert "the clocks go forward and there is no 01:30: that run begins at 02:00." in page(admin)


def test_the_page_says_when_nobody_sees_to_the_schedule(admin: Client) -> None:
    set_when_to_send(EVENINGS, by=None)
    assert "the part of this program that does so has never been running" in page(admin)
    WorkerLife.objects.create(name="here", slots=4)
    assert "never been running" not in page(admin)


def test_the_page_says_when_the_computer_is_usually_off_then(admin: Client) -> None:
    miss_a_run()
    assert "This computer was off" not in page(admin)
    run = Run.objects.get()
    for days in (1, 2):
        Run.objects.create(
            schedule=run.schedule, due_at=run.due_at - timedelta(days=days), made_at=run.made_at, missed=1
        )
    assert "This computer was off when most of the last runs were due." in page(admin)


def test_the_index_of_settings_tells_what_is_set(admin: Client) -> None:
    set_when_to_send(Weekly(time(18, 30), frozenset({3})), by=None)
    assert "Thursday at 18:30" in page(admin, "/administration/")


def test_before_the_first_run_the_list_says_so(office: Client) -> None:
    assert "The schedule has not come due yet." in page(office, RUNS)


def test_what_was_missed_is_told_over_the_list_until_it_is_seen(office: Client) -> None:
    miss_a_run()
    assert "was missed, because this program was not running" in page(office, RUNS)
    office.post("/runs/seen/")
    assert missed_runs() is None
    assert "I have seen it" not in page(office, RUNS)


def test_nothing_is_seen_by_a_mere_link(office: Client) -> None:
    miss_a_run()
    assert office.get("/runs/seen/").status_code == 405
    assert missed_runs() is not None
