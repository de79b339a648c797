"""Telling a school's people how they come in: the portal's address and their user name, by mail or by letter.

Handbook *SIMS Primary and One B2B:Student*, "School Portal changes": after the move no way leads there from SIMS.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from schoolgate.authority.bases.la import LA_CONTACT, LA_NAME
from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection.models import BaseMigration
from schoolgate.authority.school_portal.people import new_link, people_of
from schoolgate.commons.accounts.links import HOURS
from schoolgate.commons.accounts.models import User
from schoolgate.commons.alerts.smtp import NotSent, is_set_up, send
from schoolgate.commons.audit.recording import record
from schoolgate.commons.jobs.kinds import JobKind, Permanent, RunningJob, TryLater, register
from schoolgate.commons.jobs.submitting import submit
from schoolgate.commons.sealed import seal, unseal

LINK_DAYS = HOURS["invitation"] // 24


@dataclass(frozen=True)
class Letter:
    """What one person is told on paper; `link` is "" for who has chosen a password."""

    person: User
    link: str


@dataclass(frozen=True)
class Told:
    """Who gets a mail, and the letters for those who cannot get one."""

    mailed: list[User]
    letters: list[Letter]


def portal_address() -> str:
    """Where a school's people sign in."""
    return settings.SCHOOLGATE_URL + reverse("portal", urlconf=settings.ROOT_URLCONF)


def gets_mail(person: User) -> bool:
    """Whether this person can be told by mail."""
    return bool(is_set_up() and person.email)


def to_be_told(base: Base) -> list[User]:
    """Who can come in when told how."""
    return list(people_of(base).filter(is_active=True))


@transaction.atomic
def tell_school(base: Base, *, by: User | None, request: HttpRequest | None = None) -> Told:
    """Send a school's people the portal's address and their login, with a link for who has no password yet.

    Older links of these are dead. A migration of the base notes that the school was told, unless there was nobody.
    """
    told = Told([], [])
    for person in to_be_told(base):
        link = "" if person.has_usable_password() else new_link(base, person, by=by, request=request)
        if gets_mail(person):
            send_login(base, person, link)
            told.mailed.append(person)
        else:
            told.letters.append(Letter(person, link))
    if told.mailed or told.letters:
        names = ", ".join(person.username for person in (*told.mailed, *(letter.person for letter in told.letters)))
        record("School Portal login sent", by=by, target=base.dfe_number, details=names, request=request)
        BaseMigration.objects.filter(base=base).update(school_told_at=timezone.now(), school_told_by=by)
    return told


def send_login(base: Base, person: User, link: str) -> None:
    """Have a person sent the address and the login for a school; in the caller's transaction."""
    submit(SendLogin.name, {"base": base.pk, "person": person.pk, "link": seal(link) if link else ""})


def login_in_words(base: Base, person: User, link: str) -> str:
    """The mail: it names the person and the school, and no child."""
    authority = LA_NAME.get() or "your local authority"
    told = [
        f"In the School Portal of {authority} you see what is collected from {base.name}, what became of its files,",
        "and what is to be corrected.",
        "",
        f"Address:   {portal_address()}",
        f"User name: {person.username}",
        "",
    ]
    if link:
        told += [f"Choose your password with this link. It works once, and for {LINK_DAYS} days:", link]
    else:
        told += ["You have chosen a password already. If you forgot it, ask for a link to choose a new one."]
    if BaseMigration.objects.filter(base=base, migrated_at__isnull=False).exists():
        told += ["", "Keep this address: no way leads to the School Portal from within SIMS any more."]
    if contact := LA_CONTACT.get():
        told += ["", f"Questions? Ask {contact}."]
    return "\n".join(told)


@register
class SendLogin(JobKind):
    """One person's mail. The link lies sealed with the job: a repetition sends the same one, as the same mail."""

    name = "portal-login"
    label = "Sending logins for the School Portal"
    max_attempts = 20

    def words(self, args: dict[str, Any]) -> str:
        return "Sending a login for the School Portal"

    def run(self, running: RunningJob) -> dict[str, Any] | None:
        base = Base.objects.filter(pk=running.args["base"]).first()
        person = User.objects.filter(pk=running.args["person"], schools=base, is_active=True).first()
        if base is None or person is None or not person.email:
            return {"not_sent": "This person may not sign in any more, or has no e-mail address."}
        try:
            link = unseal(running.args["link"])
        except InvalidToken:
            raise Permanent("The link cannot be opened with this site's keys. Make a new one.") from None
        message_id = f"<portal-login.{running.job_id}@{urlsplit(settings.SCHOOLGATE_URL).hostname}>"
        try:
            send(person.email, f"School Portal: {base.name}", login_in_words(base, person, link), message_id=message_id)
        except NotSent as error:
            raise (Permanent(error.sentence) if error.for_good else TryLater(None, error.sentence)) from None
        return None
