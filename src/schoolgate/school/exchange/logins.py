"""Who files go to, and whose user name and password they travel with.

A pupil file's are the school's own, else the LA-wide ones (handbook 04, note); a personnel file's those of its row.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from schoolgate.school.exchange.models import Destination, PersonnelSchool, School, Transfer
from schoolgate.school.exchange.models.login import resting
from schoolgate.school.exchange.models.transfer import goes_from
from schoolgate.school.exchange.places import PERSONNEL, STUDENT, is_of_staff

Receiver = Destination | PersonnelSchool
"""Whom the files of one place go to: an LA by its entry, or by a school's row for its staff."""
Login = Destination | School | PersonnelSchool


def receiver_of(place: str) -> Receiver | None:
    """Whom the files of a place (``places``) go to; None while there is no entry or row."""
    if is_of_staff(place):
        row: PersonnelSchool | None = PersonnelSchool.objects.at(place).first()
        return row
    entry: Destination | None = Destination.objects.filter(la=place).first()
    return entry


def receivers() -> list[Receiver]:
    """Every LA with an entry, and every school with a row for its staff."""
    return [*Destination.objects.all(), *PersonnelSchool.objects.all()]


def login_of(la: str, number: str, destination: Receiver) -> Login:
    """The row whose credentials a school's files to this LA travel with; it may have none."""
    if isinstance(destination, PersonnelSchool):
        return destination
    own = School.objects.with_own_credentials().filter(la=la, number=number, destination_la=destination.la)
    return own.first() or destination


def own_logins(destination: Receiver) -> dict[str, School]:
    """The rows with credentials of their own for this LA, by the school's seven digits."""
    if isinstance(destination, PersonnelSchool):
        return {}
    rows = School.objects.with_own_credentials().filter(destination_la=destination.la)
    return {row.base: row for row in rows}


def logins_in_use(destination: Receiver, bases: Iterable[str]) -> list[Login]:
    """The rows whose credentials these schools' files (seven digits each) travel with, each once."""
    own = own_logins(destination)
    found: dict[str, Login] = {}
    for base in bases:
        login = own.get(base, destination)
        found[f"{type(login).__name__} {login.pk}"] = login
    return list(found.values())


def wake(transfer: Transfer, now: datetime) -> None:
    """Have the LA and the login of this file tried now, whatever stood in their way."""
    if transfer.kind == PERSONNEL:
        PersonnelSchool.objects.at(transfer.place).resting(now).update(try_again_at=now)
        return
    own = School.objects.filter(la=transfer.source_la, number=transfer.source_school, destination_la=transfer.la)
    own.with_login_resting(now).update(try_again_at=now)
    Destination.objects.filter(resting(now), la=transfer.la).update(try_again_at=now)


def travels_with(login: Login) -> Q:
    """Transfers to the LA of this row that travel with its credentials."""
    if isinstance(login, PersonnelSchool):
        return goes_from(login.place)
    if isinstance(login, School):
        return goes_from(login.destination_la) & Q(source_la=login.la, source_school=login.number)
    own = School.objects.with_own_credentials().filter(
        la=OuterRef("source_la"), number=OuterRef("source_school"), destination_la=OuterRef("la")
    )
    return Q(~Exists(own)) & goes_from(login.la)


def must_rest(now: datetime) -> Q:
    """Transfers that are not to be tried by themselves now: their LA, or the login they travel with, rests."""
    own = School.objects.filter(
        la=OuterRef("source_la"), number=OuterRef("source_school"), destination_la=OuterRef("la")
    )
    there = Destination.objects.filter(la=OuterRef("la"))
    of_staff = PersonnelSchool.objects.filter(la=OuterRef("source_la"), number=OuterRef("source_school"))
    pupils_must = (
        Exists(there.with_line_resting(now))
        | Exists(own.with_login_resting(now))
        | (Exists(there.with_login_resting(now)) & ~Exists(own.with_own_credentials()))
    )
    return (Q(kind=STUDENT) & Q(pupils_must)) | (Q(kind=PERSONNEL) & Q(Exists(of_staff.resting(now))))
