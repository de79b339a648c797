"""Who is told that an account is locked: heard from django-axes, which every door's passwords go through."""

from typing import Any

from axes.signals import user_locked_out
from django.conf import settings
from django.dispatch import receiver
from django.urls import reverse

from schoolgate.commons.accounts.models import User
from schoolgate.commons.alerts.kinds import LOCKED_ACCOUNT
from schoolgate.commons.alerts.telling import tell_at_once


@receiver(user_locked_out, dispatch_uid="alerts.locked-account")
def note_lock(username: str | None = None, **_: Any) -> None:
    """Note the lock of an account that there is; what nobody is called may be a password typed in the wrong field."""
    known = User.objects.filter(username=User.normalize_username(username or "")).first()
    if known is not None:
        text = f"The account {known.username} is locked for a while after too many wrong passwords."
        link = reverse("audit", urlconf=settings.ROOT_URLCONF)
        tell_at_once(LOCKED_ACCOUNT.name, text, key=f"account {known.pk}", link=link)
