"""Two held pupils side by side: they are two children, or one, and what stands once they are merged."""

from typing import Any

from django.contrib import messages
from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters

from schoolgate.authority.importing.forms import MergeForm
from schoolgate.authority.importing.merging.apart import say_two_children, take_back
from schoolgate.authority.importing.merging.merging import CannotMerge, Stale, merge
from schoolgate.authority.importing.merging.plan import plan
from schoolgate.authority.importing.merging.showing import come_along, registers, shown_groups, shown_sides
from schoolgate.authority.importing.models import TwoChildren
from schoolgate.authority.importing.writing import Gone
from schoolgate.authority.records.leading_on import pupil_or_404
from schoolgate.authority.records.looking import looked
from schoolgate.authority.records.models import Pupil
from schoolgate.commons.accounts.access import PersonRequest, who

_STALE = "Nothing was done: one of the two changed since you looked. Both are shown as they are now."


@who("administrator", "officer")
@sensitive_post_parameters("reason")
def merge_pupils(request: PersonRequest, keep: int, gone: int) -> HttpResponseBase:
    """The pupil numbered `keep` would stay, and `gone` lead on to it; what the form says is done."""
    shown = Pupil.people.visible_to(request.user).select_related("created_by__base")
    ours, theirs = pupil_or_404(shown, keep), pupil_or_404(shown, gone)
    if ours == theirs:
        if keep == gone:
            raise Http404("A pupil is not merged with itself.")
        messages.info(request, "These two are one pupil already.")
        return redirect("pupil", ours.pk)
    if (ours.pk, theirs.pk) != (keep, gone):
        return redirect("merge-pupils", ours.pk, theirs.pk)
    if {"apart", "together"} & request.POST.keys():
        return _say(request, ours, theirs)
    form = MergeForm(request.POST if request.method == "POST" else None)
    status = 200
    if form.is_valid():
        try:
            done = merge(
                keep,
                gone,
                seen=request.POST.get("seen", ""),
                reason=form.cleaned_data["reason"],
                by=request.user,
                request=request,
            )
        except Gone:
            raise Http404 from None
        except CannotMerge:
            status = 409
        except Stale:
            messages.error(request, _STALE)
            status = 409
        else:
            also = ", ".join(one.base.name for one in done.followed)
            more = f" What {also} sent of the same child is matched, too." if also else ""
            messages.success(request, f"The two are one pupil now. Pupil {gone} leads on to this one.{more}")
            return redirect("pupil", done.pupil)
    elif request.method == "POST":
        status = 422
    return render(
        request, "authority_importing/merge_pupils.html", _context(request, ours, theirs, form), status=status
    )


def _say(request: PersonRequest, ours: Pupil, theirs: Pupil) -> HttpResponseBase:
    how: dict[str, Any] = {"by": request.user, "request": request}
    try:
        if "apart" in request.POST:
            say_two_children(ours.pk, theirs.pk, **how)
            messages.success(request, f"{ours} and {theirs} are two children: this pair is shown no more.")
            return redirect("possible-duplicates")
        take_back(ours.pk, theirs.pk, **how)
    except Gone:
        raise Http404 from None
    messages.success(request, "Taken back: they may be one child.")
    return redirect("merge-pupils", ours.pk, theirs.pk)


def _context(request: PersonRequest, ours: Pupil, theirs: Pupil, form: MergeForm) -> dict[str, Any]:
    for pupil in (ours, theirs):
        looked(pupil, "possible duplicate", by=request.user, request=request)
    what = plan(ours, theirs)
    one, other = sorted((ours.pk, theirs.pk))
    groups, schools = come_along(what)
    return {
        "form": form,
        "sides": shown_sides(what),
        "swapped": reverse("merge-pupils", args=[theirs.pk, ours.pk]),
        "seen": what.seen,
        "faults": what.faults,
        "groups": shown_groups(what),
        "leader": what.leader,
        "registers": registers(what),
        "also_groups": groups,
        "also_schools": schools,
        "restricted": what.is_restricted,
        "parted": TwoChildren.objects.filter(one=one, other=other).select_related("by").first(),
    }
