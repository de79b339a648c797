"""One pupil, or one member of staff: what is held, where each value is from, and who looked."""

from typing import Any

from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from schoolgate.authority.records.attendance_picture import KINDS
from schoolgate.authority.records.groups.contracts import CONTRACTS, posts_of
from schoolgate.authority.records.groups.data_group import DataGroup
from schoolgate.authority.records.groups.registry import group_named
from schoolgate.authority.records.leading_on import numbers_of, pupil_or_404
from schoolgate.authority.records.listing import post_words, status_words, year_words
from schoolgate.authority.records.looking import about_number, looked
from schoolgate.authority.records.models import Pupil, Restriction
from schoolgate.authority.records.models.visible import STAFF_RECORDS, may_see_restricted
from schoolgate.authority.records.one_pupil import OnePupil
from schoolgate.authority.records.roll import is_on_roll
from schoolgate.authority.records.rooms_above import alike_to, waiting_of
from schoolgate.authority.records.searches import newest
from schoolgate.authority.records.subjects import PUPIL, STAFF, Subject
from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.audit.models import AuditEntry

LOOKS_SHOWN = 20
_PAGES: dict[Subject, str] = {PUPIL: "pupil", STAFF: "staff-member"}
"""The names of their addresses."""


@who("administrator", "officer")
def pupil(request: PersonRequest, pk: int) -> HttpResponseBase:
    """By `?group=NAME` one data group with its history; without it where the pupil is, what waits, and who looked.

    The number of a pupil who was merged into another leads on to that one, and that of a member of staff to its page.
    """
    return _page(request, pk, PUPIL)


@who("administrator", "officer", right=STAFF_RECORDS)
def staff_member(request: PersonRequest, pk: int) -> HttpResponseBase:
    """The same of a member of staff."""
    return _page(request, pk, STAFF)


def _page(request: PersonRequest, pk: int, subject: Subject) -> HttpResponseBase:
    found = pupil_or_404(Pupil.people.visible_to(request.user).select_related("created_by__base"), pk)
    page = _PAGES[found.subject]
    if found.pk != pk or found.subject != subject:
        query = request.GET.urlencode()
        return redirect(reverse(page, args=[found.pk]) + (f"?{query}" if query else ""))
    group = _group(request.GET.get("group", ""), subject)
    numbers = numbers_of(found.pk)
    one = OnePupil(found, group)
    context: dict[str, Any] = {
        "pupil": found,
        "page": page,
        "merged": numbers[1:],
        "one": one,
        "search": newest(request.session, subject),
        "waiting": waiting_of(found),
        "alike": [] if group else alike_to(found, request.user),
        **(_of_staff(one) if subject == STAFF else _of_pupil(one, request)),
    }
    if group is None:
        looks = AuditEntry.objects.about(*(about_number(number, subject) for number in numbers))
        context |= {"looks": list(looks[:LOOKS_SHOWN]), "all_looks": looks.count()}
    looked(found, group.label if group else "", by=request.user, request=request)
    return render(request, f"authority_records/{page.replace('-', '_')}.html", context)


def _group(name: str, subject: Subject) -> DataGroup | None:
    if not name:
        return None
    try:
        group = group_named(name)
    except KeyError:
        raise Http404("There is no such data group.") from None
    if group.subject != subject:
        raise Http404("There is no such data group here.")
    return group


def _of_pupil(one: OnePupil, request: PersonRequest) -> dict[str, Any]:
    restrictions = Restriction.objects.visible_to(request.user).select_related("by")
    return {
        "enrolments": [
            (each, status_words(each), year_words(each.year_group), is_on_roll(each)) for each in one.enrolments
        ],
        "kinds": KINDS,
        "may_restrict": may_see_restricted(request.user),
        "restriction": restrictions.filter(pupil=one.pupil).first(),
    }


def _of_staff(one: OnePupil) -> dict[str, Any]:
    contracts = {row.owner: row.payload for row in one.rows_of(CONTRACTS)}
    return {
        "enrolments": [
            (each, ", ".join(map(post_words, posts_of(contracts.get(each.pk)))), is_on_roll(each))
            for each in one.enrolments
        ]
    }
