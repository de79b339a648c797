"""Every look at a pupil stands in the audit, by the pupil's number: the audit is where a name is looked up last."""

from django.http import HttpRequest

from schoolgate.authority.records.models import Pupil, Restriction
from schoolgate.authority.records.subjects import PUPIL, Subject
from schoolgate.authority.records.touching import touched
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.audit.recording import record


def about(pupil: Pupil) -> str:
    """What `AuditEntry.about` has for a pupil, or a member of staff: by its first word the audit knows who may read."""
    return about_number(pupil.pk, pupil.subject)


def about_number(number: int, subject: Subject = PUPIL) -> str:
    """The same of a number."""
    return f"{subject} {number}"


def looked(pupil: Pupil, what: str, *, by: User | None, request: HttpRequest | None = None) -> AuditEntry:
    """Note that somebody (None: the command line) saw ``what`` of a pupil.

    Of a restricted one it is noted that it was opened, and people with the right are told by mail.
    """
    target = about(pupil)
    restricted = Restriction.objects.filter(pupil=pupil).exists()
    did = "restricted pupil opened" if restricted else f"{pupil.noun} seen"
    if restricted:
        touched(pupil, "opened", by=by)
    return record(did, by=by, target=target, details=what, request=request, about=target)
