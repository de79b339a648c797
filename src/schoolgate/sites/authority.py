"""Django settings of the authority site."""

from schoolgate.sites.base import *  # noqa: F403  a settings module is what it takes from the base
from schoolgate.sites.base import AUTHENTICATION_BACKENDS, INSTALLED_APPS, METRICS_DOOR, shared

globals().update(shared("authority"))
INSTALLED_APPS = [
    *INSTALLED_APPS,
    "schoolgate.commons.alerts",
    "schoolgate.authority.bases",
    "schoolgate.authority.records",
    "schoolgate.authority.importing",
    "schoolgate.authority.exchange",
    "schoolgate.authority.collection",
    "schoolgate.authority.requests",
    "schoolgate.authority.school_portal",
]
# A program that changes its own password may use the former one until it has used the new one (DESIGN 8).
AUTHENTICATION_BACKENDS = [
    *AUTHENTICATION_BACKENDS,
    "schoolgate.commons.accounts.former_passwords.FormerPasswordBackend",
    "schoolgate.authority.exchange.joining.ConnectionCodeBackend",
]
ROOT_URLCONF = "schoolgate.sites.urls_authority"
WSGI_APPLICATION = "schoolgate.sites.doors.application"
SCHOOLGATE_PROGRAM_DOORS = {"/exchange/": "schoolgate.authority.exchange.api_urls", **METRICS_DOOR}
SCHOOLGATE_OWNER_PREFERENCE = "la-name"
SCHOOLGATE_ROLES = {
    "administrator": "sets the site up and manages its users",
    "officer": "looks after schools and their accounts, and sees what they send and what becomes of it",
    "school user": "works for one school, and sees it in the School Portal and nothing else",
    "exchange account": "a school's program; cannot sign in to screens",
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
SCHOOLGATE_NAVIGATION = [
    ("Today", "today"),
    ("My school", "portal"),
    ("Files", "received-files"),
    ("Imports", "imports"),
    ("Collection", "tasks"),
    ("Incoming pupils", "incoming"),
    ("Pupils", "pupils"),
    ("Staff", "staff"),
    ("Restricted", "restricted"),
    ("Requests", "data-requests"),
    ("Reports", "reports"),
    ("Bases", "bases"),
    ("Journal", "journal"),
    ("Jobs", "jobs"),
    ("Administration", "administration"),
]
