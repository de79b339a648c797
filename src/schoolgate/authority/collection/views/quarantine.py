"""Quarantine: rows of schools' systems that could not be taken, by what they lack (SCREENS 5.3)."""

import json
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.db.models import Count, Max, Min
from django.http import QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection import quarantine
from schoolgate.authority.collection.gathering import LABELS
from schoolgate.authority.collection.meanings import UNKNOWN_CODE
from schoolgate.authority.collection.models import CodeMeaning, HeldBackRow
from schoolgate.authority.importing.matching.keys import normal_guid
from schoolgate.authority.records.models import PupilKey
from schoolgate.authority.records.models.masking import restricted_pupils
from schoolgate.authority.records.models.visible import may_see_restricted
from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.audit.recording import record
from schoolgate.commons.web.tables import AllGood, Column, NotYet, Table
from schoolgate.wire.mis.connector import Group
from schoolgate.wire.mis.registry import all_connectors

AT_ONCE = 500
"""So many rows are decided on with one press."""


@dataclass(frozen=True, slots=True)
class Pile:
    """Rows of one system that lack the same."""

    connector: str
    code: str
    what: str
    sentence: str
    rows: int
    schools: int
    met: int
    first_at: datetime
    last_at: datetime

    @property
    def address(self) -> str:
        return f"{reverse('held-back-rows')}?{_query(self.connector, self.code, self.what)}"

    @property
    def system(self) -> str:
        return label_of(self.connector)


@who("administrator", "officer")
def piles(request: PersonRequest) -> HttpResponseBase:
    """What is held back, put together by what it lacks."""
    held = HeldBackRow.objects.visible_to(request.user).filter(state=HeldBackRow.State.HELD).order_by()
    found = held.values("connector", "code", "what").annotate(
        rows=Count("pk"),
        schools=Count("base", distinct=True),
        met=Max("count"),
        first_at=Min("first_at"),
        last_at=Max("last_at"),
        sentence=Max("sentence"),
    )
    rows = sorted((Pile(**one) for one in found), key=lambda pile: (-pile.rows, pile.connector, pile.what))
    table = Table(
        [
            Column(
                "what",
                "Row or code",
                search=True,
                sort="what",
                value=lambda pile: _named(pile.code, pile.what),
                link=lambda pile: pile.address,
            ),
            Column("system", "From"),
            Column("schools", "Schools", kind="number"),
            Column("sentence", "Reason", search=True),
            Column("rows", "Rows", kind="number"),
            Column("met", "Times met", kind="number"),
            Column("first_at", "First", kind="time"),
            Column("last_at", "Last", kind="time"),
        ],
        rows,
        request,
        name="held-back",
        noun=("reason", "reasons"),
        empty=AllGood("No rows held back."),
    )
    return table.response("authority_collection/held_back.html")


@who("administrator", "officer")
def rows(request: PersonRequest) -> HttpResponseBase:
    """The rows of one pile: chosen ones or all are read again, or dropped."""
    connector, code, what = (request.GET.get(name, "") for name in ("connector", "code", "what"))
    held = HeldBackRow.objects.visible_to(request.user).filter(connector=connector, code=code, what=what)
    held = held.filter(state=HeldBackRow.State.HELD)
    bases = Base.objects.filter(pk__in=held.order_by().values("base")).order_by("name")
    table = Table(
        [
            Column("pk", "Choose", kind="tick", sort="", value=lambda row: row),
            Column(
                "base",
                "School",
                choices=[(str(base.pk), str(base)) for base in bases],
                sort="base__name",
                value=lambda row: row.base.name,
                link=lambda row: reverse("base", args=[row.base_id]),
            ),
            Column("group", "Of", sort="", value=lambda row: LABELS[Group(row.group)]),
            Column("sentence", "Reason", sort=""),
            Column("count", "Times met", kind="number"),
            Column("first_at", "First", kind="time"),
            Column("last_at", "Last", kind="time"),
            Column("open", "As it came", sort="", value=lambda _: "Open", link=_row_address),
        ],
        held.select_related("base"),
        request,
        name="held-back-rows",
        noun=("row", "rows"),
        empty=NotYet("None of these is held back any more.", "See what is held back", reverse("held-back")),
        kept=["connector", "code", "what"],
        downloads=False,
    )
    meaning = None
    if code == UNKNOWN_CODE:
        meaning = CodeMeaning.objects.visible_to(request.user).filter(connector=connector, raw=what, base=None).first()
    context = {
        "named": _named(code, what),
        "system": label_of(connector),
        "meaning": meaning,
        "connector": connector,
        "code": code,
        "what": what,
        "tick_all": table.address(ticked="all", page=""),
        "tick_none": table.address(ticked="", page=""),
    }
    return table.response("authority_collection/held_back_rows.html", context)


@who("administrator", "officer")
@require_POST
def decide(request: PersonRequest) -> HttpResponseBase:
    """Read rows again, or drop them after a question."""
    connector, code, what = (request.POST.get(name, "") for name in ("connector", "code", "what"))
    back = f"{reverse('held-back-rows')}?{_query(connector, code, what)}"
    held = HeldBackRow.objects.visible_to(request.user).filter(connector=connector, code=code, what=what)
    held = held.filter(state=HeldBackRow.State.HELD).select_related("base")
    keys = [key for key in request.POST.getlist("chosen") if key.isascii() and key.isdigit() and len(key) < 19]
    chosen = list(held[:AT_ONCE] if request.POST.get("which") == "all" else held.filter(pk__in=keys)[:AT_ONCE])
    if not chosen:
        messages.error(request, "Tick the rows first, then choose what is to happen with them.")
        return redirect(back)
    if request.POST.get("action") == "replay":
        read = quarantine.replay(chosen, by=request.user, request=request)
        left = len(chosen) - read
        if read:
            messages.success(request, f"{read:,} row{'s are' if read != 1 else ' is'} read again and imported.")
        if left:
            messages.warning(request, f"{left:,} cannot be taken yet: nothing of what they lack has changed.")
        return redirect(back if left else "held-back")
    if "sure" in request.POST:
        dropped = quarantine.drop(chosen, by=request.user, request=request)
        messages.success(request, f"{dropped:,} row{'s are' if dropped != 1 else ' is'} dropped.")
        return redirect("held-back")
    context = {"chosen": chosen, "back": back, "connector": connector, "code": code, "what": what}
    return render(request, "authority_collection/drop_held_back.html", context)


@who("administrator", "officer")
def row(request: PersonRequest, pk: int) -> HttpResponseBase:
    """One row as it came. It is a pupil's data, so that looking at it stands in the audit."""
    found = get_object_or_404(HeldBackRow.objects.visible_to(request.user).select_related("base"), pk=pk)
    masked = not may_see_restricted(request.user) and _is_of_restricted(found)
    record("held back row seen", by=request.user, target=f"held back row {found.pk}", request=request)
    context = {
        "row": found,
        "system": label_of(found.connector),
        "group": LABELS[Group(found.group)],
        "masked": masked,
        "raw": "" if masked else json.dumps(list(found.raw), indent=2, ensure_ascii=False),
        "back": f"{reverse('held-back-rows')}?{_query(found.connector, found.code, found.what)}",
    }
    answer = render(request, "authority_collection/held_back_row.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


def label_of(connector: str) -> str:
    """What people call a system; its name where this version does not know it."""
    known = all_connectors().get(connector)
    return known.label if known else connector


def _is_of_restricted(row: HeldBackRow) -> bool:
    keys = PupilKey.objects.filter(kind=PupilKey.Kind.GUID, text=normal_guid(row.key), pupil__in=restricted_pupils())
    return bool(row.key) and keys.exists()


def _row_address(row: HeldBackRow) -> str:
    return reverse("held-back-row", args=[row.pk])


def _named(code: str, what: str) -> str:
    return f"Code {what}" if what else code.replace("-", " ").capitalize()


def _query(connector: str, code: str, what: str) -> str:
    query = QueryDict(mutable=True)
    query.update({"connector": connector, "code": code, "what": what})
    return query.urlencode()
