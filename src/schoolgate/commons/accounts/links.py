"""Single-use links: how the first administrator, an invited user or one who forgot chooses a password.

They work without a mail server: the link is shown once, to hand over.
"""

import hashlib
import secrets
from datetime import timedelta

from django.conf import settings
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone

from schoolgate.commons.accounts.models import SingleUseLink, User

HOURS = {"first-administrator": 24, "invitation": 14 * 24, "reset": 24}


class LinkSpent(Exception):
    """The link was used, has run out, was replaced by a newer one, or never was one."""


def make_link(user: User | None, purpose: str, *, hours: int | None = None) -> str:
    """Make a link good once and for so many hours, and return its absolute address, told only here.

    Older unused links of the same user are dead from now on. `user` is None for the first administrator. A school's
    program gets no link: it never comes to screens.
    """
    purpose = SingleUseLink.Purpose(purpose).value
    token = secrets.token_urlsafe(24)
    now = timezone.now()
    with transaction.atomic():
        SingleUseLink.objects.filter(user=user, used_at=None).delete()
        SingleUseLink.objects.create(
            purpose=purpose,
            user=user,
            digest=_digest(token),
            created_at=now,
            expires_at=now + timedelta(hours=hours or HOURS[purpose]),
        )
    # Named, because the exchange API's own door has other addresses.
    return settings.SCHOOLGATE_URL + reverse("set-password", args=[token], urlconf=settings.ROOT_URLCONF)


def first_administrator_link() -> str:
    """The link by which the first administrator comes in, good once and for a day; an older one is dead."""
    return make_link(None, SingleUseLink.Purpose.FIRST_ADMINISTRATOR)


def find_link(token: str) -> SingleUseLink:
    """The link with this secret part, if it may still be used. Raises LinkSpent."""
    link = _usable().filter(digest=_digest(token)).select_related("user").first()
    if link is None or (link.user is None and User.objects.active_administrators().exists()):
        raise LinkSpent
    return link


def spend(link: SingleUseLink) -> None:
    """Use the link up; call it in the transaction that does what the link is for.

    Raises LinkSpent when somebody else was faster.
    """
    if not _usable().filter(pk=link.pk).update(used_at=timezone.now()):
        raise LinkSpent


def _usable() -> models.QuerySet[SingleUseLink]:
    people = User.objects.people().filter(is_active=True)
    return SingleUseLink.objects.filter(
        models.Q(user=None) | models.Q(user__in=people), used_at=None, expires_at__gt=timezone.now()
    )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
