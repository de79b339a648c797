"""Connection codes: which wait for their schools, and their letters."""

from django.conf import settings
from django.contrib import messages
from django.db.models import Prefetch
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from schoolgate.authority.bases.codes import COLUMNS_TO_SEND, make_codes, note_codes_shown, to_send
from schoolgate.authority.bases.la import CODE_DAYS, LA_CONTACT, LA_NAME
from schoolgate.authority.bases.models import Base, CodeBatch, ConnectionCode, ConnectionCodeQuerySet
from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.web.downloads import csv_download
from schoolgate.commons.web.tables import AllGood, Column, Table


def _codes(request: PersonRequest) -> ConnectionCodeQuerySet:
    codes: ConnectionCodeQuerySet = ConnectionCode.objects.visible_to(request.user)
    return codes.select_related("account", "batch").prefetch_related(
        Prefetch("account__bases", Base.objects.visible_to(request.user))
    )


def _schools(code: ConnectionCode) -> str:
    return ", ".join(base.name for base in code.account.bases.all())


def _dfe_numbers(code: ConnectionCode) -> str:
    return ", ".join(base.dfe_number for base in code.account.bases.all())


def _columns() -> list[Column]:
    return [
        Column("account__name", "School", search=True, value=_schools),
        Column("dfe", "DfE no.", kind="code", sort="", value=_dfe_numbers),
        Column("account__username", "Account", search=True),
        Column("expires_at", "Good until", kind="time"),
        Column("state", "State", kind="state", sort=""),
    ]


@who("administrator", "officer")
def codes(request: PersonRequest) -> HttpResponseBase:
    """The codes that no school has used, and the batches whose letters can be printed again."""
    made = Column(
        "batch__made_at",
        "Letters",
        kind="time",
        link=lambda code: reverse("code-batch", args=[code.batch_id]),
    )
    table = Table(
        [*_columns(), made],
        _codes(request).unused(),
        request,
        name="connection-codes",
        noun=("unused code", "unused codes"),
        empty=AllGood("No code is waiting: every school that got one has joined."),
    )
    return table.response("authority_bases/codes.html")


@who("administrator", "officer")
def batch(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Codes made together, with what to do with them."""
    made = get_object_or_404(CodeBatch.objects.visible_to(request.user), pk=pk)
    rows = _codes(request).filter(batch=made)
    table = Table(
        [*_columns(), Column("code", "Code", kind="code", sort="", value=lambda code: code.code or "")],
        rows,
        request,
        name="connection-codes",
        noun=("code", "codes"),
    )
    waiting = sum(code.state == "waiting" for code in rows)
    if waiting:
        note_codes_shown(made.words, by=request.user, request=request)
    return table.response("authority_bases/code_batch.html", {"batch": made, "waiting": waiting})


@who("administrator", "officer")
def letters(request: PersonRequest, pk: int) -> HttpResponseBase:
    """The letters of a batch, a page each when printed; codes that are used or have run out have none."""
    made = get_object_or_404(CodeBatch.objects.visible_to(request.user), pk=pk)
    note_codes_shown(made.words, by=request.user, request=request)
    waiting = list(_codes(request).good().filter(batch=made))
    return _letters(request, waiting, reverse("code-batch", args=[made.pk]))


@who("administrator", "officer")
def letter(request: PersonRequest, pk: int) -> HttpResponseBase:
    """The letter with the code that waits for one school."""
    base = get_object_or_404(Base.objects.visible_to(request.user), pk=pk)
    waiting = list(_codes(request).good().filter(account=base.account))
    if waiting:
        note_codes_shown(waiting[0].batch.words, by=request.user, request=request)
    return _letters(request, waiting, reverse("base", args=[base.pk]))


@who("administrator", "officer")
def to_send_csv(request: PersonRequest, pk: int) -> HttpResponseBase:
    """A row for each school whose code waits, for a mail merge."""
    made = get_object_or_404(CodeBatch.objects.visible_to(request.user), pk=pk)
    note_codes_shown(made.words, by=request.user, request=request)
    return csv_download("connection-codes", COLUMNS_TO_SEND, list(to_send(_codes(request).filter(batch=made))))


@who("administrator", "officer")
def new_code(request: PersonRequest, pk: int) -> HttpResponseBase:
    """A new code for the account of one base, after a question."""
    base = get_object_or_404(Base.objects.visible_to(request.user).select_related("account"), pk=pk)
    if request.method == "POST":
        made = make_codes([base.account], words=str(base), by=request.user, request=request)
        messages.success(request, "The code is made. Print its letter, or send it.")
        return redirect("code-batch", made.pk)
    context = {
        "heading": f"Make a connection code for {base.name}?",
        "text": f"It is good once, for {CODE_DAYS.get()} days. An older unused one stops working; a password in use "
        "goes on working until the code is used.",
        "submit": "Make the code",
        "cancel": reverse("base", args=[base.pk]),
    }
    return render(request, "web/confirm.html", context)


def _letters(request: PersonRequest, codes: list[ConnectionCode], back: str) -> HttpResponseBase:
    context = {
        # A code whose seal cannot be opened any more is empty: it needs a new one, not a letter.
        "codes": [code for code in codes if code.code],
        "back": back,
        "authority": LA_NAME.get(),
        "contact": LA_CONTACT.get(),
        "address": settings.SCHOOLGATE_URL,
    }
    return render(request, "authority_bases/letters.html", context)
