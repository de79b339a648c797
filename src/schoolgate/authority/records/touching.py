"""Who touched a restricted pupil's record is told by mail to those with the right, beside what the audit keeps."""

from django.conf import settings
from django.urls import reverse

from schoolgate.authority.records.models import Pupil
from schoolgate.authority.records.models.visible import may_see_restricted
from schoolgate.commons.accounts.models import User
from schoolgate.commons.alerts.kinds import Alert, add_alert
from schoolgate.commons.alerts.telling import tell_at_once

RESTRICTED_RECORD = add_alert(
    Alert(
        "restricted-record",
        "A restricted record was touched",
        "at once",
        may_have=may_see_restricted,
        on=may_see_restricted,
        one="A restricted record was touched",
        many="Restricted records were touched {} times",
        page="restricted",
    )
)


def touched(pupil: Pupil, did: str, *, by: User | None) -> None:
    """Note for a mail that somebody (None: the command line) "opened" a restricted pupil's record, or what else.

    In the caller's transaction. Neither the mail nor its link says whose record it is: the audit does.
    """
    who = str(by) if by is not None else "The command line"
    tell_at_once(
        RESTRICTED_RECORD.name,
        f"{who} {did} the record of a restricted pupil; the audit says whose.",
        key=f"pupil {pupil.pk} {did} by {by.pk if by is not None else 0}",
        link=reverse("restricted", urlconf=settings.ROOT_URLCONF),
    )
