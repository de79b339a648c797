"""One pupil: what is held, where each value is from, and who looked."""

from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from schoolgate.authority.records.attendance_picture import KINDS
from schoolgate.authority.records.groups.registry import group_named
from schoolgate.authority.records.leading_on import numbers_of, pupil_or_404
from schoolgate.authority.records.listing import status_words, year_words
from schoolgate.authority.records.looking import about_number, looked
from schoolgate.authority.records.models import Pupil, Restriction
from schoolgate.authority.records.models.visible import may_see_restricted
from schoolgate.authority.records.one_pupil import OnePupil
from schoolgate.authority.records.roll import is_on_roll
from schoolgate.authority.records.rooms_above import alike_to, waiting_of
from schoolgate.authority.records.searches import newest
from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.audit.models import AuditEntry

LOOKS_SHOWN = 20


@who("administrator", "officer")
def pupil(request: PersonRequest, pk: int) -> HttpResponseBase:
    """By `?group=NAME` one data group with its history; without it where the pupil is, what waits, and who looked.

    The number of a pupil who was merged into another leads on to that one.
    """
    found = pupil_or_404(Pupil.objects.visible_to(request.user).select_related("created_by__base"), pk)
    if found.pk != pk:
        query = request.GET.urlencode()
        return redirect(reverse("pupil", args=[found.pk]) + (f"?{query}" if query else ""))
    name = request.GET.get("group", "")
    try:
        group = group_named(name) if name else None
    except KeyError:
        raise Http404("There is no such data group.") from None
    numbers = numbers_of(found.pk)
    context = {
        "pupil": found,
        "merged": numbers[1:],
        "one": (one := OnePupil(found, group)),
        "enrolments": [
            (each, status_words(each), year_words(each.year_group), is_on_roll(each)) for each in one.enrolments
        ],
        "kinds": KINDS,
        "search": newest(request.session),
        "waiting": waiting_of(found),
        "alike": [] if group else alike_to(found, request.user),
        "may_restrict": may_see_restricted(request.user),
        "restriction": Restriction.objects.visible_to(request.user).select_related("by").filter(pupil=found).first(),
    }
    if group is None:
        looks = AuditEntry.objects.about(*map(about_number, numbers))
        context |= {"looks": list(looks[:LOOKS_SHOWN]), "all_looks": looks.count()}
    looked(found, group.label if group else "", by=request.user, request=request)
    return render(request, "authority_records/pupil.html", context)
