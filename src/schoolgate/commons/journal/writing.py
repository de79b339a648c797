"""Writing the journal, and hiding lines from it."""

from typing import Literal

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.commons.journal.models import JournalLine

Level = Literal["INFO", "WARN", "ERROR"]


def write(
    level: Level,
    message: str,
    *,
    la: str = "",
    destination_la: str = "",
    school: str = "",
    details: str = "",
    link: str = "",
) -> JournalLine:
    """Add a line: what happened, in a sentence of at most 500 characters that names no child and quotes no value.

    `la` and `school` are the source's numbers (3 and 4 digits), `link` an address on this site that tells more.
    """
    return JournalLine.objects.create(
        level=level,
        message=message[:500],
        la=la,
        destination_la=destination_la,
        school=school,
        details=details,
        link=link,
    )


def hide(line: JournalLine, *, by: User, request: HttpRequest | None = None) -> None:
    """Take a line out of sight. It stays on record and can be brought back."""
    with transaction.atomic():
        line.hidden_at, line.hidden_by = timezone.now(), by
        line.save(update_fields=["hidden_at", "hidden_by"])
        record("journal line hidden", by=by, target=f"line {line.pk}", request=request)


def bring_back(line: JournalLine, *, by: User, request: HttpRequest | None = None) -> None:
    """Show a hidden line again."""
    with transaction.atomic():
        line.hidden_at = line.hidden_by = None
        line.save(update_fields=["hidden_at", "hidden_by"])
        record("journal line brought back", by=by, target=f"line {line.pk}", request=request)
