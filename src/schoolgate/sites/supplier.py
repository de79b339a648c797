"""Django settings of the supplier site."""

from schoolgate.sites.base import *  # noqa: F403  a settings module is what it takes from the base
from schoolgate.sites.base import (
    AUTHENTICATION_BACKENDS,
    INSTALLED_APPS,
    METRICS_DOOR,
    for_small_rows,
    service_path,
    shared,
)

globals().update(shared("supplier"))
DATABASES = for_small_rows(globals()["DATABASES"])
INSTALLED_APPS = [
    *INSTALLED_APPS,
    "schoolgate.commons.alerts",
    "schoolgate.supplier",
]
# A program that changes its own password may use the former one until it has used the new one (DESIGN 8).
AUTHENTICATION_BACKENDS = [
    *AUTHENTICATION_BACKENDS,
    "schoolgate.commons.accounts.former_passwords.FormerPasswordBackend",
]
ROOT_URLCONF = "schoolgate.sites.urls_supplier"
WSGI_APPLICATION = "schoolgate.sites.doors.application"
SCHOOLGATE_PROGRAM_DOORS = {"/api/": "schoolgate.supplier.api.urls", **METRICS_DOOR}
SCHOOLGATE_SERVICE_PATH = service_path(globals()["SCHOOLGATE_CONFIGURATION"])
SCHOOLGATE_SERVICE_DOORS = {SCHOOLGATE_SERVICE_PATH: "schoolgate.supplier.service.door.SoapDoor"}
SCHOOLGATE_ENCRYPTED_ONLY = True
SCHOOLGATE_OWNER_PREFERENCE = "service-name"
SCHOOLGATE_ROLES = {
    "administrator": "sets the service up, manages its users and sees every supplier",
    "staff": "works for a supplier: its documents, orders and schools",
    "buyer account": "a school's finance system; cannot sign in to screens",
}
SCHOOLGATE_RIGHTS: dict[str, str] = {}
SCHOOLGATE_NAVIGATION = [
    ("Get connected", "get-connected"),
    ("Today", "today"),
    ("Queue", "queue"),
    ("Orders", "orders"),
    ("Schools", "buyers"),
    ("Calls", "calls"),
    ("Keys and webhooks", "keys"),
    ("Journal", "journal"),
    ("Jobs", "jobs"),
    ("Administration", "administration"),
]
