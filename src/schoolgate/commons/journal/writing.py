"""Writing the journal, and hiding lines from it."""

from collections.abc import Collection
from datetime import datetime
from typing import Literal

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.commons.journal.models import JournalLine
from schoolgate.commons.prepared import insert, new_row

Level = Literal["INFO", "WARN", "ERROR"]


def write(
    level: Level,
    message: str,
    *,
    la: str = "",
    destination_la: str = "",
    school: str = "",
    kind: str = "",
    details: str = "",
    link: str = "",
) -> JournalLine:
    """Add a line: what happened, in a sentence of at most 500 characters that names no child and quotes no value.

    `la` and `school` are the source's numbers (3 and 4 digits), `kind` is of which kind the files are that it is about,
    for pages that show the lines of one, and `link` an address on this site that tells more.
    """
    line = new_row(
        JournalLine,
        level=level,
        message=message[:500],
        la=la,
        destination_la=destination_la,
        school=school,
        kind=kind,
        details=details,
        link=link,
    )
    insert(line)
    return line


def hide(lines: Collection[JournalLine], *, by: User, request: HttpRequest | None = None) -> None:
    """Take lines out of sight: "Delete" (handbook 04). They stay on record and can be brought back."""
    _set(lines, hidden_at=timezone.now(), hidden_by=by, did="journal line deleted", by=by, request=request)


def bring_back(lines: Collection[JournalLine], *, by: User, request: HttpRequest | None = None) -> None:
    """Show lines again that were taken out of sight."""
    _set(lines, hidden_at=None, hidden_by=None, did="journal line brought back", by=by, request=request)


def _set(
    lines: Collection[JournalLine],
    *,
    hidden_at: datetime | None,
    hidden_by: User | None,
    did: str,
    by: User,
    request: HttpRequest | None,
) -> None:
    with transaction.atomic():
        for line in lines:
            line.hidden_at, line.hidden_by = hidden_at, hidden_by
            line.save(update_fields=["hidden_at", "hidden_by"])
            record(did, by=by, target=f"line {line.pk}", request=request)
