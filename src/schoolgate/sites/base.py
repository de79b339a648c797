"""What the Django settings of all sites share. A site's own module says its name, then takes all of this."""

import hashlib
import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url

from schoolgate.sites.configuration import Configuration, ConfigurationError, read_configuration
from schoolgate.sites.home import Home, default_folder
from schoolgate.sites.upkeep.putting_in_place import is_being_restored

DEFAULT_PORTS = {"school": 8320, "authority": 8321, "supplier": 8322}
PAGE_BYTES, SMALL_PAGE_BYTES = 16_384, 4_096
"""Of a new SQLite database."""


def open_home(site: str) -> Home:
    home = Home(Path(os.environ.get("SCHOOLGATE_HOME") or default_folder(site)))
    if is_being_restored(home.folder):
        raise ConfigurationError(
            f"A restore into {home.folder} has begun and not ended. If it does not run any more, give the same command "
            f"again: schoolgate {site} restore"
        )
    home.prepare()
    return home


def site_url(site: str, configuration: Configuration) -> str:
    port = configuration.number("port") or DEFAULT_PORTS[site]
    return (configuration.text("url") or f"http://{configuration.text('bind')}:{port}").rstrip("/")


def allowed_hosts(url: str, bind: str) -> list[str]:
    everywhere = {"0.0.0.0", "::"}  # noqa: S104  compared with, not bound to
    return sorted({urlsplit(url).hostname or "127.0.0.1", "127.0.0.1", "localhost", "[::1]", bind} - everywhere)


def for_small_rows(databases: dict[str, Any]) -> dict[str, Any]:
    """The same, for many threads that read and write a few small rows each.

    On SQLite: pages of 4 KiB, where the database is new, and a quarter of a MiB of them kept for each connection.
    """
    default = databases["default"]
    options = default.get("OPTIONS", {})
    if "init_command" not in options:
        return databases
    command = options["init_command"].replace(f"page_size={PAGE_BYTES}", f"page_size={SMALL_PAGE_BYTES}")
    small = {**options, "init_command": f"{command};PRAGMA cache_size=-256"}
    return {**databases, "default": {**default, "OPTIONS": small}}


def sqlite(path: str) -> dict[str, Any]:
    """SQLite as DESIGN 7 wants it, and what is deleted written over, which not every build of it does by itself.

    The page size must be set before the journal mode, on a new file.
    """
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": f"PRAGMA page_size={PAGE_BYTES};PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;"
            "PRAGMA foreign_keys=ON;PRAGMA secure_delete=ON",
        },
    }


def database(configuration: Configuration, home: Home) -> dict[str, Any]:
    url = configuration.text("database_url")
    if not url:
        # Kept open: to open and close a connection (its last close moves the whole journal) costs more than a call.
        return {**sqlite(str(home.database)), "CONN_MAX_AGE": None}
    return dict(dj_database_url.parse(url, conn_max_age=600, conn_health_checks=True))


def service_path(configuration: Configuration) -> str:
    """The path of the SOAP service. Raises ConfigurationError for one that is no path, or is another's."""
    path = configuration.text("service_path")
    if not re.fullmatch(r"(/[\w.~-]+)+", path) or path.lower().split("/")[1] in {"api", "static"}:
        raise ConfigurationError(f"service_path is '{path}': a path such as /Service.asmx is needed, not under /api.")
    return path


USUAL_SMTP_PORTS = {"starttls": 587, "tls": 465, "none": 25}


def mail(configuration: Configuration) -> dict[str, Any]:
    """Django's settings of the mail server. Raises ConfigurationError for a server without what goes with it."""
    host, security = configuration.text("smtp_host"), configuration.text("smtp_security").lower()
    if security not in USUAL_SMTP_PORTS:
        raise ConfigurationError(f"smtp_security is '{security}': starttls, tls or none is needed.")
    if host and "@" not in configuration.text("smtp_from"):
        raise ConfigurationError("smtp_host is set, so smtp_from must be the address that mails come from.")
    return {
        "EMAIL_HOST": host,
        "EMAIL_PORT": configuration.number("smtp_port") or USUAL_SMTP_PORTS[security],
        "EMAIL_USE_TLS": security == "starttls",
        "EMAIL_USE_SSL": security == "tls",
        "EMAIL_HOST_USER": configuration.text("smtp_user"),
        "EMAIL_HOST_PASSWORD": configuration.text("smtp_password"),
        "DEFAULT_FROM_EMAIL": configuration.text("smtp_from"),
    }


def secret_key(keys: list[str]) -> str:
    """Django's signing key, made from the sealing key so that one file is all there is to guard."""
    return hashlib.blake2b(keys[-1].encode("ascii"), person=b"django-signing").hexdigest()


def shared(site: str) -> dict[str, Any]:
    """The settings every site has, worked out from its home and start-up settings."""
    home = open_home(site)
    configuration = read_configuration(home.settings_file)
    url = site_url(site, configuration)
    secure = url.startswith("https://")
    return {
        "SCHOOLGATE_SITE": site,
        "SCHOOLGATE_HOME": home,
        "SCHOOLGATE_CONFIGURATION": configuration,
        "SCHOOLGATE_URL": url,
        "SCHOOLGATE_KEYS": home.keys(),
        "SCHOOLGATE_DEMO": configuration.yes("demo"),
        "SCHOOLGATE_MAX_FILE_BYTES": configuration.number("max_file_mib") * 1024 * 1024,
        "SCHOOLGATE_ATTAINMENT_ROOT": configuration.text("attainment_root"),
        "SCHOOLGATE_JOB_LEASE_SECONDS": float(os.environ.get("SCHOOLGATE_JOB_LEASE_SECONDS", "30")),
        "SCHOOLGATE_FAULTS": os.environ.get("SCHOOLGATE_FAULTS", ""),
        "SECRET_KEY": secret_key(home.keys()),
        "DEBUG": configuration.yes("debug"),
        "ALLOWED_HOSTS": allowed_hosts(url, configuration.text("bind")),
        "CSRF_TRUSTED_ORIGINS": [url],
        "SESSION_COOKIE_SECURE": secure,
        "CSRF_COOKIE_SECURE": secure,
        # Several sites share one host name on a demonstration machine; cookies ignore ports.
        "SESSION_COOKIE_NAME": f"schoolgate_{site}_{hashlib.sha256(url.encode()).hexdigest()[:8]}",
        "CSRF_COOKIE_NAME": f"schoolgate_csrf_{hashlib.sha256(url.encode()).hexdigest()[:8]}",
        "DATABASES": {"default": database(configuration, home)},
        **mail(configuration),
    }


COMMONS = [
    "schoolgate.commons.accounts",
    "schoolgate.commons.audit",
    "schoolgate.commons.backups",
    "schoolgate.commons.jobs",
    "schoolgate.commons.journal",
    "schoolgate.commons.preferences",
    "schoolgate.commons.retention",
    "schoolgate.commons.schedules",
    "schoolgate.commons.versions",
    "schoolgate.commons.web",
]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "axes",
    *COMMONS,
    "schoolgate.sites.upkeep",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "schoolgate.commons.web.security.SecurityHeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
    "schoolgate.commons.web.errors.StepsAreNoPagesMiddleware",
]
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "schoolgate.commons.web.context.site",
            ],
        },
    },
]
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [{"NAME": "schoolgate.commons.accounts.passwords.PasswordRules"}]
# The second is only for passwords that the site made up (ADR 13).
PASSWORD_HASHERS = [
    "schoolgate.commons.accounts.hashing.FrugalArgon2",
    "schoolgate.commons.accounts.hashing.SaltedDigest",
]
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
# A try during the lock does not lengthen it: people are told until when it lasts.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_LOCKOUT_CALLABLE = "schoolgate.commons.accounts.access.keep_answer"
# Who signed in stands in the audit.
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
# What reads the metrics is a program on every site.
METRICS_DOOR = {"/metrics": "schoolgate.commons.metrics.urls"}
# Applications beside Django that own a path: made by calling what is named.
SCHOOLGATE_SERVICE_DOORS: dict[str, str] = {}
# Whether programs are let in by https alone (`doors.EncryptedOnly`).
SCHOOLGATE_ENCRYPTED_ONLY = False
# The preference that names whose site this is, at the top of every page.
SCHOOLGATE_OWNER_PREFERENCE = ""
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "sign-in"

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_I18N = False
USE_TZ = True
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
EMAIL_HOST = ""
EMAIL_TIMEOUT = 20
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
# A supplier's basket of 200 lines has eight fields in each.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"standard-error": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["standard-error"], "level": "WARNING"},
    # Addresses can hold a file's name as somebody typed it; refusals are told where they belong, not here.
    "loggers": {"schoolgate": {"level": "INFO"}, "django.request": {"level": "ERROR"}},
}
