"""Possible duplicates: pairs of held pupils who might be one child."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.http.response import HttpResponseBase
from django.urls import reverse

from schoolgate.authority.importing.merging.alike import pairs, times_at_schools, who_stays
from schoolgate.authority.importing.models import TwoChildren
from schoolgate.authority.records.hiding import ABOUT_RESTRICTED
from schoolgate.authority.records.listing import schools_of
from schoolgate.authority.records.models import Enrolment, Pupil
from schoolgate.authority.records.models.visible import may_see_restricted
from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.audit.recording import record
from schoolgate.commons.web.tables import AllGood, Column, NotYet, Table


@dataclass(slots=True)
class _Row:
    """A pair, of which `keep` is proposed to stay once it is prepared."""

    keep: Pupil
    gone: Pupil
    signs: Sequence[str] = ()
    schools: dict[int, list[Enrolment]] = field(default_factory=dict)
    said: TwoChildren | None = None

    @property
    def surname(self) -> str:
        return self.keep.surname_key

    @property
    def born(self) -> date | None:
        return self.keep.born


@who("administrator", "officer")
def possible_duplicates(request: PersonRequest) -> HttpResponseBase:
    """The list; by `?apart=1` the pairs of whom a person said that they are two children."""
    apart, downloaded = bool(request.GET.get("apart")), bool(request.GET.get("format"))
    did = "possible duplicates downloaded" if downloaded else "possible duplicates listed"
    about = ABOUT_RESTRICTED if may_see_restricted(request.user) and not downloaded else ""
    record(did, by=request.user, request=request, about=about)
    parted = TwoChildren.objects.visible_to(request.user)
    context = {"apart": apart, "parted": 0 if apart else parted.count()}
    rows = _parted(parted.unrestricted() if downloaded else parted) if apart else _pairs(request, downloaded=downloaded)
    return _table(request, rows, apart=apart).response("authority_importing/possible_duplicates.html", context)


def _pairs(request: PersonRequest, *, downloaded: bool) -> list[_Row]:
    found = pairs(request.user, downloaded=downloaded)
    pupils = Pupil.objects.in_bulk({number for pair in found for number in pair})
    rows = [_Row(pupils[one], pupils[other], signs) for (one, other), signs in found.items()]
    return sorted(rows, key=lambda row: (row.keep.surname_key, row.keep.forename_key, row.keep.pk, row.gone.pk))


def _parted(rows: Any) -> list[_Row]:
    return [_Row(row.one, row.other, said=row) for row in rows.select_related("one", "other", "by")]


def _table(request: PersonRequest, rows: list[_Row], *, apart: bool) -> Table:
    def prepare(page: list[_Row]) -> None:
        schools = times_at_schools({pupil.pk for row in page for pupil in (row.keep, row.gone)})
        for row in page:
            row.schools = schools
            row.keep, row.gone = who_stays(row.keep, row.gone, schools)

    def said(name: str) -> Any:
        return lambda row: getattr(row.said, name)

    more = (
        [
            Column("by", "Two children, says", sort="", value=lambda row: str(row.said.by or "the command line")),
            Column("at", "Since", kind="time", sort="said__at", value=said("at")),
        ]
        if apart
        else [Column("signs", "Same", sort="", value=lambda row: ", ".join(row.signs))]
    )
    return Table(
        [
            Column("name", "Pupil", sort="surname", value=lambda row: _name(row.keep), link=_address),
            Column("born", "Date of birth", kind="date"),
            Column("upn", "UPN", kind="code", sort="", value=lambda row: row.keep.upn),
            Column("schools", "Schools", sort="", value=lambda row: schools_of(row.schools[row.keep.pk])),
            Column("other", "The other", sort="", value=lambda row: _name(row.gone)),
            Column("other_born", "Born", kind="date", sort="", value=lambda row: row.gone.born),
            Column("other_upn", "Other UPN", kind="code", sort="", value=lambda row: row.gone.upn),
            Column("other_schools", "Other schools", sort="", value=lambda row: schools_of(row.schools[row.gone.pk])),
            *more,
        ],
        rows,
        request,
        name="possible-duplicates",
        noun=("pair", "pairs"),
        empty=NotYet("Of nobody.") if apart else AllGood("No two pupils look like one child."),
        kept=["apart"],
        prepare=prepare,
    )


def _name(pupil: Pupil) -> str:
    return ", ".join(part for part in (pupil.surname, pupil.forename) if part) or f"Pupil {pupil.pk}"


def _address(row: _Row) -> str:
    return reverse("merge-pupils", args=[row.keep.pk, row.gone.pk])
