"""What "Where is my file?" finds here."""

import re

from django.db.models import Q, QuerySet
from django.urls import reverse

from schoolgate.authority.exchange.kinds import KINDS
from schoolgate.authority.exchange.models import ReceivedFile, RefusedDelivery
from schoolgate.authority.records.models.visible import STAFF
from schoolgate.commons.accounts.models import User
from schoolgate.commons.web.finding import Found, finder

MOST = 50
DIGITS_OF_A_DIGEST = re.compile(r"[0-9a-f]{8,64}")


def files_called(user: User, text: str) -> QuerySet[ReceivedFile]:
    """The files that this user may know of, by name, number, school, receipt or digest; the newest first."""
    compact = text.replace(" ", "")
    wanted = (
        Q(name__icontains=compact)
        | Q(ref__icontains=compact)
        | Q(base__name__icontains=text)
        | Q(base__number=compact)
        | _begins_with_digest(compact)
    )
    return ReceivedFile.objects.visible_to(user).filter(wanted).select_related("base", "its_import__job")


@finder("files received, by name, number, school, receipt or digest")
def find_received_files(user: User, text: str) -> list[Found]:
    if user.role not in STAFF:
        return []
    return [
        Found(
            what=KINDS[file.kind].words,
            name=file.name,
            school=str(file.base),
            state=file.outcome["state"],
            when=file.received_at,
            holder="this authority",
            link=reverse("received-file", args=[file.pk]),
            state_link=reverse("import", args=[file.its_import_id]) if file.its_import_id else "",
        )
        for file in files_called(user, text)[:MOST]
    ]


@finder("deliveries that were refused")
def find_refused_deliveries(user: User, text: str) -> list[Found]:
    compact = text.replace(" ", "")
    wanted = Q(name__icontains=text) | Q(name__icontains=compact) | Q(school=compact) | _begins_with_digest(compact)
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


def _begins_with_digest(text: str) -> Q:
    """Eight digits of a digest are enough to name a file; fewer would find others by chance."""
    digits = text.lower()
    return Q(sha256__startswith=digits) if DIGITS_OF_A_DIGEST.fullmatch(digits) else Q(pk__in=[])
