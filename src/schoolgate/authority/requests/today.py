"""What the first page says of requests: those that must be answered soon, and those that should have been."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from schoolgate.authority.exchange.today import ALSO_TO_DO, ToDo
from schoolgate.authority.requests.models import DataRequest

SOON = timedelta(days=7)


def due_requests() -> list[ToDo]:
    """In numbers, since everybody reads this page."""
    today = timezone.localdate()
    soon = DataRequest.objects.due(today + SOON).count()
    late = DataRequest.objects.due(today - timedelta(days=1)).count()
    if not soon:
        return []
    text = "One request about a person’s data must be" if soon == 1 else f"{soon} requests about people’s data must be"
    text += f" answered within {SOON.days} days."
    if late:
        text += " The time is over." if soon == 1 else f" For {late} of them the time is over."
    return [ToDo(text, "See the requests", reverse("data-requests"))]


ALSO_TO_DO.append(due_requests)
