"""The schools' programs: which of them called, and when last."""

import re
from contextlib import suppress
from datetime import timedelta

from django.db import OperationalError
from django.utils import timezone

from schoolgate.authority.bases.models import Agent, Base
from schoolgate.commons.accounts.models import User

WRITTEN_EVERY = timedelta(minutes=1)
NEVER_SEEN = "never seen"
_PRODUCT = re.compile(r"([\w.+-]{1,60})(?:/([\w.+-]{1,40}))?", re.ASCII)


def note_agent(account: User, user_agent: str) -> None:
    """Remember that the account's program just called; `user_agent` is how it calls itself.

    `account` is read with its `agent`, so that most calls cost nothing more. That it cannot be written just now is no
    reason to refuse a call.
    """
    product = _PRODUCT.match(user_agent)
    program, version = (product[1], product[2] or "") if product else ("", "")
    known: Agent | None = getattr(account, "agent", None)
    if known is not None and known.is_as_seen(program, version, within=WRITTEN_EVERY):
        return
    with suppress(OperationalError):
        Agent.objects.update_or_create(
            account=account, defaults={"program": program, "version": version, "seen_at": timezone.now()}
        )


def agent_of(base: Base) -> Agent | None:
    """The program of the base's account; None when none has called. Read many bases with `account__agent`."""
    found: Agent | None = getattr(base.account, "agent", None)
    return found


def last_seen(agent: Agent | None) -> str:
    """In words: last seen Fri 27 Nov 16:02, version 0.5.0."""
    if agent is None:
        return NEVER_SEEN
    seen = timezone.localtime(agent.seen_at)
    day = "" if seen.date() == timezone.localdate() else f"{seen:%a} {seen.day} {seen:%b} "
    return f"last seen {day}{seen:%H:%M}" + (f", version {agent.version}" if agent.version else "")
