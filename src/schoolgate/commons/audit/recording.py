"""Writing the audit."""

from ipaddress import ip_address
from typing import Any

from django.http import HttpRequest

from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.prepared import insert, new_row

THE_SYSTEM = "the system"


def record(
    did: str,
    *,
    by: Any,
    target: str = "",
    details: str = "",
    request: HttpRequest | None = None,
    who: str = "",
    about: str = "",
) -> AuditEntry:
    """Add an entry: what was done, by which user (None: the command line or a job), to what, from which address.

    Call it in the transaction that does the thing, so that neither stands without the other. `target` and `details`
    may name a child; they never hold a secret. `who` is for somebody who is no user. `about` is
    the one row that it concerns, as `pupil 4711`: by it `AuditEntry.objects.about` finds the entry.

    Raises ValueError for a user who is in no row.
    """
    if by is not None and by.pk is None:
        raise ValueError("Nobody is on record as who is not signed in.")
    entry = new_row(
        AuditEntry,
        did=did,
        user_id=by.pk if by is not None else None,
        who=by.username if by is not None else who or THE_SYSTEM,
        address=_address(request),
        target=target[:300],
        details=details,
        about=about,
    )
    insert(entry)
    return entry


def _address(request: HttpRequest | None) -> str | None:
    """Whence the request came; None when no IP address is known, for example behind a socket."""
    try:
        return str(ip_address(request.META.get("REMOTE_ADDR", ""))) if request is not None else None
    except ValueError:
        return None
