"""Where is my file? What this site knows by a file's name, a receipt's number, a school's number or a digest."""

from django.db.models import Q
from django.urls import reverse

from schoolgate.commons.accounts.models import User
from schoolgate.commons.web.finding import Found, finder
from schoolgate.school.exchange.models import HeldBackFile, Transfer
from schoolgate.school.exchange.models.transfer import ARRIVED
from schoolgate.school.exchange.words import KIND_WORDS

MOST = 50


@finder("files sent or waiting to be sent")
def find_transfers(user: User, text: str) -> list[Found]:
    """Transfers, the newest first."""
    school = text.replace(" ", "").replace("/", "")
    wanted = (
        Q(name__icontains=text)
        | Q(receipt_ref__icontains=text)
        | Q(sha256__istartswith=text)
        | Q(school_name__icontains=text)
        | Q(source_school=school)
    )
    if len(school) == 7:
        wanted |= Q(source_la=school[:3], source_school=school[3:])
    return [
        Found(
            what=KIND_WORDS[transfer.kind],
            name=transfer.name,
            school=transfer.base,
            state=transfer.state,
            when=transfer.changed_at,
            holder=f"LA {transfer.la}" if transfer.state in ARRIVED else "this site",
            link=reverse("transfer", args=[transfer.pk]),
        )
        for transfer in Transfer.objects.visible_to(user).filter(wanted)[:MOST]
    ]


@finder("files held back")
def find_held_back(user: User, text: str) -> list[Found]:
    """Held-back files, the newest first."""
    wanted = Q(name__icontains=text) | Q(sha256__istartswith=text) | Q(school=text.replace(" ", ""))
    return [
        Found(
            what="File held back",
            name=held_back.name,
            school=held_back.school,
            state="held back",
            when=held_back.since,
            holder="this site",
            link=reverse("held-back-file", args=[held_back.pk]),
        )
        for held_back in HeldBackFile.objects.visible_to(user).filter(wanted)[:MOST]
    ]
