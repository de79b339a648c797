"""One pupil: an officer changes a value with a reason, or removes it."""

from django.contrib import messages
from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters

from schoolgate.authority.importing.by_hand.changing import (
    NEVER_REMOVED,
    NOT_BY_HAND,
    NotValid,
    Place,
    Stale,
    Unchanged,
    change_value,
    held_at,
    seen_as,
)
from schoolgate.authority.importing.by_hand.fields import ValueForm
from schoolgate.authority.importing.leading import leader
from schoolgate.authority.importing.writing import Gone
from schoolgate.authority.records.groups.registry import group_named
from schoolgate.authority.records.leading_on import pupil_or_404
from schoolgate.authority.records.looking import looked
from schoolgate.authority.records.models import Enrolment, Pupil
from schoolgate.authority.records.showing import label_of, show_item
from schoolgate.commons.accounts.access import PersonRequest, who

_MEANWHILE = "Somebody changed it since you opened this page: above is what is held now. What you typed is not saved."


@who("administrator", "officer")
@sensitive_post_parameters()
def change(request: PersonRequest, pk: int, group: str, item: str, enrolment: int | None = None) -> HttpResponseBase:
    place = _find(request, pk, enrolment, group, item)
    held = held_at(place)
    form = ValueForm(place.group, item, held, request.POST if request.method == "POST" else None)
    if form.is_valid():
        value = None if "remove" in request.POST else form.value
        try:
            change_value(
                place,
                value,
                form.cleaned_data["reason"],
                seen=form.cleaned_data["seen"],
                by=request.user,
                request=request,
            )
        except Stale:
            form.add_error(None, _MEANWHILE)
        except Unchanged:
            form.add_error(None, "This is what is held. Nothing was changed.")
        except NotValid as wrong:
            for code, sentence in wrong.problems:
                form.add_error(None, f"{sentence} ({code})")
        except Gone:
            raise Http404("The pupil is not held any more.") from None
        else:
            messages.success(request, f"{label_of(place.group, item)} is {'removed' if value is None else 'changed'}.")
            return redirect(f"{reverse('pupil', args=[pk])}?group={group}")
    held = held_at(place)
    looked(place.pupil, f"{place.group.label}, to change it", by=request.user, request=request)
    leads = leader(place.pupil.enrolments.select_related("base")) if place.group.of == "pupil" else None
    context = {
        "pupil": place.pupil,
        "place": place,
        "label": label_of(place.group, item),
        "form": form,
        "value": show_item(place.group, item, {} if held is None else {item: held}),
        "is_held": held is not None,
        "seen": seen_as(held),
        "may_remove": held is not None and (place.group, item) not in NEVER_REMOVED,
        "leader": leads,
    }
    return render(request, "authority_importing/change_value.html", context, status=422 if form.errors else 200)


def _find(request: PersonRequest, pk: int, enrolment: int | None, group: str, item: str) -> Place:
    pupil = pupil_or_404(Pupil.people.visible_to(request.user), pk)
    at = None
    if enrolment:
        enrolments = Enrolment.objects.select_related("base")
        at = get_object_or_404(enrolments.visible_to(request.user), pk=enrolment, pupil=pupil)
    try:
        of = group_named(group)
        fit = of.form_of(item).can_be_typed
    except KeyError:
        raise Http404("There is no such value.") from None
    if not fit or of in NOT_BY_HAND or (of.of == "enrolment") is not bool(at):
        raise Http404("This value is not changed by hand.")
    return Place(pupil, at, of, item)
