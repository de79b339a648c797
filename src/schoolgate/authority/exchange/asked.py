"""What a school is asked for, and what waits for it, on its base's page."""

from schoolgate.authority.bases.agents import agent_of, last_seen
from schoolgate.authority.bases.base_page import PARTS, Part
from schoolgate.authority.bases.models import Base
from schoolgate.authority.exchange.models import OutboxEntry
from schoolgate.authority.exchange.views.staff_changes import of_staff
from schoolgate.commons.accounts.access import PersonRequest


def asked_for(request: PersonRequest, base: Base) -> Part | None:
    """The open requests and the files that wait; nothing where there are none."""
    entries = OutboxEntry.objects.visible_to(request.user).open().filter(base=base).order_by("pk")
    requests, files = list(entries.requests()), list(entries.files())
    if not requests and not files:
        return None
    shown = {
        "entries": requests,
        "files": files,
        "agent": last_seen(agent_of(base)),
        "in_portal": base.people.exists(),
    }
    return Part("authority_exchange/asked.html", shown)


PARTS += [asked_for, of_staff]
