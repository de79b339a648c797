"""What came from schools, and from which nothing came."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Max
from django.urls import reverse
from django.utils import timezone

from schoolgate.authority.bases.la import SILENT_DAYS
from schoolgate.authority.bases.models import Base, BaseQuerySet
from schoolgate.authority.bases.reports import Report, Scope, report, school_columns
from schoolgate.authority.exchange.models import ReceivedFile
from schoolgate.authority.exchange.silence import silent
from schoolgate.commons.web.tables import AllGood, Column, NotYet


@dataclass(frozen=True)
class Sent:
    """What one school sent."""

    base: Base
    files: int = 0
    imported: int = 0
    failed: int = 0
    last: datetime | None = None


@report
class FilesReceived(Report):
    """How many files each school sent, and what became of them."""

    name = "files-received"
    title = "Files received"
    question = "How many files did each school send, and how many of them were imported?"
    noun = ("school", "schools")
    empty = NotYet("There is no school yet.")

    def columns(self) -> list[Column]:
        return [
            *school_columns("base__"),
            Column("files", "Files", kind="number"),
            Column("imported", "Imported", kind="number"),
            Column("failed", "Not imported", kind="number"),
            Column("last", "Last received", kind="time"),
        ]

    def rows(self, scope: Scope) -> list[Sent]:
        bases = Base.objects.filter(pk=scope.base.pk) if scope.base else Base.objects.filter(active=True)
        counted = scope.of(ReceivedFile.objects.order_by(), "received_at").values("base")
        found = {
            one["base"]: one
            for one in counted.annotate(
                files=Count("pk"),
                imported=Count("its_import__completed_at"),
                failed=Count("its_import__failed_at"),
                last=Max("received_at"),
            )
        }
        return [
            Sent(base, one["files"], one["imported"], one["failed"], one["last"])
            if (one := found.get(base.pk))
            else Sent(base)
            for base in bases.order_by("name", "la", "number")
        ]


@report
class SilentBases(Report):
    """The schools from which nothing has come for a while, the longest first."""

    name = "silent-bases"
    title = "Schools without a file"
    question = "From which schools has no file come for so many days?"
    noun = ("school", "schools")
    empty = AllGood("Every school has sent within these days.")
    asks_dates = False
    asks_days = True

    @property
    def usual_days(self) -> int:
        return SILENT_DAYS.get()

    def columns(self) -> list[Column]:
        return [
            Column("name", "School", link=lambda base: reverse("base", args=[base.pk])),
            *school_columns()[1:],
            Column("account__username", "Account"),
            Column("last_file_at", "Last file", kind="time"),
            Column("days", "Days", kind="number", sort="", value=_days),
            Column("created_at", "Base since", kind="time"),
        ]

    def rows(self, scope: Scope) -> BaseQuerySet:
        bases = Base.objects.filter(pk=scope.base.pk) if scope.base else Base.objects.all()
        found = silent(bases, scope.days or self.usual_days, timezone.now())
        return found.select_related("account").order_by(F("last_file_at").asc(nulls_first=True), "name")


def _days(base: Base) -> int | None:
    last: datetime | None = getattr(base, "last_file_at", None)
    return (timezone.now() - last).days if last else None
