"""Match a pupil: what waits beside whom it might be, item by item, and what a person does with it."""

from typing import Any, NamedTuple

from django.contrib import messages
from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from schoolgate.authority.importing.applying import ChangedMeanwhile
from schoolgate.authority.importing.erased import requests_that_erased
from schoolgate.authority.importing.forms import UnmatchForm
from schoolgate.authority.importing.models import KnownAs, Unmatched
from schoolgate.authority.importing.refusal_words import words_of
from schoolgate.authority.importing.unmatched.acting import Stale, TwoAtOneSchool, add, ask_again, discard, match
from schoolgate.authority.importing.unmatched.side_by_side import beside
from schoolgate.authority.importing.unmatched.unmatching import CannotUnmatch, unmatch, why_not
from schoolgate.authority.importing.views.unmatched import address_of, list_address, listed, name_of, next_after
from schoolgate.authority.importing.waiting import incoming_of_text, keys_of_incoming
from schoolgate.authority.importing.writing import Gone
from schoolgate.authority.records.leading_on import find_pupil, pupil_or_404
from schoolgate.authority.records.looking import looked
from schoolgate.authority.records.models import Enrolment, Pupil
from schoolgate.authority.records.searches import Search, keep, kept
from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.audit.recording import record

LONGEST_REASON = 500
LONGEST_SEARCH = 200
MOST_FOUND = 10

_STALE = "Nothing was done: this record changed since you looked. It is shown as it is now; look, and decide again."
_GONE = "It was matched, added or discarded by a colleague a minute ago, or its school sends it no more."
_TWO = (
    "Nothing was done: the school's newest file tells of that pupil by another entry, so these are two children to it."
)


@who("administrator", "officer")
@sensitive_post_parameters("reason", "find")
def unmatched_record(request: PersonRequest, pk: int) -> HttpResponseBase:
    """One record; a search for other pupils is sent by POST and kept in the session, as on the pupils' page."""
    row = Unmatched.objects.visible_to(request.user).select_related("base", "seen_in").filter(pk=pk).first()
    if row is None:
        if Unmatched.objects.filter(pk=pk).exists():  # Of whom might be restricted nothing is told.
            raise Http404
        messages.error(request, _GONE)
        return redirect(list_address(request))
    if request.method == "POST":
        if "find" in request.POST:
            return _find(request, row)
        told = _act(request, row)
        if told is not None:
            messages.success(request, told)
            following = next_after(row, listed(request).chosen_rows.rows())
            return redirect(address_of(following, request) if following else list_address(request))
        return redirect(address_of(row, request))
    return _page(request, row)


@who("administrator", "officer")
@require_POST
def assign_unmatched(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Take a record, or let go of it, where that is still as it was seen."""
    row = get_object_or_404(Unmatched.objects.visible_to(request.user).select_related("base", "seen_in"), pk=pk)
    seen = request.POST.get("seen", "")
    to = None if row.assigned_to_id == request.user.pk else request.user
    held = Unmatched.objects.filter(pk=row.pk, assigned_to=int(seen) if seen.isdecimal() and int(seen) else None)
    if held.update(assigned_to=to):
        did = "unmatched record assigned"
        record(did, by=request.user, target=row.named, details=str(to or "nobody"), request=request, about=row.named)
    else:
        messages.error(request, "A colleague assigned this record meanwhile; the page shows to whom.")
    return redirect(address_of(row, request))


@who("administrator", "officer")
@sensitive_post_parameters("reason")
def unmatch_pupil(request: PersonRequest, pk: int, enrolment: int) -> HttpResponseBase:
    """Say why a match is taken back, and take it back."""
    pupil = pupil_or_404(Pupil.people.visible_to(request.user), pk)
    enrolments = Enrolment.objects.select_related("base", "created_by")
    at: Enrolment = get_object_or_404(enrolments.visible_to(request.user), pk=enrolment, pupil=pupil)
    form = UnmatchForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            done = unmatch(at.pk, reason=form.cleaned_data["reason"], by=request.user, request=request)
        except Gone:
            raise Http404 from None
        except CannotUnmatch as why:
            form.add_error(None, str(why))
        else:
            left = f" {len(done.left):,} values stay, since something wrote there since." if done.left else ""
            messages.success(request, f"The match is taken back; what {at.base.name} sends waits here.{left}")
            return redirect("unmatched-record", done.record.pk)
    looked(pupil, "match to be taken back", by=request.user, request=request)
    known = KnownAs.objects.filter(pupil=pupil, base=at.base).select_related("decision__by").first()
    context = {"form": form, "pupil": pupil, "at": at, "known": known, "why_not": why_not(at)}
    return render(request, "authority_importing/unmatch.html", context, status=422 if form.errors else 200)


def _find(request: PersonRequest, row: Unmatched) -> HttpResponseBase:
    text = request.POST["find"].replace("\0", "").strip()[:LONGEST_SEARCH]
    address = address_of(row, request)
    if not text:
        return redirect(address)
    key = keep(request.session, Search(text, roll="all", subject=row.seen_in.told_of))
    return redirect(f"{address}{'&' if '?' in address else '?'}find={key}")


def _act(request: PersonRequest, row: Unmatched) -> str | None:
    """Do what the form says: what was done; None: nothing was, and a message says why."""
    reason = request.POST.get("reason", "").replace("\0", "")[:LONGEST_REASON]
    how: Any = {"seen": request.POST.get("seen", ""), "reason": reason, "by": request.user, "request": request}
    pupil = request.POST.get("match", "")
    try:
        if pupil.isdecimal():
            held = find_pupil(Pupil.people.visible_to(request.user), int(pupil))
            if held is None:
                raise Gone
            done = match(row.pk, held.pk, **how)
            also = ", ".join(one.base.name for one in done.followed)
            return f"{name_of(row)} is matched." + (f" So is what {also} sent of the same child." if also else "")
        if "add" in request.POST:
            add(row.pk, **how)
            return f"{name_of(row)} is added."
        if "discard" in request.POST:
            discard(row.pk, **how)
            return f"{name_of(row)} is discarded, as long as the school sends this child."
        if "ask-again" in request.POST:
            del how["reason"]
            ask_again(row.pk, **how)
            return f"{name_of(row)} waits again."
    except (Stale, ChangedMeanwhile):
        messages.error(request, _STALE)
    except Gone:
        messages.error(request, "Nothing was done: that pupil is not held any more.")
    except TwoAtOneSchool:
        messages.error(request, _TWO)
    return None


class _Found(NamedTuple):
    """Pupils found by a search."""

    words: str
    pupils: list[Pupil]
    more: bool


def _page(request: PersonRequest, row: Unmatched) -> HttpResponseBase:
    search = kept(request.session, request.GET.get("find", ""))
    found = None
    others: list[Pupil] = []
    if search is not None:
        pupils = list(search.people(request.user)[: MOST_FOUND + 1])
        others = pupils[:MOST_FOUND]
        found = _Found(search.text, others, len(pupils) > MOST_FOUND)
    sides = beside(row, request.user, others)
    target = row.named
    record("unmatched record seen", by=request.user, target=target, request=request, about=target)
    for one in sides.candidates:
        looked(one.pupil, "near miss of an unmatched record", by=request.user, request=request)
    following = next_after(row, listed(request).chosen_rows.rows())
    context = {
        "row": row,
        "name": name_of(row),
        "why": words_of(row.why, row.seen_in.told_of),
        "erased": requests_that_erased(keys_of_incoming(incoming_of_text(row.entry_text)), row.seen_in.told_of),
        "seen": row.seen,
        "sides": sides,
        "found": found,
        "list": list_address(request),
        "next": address_of(following, request) if following else "",
        "import_address": reverse("import", args=[row.seen_in_id]),
        "query": request.GET.urlencode(),
    }
    return render(request, "authority_importing/unmatched_record.html", context)
