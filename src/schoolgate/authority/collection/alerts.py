"""What people are told at once, and each day, of runs that failed."""

from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from schoolgate.authority.collection.models import CollectionRun, RunState
from schoolgate.commons.accounts.models import User
from schoolgate.commons.alerts.kinds import Alert, add_alert, is_staff
from schoolgate.commons.alerts.summary import Line, page, summary_line

FAILED_RUN = add_alert(
    Alert(
        "failed-run",
        "A school could not be collected",
        "at once",
        may_have=is_staff,
        on=is_staff,
        one="A school could not be collected",
        many="{} schools could not be collected",
        page="today",
    )
)


def left_failed() -> QuerySet[CollectionRun]:
    """Runs that failed by themselves, and after which nothing of the same data of the base has been collected.

    Those whose import failed are told of as imports.
    """
    cured = CollectionRun.objects.filter(
        base=OuterRef("base"), data=OuterRef("data"), made_at__gt=OuterRef("made_at"), state=RunState.SUCCESSFUL
    )
    later = CollectionRun.objects.filter(
        base=OuterRef("base"), data=OuterRef("data"), made_at__gt=OuterRef("made_at"), state=RunState.FAILED
    )
    failed = CollectionRun.objects.filter(state=RunState.FAILED).exclude(code="import-failed")
    return failed.filter(~Exists(cured), ~Exists(later), base__active=True)


@summary_line
def _failed_runs(reader: User, since: datetime) -> Line | None:
    number = left_failed().count() if is_staff(reader) else 0
    schools = "school was" if number == 1 else "schools were"
    return Line(f"{number:,} {schools} not collected.", page("today")) if number else None
