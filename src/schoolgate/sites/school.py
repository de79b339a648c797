"""Django settings of the school site."""

from schoolgate.sites.base import *  # noqa: F403  a settings module is what it takes from the base
from schoolgate.sites.base import INSTALLED_APPS, METRICS_DOOR, shared

globals().update(shared("school"))
INSTALLED_APPS = [
    *INSTALLED_APPS,
    "schoolgate.commons.alerts",
    "schoolgate.school.exchange",
    "schoolgate.school.purchasing",
]
ROOT_URLCONF = "schoolgate.sites.urls_school"
WSGI_APPLICATION = "schoolgate.sites.doors.application"
SCHOOLGATE_OWNER_PREFERENCE = "school-name"
SCHOOLGATE_PROGRAM_DOORS = METRICS_DOOR
SCHOOLGATE_ROLES = {
    "administrator": "sets the site up and manages its users",
    "sender": "sends files and sees what became of them",
    "purchaser": "works with orders; what each may do stands under Users and limits",
}
SCHOOLGATE_FIRST_PAGES = {"purchaser": "purchasing-today"}
SCHOOLGATE_NAVIGATION = [
    ("Today", "today"),
    ("Files", "transfers"),
    ("Personnel", "personnel"),
    ("Purchasing", "purchasing-today"),
    ("Journal", "journal"),
    ("Jobs", "jobs"),
    ("Administration", "administration"),
    ("Users", "users"),
]
