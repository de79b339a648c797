"""School details: which schools send where, with credentials of their own if they have any (handbook 05)."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.school.exchange.administration.destinations import number_problem
from schoolgate.school.exchange.administration.personnel import forget_trouble_of_staff, keep_account_for_staff
from schoolgate.school.exchange.models import Destination, School, State, Transfer
from schoolgate.school.exchange.password_changes import heed_what_was_entered
from schoolgate.school.exchange.troubles import NO_TROUBLE


class SchoolRefused(Exception):
    """A school's row that cannot be saved; the message is a sentence for the person."""


def save_school(school: School, *, by: User | None, request: HttpRequest | None = None) -> School:
    """Save a new or changed row; what stood in its way before is forgotten.

    The password is one that the LA issued: its strength is not judged here. Raises SchoolRefused: a number that is
    not one, no entry for the destination, such a row is there already, a user name without password or the reverse.
    """
    wrong = number_problem(school.la)
    if wrong:
        raise SchoolRefused(wrong)
    new = school.pk is None
    school.forget_trouble()
    try:
        school.full_clean()
    except ValidationError as error:
        raise SchoolRefused(" ".join(error.messages)) from None
    if not Destination.objects.filter(la=school.destination_la).exists():
        raise SchoolRefused(f"There is no entry for LA {school.destination_la} yet. Add that LA first.")
    with transaction.atomic():
        heed_what_was_entered(school)
        school.save()
        record(
            "school added" if new else "school changed",
            by=by,
            target=f"{school.base} to {school.destination_la}",
            details="own account" if school.has_credentials else "the LA's account",
            request=request,
        )
        _forget_that_nobody_could_sign_in(school.destination_la)
        forget_trouble_of_staff(school)
    return school


def remove_school(school: School, *, by: User | None, request: HttpRequest | None = None) -> None:
    """Remove a school's row. Files and receipts stay; what waits travels with the LA-wide account, if there is one."""
    with transaction.atomic():
        record("school removed", by=by, target=f"{school.base} to {school.destination_la}", request=request)
        keep_account_for_staff(school)
        school.delete()


def waiting_files(school: School) -> int:
    """How many files of this school wait to be sent to this LA."""
    files = Transfer.objects.filter(source_la=school.la, source_school=school.number, la=school.destination_la)
    return files.filter(state__in=[State.READY, State.SENDING, State.RETRYING]).count()


def _forget_that_nobody_could_sign_in(la: str) -> None:
    """A school's own account may be what was missing; the next export finds out."""
    Destination.objects.filter(la=la, trouble="no-credentials").update(**NO_TROUBLE)
