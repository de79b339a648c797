"""The first page, and what the site's own keys and passwords are about."""

from django.conf import settings
from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from schoolgate.authority.bases.models import Base
from schoolgate.authority.exchange.endings import KINDS as ENDING_KINDS
from schoolgate.authority.exchange.endings import STATES as ENDING_STATES
from schoolgate.authority.exchange.endings import look
from schoolgate.authority.exchange.keys import retire_key
from schoolgate.authority.exchange.models import SigningKey
from schoolgate.authority.exchange.today import look_at_today, never_heard_from
from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.web.tables import AllGood, Column, Table


def base_link(base: Base) -> str:
    return reverse("base", args=[base.pk])


@who("administrator", "officer")
def today(request: PersonRequest) -> HttpResponseBase:
    return render(request, "authority_exchange/today.html", {"today": look_at_today(request.user)})


@who("administrator", "officer")
def silent_bases(request: PersonRequest) -> HttpResponseBase:
    table = Table(
        [
            Column("name", "School", search=True, link=base_link),
            Column("dfe", "DfE no.", kind="code", search=True),
            Column("account__username", "Account"),
            Column("created_at", "Base since", kind="time"),
        ],
        never_heard_from().with_dfe_number().select_related("account"),
        request,
        name="never-heard-from",
        noun=("school", "schools"),
        empty=AllGood("Every school that may send has sent."),
    )
    return table.response("authority_exchange/silent_bases.html")


@who("administrator", "officer")
def expiring(request: PersonRequest) -> HttpResponseBase:
    """Passwords, codes, certificates and keys, the worst first."""
    table = Table(
        [
            Column("what", "What", search=True, link=lambda ending: ending.address),
            Column("kind", "Kind", choices=[(kind, kind.capitalize()) for kind in ENDING_KINDS]),
            Column("ends", "Ends", kind="time"),
            Column("state", "State", kind="state", choices=[(state, state.capitalize()) for state in ENDING_STATES]),
            Column("note", "School, or note", search=True),
        ],
        look(),
        request,
        name="expiring",
        noun=("thing that ends", "things that end"),
        empty=AllGood("Nothing here ends: passwords do not expire, and no code is waiting."),
    )
    return table.response("authority_exchange/expiring.html", {"https": settings.SCHOOLGATE_URL.startswith("https:")})


@who("administrator")
def retire_receipt_key(request: PersonRequest) -> HttpResponseBase:
    """Sign with a new key from now on, after a question."""
    if request.method == "POST":
        retire_key(by=request.user, request=request)
        messages.success(request, "From the next file on, receipts are signed with a new key.")
        return redirect("receipt-keys")
    context = {
        "heading": "Retire the key in use?",
        "text": "Its private part is destroyed, and that cannot be undone. Receipts given with it stay good: its "
        "public part stays published. The next receipt is signed with a new key, which schools fetch by themselves.",
        "submit": "Retire the key",
        "cancel": reverse("receipt-keys"),
    }
    return render(request, "web/confirm.html", context)


@who("administrator")
def receipt_keys(request: PersonRequest) -> HttpResponseBase:
    return render(request, "authority_exchange/receipt_keys.html", {"keys": SigningKey.objects.all()})
