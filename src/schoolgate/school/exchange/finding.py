"""Where is my file? What this site knows by a file's name, a receipt's number, a school's number or a digest."""

from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse

from schoolgate.commons.accounts.models import User
from schoolgate.commons.web.finding import Found, finder
from schoolgate.school.exchange.models import HeldBackFile, School, Transfer
from schoolgate.school.exchange.models.transfer import ARRIVED
from schoolgate.school.exchange.words import KIND_WORDS, StateWords

MOST = 50


@finder("files sent or waiting to be sent")
def find_transfers(user: User, text: str) -> list[Found]:
    """Transfers, the newest first."""
    school = _digits(text)
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
            state=StateWords(transfer),
            when=transfer.changed_at,
            holder=f"LA {transfer.la}" if transfer.state in ARRIVED else "this site",
            link=reverse("transfer", args=[transfer.pk]),
        )
        for transfer in Transfer.objects.visible_to(user).filter(wanted)[:MOST]
    ]


@finder("files held back")
def find_held_back(user: User, text: str) -> list[Found]:
    """Held-back files, the newest first."""
    wanted = Q(name__icontains=text) | Q(sha256__istartswith=text) | Q(school=_digits(text))
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


@finder("schools")
def find_schools(user: User, text: str) -> list[Found]:
    """Schools with a row of their own, each with how it stands behind it."""
    number = _digits(text)
    wanted = Q(name__icontains=text) | Q(number=number)
    if len(number) == 7:
        wanted |= Q(la=number[:3], number=number[3:])
    return [
        Found(
            what="School",
            name=school.name,
            school=school.base,
            state="cannot sign in" if school.user and school.trouble else "",
            when=school.connected_at,
            holder=f"sends to LA {school.destination_la}",
            link=f"{reverse('school-board')}?{urlencode({'la': school.la, 'number': school.number})}",
        )
        for school in School.objects.visible_to(user).filter(wanted)[:MOST]
    ]


def _digits(text: str) -> str:
    """A school's number however it is written: 8204321, 820 4321, 820/4321, 820-4321."""
    return text.replace(" ", "").replace("/", "").replace("-", "")
