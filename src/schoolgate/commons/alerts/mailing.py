"""A mail is a job: never sent inside a request or a transaction, tried again while a server does not answer.

SMTP has no question to ask afterwards, so a worker that dies between the server's yes and its own record sends the mail
once more, under the same Message-ID. Everything else is sent once.
"""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from schoolgate.commons.accounts.models import User
from schoolgate.commons.alerts.models import Mail
from schoolgate.commons.alerts.smtp import NotSent, is_set_up, send
from schoolgate.commons.jobs.kinds import JobKind, Permanent, RunningJob, TryLater, register
from schoolgate.commons.jobs.submitting import submit
from schoolgate.commons.preferences.registry import PREFERENCES


def post(person: User, alert: str, key: str, subject: str, text: str) -> Mail | None:
    """Have a mail sent, in the caller's transaction; None when the person has one for this key already."""
    with transaction.atomic():
        mail, is_new = Mail.objects.get_or_create(
            person=person, alert=alert, key=key, defaults={"subject": subject[:200], "text": text}
        )
        if not is_new:
            return None
        mail.job = submit(SendMail.name, {"mail": mail.pk, "to": person.username, "alert": alert})
        mail.save(update_fields=["job"])
    return mail


def site_name() -> str:
    """Whose site this is, for people who get mail from it."""
    preference = PREFERENCES.get(settings.SCHOOLGATE_OWNER_PREFERENCE)
    return str(preference.get() if preference else "") or "Schoolgate"


@register
class SendMail(JobKind):
    """One mail. Tried for about three hours: the pause doubles up to a quarter of an hour."""

    name = "mail"
    label = "Sending mail"
    max_attempts = 20
    routine = True

    def words(self, args: dict[str, Any]) -> str:
        return f"Mail to {args['to']} ({str(args['alert']).replace('-', ' ')})"

    def run(self, running: RunningJob) -> dict[str, Any] | None:
        mail = Mail.objects.select_related("person").filter(pk=running.args["mail"]).first()
        if mail is None or mail.sent_at:
            return None
        if not (mail.person.is_active and mail.person.email):
            return {"not_sent": "This person is switched off, or has no e-mail address any more."}
        if not is_set_up():
            return {"not_sent": "This site has no mail server any more."}
        try:
            send(mail.person.email, mail.subject, mail.text, message_id=_message_id(mail))
        except NotSent as error:
            raise (Permanent(error.sentence) if error.for_good else TryLater(None, error.sentence)) from None
        mail.sent_at, mail.sent_to = timezone.now(), mail.person.email
        mail.save(update_fields=["sent_at", "sent_to"])
        return None


def _message_id(mail: Mail) -> str:
    """The same for every try; another for a number that is used again after a backup was put back."""
    host = urlsplit(settings.SCHOOLGATE_URL).hostname
    return f"<{mail.pk}.{mail.made_at.timestamp():.0f}@{host}>"
