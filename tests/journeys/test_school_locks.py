"""A school comes into the School Portal, makes a task, locks its tasks, and the authority is refused."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.conftest import Visit, add_account, person
from tests.journeys.test_migrating import look

from schoolgate.documents.samples.places import school_name
from schoolgate.sites.demo_site import Site

pytestmark = pytest.mark.chromium

LA, SCHOOL, NEIGHBOUR = "820", "2011", "2012"
NAME, PASSWORD = school_name(LA, SCHOOL), "Plain-Lantern-42"


@pytest.fixture(scope="module")
def with_tasks(authority: Site) -> Site:
    """An authority with a task of this school alone, and one that its neighbour is in, too."""
    authority.wait_until_up()
    for number in (SCHOOL, NEIGHBOUR):
        add_account(authority, number)
    one, both = ("--base", f"{LA}{SCHOOL}"), ("--base", f"{LA}{NEIGHBOUR}")
    authority.run_several(
        ["tasks", "add", "--name", "Autumn of one", "--data", "snapshot", *one, "--at", "18:30", "--on", "fri"],
        ["tasks", "add", "--name", "Weekly of two", "--data", "changed", *one, *both, "--at", "18:30", "--on", "thu"],
    )
    return authority


def test_a_school_locks_its_tasks_and_the_authority_is_refused(visit: Visit, with_tasks: Site, album: Path) -> None:
    officer = visit(with_tasks, person(with_tasks, "officer"))
    school = come_in(visit(with_tasks), invited(officer))
    school.get_by_role("link", name="B2B").first.click()
    expect(school.get_by_role("row").filter(has_text="Weekly of two")).to_contain_text("LA")
    expect(school.get_by_role("main")).not_to_contain_text(school_name(LA, NEIGHBOUR))
    look(school, album / "portal-tasks.png")

    school.get_by_role("link", name="Add New Task").click()
    school.get_by_label("Task Name").fill("Ours on Monday")
    school.get_by_label("Start time").fill("19:00")
    school.get_by_label("Monday").check()
    expect(school.locator("#said")).to_contain_text("Every Monday 19:00, a snapshot.")
    look(school, album / "portal-add-task.png")
    school.get_by_role("button", name="Save", exact=True).click()
    school.get_by_role("heading", name="Ours on Monday").wait_for()
    look(school, album / "portal-task.png")

    officer.goto("/collection/")
    officer.get_by_role("link", name="Autumn of one").click()
    autumn = officer.url
    officer.get_by_role("link", name="Edit", exact=True).click()
    officer.get_by_label("Task Name").fill("Winter of one")

    lock_all(school, album)

    officer.get_by_role("button", name="Save", exact=True).click()
    expect(officer.get_by_role("alert")).to_contain_text(f"Locked by {NAME} (Jo Price) since")
    officer.goto("/collection/")
    for task in ("Autumn of one", "Weekly of two", "Ours on Monday"):
        expect(officer.get_by_role("row").filter(has_text=task)).to_contain_text("locked by")
    officer.goto(autumn)
    expect(officer.get_by_role("main")).to_contain_text(f"Locked by {NAME} (Jo Price) since")
    expect(officer.get_by_role("main")).to_contain_text("It keeps running on its times.")
    for name in ("Edit", "Run now", "Switch off", "Clone"):
        expect(officer.get_by_role("main").get_by_text(name, exact=True)).to_have_count(0)

    school.get_by_role("link", name="Scheduled Tasks").click()
    look(school, album / "portal-tasks-locked.png")
    school.get_by_role("link", name="Autumn of one").click()
    look(school, album / "portal-task-of-the-la.png")
    school.get_by_role("button", name="Take it over").click()
    school.get_by_role("button", name="Run now").click()
    expect(school.locator(".banner-success")).to_contain_text("A file is asked for.")
    school.get_by_role("row").last.get_by_role("link").click()
    expect(school.get_by_role("main")).to_contain_text("by Jo Price")
    look(school, album / "portal-run.png")


def test_a_school_asks_for_a_task_and_the_authority_gives_it(visit: Visit, with_tasks: Site, album: Path) -> None:
    one = ("--base", f"{LA}{NEIGHBOUR}")
    with_tasks.run("tasks", "add", "--name", "Asked for", "--data", "changed", *one, "--at", "17:30", "--on", "wed")
    officer = visit(with_tasks, person(with_tasks, "officer"))
    school = come_in(visit(with_tasks), invited(officer, NEIGHBOUR, "kim"))
    school.get_by_role("link", name="B2B").first.click()
    school.get_by_role("link", name="Asked for").click()
    school.get_by_role("button", name="Ask to take over").click()
    expect(school.get_by_role("status")).to_contain_text("The council is asked.")

    officer.goto("/")
    officer.get_by_role("link", name="Give it, or not").click()
    look(officer, album / "asked-to-take-over.png")
    officer.get_by_role("button", name="Give it", exact=True).click()
    expect(officer.get_by_role("status")).to_contain_text("The task is the school’s own now.")
    school.reload()
    school.get_by_role("link", name="Edit", exact=True).click()
    expect(school.get_by_label("Task Name")).to_have_value("Asked for")


def invited(officer: Page, number: str = SCHOOL, user: str = "jo") -> str:
    """The link by which somebody of the school chooses a password."""
    officer.goto(f"/bases/?q={number}")
    officer.get_by_role("link", name=school_name(LA, number)).click()
    officer.get_by_role("link", name="Invite somebody").click()
    officer.get_by_label("User name").fill(user)
    officer.get_by_label("Name", exact=True).fill(f"{user.capitalize()} Price")
    officer.get_by_role("button", name="Invite").click()
    return officer.get_by_label("The link").input_value()


def come_in(page: Page, link: str) -> Page:
    """Choose a password, and be in the portal."""
    page.goto(link)
    for field in page.locator("input[type=password]").all():
        field.fill(PASSWORD)
    page.get_by_role("button", name="Save and sign in").click()
    page.get_by_role("heading", name="Overview").wait_for()
    return page


def lock_all(school: Page, album: Path) -> None:
    """Keep the school's tasks to itself."""
    school.get_by_role("link", name="Scheduled Tasks").click()
    school.get_by_role("link", name="Configure").click()
    school.get_by_label("Yes").check()
    school.get_by_role("button", name="Save").click()
    expect(school.get_by_role("status")).to_contain_text("Your tasks are locked.")
    look(school, album / "portal-configure.png")
