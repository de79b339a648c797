"""Giving schools their standard licence, and taking it away."""

from collections.abc import Iterable

from django.db import transaction
from django.http import HttpRequest

from schoolgate.authority.bases.licensing import Licensing
from schoolgate.authority.bases.models import Base
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.commons.journal import writing as journal


def set_licences(
    bases: Iterable[Base], licensed: bool, *, by: User | None, request: HttpRequest | None = None
) -> tuple[list[Base], list[Base]]:
    """Give these schools their standard licence, or take it away, from the next call of their programs on.

    Returns the bases that were changed, and those of other LAs, which were not: they stand on the Out of County
    licence.
    """
    licensing = Licensing()
    own: list[Base] = []
    others: list[Base] = []
    for base in bases:
        (own if licensing.is_own(base) else others).append(base)
    changed = [base for base in own if base.licensed != licensed]
    did = "licence given" if licensed else "licence taken away"
    with transaction.atomic():
        Base.objects.filter(pk__in=[base.pk for base in changed]).update(licensed=licensed, licence_missed_at=None)
        for base in changed:
            record(did, by=by, target=base.dfe_number, request=request)
        if changed:
            what = str(changed[0]) if len(changed) == 1 else f"{len(changed)} schools"
            journal.write("INFO", f"Standard {did}: {what}.", la=licensing.la)
    return changed, others
