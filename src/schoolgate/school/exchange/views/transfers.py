"""Every file and where it is, and one file's story."""

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.web.tables import Column, NotYet, Table
from schoolgate.school.exchange.asking import cancel_file, send_again
from schoolgate.school.exchange.connecting import is_for
from schoolgate.school.exchange.hindrances import hindrance_of
from schoolgate.school.exchange.logins import receiver_of
from schoolgate.school.exchange.models import Destination, HeldBackFile, State, Transfer
from schoolgate.school.exchange.models.transfer import WAITING
from schoolgate.school.exchange.receipt_keys import kept_keys
from schoolgate.school.exchange.story import story_of
from schoolgate.school.exchange.views.outcomes import what_became_of
from schoolgate.school.exchange.words import KIND_WORDS, StateWords, outcome_words
from schoolgate.wire.receipts import Receipt, ReceiptError, receipt_file, verify

LIVE_SECONDS = 2
OFFICE = ("administrator", "sender")


@who(*OFFICE)
def transfers(request: PersonRequest) -> HttpResponseBase:
    """All files that passed the checks, the newest on top; above them those that were held back."""
    mine = Transfer.objects.visible_to(request.user).lean()
    moving = mine.filter(state=State.SENDING) | mine.asked_for()
    table = Table(
        [
            Column("name", "File", search=True, link=lambda transfer: reverse("transfer", args=[transfer.pk])),
            Column("kind", "Kind", sort="", value=lambda transfer: KIND_WORDS[transfer.kind]),
            Column("pupils", "People", kind="number"),
            Column("la", "To", choices=[(one.la, str(one)) for one in Destination.objects.all()]),
            Column("state", "State", choices=State.choices, value=StateWords),
            Column("changed_at", "When", kind="time", dates=True),
            Column("attempts", "Tries", kind="number", sort=""),
            Column("outcome", "Outcome", value=outcome_words, sort=""),
        ],
        mine,
        request,
        name="files",
        noun=("file", "files"),
        empty=NotYet("No files yet.", "Send a file", reverse("send-file")),
        live_seconds=LIVE_SECONDS if moving.exists() else 0,
    )
    held_back = HeldBackFile.objects.visible_to(request.user)
    return table.response("school_exchange/transfers.html", {"held_back": held_back.count()})


@who(*OFFICE)
def transfer(request: PersonRequest, transfer_id: int) -> HttpResponseBase:
    """The story of one file, and the buttons its state allows."""
    this = _of(request, transfer_id)
    destination = receiver_of(this.place)
    hindrance = hindrance_of(this, destination)
    context = {
        "transfer": this,
        "story": story_of(this, destination.contact if destination else "", hindered=hindrance is not None),
        "destination": destination,
        "state_words": StateWords(this),
        "hindrance": hindrance,
        "history": this.history.all(),
        **what_became_of(this),
        "may_try_again": this.may("try again"),
        "may_cancel": this.may("cancel"),
        "same_name": Transfer.objects.filter(kind=this.kind, name=this.name).exclude(pk=this.pk),
        "live_seconds": LIVE_SECONDS if this.state in WAITING and this.asked_at else 0,
        "kind": KIND_WORDS[this.kind],
    }
    return render(request, "school_exchange/transfer.html", context)


@who(*OFFICE)
@require_POST
def try_again(request: PersonRequest, transfer_id: int) -> HttpResponseBase:
    """Have a file sent that waits, needs attention or was cancelled."""
    this = _of(request, transfer_id)
    if send_again(this, by=request.user, request=request):
        messages.success(request, "The file is being sent again; that can do no harm.")
    else:
        messages.error(request, "The file has moved on meanwhile. See below.")
    return redirect("transfer", this.pk)


@who(*OFFICE)
def cancel(request: PersonRequest, transfer_id: int) -> HttpResponseBase:
    """Stop a file from being sent, after a question."""
    this = _of(request, transfer_id)
    if request.method == "POST":
        if cancel_file(this, by=request.user, request=request):
            messages.success(request, "The file is not sent. It stays where it is; Try again sends it after all.")
        else:
            messages.error(request, "The file has moved on meanwhile. See below.")
        return redirect("transfer", this.pk)
    question = {
        "heading": "Cancel this file?",
        "text": f"{this.name} stays in its folder and is not sent, until you choose Try again or export it anew.",
        "submit": "Cancel the file",
        "cancel": reverse("transfer", args=[this.pk]),
    }
    return render(request, "web/confirm.html", question)


@who(*OFFICE)
def problems(request: PersonRequest, transfer_id: int) -> HttpResponseBase:
    """What the check warned of in a file that was sent; the LA decides it."""
    this = _of(request, transfer_id)
    context = {"file": this, "back": reverse("transfer", args=[this.pk]), "sent": True}
    return render(request, "school_exchange/problems.html", context)


@who(*OFFICE)
def receipt(request: PersonRequest, transfer_id: int) -> HttpResponseBase:
    """The receipt as a page to print; its signature is verified every time it is shown."""
    this = _with_receipt(request, transfer_id)
    stated, doubt = _verify(this)
    destination = Destination.objects.filter(la=this.la).first()
    context = {
        "transfer": this,
        "receipt": stated,
        "doubt": doubt,
        "destination": destination,
        "whom_to_ask": destination.contact if destination else "",
    }
    return render(request, "school_exchange/receipt.html", context)


@who(*OFFICE)
def receipt_json(request: PersonRequest, transfer_id: int) -> HttpResponseBase:
    """The receipt as it is kept beside the file, for `schoolgate verify-receipt`."""
    this = _with_receipt(request, transfer_id)
    answer = HttpResponse(receipt_file(this.receipt, this.received_from), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="{this.name}.receipt.json"'
    return answer


def _verify(this: Transfer) -> tuple[Receipt | None, str]:
    """What the receipt states if it is genuine, else why it is not to be relied on."""
    try:
        stated = verify(this.receipt, kept_keys(this.la))
    except ReceiptError as error:
        return None, error.sentence
    if not is_for(stated, this):
        return None, "The receipt is genuine, but it is for another file."
    return stated, ""


def _of(request: PersonRequest, transfer_id: int) -> Transfer:
    return get_object_or_404(Transfer.objects.visible_to(request.user), pk=transfer_id)


def _with_receipt(request: PersonRequest, transfer_id: int) -> Transfer:
    this = _of(request, transfer_id)
    if not this.receipt:
        raise Http404
    return this
