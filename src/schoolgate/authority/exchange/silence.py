"""Schools of which no file has come for a while."""

from datetime import datetime, timedelta

from django.db.models import Max, Q

from schoolgate.authority.bases.models import BaseQuerySet


def silent(bases: BaseQuerySet, days: int, now: datetime) -> BaseQuerySet:
    """Those of these bases that may send and sent nothing for so many days, with `last_file_at`; None: never any.

    A base that is younger than that is not silent yet.
    """
    before = now - timedelta(days=days)
    with_last = bases.filter(active=True, created_at__lt=before).annotate(
        last_file_at=Max("received_files__received_at")
    )
    return with_last.filter(Q(last_file_at=None) | Q(last_file_at__lt=before))
