"""Manage Data Conflicts: one pupil's values that wait, ours and theirs side by side (reference 9.6)."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from schoolgate.authority.importing.conflicts.assigning import ChangedMeanwhile, assign, colleagues, write_note
from schoolgate.authority.importing.conflicts.choices import TWO_VALUES, Choice, Done, Wish, decide_now
from schoolgate.authority.importing.conflicts.piles import next_after
from schoolgate.authority.importing.conflicts.showing import ShownConflict, tabs_of
from schoolgate.authority.importing.forms import NoteForm
from schoolgate.authority.importing.models import Assignment, Conflict, Note
from schoolgate.authority.importing.refusal_words import words_of
from schoolgate.authority.importing.refused_values import item_label
from schoolgate.authority.importing.views.conflicts import address_of, listed
from schoolgate.authority.records.leading_on import pupil_or_404
from schoolgate.authority.records.looking import looked
from schoolgate.authority.records.models import Pupil
from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.accounts.models import User

DID = {Choice.ACCEPT: "accepted", Choice.DISCARD: "discarded", Choice.NEVER_AGAIN: "discarded for good"}
LONGEST_REASON = 500


@who("administrator", "officer")
@sensitive_post_parameters("reason")
def pupil_conflicts(request: PersonRequest, pk: int) -> HttpResponseBase:
    """The pupil's conflicts, of one group by `?group=NAME`; what was chosen is applied, and the next pupil shown."""
    pupil = _find(request, pk)
    done = Done()
    if request.method == "POST":
        wishes = _wishes(request, pupil)
        reason = request.POST.get("reason", "").replace("\0", "")[:LONGEST_REASON]
        done = decide_now(wishes, by=request.user, reason=reason, request=request)
        if not wishes and "continue" not in request.POST:
            messages.info(request, "You chose nothing, so nothing was done.")
        if not done.changed and not done.refused:
            if done.number:
                messages.success(request, _told(pupil, done))
            return redirect(_where_next(request, pupil))
    return _page(request, pupil, done)


@who("administrator", "officer")
@require_POST
def assign_pupil(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Take a pupil, hand it to a colleague, or let go of it."""
    pupil = _find(request, pk)
    wanted, seen = request.POST.get("to", ""), request.POST.get("seen", "0")
    to: User | None = None
    if wanted:
        to = next((user for user in colleagues(pupil) if str(user.pk) == wanted), None)
        if to is None:
            raise Http404
    try:
        assign(pupil, to, seen=int(seen) if seen.isdecimal() else 0, by=request.user, request=request)
    except ChangedMeanwhile:
        messages.error(request, "A colleague assigned this pupil meanwhile; the page shows to whom.")
    return redirect(address_of(pupil, request))


@who("administrator", "officer")
@require_POST
@sensitive_post_parameters("text")
def note_on_pupil(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Add a note for colleagues."""
    pupil = _find(request, pk)
    form = NoteForm(request.POST)
    if form.is_valid():
        write_note(pupil, form.cleaned_data["text"], by=request.user, request=request)
    else:
        messages.error(request, "The note was empty or too long, so it was not kept.")
    return redirect(address_of(pupil, request))


def _find(request: PersonRequest, pk: int) -> Pupil:
    return pupil_or_404(Pupil.people.visible_to(request.user), pk)


def _wishes(request: PersonRequest, pupil: Pupil) -> list[Wish]:
    """What the form says, of the conflicts that it showed."""
    wishes = []
    for name, value in request.POST.items():
        number = name.removeprefix("choice-")
        if name.startswith("choice-") and number.isdecimal() and value in list(Choice):
            seen = request.POST.get(f"seen-{number}", "")
            wishes.append(Wish(pupil.pk, int(number), Choice(value), seen))
    return wishes


def _told(pupil: Pupil, done: Done) -> str:
    parts = [f"{number} {DID[choice]}" for choice, number in done.decided.items()]
    return f"{pupil}: {', '.join(parts)}."


def _where_next(request: PersonRequest, pupil: Pupil) -> str:
    if "continue" in request.POST:
        following = next_after(pupil, listed(request).chosen_rows.rows())
        if following is not None:
            return address_of(following, request)
        if not Conflict.objects.open().filter(pupil=pupil).exists():
            messages.info(request, "That was the last one of your list.")
            return reverse("conflicts")
    return address_of(pupil, request)


def _page(request: PersonRequest, pupil: Pupil, done: Done) -> HttpResponseBase:
    conflicts = Conflict.objects.open().filter(pupil=pupil).select_related("base", "origin__base")
    tabs = tabs_of(pupil, list(conflicts))
    wanted = request.GET.get("group", "")
    chosen = [tab for tab in tabs if not wanted or tab.group.name == wanted] or tabs
    chose = {wish.conflict: wish.choice for wish in _wishes(request, pupil)}
    looked(pupil, "conflicts", by=request.user, request=request)
    following = next_after(pupil, listed(request).chosen_rows.rows())
    assignment = Assignment.objects.select_related("to").filter(pupil=pupil).first()
    context = {
        "pupil": pupil,
        "tabs": [(tab, address_of(pupil, request, group=tab.group.name)) for tab in tabs],
        "chosen": [(tab.group, [_row(shown, done, chose) for shown in tab.conflicts]) for tab in chosen],
        "group": chosen[0].group if wanted and len(chosen) == 1 else None,
        "all_address": address_of(pupil, request),
        "number": sum(len(tab.conflicts) for tab in tabs),
        "next": address_of(following, request) if following else "",
        "list": f"{reverse('conflicts')}?{request.GET.urlencode()}",
        "query": request.GET.urlencode(),
        "gone": _gone(done),
        "changed": bool(done.changed),
        "refused": bool(done.refused),
        "assignment": assignment,
        "colleagues": colleagues(pupil),
        "notes": Note.objects.visible_to(request.user).select_related("by").filter(pupil=pupil),
        "note_form": NoteForm(),
        "reason": request.POST.get("reason", ""),
    }
    status = 409 if done.changed else 422 if done.refused else 200
    return render(request, "authority_importing/pupil_conflicts.html", context, status=status)


def _row(shown: ShownConflict, done: Done, chose: Mapping[int, Choice]) -> dict[str, Any]:
    """A conflict, what the person chose for it, and why that was not done."""
    number = shown.conflict.pk
    code = done.refused.get(number, "")
    return {
        "shown": shown,
        "choice": chose.get(number, ""),
        "changed": any(wish.conflict == number for wish in done.changed),
        "refused": _why_not(code) if code else "",
    }


def _gone(done: Done) -> list[str]:
    """What became of conflicts that are not there any more: who decided them, and how."""
    wanted = [wish.conflict for wish in done.changed]
    closed = Conflict.objects.filter(pk__in=wanted, decision__isnull=False).select_related("decision__by")
    told = [
        f"{item_label(one.group, one.item)}: {one.get_outcome_display().lower()} by "
        f"{(one.decision and one.decision.by) or 'the command line'}"
        for one in closed
    ]
    known = set(Conflict.objects.filter(pk__in=wanted).values_list("pk", flat=True))
    if any(number not in known for number in wanted):
        told.append("a value that waited is held by now, or its school says it no more")
    return told


def _why_not(code: str) -> str:
    if code == TWO_VALUES:
        return "You accepted two schools' values for this item. Accept one of them, and discard the other."
    return words_of(code).why
