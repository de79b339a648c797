"""Matched with Conflicts: the pupils of whom values wait for a person (reference 9.6)."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.conflicts.piles import Pile, in_conflict, last_cleared, piles_of
from schoolgate.authority.importing.models import Assignment, Conflict
from schoolgate.authority.records.groups.data_group import DataGroup
from schoolgate.authority.records.groups.registry import GROUPS, PUPIL_GROUPS, group_named
from schoolgate.authority.records.hiding import about_what_is_shown
from schoolgate.authority.records.models import Pupil
from schoolgate.authority.records.models.masking import restricted_pupils
from schoolgate.authority.records.models.visible import may_see_restricted, may_see_staff_records
from schoolgate.authority.records.searches import Search, keep, kept
from schoolgate.authority.records.subjects import SUBJECTS
from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.audit.recording import record
from schoolgate.commons.web.tables import AllGood, Column, NotYet, Table

LONGEST_NAME = 200


@who("administrator", "officer")
@sensitive_post_parameters("text")
def conflicts(request: PersonRequest) -> HttpResponseBase:
    """The list. A search by name is sent by POST and kept in the session, as on the pupils' page.

    By `?restricted=1` restricted pupils are shown alone, to who may see them.
    """
    if request.method == "POST":
        text = request.POST.get("text", "").replace("\0", "").strip()[:LONGEST_NAME]
        asked = {name: value for name, value in request.GET.items() if name not in {"search", "page", "format"}}
        if text:
            asked["search"] = keep(request.session, Search(text, roll="all", subject=""))
        return redirect(f"{reverse('conflicts')}?{urlencode(asked)}")
    table = listed(request)
    if request.GET.get("start"):
        return _start(request, table)
    search = kept(request.session, request.GET.get("search", ""))
    did = "conflicts downloaded" if request.GET.get("format") else "conflicts listed"
    about = about_what_is_shown(request.user)
    record(did, by=request.user, details=search.words if search else "", request=request, about=about)
    query = request.GET.copy()
    query.pop("page", None)
    query["start"] = "1"
    context = {"search": search, "start": query.urlencode(), "shows_restricted": _shows_restricted(request)}
    return table.response("authority_importing/conflicts.html", context)


def listed(request: PersonRequest) -> Table:
    """The list as this request filters it: also what a pupil's page goes on in."""
    known: dict[int, Pile] = {}

    def prepare(rows: list[Pupil]) -> None:
        known.clear()
        known.update(piles_of(rows))

    def pile(pupil: Pupil) -> Pile:
        return known.setdefault(pupil.pk, Pile())

    found = in_conflict(request.user)
    if (search := kept(request.session, request.GET.get("search", ""))) is not None:
        found = found.filter(pk__in=search.people(request.user).order_by().values("pk"))
    if _shows_restricted(request):
        found = found.filter(pk__in=restricted_pupils())
    return Table(
        [
            Column("listed_name", "Name", sort="surname_key", link=lambda one: address_of(one, request)),
            Column(
                "base",
                "School",
                sort="",
                choices=_schools(request),
                narrow=_at,
                value=lambda one: ", ".join(pile(one).schools),
            ),
            Column(
                "of",
                "Conflicts by group",
                sort="",
                choices=[(group.name, group.label) for group in _groups(request)],
                narrow=_of,
                value=lambda one: pile(one).groups,
            ),
            *([Column("kind", "Who", choices=SUBJECTS)] if may_see_staff_records(request.user) else []),
            Column("waits", "Conflicts", kind="number"),
            Column("oldest", "Oldest", kind="time", dates=True),
            Column(
                "assigned",
                "Assigned",
                sort="",
                choices=[("me", "To me"), ("nobody", "To nobody"), ("others", "To others")],
                narrow=lambda rows, choice: _assigned(rows, choice, request.user),
                value=lambda one: pile(one).assigned,
            ),
        ],
        found,
        request,
        name="conflicts",
        noun=("person", "people") if may_see_staff_records(request.user) else ("pupil", "pupils"),
        empty=_empty(request),
        kept=["search", "restricted"],
        prepare=prepare,
    )


def address_of(pupil: Pupil, request: HttpRequest, **more: str) -> str:
    """The pupil's conflicts, with the list's filter in the address, so that the next one is the list's next."""
    query = request.GET.copy()
    for name in ("page", "format", "start", "group", "live"):
        query.pop(name, None)
    for name, value in more.items():
        query[name] = value
    address = reverse("pupil-conflicts", args=[pupil.pk])
    return f"{address}?{query.urlencode()}" if query else address


def _groups(request: PersonRequest) -> tuple[DataGroup, ...]:
    return GROUPS if may_see_staff_records(request.user) else PUPIL_GROUPS


def _shows_restricted(request: PersonRequest) -> bool:
    return bool(request.GET.get("restricted")) and may_see_restricted(request.user)


def _start(request: PersonRequest, table: Table) -> HttpResponseBase:
    first = table.chosen_rows.rows()[:1]
    if first:
        return redirect(address_of(first[0], request))
    messages.info(request, "Nothing is left to clear here.")
    return redirect("conflicts")


def _schools(request: PersonRequest) -> list[tuple[str, str]]:
    waiting = Conflict.objects.open().visible_to(request.user).order_by().values("base")
    return [(str(base.pk), base.name) for base in Base.objects.filter(pk__in=waiting).order_by("name")]


def _at(pupils: "QuerySet[Pupil]", base: str) -> "QuerySet[Pupil]":
    return pupils.filter(Exists(Conflict.objects.open().filter(pupil=OuterRef("pk"), base=int(base))))


def _of(pupils: "QuerySet[Pupil]", name: str) -> "QuerySet[Pupil]":
    of_group = Conflict.objects.open().filter(pupil=OuterRef("pk"), group=group_named(name).number)
    return pupils.filter(Exists(of_group))


def _assigned(pupils: "QuerySet[Pupil]", choice: str, user: Any) -> "QuerySet[Pupil]":
    held = Assignment.objects.filter(pupil=OuterRef("pk"))
    if choice == "nobody":
        return pupils.filter(~Exists(held))
    return pupils.filter(Exists(held.filter(to=user) if choice == "me" else held.exclude(to=user)))


def _empty(request: PersonRequest) -> NotYet:
    last = last_cleared(request.user)
    if last is None:
        return AllGood("No conflicts.")
    at = timezone.localtime(last.at)
    day = "" if at.date() == timezone.localdate() else f"{at.day} {at:%B}, "
    return AllGood(f"No conflicts. Last one cleared by {last.by or 'the command line'}, {day}{at.hour}:{at:%M}.")
