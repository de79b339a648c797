"""Decide many: one item over many pupils."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db.models import prefetch_related_objects
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.conflicts.choices import Choice, Done
from schoolgate.authority.importing.conflicts.many import (
    AT_ONCE,
    DIFFERENCES,
    MOST,
    Item,
    Many,
    Which,
    decide_many,
    items,
    many,
)
from schoolgate.authority.importing.conflicts.side_by_side import Pair
from schoolgate.authority.importing.forms import DecideManyForm
from schoolgate.authority.importing.models import Conflict
from schoolgate.authority.importing.refused_values import item_label
from schoolgate.authority.records.groups.registry import group_named, group_numbered
from schoolgate.authority.records.models.visible import may_see_restricted
from schoolgate.authority.records.showing import show_item
from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.audit.recording import record

EXAMPLES = 10


@who("administrator", "officer")
def decide_many_page(request: PersonRequest) -> HttpResponseBase:
    """Choose an item, look at ten examples, and decide on all."""
    known = items()
    which = _which(request, known)
    if which is None:
        return render(request, "authority_importing/decide_many.html", {"items": []})
    found = many(which)
    posted = request.method == "POST"
    form = DecideManyForm(
        request.POST if posted else None,
        pupils=found.pupils,
        must_type=len(found.pairs) > AT_ONCE,
        initial={"seen": found.seen},
    )
    changed = posted and request.POST.get("seen") != found.seen
    if changed:
        form = DecideManyForm(
            pupils=found.pupils,
            must_type=len(found.pairs) > AT_ONCE,
            initial={"seen": found.seen, "choice": request.POST.get("choice"), "reason": request.POST.get("reason")},
        )
    elif form.is_valid() and found.pairs:
        choice = Choice(form.cleaned_data["choice"])
        decision, done = decide_many(
            found, choice, by=request.user, reason=form.cleaned_data["reason"], request=request
        )
        _tell(request, done)
        return redirect("decision", decision.pk) if decision else redirect(request.get_full_path())
    record("conflicts listed", by=request.user, details=item_label(which.group, which.item), request=request)
    context = {
        "items": [(_key(one.group, one.item), f"{item_label(one.group, one.item)} ({one.number:,})") for one in known],
        "item": _key(which.group, which.item),
        "base": str(which.base or ""),
        "schools": _schools(),
        "differences": list(DIFFERENCES.items()),
        "difference": which.difference,
        "found": found,
        "left_out": found.left_out if may_see_restricted(request.user) else 0,
        "most": MOST,
        "examples": _examples(found.pairs[:EXAMPLES]),
        "form": form,
        "changed": changed,
        "submit": _submit_words(found),
    }
    status = 409 if changed else 422 if form.errors else 200
    return render(request, "authority_importing/decide_many.html", context, status=status)


def _which(request: PersonRequest, known: list[Item]) -> Which | None:
    """The conflicts asked for; without an item those of the first. None: nothing waits."""
    name, _, item = request.GET.get("item", "").partition("/")
    base, difference = request.GET.get("base", ""), request.GET.get("difference", "")
    number = next((one.group for one in known if _key(one.group, one.item) == f"{name}/{item}"), None)
    if number is None and name:
        try:
            number = next(one.number for one in [group_named(name)] for own in one.items if own.name == item)
        except (KeyError, StopIteration):
            number = None
    if number is None:
        if not known:
            return None
        number, item = known[0].group, known[0].item
    return Which(number, item, int(base) if base.isdecimal() else None, difference if difference in DIFFERENCES else "")


def _key(group: int, item: str) -> str:
    return f"{group_numbered(group).name}/{item}"


def _schools() -> list[tuple[str, str]]:
    waiting = Conflict.objects.open().unrestricted().order_by().values("base")
    return [(str(base.pk), base.name) for base in Base.objects.filter(pk__in=waiting).order_by("name")]


def _examples(pairs: Sequence[Pair]) -> list[dict[str, Any]]:
    prefetch_related_objects([pair.conflict for pair in pairs], "pupil")
    return [_example(pair) for pair in pairs]


def _example(pair: Pair) -> dict[str, Any]:
    conflict, group = pair.conflict, pair.group
    return {
        "conflict": conflict,
        "ours": show_item(group, conflict.item, pair.payload),
        "theirs": show_item(group, conflict.item, {conflict.item: conflict.incoming}),
    }


def _submit_words(found: Many) -> str:
    return f"Apply to {found.pupils:,} pupil{'' if found.pupils == 1 else 's'}"


def _tell(request: PersonRequest, done: Done | None) -> None:
    if done is None:
        messages.success(request, "It is being done. This page says how far it is.")
        return
    if done.number:
        messages.success(request, f"{done.number:,} decided.")
    if done.passed_over:
        messages.warning(
            request,
            f"{len(done.passed_over):,} pupils stay as they are: a value changed meanwhile, or cannot be taken. They "
            "still wait.",
        )
