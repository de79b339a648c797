"""Rights: what a person may do beyond the role. A site names its own (`SCHOOLGATE_RIGHTS`); administrators give them.

No role brings one, an administrator's neither: who has one was given it by name, and that stands in the audit.
"""

from collections.abc import Collection, Mapping

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest

from schoolgate.commons.accounts.creating import bound_roles
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record


class RightsChangedMeanwhile(Exception):
    """Somebody else changed the user's rights since they were shown."""


def known_rights() -> Mapping[str, str]:
    """This site's rights, each with what it allows; none where the site names none."""
    rights: Mapping[str, str] = getattr(settings, "SCHOOLGATE_RIGHTS", {})
    return rights


def change_rights(
    user: User,
    rights: Collection[str],
    *,
    by: User | None,
    request: HttpRequest | None = None,
    seen: Collection[str] | None = None,
) -> None:
    """Let a user have just these rights, from the next click on; the same again changes nothing.

    ``seen`` is what was shown as the user's before. Raises ValueError for a right that this site does not have, or for
    a program or a bound role, and RightsChangedMeanwhile.
    """
    wanted = sorted(set(rights))
    if unknown := set(wanted) - known_rights().keys():
        raise ValueError(f"This site has no right '{min(unknown)}'.")
    if user.is_machine and wanted:
        raise ValueError("A school's program can have no right.")
    if user.role in bound_roles() and wanted:
        raise ValueError(f"Who has the role '{user.role}' can have no right.")
    with transaction.atomic():
        before = sorted(User.objects.select_for_update().get(pk=user.pk).rights)
        if seen is not None and before != sorted(seen):
            raise RightsChangedMeanwhile("Somebody changed these rights a moment ago. Look at them, and choose again.")
        user.rights = wanted
        if before == wanted:
            return
        user.save(update_fields=["rights"])
        details = f"{', '.join(before) or 'none'} → {', '.join(wanted) or 'none'}"
        record("rights changed", by=by, target=user.username, details=details, request=request)
