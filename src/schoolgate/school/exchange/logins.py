"""Whose user name and password a file travels with: the school's own, else the LA-wide ones (handbook 04, note)."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from schoolgate.school.exchange.models import Destination, School, Transfer
from schoolgate.school.exchange.models.login import resting


def login_of(la: str, number: str, destination: Destination) -> Destination | School:
    """The row whose credentials a school's files to this LA travel with; it may have none."""
    own = School.objects.with_own_credentials().filter(la=la, number=number, destination_la=destination.la)
    return own.first() or destination


def own_logins(destination: Destination) -> dict[str, School]:
    """The rows with credentials of their own for this LA, by the school's seven digits."""
    rows = School.objects.with_own_credentials().filter(destination_la=destination.la)
    return {row.base: row for row in rows}


def logins_in_use(destination: Destination, bases: Iterable[str]) -> list[Destination | School]:
    """The rows whose credentials these schools' files (seven digits each) travel with, each once."""
    own = own_logins(destination)
    found: dict[str, Destination | School] = {}
    for base in bases:
        login = own.get(base, destination)
        found[f"{type(login).__name__} {login.pk}"] = login
    return list(found.values())


def wake(transfer: Transfer, now: datetime) -> None:
    """Have the LA and the login of this file tried now, whatever stood in their way."""
    own = School.objects.filter(la=transfer.source_la, number=transfer.source_school, destination_la=transfer.la)
    own.with_login_resting(now).update(try_again_at=now)
    Destination.objects.filter(resting(now), la=transfer.la).update(try_again_at=now)


def travels_with(login: Destination | School) -> Q:
    """Transfers to the LA of this row that travel with its credentials."""
    if isinstance(login, School):
        return Q(la=login.destination_la, source_la=login.la, source_school=login.number)
    own = School.objects.with_own_credentials().filter(
        la=OuterRef("source_la"), number=OuterRef("source_school"), destination_la=OuterRef("la")
    )
    return Q(~Exists(own), la=login.la)


def must_rest(now: datetime) -> Q:
    """Transfers that are not to be tried by themselves now: their LA, or the login they travel with, rests."""
    own = School.objects.filter(
        la=OuterRef("source_la"), number=OuterRef("source_school"), destination_la=OuterRef("la")
    )
    there = Destination.objects.filter(la=OuterRef("la"))
    return (
        Exists(there.with_line_resting(now))
        | Exists(own.with_login_resting(now))
        | (Exists(there.with_login_resting(now)) & ~Exists(own.with_own_credentials()))
    )
