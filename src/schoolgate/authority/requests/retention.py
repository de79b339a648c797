"""Closed requests go after some years: who asked, and what was answered. The audit's lines stay."""

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse

from schoolgate.authority.requests.models import DataRequest
from schoolgate.commons.preferences.registry import NumberPreference
from schoolgate.commons.retention.kinds import Item, Kept, keeps


@keeps
class DataRequests(Kept):
    """Requests about people's data that were answered or refused."""

    name = "data-requests"
    words = "Requests about people’s data that are closed"
    stays = "the audit’s lines of who did what about each, by number and without a name"
    why = "to show that a request was answered in time, for as long as somebody may complain of it"
    days = NumberPreference(
        "data-requests-days",
        default=1095,
        meaning="for how many days requests about people’s data are kept after they were closed; 0 is for ever",
    )

    def over(self, before: datetime) -> Iterator[Item]:
        for asked in DataRequest.objects.filter(closed_at__lt=before).order_by("closed_at"):
            name = f"{asked.ref}, {asked.get_kind_display().lower()}"
            yield Item(asked.pk, name, asked.closed_at or asked.written_at, 0, reverse("data-request", args=[asked.pk]))

    def remove(self, item: Item) -> str:
        DataRequest.objects.filter(pk=item.key, closed_at__isnull=False).delete()
        return ""
