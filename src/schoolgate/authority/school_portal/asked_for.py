"""What the authority asks a school for, as the school's own people see it: the open requests of the outbox."""

from django.db.models import QuerySet

from schoolgate.authority.bases.models import Base
from schoolgate.authority.exchange.models import OutboxEntry


def open_requests(base: Base) -> QuerySet[OutboxEntry]:
    """The oldest first. An uploaded file closes those that it answers when it is imported, as one from a program."""
    return OutboxEntry.objects.open().filter(base=base).order_by("made_at", "pk")
