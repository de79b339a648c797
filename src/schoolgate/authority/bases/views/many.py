"""Licences, and changing many bases at once."""

from collections.abc import Callable

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from schoolgate.authority.bases.codes import make_codes
from schoolgate.authority.bases.forms import OutOfCountyForm
from schoolgate.authority.bases.la import OUT_OF_COUNTY_LICENCE
from schoolgate.authority.bases.licences import set_licences
from schoolgate.authority.bases.licensing import Licensing
from schoolgate.authority.bases.models import Base
from schoolgate.authority.bases.views.bases import add_groups, base_columns
from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.web.tables import Column, NotYet, Table

ROWS_AT_ONCE = 400


@who("administrator", "officer")
def licences(request: PersonRequest) -> HttpResponseBase:
    """How many licences are in use, and the Out of County one, which only an administrator sets."""
    may_change = request.user.role == "administrator"
    form = OutOfCountyForm(
        request.POST if request.method == "POST" and may_change else None,
        initial={"out_of_county": OUT_OF_COUNTY_LICENCE.get()},
    )
    if form.is_valid():
        OUT_OF_COUNTY_LICENCE.set(form.cleaned_data["out_of_county"], by=request.user, request=request)
        messages.success(request, "Saved.")
        return redirect("licences")
    licensing = Licensing()
    bases = list(Base.objects.visible_to(request.user).filter(active=True).only("la", "licensed"))
    own = [base.licensed for base in bases if licensing.is_own(base)]
    context = {
        "form": form,
        "may_change": may_change,
        "has_out_of_county": licensing.out_of_county,
        "own": len(own),
        "licensed": own.count(True),
        "without": own.count(False),
        "others": len(bases) - len(own),
    }
    return render(request, "authority_bases/licences.html", context)


@who("administrator", "officer")
def many(request: PersonRequest) -> HttpResponseBase:
    """The bases with a box each."""
    table = Table(
        [
            Column("pk", "Choose", kind="tick", sort="", value=lambda base: base),
            *base_columns(),
            Column("invited", "Has signed in", sort="", value=lambda base: "yes" if base.account.last_login else "no"),
        ],
        Base.objects.visible_to(request.user).with_dfe_number().with_licence(Licensing()).select_related("account"),
        request,
        name="bases",
        noun=("base", "bases"),
        page_size=ROWS_AT_ONCE,
        prepare=add_groups,
        empty=NotYet("No bases yet.", "Add many from a CSV file", reverse("import-bases")),
    )
    return table.response("authority_bases/many.html", {"tick_all": table.address(ticked="all", page="")})


@who("administrator", "officer")
@require_POST
def change_many(request: PersonRequest) -> HttpResponseBase:
    """Do one thing to the chosen bases, after a question."""
    action = ACTIONS.get(request.POST.get("action", ""))
    keys = [key for key in request.POST.getlist("chosen") if key.isascii() and key.isdigit() and len(key) < 19]
    chosen = list(Base.objects.visible_to(request.user).filter(pk__in=keys).select_related("account"))
    if action is None or not chosen:
        messages.error(request, "Tick the schools first, then choose what is to happen with them.")
        return redirect("many-bases")
    question, warning, submit, act = action
    if "sure" in request.POST:
        return act(request, chosen)
    context = {
        "heading": question.format(count=f"{len(chosen)} school{'s' if len(chosen) > 1 else ''}"),
        "warning": warning,
        "submit": submit,
        "action": request.POST["action"],
        "chosen": chosen,
    }
    return render(request, "authority_bases/change_many.html", context)


def _license(request: PersonRequest, chosen: list[Base]) -> HttpResponseBase:
    return _say_licensed(request, set_licences(chosen, True, by=request.user, request=request), "have their licence")


def _unlicense(request: PersonRequest, chosen: list[Base]) -> HttpResponseBase:
    return _say_licensed(request, set_licences(chosen, False, by=request.user, request=request), "lost their licence")


def _say_licensed(request: PersonRequest, done: tuple[list[Base], list[Base]], words: str) -> HttpResponseBase:
    changed, others = done
    messages.success(request, f"{len(changed)} school{'' if len(changed) == 1 else 's'} {words}.")
    if others:
        messages.warning(
            request, f"{len(others)} of other LAs were left: they stand on the Out of County licence, not on one each."
        )
    return redirect("many-bases")


def _give_codes(request: PersonRequest, chosen: list[Base]) -> HttpResponseBase:
    accounts = {base.account_id: base.account for base in chosen if base.account.is_active}
    words = str(chosen[0]) if len(chosen) == 1 else f"{len(chosen)} chosen schools"
    batch = make_codes(list(accounts.values()), words=words, by=request.user, request=request)
    return redirect("code-batch", batch.pk)


Action = tuple[str, str, str, Callable[[PersonRequest, list[Base]], HttpResponseBase]]
ACTIONS: dict[str, Action] = {
    "license": (
        "Give {count} the standard licence?",
        "Their files are taken from now on.",
        "Give the licence",
        _license,
    ),
    "unlicense": (
        "Take the standard licence from {count}?",
        "From now on nothing is taken from them; what has come stays.",
        "Take the licence away",
        _unlicense,
    ),
    "codes": (
        "Make new connection codes for {count}?",
        "Older unused codes of theirs stop working. Passwords in use go on working until a code is used.",
        "Make new codes",
        _give_codes,
    ),
}
