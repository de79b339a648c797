"""No licence, no files: held at the token, at whoami and at every file (handbook 02, Licensing).

That a school was turned away for want of one is kept with its base, so that the first page can name it.
"""

from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from schoolgate.authority.bases.la import LA_NUMBER
from schoolgate.authority.bases.licensing import Licensing
from schoolgate.authority.bases.models import Base
from schoolgate.authority.exchange.problems import PROBLEMS, ApiProblem
from schoolgate.commons.accounts.models import User
from schoolgate.commons.journal import writing as journal

# A program that tries all day is noted once an hour; the journal tells of it again after a day of silence.
NOTED_AGAIN_AFTER = timedelta(hours=1)
TOLD_AGAIN_AFTER = timedelta(days=1)


def require_a_licence(account: User) -> None:
    """Raise ApiProblem when the account has bases and none of them stands on a licence.

    `no-licence` when one of them is this authority's own school, else `no-out-of-county-licence`.
    """
    bases = list(Base.objects.open_to(account))
    licensing = Licensing()
    missing = {licensing.missing(base) for base in bases}
    if bases and "" not in missing:
        _note(bases, licensing)
        raise ApiProblem("no-licence" if "no-licence" in missing else "no-out-of-county-licence")


def require_licence(base: Base, licensing: Licensing) -> None:
    """Raise ApiProblem `no-licence` or `no-out-of-county-licence` when this base has none."""
    missing = licensing.missing(base)
    if missing:
        _note([base], licensing)
        raise ApiProblem(missing)


def _note(bases: Sequence[Base], licensing: Licensing) -> None:
    now = timezone.now()
    for base in bases:
        last = base.licence_missed_at
        if last is not None and last > now - NOTED_AGAIN_AFTER:
            continue
        with transaction.atomic():
            Base.objects.filter(pk=base.pk).update(licence_missed_at=now)
            if last is None or last <= now - TOLD_AGAIN_AFTER:
                code = licensing.missing(base)
                journal.write(
                    "WARN",
                    f"{base} was turned away: {PROBLEMS[code].title.lower()}.",
                    details=PROBLEMS[code].detail,
                    la=base.la,
                    destination_la=LA_NUMBER.get(),
                    school=base.number,
                    link=reverse("base", args=[base.pk], urlconf=settings.ROOT_URLCONF),
                )
