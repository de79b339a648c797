"""Django settings with every app installed: for tests, types and makemigrations. No site runs on these."""

import os
import tempfile
from pathlib import Path

import dj_database_url

from schoolgate.sites.base import *  # noqa: F403  a settings module is what it takes from the base
from schoolgate.sites.base import AUTHENTICATION_BACKENDS, INSTALLED_APPS, METRICS_DOOR, secret_key, sqlite
from schoolgate.sites.configuration import read_configuration
from schoolgate.sites.home import Home

# Folders of a test run go with the machine's temporary folder; each test makes its own home within it.
# A process that a test starts is given the test's home, and with it the same database file.
SCHOOLGATE_HOME = Home(Path(os.environ.get("SCHOOLGATE_TEST_HOME") or tempfile.mkdtemp(prefix="schoolgate-tests-")))
SCHOOLGATE_HOME.prepare()
SCHOOLGATE_CONFIGURATION = read_configuration(SCHOOLGATE_HOME.settings_file, environment={})
SCHOOLGATE_SITE = "testing"
SCHOOLGATE_URL = "http://testserver"
SCHOOLGATE_KEYS = SCHOOLGATE_HOME.keys()
SCHOOLGATE_DEMO = True
SCHOOLGATE_MAX_FILE_BYTES = 64 * 1024 * 1024
SCHOOLGATE_ATTAINMENT_ROOT = ""
SCHOOLGATE_JOB_LEASE_SECONDS = float(os.environ.get("SCHOOLGATE_JOB_LEASE_SECONDS", "2"))
SCHOOLGATE_FAULTS = os.environ.get("SCHOOLGATE_FAULTS", "")
SECRET_KEY = secret_key(SCHOOLGATE_KEYS)
DEBUG = False
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
INSTALLED_APPS = [
    *INSTALLED_APPS,
    "schoolgate.commons.alerts",
    "schoolgate.school.exchange",
    "schoolgate.school.purchasing",
    "schoolgate.authority.bases",
    "schoolgate.authority.records",
    "schoolgate.authority.importing",
    "schoolgate.authority.exchange",
    "schoolgate.authority.collection",
    "schoolgate.authority.requests",
    "schoolgate.authority.school_portal",
    "schoolgate.supplier",
]
AUTHENTICATION_BACKENDS = [
    *AUTHENTICATION_BACKENDS,
    "schoolgate.commons.accounts.former_passwords.FormerPasswordBackend",
    "schoolgate.authority.exchange.joining.ConnectionCodeBackend",
]
ROOT_URLCONF = "schoolgate.sites.urls_testing"
SCHOOLGATE_PROGRAM_DOORS = {
    "/exchange/": "schoolgate.authority.exchange.api_urls",
    "/api/": "schoolgate.supplier.api.urls",
    **METRICS_DOOR,
}
SCHOOLGATE_SERVICE_PATH = "/Service.asmx"
SCHOOLGATE_ROLES = {
    "administrator": "sets the site up and manages its users",
    "sender": "sends files and sees what became of them",
    "purchaser": "works with orders; what each may do stands under Users and limits",
    "officer": "looks after schools and their accounts, and sees what they send and what becomes of it",
    "school user": "works for one school, and sees it in the School Portal and nothing else",
    "exchange account": "a school's program; cannot sign in to screens",
    "staff": "works for a supplier: its documents, orders and schools",
    "buyer account": "a school's finance system; cannot sign in to screens",
}
SCHOOLGATE_RIGHTS = {
    "restricted-pupils": "sees pupils whose whereabouts must not leak, and says who is one",
    "data-requests": "makes packs for people who ask what is held of them, and erases records",
    "staff-records": "sees records of schools’ staff, with pay and National Insurance numbers, and decides on them",
}
SCHOOLGATE_BOUND_ROLES = {
    "school user": "A school's own people are invited, and removed, on the page of the school, under School Portal."
}
SCHOOLGATE_FIRST_PAGES = {"school user": "portal"}
SCHOOLGATE_NAVIGATION = [("Users", "users")]
# A file, not memory: on one shared in-memory connection locking would never show.
DATABASES = {
    "default": dj_database_url.parse(os.environ["DATABASE_URL"])
    if os.environ.get("DATABASE_URL")
    else {**sqlite(str(SCHOOLGATE_HOME.database)), "TEST": {"NAME": str(SCHOOLGATE_HOME.folder / "test.sqlite3")}}
}
# Every browser of a test has a handler of its own, which else would list all static files before its first page.
WHITENOISE_AUTOREFRESH = True
# Safe hashing is slow on purpose; the tests of hashing itself name the real one.
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher",
    "schoolgate.commons.accounts.hashing.SaltedDigest",
]
