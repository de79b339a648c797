"""Personnel files: what stands in the way of a school's, in either direction."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from schoolgate.school.exchange.first_page.logins import ends
from schoolgate.school.exchange.first_page.to_do import ToDo
from schoolgate.school.exchange.models import PersonnelSchool
from schoolgate.school.exchange.preferences import EXPIRY_NOTICE_DAYS, PERSONNEL_URL
from schoolgate.wire.exchange_errors import is_of_proxy

NAMED = 3
"""Schools that have a line each; more are summed up."""


def without_address() -> Iterator[ToDo]:
    """Schools are entered, and nobody said where their files go."""
    if not PERSONNEL_URL.get() and PersonnelSchool.objects.exists():
        yield ToDo(
            "no personnel URL", "Personnel files have no address to go to.", "Enter it", reverse("personnel-url")
        )


def in_trouble() -> Iterator[ToDo]:
    """Rows that cannot reach the LA or sign in, or whose folders cannot be used. What the proxy does is told once."""
    found = PersonnelSchool.objects.filter(~Q(trouble="") | ~Q(folder_trouble="") | ~Q(import_trouble=""))
    rows = [row for row in found if row.folder_trouble or row.import_trouble or not is_of_proxy(row.trouble)]
    if len(rows) > NAMED:
        text = f"{len(rows):,} schools cannot send or get their personnel files."
        yield ToDo("personnel in trouble", text, "See which", reverse("personnel"), len(rows))
        return
    for row in rows:
        text = f"Personnel files of {row}: {_why(row)}"
        yield ToDo("personnel in trouble", text, "Open the school", reverse("personnel-school", args=[row.pk]))


def expiring() -> Iterator[ToDo]:
    """Passwords of accounts that are for personnel files only and end soon: a new one is entered here."""
    until = timezone.now() + timedelta(days=EXPIRY_NOTICE_DAYS.get())
    soon = PersonnelSchool.objects.filter(password_expires_at__lte=until).exclude(user="").exclude(trouble__gt="")
    for row in soon.order_by("password_expires_at")[:NAMED]:
        text = f"The password for personnel files of {row} {ends(row.password_expires_at)}. Ask the LA for a new one."
        yield ToDo("personnel password ends", text, "Enter it", reverse("edit-personnel-school", args=[row.pk]))


def _why(row: PersonnelSchool) -> str:
    if row.trouble:
        return f"{row.trouble_sentence} {row.what_to_do}"
    if row.folder_trouble:
        return f"Files Not Exported cannot be read ({row.folder_trouble}). See that its share or drive is connected."
    return row.import_trouble
