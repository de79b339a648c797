"""User names and passwords, and the line to the LAs."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from schoolgate.school.exchange.first_page.to_do import ToDo
from schoolgate.school.exchange.logins import receivers
from schoolgate.school.exchange.models import Destination, School, State, Transfer
from schoolgate.school.exchange.models.destination import NO_ACCOUNT
from schoolgate.school.exchange.password_changes import password_address
from schoolgate.school.exchange.places import STUDENT
from schoolgate.school.exchange.preferences import EXPIRY_NOTICE_DAYS
from schoolgate.wire.exchange_errors import is_of_proxy

NAMED = 3
"""Schools that have a line each; more are summed up."""


def proxy() -> Iterator[ToDo]:
    """What the proxy does stands in the way to every LA, and is told once."""
    stopped = [one for one in receivers() if is_of_proxy(one.trouble)]
    for destination in stopped[:1]:
        text = f"{destination.trouble_sentence} {destination.trouble_remedy}"
        yield ToDo("proxy", text, "Open Connection", reverse("connection"))


def las_in_trouble() -> Iterator[ToDo]:
    """What else stands in the way of sending to an LA."""
    for destination in Destination.objects.exclude(trouble__in=["", NO_ACCOUNT]):
        if not is_of_proxy(destination.trouble):
            text = f"{destination}: {destination.trouble_sentence} {destination.what_to_do}"
            yield ToDo("LA in trouble", text, *_cure(destination, "Open the LA’s entry", "edit-la", destination.la))


def without_account() -> Iterator[ToDo]:
    """Files of schools that nobody gave this site an account for: another school's, as a rule."""
    files = files_without_account().order_by("name")
    count = files.count()
    if count > NAMED:
        address = f"{reverse('transfers')}?state=ready"
        text = f"{count:,} files wait that are of schools without an account here."
        yield ToDo("no account", text, "See which", address, count)
        return
    for file in files:
        text = f"{file.name} waits: this program has no account for that school."
        yield ToDo("no account", text, "See what to do", reverse("transfer", args=[file.pk]))


def files_without_account() -> QuerySet[Transfer]:
    """Files that wait, whose school has no credentials of its own where its LA has none for all schools."""
    waiting = Transfer.objects.lean().filter(kind=STUDENT, state__in=[State.READY, State.RETRYING])
    own = School.objects.with_own_credentials().filter(
        la=OuterRef("source_la"), number=OuterRef("source_school"), destination_la=OuterRef("la")
    )
    no_other = Destination.objects.filter(la=OuterRef("la"), user="")
    files: QuerySet[Transfer] = waiting.filter(~Exists(own), Exists(no_other))
    return files


def schools_in_trouble() -> Iterator[ToDo]:
    """Schools that cannot sign in with their own user name and password."""
    found = School.objects.with_own_credentials().exclude(trouble="")
    count = found.count()
    if count > NAMED:
        address = f"{reverse('school-board')}?state=cannot+sign+in"
        yield ToDo("cannot sign in", f"{count:,} schools cannot sign in to their LA.", "See which", address, count)
        return
    for school in found:
        text = f"{school}: {school.trouble_sentence} {school.what_to_do}"
        yield ToDo("cannot sign in", text, *_cure(school, "Open the school’s entry", "edit-school", school.pk))


def expiring() -> Iterator[ToDo]:
    """Passwords that end soon; one that is refused has its own line already."""
    until = timezone.now() + timedelta(days=EXPIRY_NOTICE_DAYS.get())
    soon = Q(password_expires_at__lte=until) & ~Q(user="") & ~Q(trouble__in=["password-expired", "wrong-credentials"])
    for destination in Destination.objects.filter(soon):
        text = f"The password for {destination} {ends(destination.password_expires_at)}."
        yield ToDo("password ends", text, "Change it now", password_address(destination))
    schools = School.objects.filter(soon).order_by("password_expires_at")
    count = schools.count()
    if count > NAMED:
        text = f"The passwords of {count:,} schools end soon; the first {ends(schools[0].password_expires_at)}."
        yield ToDo("password ends", text, "See which", f"{reverse('schools')}?sort=password_expires_at", count)
        return
    for school in schools:
        text = f"The password of {school} for LA {school.destination_la} {ends(school.password_expires_at)}."
        yield ToDo("password ends", text, "Change it now", password_address(school))


def _cure(login: Destination | School, step: str, page: str, key: object) -> tuple[str, str]:
    """One that has run out can still be changed from here."""
    if login.trouble == "password-expired":
        return "Change the password", password_address(login)
    return step, reverse(page, args=[key])


def ends(at: datetime | None) -> str:
    """That a password ends, or has ended, on a day."""
    assert at is not None
    return f"{'ends' if at > timezone.now() else 'ended'} on {_day(at)}"


def _day(at: datetime) -> str:
    local = timezone.localtime(at)
    return f"{local:%A} {local.day} {local:%B}"
