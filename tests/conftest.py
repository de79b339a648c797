"""People by name, and a real PostgreSQL, for every room whose tests need them."""

import gc
import os
import shutil
from collections.abc import Callable, Iterator

import pytest
import pytest_django
from django.contrib.contenttypes.management import create_contenttypes
from django.db import connection
from django.db.models.signals import post_migrate
from django.test import Client
from hypothesis import settings as hypothesis_settings
from tests.postgres import Server, running_server
from tests.squid import PASSWORD as PROXY_PASSWORD
from tests.squid import USER as PROXY_USER
from tests.squid import Squid, find_squid, running_squid
from tests.tables import all_tables, keep_tables_in

from schoolgate.commons import turns
from schoolgate.commons.accounts.creating import create_user
from schoolgate.commons.accounts.models import User

# A machine that does other things too is no fault of what is tested. Examples are new ones in each run: few in the many
# runs of a day, fewest where the same ran on another database, many in the night's.
NIGHTLY = os.environ.get("SCHOOLGATE_NIGHTLY") == "1"
EXAMPLES = 300 if NIGHTLY else 8 if os.environ.get("DATABASE_URL") else 12
hypothesis_settings.register_profile("schoolgate", deadline=None, max_examples=EXAMPLES)
hypothesis_settings.load_profile("schoolgate")

# Django writes a row a model and four permissions after each emptying of the tables, which takes longer than most of
# the tests that need it; Schoolgate reads none of them.
post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")
post_migrate.disconnect(create_contenttypes)

PASSWORD = "Plain-Lantern-42"

SignedIn = Callable[[User], Client]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as `database` what has rows, so that the others need not run again on another database."""
    for item in items:
        fixtures: list[str] = getattr(item, "fixturenames", [])
        if "db" in fixtures or "transactional_db" in fixtures or item.get_closest_marker("django_db"):
            item.add_marker("database")


def pytest_collection_finish() -> None:
    """Thousands of collected tests are no garbage: to look through them again and again took a tenth of a run."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _tables(tmp_path_factory: pytest.TempPathFactory) -> None:
    keep_tables_in(tmp_path_factory)


@pytest.fixture(scope="session")
def django_db_keepdb(
    request: pytest.FixtureRequest, _tables: None, django_db_modify_db_settings_parallel_suffix: None
) -> bool:
    """Where processes share the tests, each finds its database made: migrations take five seconds of work."""
    if connection.vendor != "sqlite" or not hasattr(request.config, "workerinput"):
        return False
    test = connection.settings_dict["TEST"]
    shutil.copy(all_tables() / "db.sqlite3", test["NAME"])
    test["MIGRATE"] = False
    return True


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker) -> Iterator[None]:
    """PostgreSQL removes no database that the thread which works for all others is still connected to."""
    yield
    if turns._thread._thread is not None:
        with django_db_blocker.unblock():
            turns._thread.do(lambda: connection.close(), "read")  # noqa: PLW0108  that thread's


@pytest.fixture
def password() -> str:
    """What everybody here signs in with."""
    return PASSWORD


@pytest.fixture
def administrator(db: None) -> User:
    return create_user("ada", "administrator", name="Ada Price", email="ada@site.example", password=PASSWORD)


@pytest.fixture
def officer(db: None) -> User:
    return create_user("omar", "officer", name="Omar Khan", password=PASSWORD)


@pytest.fixture
def sender(db: None) -> User:
    return create_user("sue", "sender", name="Sue Okafor", password=PASSWORD)


@pytest.fixture
def staff(db: None) -> User:
    """Works for a supplier, where somebody says for which."""
    return create_user("stan", "staff", name="Stan Field", password=PASSWORD)


@pytest.fixture
def exchange_account(db: None) -> User:
    """A school's program: never at a screen."""
    return create_user("8204321", "exchange account", name="Green Abbey School", password=PASSWORD)


@pytest.fixture
def signed_in(db: None) -> SignedIn:
    """A browser in which this person is signed in."""

    def open_browser(user: User) -> Client:
        browser = Client()
        browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return browser

    return open_browser


@pytest.fixture
def stranger(db: None) -> Client:
    """The browser of somebody who is not signed in."""
    return Client()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """A private PostgreSQL server for this run; its tests are marked `postgres`."""
    with running_server() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_url(postgres_server: Server) -> str:
    """DATABASE_URL of that server's own database."""
    return postgres_server.url("postgres")


@pytest.fixture(scope="session")
def squid_of_this_run() -> Iterator[Squid]:
    program = find_squid()
    if program is None:
        pytest.fail("squid is missing (Debian package squid); tests marked squid need it")
    with running_squid(program) as squid:
        yield squid


@pytest.fixture
def squid(squid_of_this_run: Squid) -> Squid:
    """A proxy that asks for a user name and password; its tests are marked `squid`."""
    squid_of_this_run.take(PROXY_USER, PROXY_PASSWORD)
    return squid_of_this_run
