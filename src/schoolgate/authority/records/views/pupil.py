"""One pupil: what is held, where each value is from, and who looked."""

from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render

from schoolgate.authority.records.attendance_picture import KINDS
from schoolgate.authority.records.groups.registry import group_named
from schoolgate.authority.records.listing import status_words, year_words
from schoolgate.authority.records.looking import about, looked
from schoolgate.authority.records.models import Pupil, Restriction
from schoolgate.authority.records.models.visible import may_see_restricted
from schoolgate.authority.records.one_pupil import OnePupil
from schoolgate.authority.records.roll import is_on_roll
from schoolgate.authority.records.rooms_above import waiting_of
from schoolgate.authority.records.searches import newest
from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.audit.models import AuditEntry

LOOKS_SHOWN = 20


@who("administrator", "officer")
def pupil(request: PersonRequest, pk: int) -> HttpResponseBase:
    """By `?group=NAME` one data group with its history; without it where the pupil is, what waits, and who looked."""
    found = get_object_or_404(Pupil.objects.visible_to(request.user).select_related("created_by__base"), pk=pk)
    name = request.GET.get("group", "")
    try:
        group = group_named(name) if name else None
    except KeyError:
        raise Http404("There is no such data group.") from None
    context = {
        "pupil": found,
        "one": (one := OnePupil(found, group)),
        "enrolments": [
            (each, status_words(each), year_words(each.year_group), is_on_roll(each)) for each in one.enrolments
        ],
        "kinds": KINDS,
        "search": newest(request.session),
        "waiting": waiting_of(found),
        "may_restrict": may_see_restricted(request.user),
        "restriction": Restriction.objects.visible_to(request.user).select_related("by").filter(pupil=found).first(),
    }
    if group is None:
        looks = AuditEntry.objects.about(about(found))
        context |= {"looks": list(looks[:LOOKS_SHOWN]), "all_looks": looks.count()}
    looked(found, group.label if group else "", by=request.user, request=request)
    return render(request, "authority_records/pupil.html", context)
