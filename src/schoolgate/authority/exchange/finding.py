"""What "Where is my file?" finds here."""

from django.db.models import Q, QuerySet
from django.urls import reverse

from schoolgate.authority.exchange.kinds import KINDS
from schoolgate.authority.exchange.models import ReceivedFile, RefusedDelivery
from schoolgate.commons.accounts.models import User
from schoolgate.commons.web.finding import Found, finder

MOST = 50


@finder("files received, by name, number, school, receipt or digest")
def find_received_files(user: User, text: str) -> list[Found]:
    compact = text.replace(" ", "")
    wanted = (
        Q(name__icontains=compact)
        | Q(ref__icontains=compact)
        | Q(base__name__icontains=text)
        | Q(base__number=compact)
        | Q(sha256__startswith=compact.lower())
    )
    files = ReceivedFile.objects.visible_to(user).filter(wanted).select_related("base")
    return [
        Found(
            what=KINDS[file.kind].words,
            name=file.name,
            school=str(file.base),
            state=file.outcome["state"],
            when=file.received_at,
            holder="this authority",
            link=reverse("received-file", args=[file.pk]),
        )
        for file in files[:MOST]
    ]


@finder("deliveries that were refused")
def find_refused_deliveries(user: User, text: str) -> list[Found]:
    compact = text.replace(" ", "")
    wanted = (
        Q(name__icontains=text) | Q(name__icontains=compact) | Q(school=compact) | Q(sha256__startswith=compact.lower())
    )
    refused: QuerySet[RefusedDelivery] = RefusedDelivery.objects.visible_to(user).filter(wanted)
    return [
        Found(
            what=KINDS[one.kind].words,
            name=one.name,
            school=f"{one.la} {one.school}".strip(),
            state="refused",
            when=one.last_at,
            holder="the school",
            link=reverse("refused-delivery", args=[one.pk]),
        )
        for one in refused[:MOST]
    ]
