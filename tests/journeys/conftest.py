"""Real sites on loopback, started as their users start them, and Debian's Chromium to look at them with."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright
from tests.conftest import NIGHTLY
from tests.npm import axe_of_npm
from tests.ports import free_port
from tests.tables import lay_tables
from xdist.remote import Producer  # type: ignore[import-untyped]
from xdist.scheduler.loadscope import LoadScopeScheduling  # type: ignore[import-untyped]

from schoolgate.documents.samples.files import write_student_sample
from schoolgate.documents.samples.places import school_name
from schoolgate.documents.samples.students import make_students
from schoolgate.sites.demo_site import Site

CHROMIUM_OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WIDE = 1280
PHONE = 390
HEIGHT = 800
PATIENCE_MS = 60_000
WITH_SITES_OF_THEIR_OWN = {
    "test_accessible_pages",
    "test_basket_to_order",
    "test_first_file",
    "test_five_minutes",
    "test_order_by_mail",
    "test_supplier",
    "test_three_hundred",
    "test_where_from",
}
expect.set_options(timeout=PATIENCE_MS)
BROKEN = ("missing-dob", "british-date", "unknown-ethnicity")


@dataclass
class StartedSite(Site):
    """A site that was made and started for a test; `first_link` is what `init` printed for its first administrator."""

    first_link: str = ""


@dataclass(frozen=True)
class Person:
    """Somebody with a password for one site."""

    site: Site
    user: str
    password: str


class Visit(Protocol):
    """Open a browser of one's own at a site, signed in as `person` unless nobody."""

    def __call__(
        self, site: Site, person: Person | None = None, *, width: int = WIDE, scripts: bool = True
    ) -> Page: ...


class NewSite(Protocol):
    """Make a site by `init` and start it."""

    def __call__(self, kind: str, *options: str) -> StartedSite: ...


class PupilFile(Protocol):
    """Make a school's pupil file and return where it lies."""

    def __call__(
        self, *, school: str = "4321", serial: int = 1, pupils: int = 12, seed: int = 1, faults: tuple[str, ...] = ()
    ) -> Path: ...


class OnePair(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """Gives all that visits the same sites to one of the processes that share the tests: they are made once."""

    def _split_scope(self, nodeid: str) -> str:
        path = Path(nodeid.partition("::")[0])
        if path.parent.name == "clients":
            return "the clients"
        return path.stem if path.stem in WITH_SITES_OF_THEIR_OWN else "the pair"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> OnePair:
    return OnePair(config, log)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=list(CHROMIUM_OPTIONS), headless=True
        )
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Visit]:
    """Browsers that fail the test in the end when a page had an error or broke its content security policy."""
    faults: list[str] = []
    contexts = []

    def note(message: ConsoleMessage) -> None:
        # A form that comes back with its errors has the status 422, one that a colleague was before 409; the browser
        # counts both as a failure to load.
        comes_back = any(f"status of {status}" in message.text for status in (409, 422))
        if message.type in {"error", "warning"} and not comes_back:
            faults.append(f"{message.location.get('url')}: {message.text}")

    def open_browser(site: Site, person: Person | None = None, *, width: int = WIDE, scripts: bool = True) -> Page:
        context = chromium.new_context(
            base_url=site.url, locale="en-GB", viewport={"width": width, "height": HEIGHT}, java_script_enabled=scripts
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
        if person is not None:
            page.goto("/sign-in/")
            sign_in(page, person)
        return page

    yield open_browser
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture
def album(tmp_path: Path) -> Path:
    """Where pictures go: thrown away, unless somebody names a folder to look at them."""
    return Path(os.environ.get("SCHOOLGATE_PICTURES") or tmp_path)


@pytest.fixture(scope="session")
def new_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewSite]:
    """All sites end with the run."""
    started: list[StartedSite] = []

    def make(kind: str, *options: str) -> StartedSite:
        site = StartedSite(kind, tmp_path_factory.mktemp(kind) / "home", f"http://127.0.0.1:{free_port()}")
        lay_tables(kind, site.home)
        site.first_link = site.run("init", *options)["first_administrator_link"]
        started.append(site)
        site.start()
        return site

    yield make
    for site in reversed(started):
        site.stop()


@pytest.fixture(scope="session")
def authority(new_site: NewSite) -> Site:
    site = new_site("authority", "--la", "820", "--name", "Bedfordshire", "--contact", "Data Team, 01234 000000")
    administrator, officer, _ = site.run_several(
        ["users", "add", "administrator", "--role", "administrator"],
        ["users", "add", "officer", "--role", "officer"],
        ["rules", "use", "Always import", "--new-bases", "--add-unmatched"],
    )
    site.users += [administrator, officer]
    return site


@pytest.fixture(scope="session")
def school(new_site: NewSite, authority: Site, tmp_path_factory: pytest.TempPathFactory, make_file: PupilFile) -> Site:
    """A school site that sends for three schools: four files were received, and one waits to be put right."""
    folder = tmp_path_factory.mktemp("exchange")
    site = new_site("school", "--root-folder", str(folder), "--name", "Green Abbey and partners")
    site.users += site.run_several(*(["users", "add", role, "--role", role] for role in ("administrator", "sender")))
    account, *_ = authority.run_several(
        *(account_of(number, "--user", "8204321") for number in ("4321", "2107", "7004")),
    )
    authority.wait_until_up()
    site.wait_until_up()
    password_file = folder / "password"
    password_file.write_text(account["password"], "utf-8")
    site.run(
        *("destinations", "add", "--la", "820", "--name", "Bedfordshire", "--url", authority.url),
        *("--user", account["user"], "--password-file", str(password_file)),
    )
    password_file.unlink()
    waiting = folder / "820" / "Files Not Exported"
    for number, serial, pupils in (("2107", 12, 131), ("7004", 9, 74), ("4321", 35, 211), ("4321", 36, 212)):
        # A school's files are about the same children, else an import would ask whether so many may go.
        shutil.copy(make_file(school=number, serial=serial, pupils=pupils, seed=int(number)), waiting)
    shutil.copy(make_file(serial=37, pupils=212, seed=4321, faults=BROKEN), waiting)
    site.run("export", may_find_faults=True)
    return site


def add_account(authority: Site, number: str, *options: str) -> dict[str, str]:
    """Let a school send to this authority; `options` may name an account that it shares."""
    account: dict[str, str] = authority.run(*account_of(number, *options))
    return account


def account_of(number: str, *options: str) -> tuple[str, ...]:
    """The command that lets a school send."""
    name = school_name("820", number)
    return ("accounts", "add", "--la", "820", "--school", number, "--name", name, *options)


@pytest.fixture(scope="session")
def make_file(tmp_path_factory: pytest.TempPathFactory) -> PupilFile:
    def make(
        *, school: str = "4321", serial: int = 1, pupils: int = 12, seed: int = 1, faults: tuple[str, ...] = ()
    ) -> Path:
        sample = make_students(la="820", school=school, destination_la="820", pupils=pupils, seed=seed, faults=faults)
        return write_student_sample(tmp_path_factory.mktemp("mis"), sample, serial=serial)

    return make


@pytest.fixture(scope="session")
def axe_at_night() -> str:
    """The script that knows the rules of WCAG, at night and where there is npm; else nothing."""
    return axe_of_npm().decode() if NIGHTLY and shutil.which("npm") else ""


def person(site: Site, role: str) -> Person:
    """The one of this role at a site."""
    known = next(user for user in site.users if user["role"] == role)
    return Person(site, known["user"], known["password"])


def sign_in(page: Page, who: Person) -> None:
    page.get_by_label("User name").fill(who.user)
    page.get_by_label("Password", exact=True).fill(who.password)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda address: "/sign-in/" not in address)
