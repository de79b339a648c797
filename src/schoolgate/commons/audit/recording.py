"""Writing the audit."""

from typing import Any

from django.http import HttpRequest

from schoolgate.commons.audit.models import AuditEntry

THE_SYSTEM = "the system"


def record(
    did: str, *, by: Any, target: str = "", details: str = "", request: HttpRequest | None = None, who: str = ""
) -> AuditEntry:
    """Add an entry: what was done, by which user (None: the command line or a job), to what, from which address.

    Call it in the transaction that does the thing, so that neither stands without the other. `target` and `details`
    may name a child; they never hold a secret. `who` is for somebody who is no user.
    """
    return AuditEntry.objects.create(
        did=did,
        user=by,
        who=by.username if by is not None else who or THE_SYSTEM,
        address=(request.META.get("REMOTE_ADDR") or None) if request is not None else None,
        target=target[:300],
        details=details,
    )
