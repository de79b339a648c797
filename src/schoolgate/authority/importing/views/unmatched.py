"""Unmatched: the incoming pupils who match nobody for sure (reference 9.4)."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.match_preferences import OLDEST_UNMATCHED
from schoolgate.authority.importing.models import Unmatched
from schoolgate.authority.importing.recognising import WhyNot
from schoolgate.authority.importing.refusal_words import in_short
from schoolgate.authority.importing.unmatched.likely import likely_of
from schoolgate.authority.records.hiding import about_what_is_shown
from schoolgate.authority.records.models.visible import may_see_restricted, may_see_staff_records
from schoolgate.authority.records.subjects import PUPIL, SUBJECTS
from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.audit.recording import record
from schoolgate.commons.web.tables import AllGood, Column, Table

SHOWN = ("older", "held", "restricted")
"""Parameters of the address that widen or narrow the list, beside its filters."""


@who("administrator", "officer")
def unmatched(request: PersonRequest) -> HttpResponseBase:
    """The list. Too old ones are shown by `?older=1`, those held back by `?held=1`.

    By `?restricted=1` those who might be restricted are shown alone, of any age.
    """
    did = "unmatched records downloaded" if request.GET.get("format") else "unmatched records listed"
    about = about_what_is_shown(request.user)
    record(did, by=request.user, request=request, about=about)
    everybody = Unmatched.objects.visible_to(request.user)
    waiting = everybody.filter(held_back=Unmatched.HeldBack.NO)
    context = {
        "older": waiting.filter(_too_old()).count() if not request.GET.get("older") else 0,
        "oldest": OLDEST_UNMATCHED.get(),
        "held": everybody.exclude(held_back=Unmatched.HeldBack.NO).count(),
        "shows_held": bool(request.GET.get("held")),
        "shows_restricted": _shows_restricted(request),
        "shows_older": bool(request.GET.get("older")),
        "sees_staff": may_see_staff_records(request.user),
    }
    return listed(request).response("authority_importing/unmatched.html", context)


def listed(request: PersonRequest) -> Table:
    """The list as this request filters it: also what a record's page goes on in."""
    misses: dict[int, int] = {}
    sees_staff = may_see_staff_records(request.user)

    def prepare(rows: list[Unmatched]) -> None:
        misses.clear()
        misses.update((pk, len(found)) for pk, found in likely_of(rows, request.user).items())

    rows = Unmatched.objects.visible_to(request.user).select_related("base", "assigned_to", "seen_in")
    if request.GET.get("held"):
        rows = rows.exclude(held_back=Unmatched.HeldBack.NO)
    else:
        rows = rows.filter(held_back=Unmatched.HeldBack.NO)
        if _shows_restricted(request):
            rows = rows.restricted()
        elif not request.GET.get("older"):
            rows = rows.exclude(_too_old())
    return Table(
        [
            Column("name", "Name", sort="surname_key", value=name_of, link=lambda row: address_of(row, request)),
            Column("born", "Date of birth", kind="date"),
            Column("sex", "Sex"),
            Column("upn", "Number" if sees_staff else "UPN", kind="code", sort=""),
            Column(
                "base__name",
                "School",
                choices=_schools(request),
                narrow=lambda found, base: found.filter(base=int(base)),
            ),
            Column("year_group", "Year"),
            *([_who_column()] if sees_staff else []),
            Column(
                "why",
                "Why",
                choices=[(why, in_short(why)) for why in WhyNot if why is not WhyNot.TWICE],
                sort="",
                value=lambda row: in_short(row.why),
            ),
            Column("misses", "Near misses", kind="number", sort="", value=lambda row: misses.get(row.pk, 0)),
            Column("since", "Waits since", kind="time", dates=True),
            Column(
                "assigned_to__username",
                "Assigned",
                sort="",
                choices=[("me", "To me"), ("nobody", "To nobody")],
                narrow=lambda found, choice: found.filter(assigned_to=request.user if choice == "me" else None),
                value=lambda row: str(row.assigned_to or ""),
            ),
        ],
        rows,
        request,
        name="unmatched",
        noun=("person", "people") if may_see_staff_records(request.user) else ("pupil", "pupils"),
        empty=AllGood("Nobody is held back." if request.GET.get("held") else "Every pupil is matched."),
        kept=SHOWN,
        prepare=prepare,
    )


def _who_column() -> Column:
    return Column(
        "who",
        "Who",
        sort="",
        choices=SUBJECTS,
        narrow=lambda found, subject: found.filter(seen_in__subject=subject),
        value=lambda row: row.seen_in.get_subject_display(),
    )


def name_of(row: Unmatched) -> str:
    """`Okafor, Daniel`."""
    return ", ".join(part for part in (row.surname, row.forename) if part) or f"Record {row.pk}"


def address_of(row: Unmatched, request: HttpRequest) -> str:
    """The record, with the list's filter in the address, so that the next one is the list's next."""
    query = request.GET.copy()
    for name in ("page", "format", "find"):
        query.pop(name, None)
    address = reverse("unmatched-record", args=[row.pk])
    return f"{address}?{query.urlencode()}" if query else address


def list_address(request: HttpRequest) -> str:
    """The list as it was filtered."""
    query = {name: value for name, value in request.GET.items() if name != "find"}
    return f"{reverse('unmatched')}?{urlencode(query)}" if query else reverse("unmatched")


def next_after(row: Unmatched, among: QuerySet[Unmatched]) -> Unmatched | None:
    """Who comes next by name among these, from the first again after the last; None: nobody else."""
    in_order = among.order_by("surname_key", "pk").exclude(pk=row.pk)
    after = Q(surname_key__gt=row.surname_key) | Q(surname_key=row.surname_key, pk__gt=row.pk)
    return in_order.filter(after).first() or in_order.first()


def _shows_restricted(request: PersonRequest) -> bool:
    return bool(request.GET.get("restricted")) and may_see_restricted(request.user)


def _too_old() -> Q:
    """Pupils above the age that is set: who has had that birthday, and a year more."""
    oldest = OLDEST_UNMATCHED.get()
    if not oldest:
        return Q(pk__in=[])
    today = timezone.localdate()
    year = today.year - oldest - 1
    last_day = date(year, 3, 1) if (today.month, today.day) == (2, 29) else today.replace(year=year)
    return Q(born__lte=last_day, seen_in__subject=PUPIL)


def _schools(request: PersonRequest) -> list[tuple[str, str]]:
    waiting: Any = Unmatched.objects.visible_to(request.user).order_by().values("base")
    return [(str(base.pk), base.name) for base in Base.objects.filter(pk__in=waiting).order_by("name")]
