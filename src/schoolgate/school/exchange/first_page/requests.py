"""Files that LAs ask for."""

from collections.abc import Iterator

from django.db.models import Count, Min
from django.urls import reverse

from schoolgate.school.exchange.first_page.to_do import ToDo
from schoolgate.school.exchange.models import Destination, FileRequest
from schoolgate.school.exchange.telling import since
from schoolgate.wire.outcome_words import so_many

TOLD_SINGLY = 3


def asked_for() -> Iterator[ToDo]:
    """Each request by itself while they are few, else how many schools are asked."""
    total = FileRequest.objects.aggregate(
        requests=Count("pk"), schools=Count("school", distinct=True), first=Min("made_at")
    )
    if not total["requests"]:
        return
    if total["requests"] > TOLD_SINGLY:
        text = (
            f"{so_many(total['requests'], 'file')} of {so_many(total['schools'], 'school')} "
            f"are asked for, the first since {since(total['first'])}."
        )
        yield ToDo("asked for", text, "See which", reverse("file-requests"), total["requests"])
        return
    names = dict(Destination.objects.values_list("la", "name"))
    for one in FileRequest.objects.all():
        la = names.get(one.destination_la) or f"LA {one.destination_la}"
        task = f"task “{one.task}”, " if one.task else ""
        text = f"{la} asks for {one} ({task}since {since(one.made_at)})."
        yield ToDo("asked for", text, "See what to do", reverse("file-requests"))
