"""Decide many: one item over many pupils."""

from collections.abc import Collection, Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
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
    Since,
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
from schoolgate.authority.records.models import Pupil
from schoolgate.authority.records.models.visible import may_see_restricted
from schoolgate.authority.records.showing import show_item
from schoolgate.authority.records.subjects import NOUNS
from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.audit.recording import record

EXAMPLES = 10
"""So many stand on one page."""


@who("administrator", "officer")
def decide_many_page(request: PersonRequest) -> HttpResponseBase:
    """Choose an item, look at examples, leave out single pupils, and decide on all others."""
    known = items(request.user)
    which = _which(request, known)
    if which is None:
        return render(request, "authority_importing/decide_many.html", {"items": []})
    found = many(which, request.user)
    # Ticking off single pupils, and looking at others, sends the form as it is: nothing that was typed is lost.
    looks = "look" in request.POST
    decides = request.method == "POST" and not looks
    since = found.since(request.POST.get("seen", "")) if decides else None
    person, people = NOUNS[found.subject]
    how: dict[str, Any] = {"pupils": found.pupils, "people": people, "must_type": len(found.pairs) > AT_ONCE}
    if looks or since:
        typed = {name: request.POST.get(name) for name in ("choice", "reason")}
        form = DecideManyForm(initial={"seen": found.seen, **typed}, **how)
    else:
        form = DecideManyForm(request.POST if decides else None, initial={"seen": found.seen}, **how)
        if form.is_valid() and found.pairs:
            given = form.cleaned_data
            decision, done = decide_many(
                found, Choice(given["choice"]), by=request.user, reason=given["reason"], request=request
            )
            _tell(request, done, people)
            return redirect("decision", decision.pk) if decision else redirect(request.get_full_path())
    record("conflicts listed", by=request.user, details=item_label(which.group, which.item), request=request)
    news = {pair.conflict.pk for pair in (*since.come, *since.changed)} if since else set()
    shown = Paginator(sorted(found.pairs, key=lambda pair: pair.conflict.pk not in news), EXAMPLES)
    context = {
        "items": [(_key(one.group, one.item), f"{item_label(one.group, one.item)} ({one.number:,})") for one in known],
        "item": _key(which.group, which.item),
        "base": str(which.base or ""),
        "schools": _schools(request),
        "differences": list(DIFFERENCES.items()),
        "difference": which.difference,
        "found": found,
        "person": person,
        "people": people,
        "restricted": found.restricted if may_see_restricted(request.user) else 0,
        "most": MOST,
        "examples": (examples := shown.get_page(request.POST.get("look"))),
        "rows": _examples(list(examples), news),
        "without": _pupils(found.without),
        "form": form,
        "since": _told_of(since, request) if since else None,
        "submit": f"Apply to {found.people_counted}",
    }
    status = 409 if since else 422 if form.errors else 200
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
    return Which(
        number,
        item,
        int(base) if base.isdecimal() else None,
        difference if difference in DIFFERENCES else "",
        frozenset(int(one) for one in request.POST.getlist("without") if one.isdecimal()),
    )


def _key(group: int, item: str) -> str:
    return f"{group_numbered(group).name}/{item}"


def _schools(request: PersonRequest) -> list[tuple[str, str]]:
    waiting = Conflict.objects.open().unrestricted().visible_to(request.user).order_by().values("base")
    return [(str(base.pk), base.name) for base in Base.objects.filter(pk__in=waiting).order_by("name")]


def _examples(pairs: Sequence[Pair], news: Collection[int]) -> list[dict[str, Any]]:
    prefetch_related_objects([pair.conflict for pair in pairs], "pupil")
    return [
        {
            "conflict": pair.conflict,
            "ours": show_item(pair.group, pair.conflict.item, pair.payload),
            "theirs": show_item(pair.group, pair.conflict.item, {pair.conflict.item: pair.conflict.incoming}),
            "is_new": pair.conflict.pk in news,
        }
        for pair in pairs
    ]


def _pupils(pairs: Sequence[Pair]) -> list[Pupil]:
    conflicts = [pair.conflict for pair in pairs]
    prefetch_related_objects(conflicts, "pupil")
    return list({one.pupil_id: one.pupil for one in conflicts}.values())


def _told_of(since: Since, request: PersonRequest) -> dict[str, Any]:
    """What changed since the person looked: who decided on some meanwhile, and how many else are gone or come."""
    closed = Conflict.objects.unrestricted().visible_to(request.user).filter(pk__in=since.gone).exclude(decision=None)
    decided = list(closed.select_related("pupil", "decision__by").order_by("pk")[:EXAMPLES])
    number = closed.count()
    return {
        "decided": decided,
        "more_decided": number - len(decided),
        "gone": len(since.gone) - number,
        "come": len(since.come),
        "changed": len(since.changed),
    }


def _tell(request: PersonRequest, done: Done | None, people: str) -> None:
    if done is None:
        messages.success(request, "It is being done. This page says how far it is.")
        return
    if done.number:
        messages.success(request, f"{done.number:,} decided.")
    if done.passed_over:
        messages.warning(
            request,
            f"{len(done.passed_over):,} {people} stay as they are: a value changed meanwhile, or cannot be taken. They "
            "still wait.",
        )
