"""Possible duplicates: pairs of held pupils who might be one child."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.text import capfirst

from schoolgate.authority.importing.merging.alike import Pair, pairs, times_at_schools, who_stays
from schoolgate.authority.importing.models import TwoChildren
from schoolgate.authority.records.hiding import ABOUT_RESTRICTED, ABOUT_STAFF
from schoolgate.authority.records.listing import schools_of
from schoolgate.authority.records.models import Enrolment, Pupil
from schoolgate.authority.records.models.visible import may_see_restricted, may_see_staff_records
from schoolgate.authority.records.subjects import PUPIL, STAFF, Subject, number_words
from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.audit.recording import record
from schoolgate.commons.web.tables import AllGood, Column, NotYet, Table


@dataclass(slots=True)
class _Row:
    """A pair; `keep`, who is proposed to stay, and `gone` are there once the row is prepared."""

    pair: Pair
    signs: Sequence[str] = ()
    said: TwoChildren | None = None
    surname: tuple[str, str] = ("", "")
    born: date | None = None
    keep: Pupil = field(default_factory=Pupil)
    gone: Pupil = field(default_factory=Pupil)
    schools: dict[int, list[Enrolment]] = field(default_factory=dict)


@who("administrator", "officer")
def possible_duplicates(request: PersonRequest) -> HttpResponseBase:
    """The list; by `?apart=1` the pairs of whom a person said that they are two children.

    By `?staff=1` it is of staff, to who may see them.
    """
    staff = bool(request.GET.get("staff")) and may_see_staff_records(request.user)
    apart, downloaded = bool(request.GET.get("apart")), bool(request.GET.get("format"))
    did = "possible duplicates downloaded" if downloaded else "possible duplicates listed"
    about = ABOUT_RESTRICTED if may_see_restricted(request.user) and not downloaded else ""
    record(did, by=request.user, request=request, about=ABOUT_STAFF if staff else about)
    parted = TwoChildren.objects.visible_to(request.user)
    parted = parted.staff() if staff else parted.pupils()
    context = {
        "apart": apart,
        "parted": 0 if apart else parted.count(),
        "staff": staff,
        "to_staff": may_see_staff_records(request.user) and not staff,
    }
    subject = STAFF if staff else PUPIL
    rows = _parted(parted.unrestricted() if downloaded else parted) if apart else _pairs(request, subject, downloaded)
    return _table(request, rows, subject, apart=apart).response("authority_importing/possible_duplicates.html", context)


def _pairs(request: PersonRequest, subject: Subject, downloaded: bool) -> list[_Row]:
    """All of them, by the names of the one with the lower number: there may be thousands, so little is read of each."""
    found = pairs(request.user, subject, downloaded=downloaded)
    first = Pupil.people.filter(pk__in={one for one, _ in found})
    known = first.values_list("pk", "surname_key", "forename_key", "born")
    told = {pk: ((surname, forename), born) for pk, surname, forename, born in known}
    rows = [_Row(pair, signs, None, *told[pair[0]]) for pair, signs in found.items()]
    return sorted(rows, key=lambda row: (row.surname, row.pair))


def _parted(rows: QuerySet[TwoChildren]) -> list[_Row]:
    return [
        _Row((row.one_id, row.other_id), (), row, (row.one.surname_key, row.one.forename_key), row.one.born)
        for row in rows.select_related("one", "by")
    ]


def _table(request: PersonRequest, rows: list[_Row], subject: Subject, *, apart: bool) -> Table:
    def prepare(page: list[_Row]) -> None:
        numbers = {number for row in page for number in row.pair}
        pupils, schools = Pupil.people.in_bulk(numbers), times_at_schools(numbers)
        for row in page:
            row.schools = schools
            row.keep, row.gone = who_stays(pupils[row.pair[0]], pupils[row.pair[1]], schools)

    def said(name: str) -> Any:
        return lambda row: getattr(row.said, name)

    more = (
        [
            Column("by", "Not one, says", sort="", value=lambda row: str(row.said.by or "the command line")),
            Column("at", "Since", kind="time", sort="said__at", value=said("at")),
        ]
        if apart
        else [Column("signs", "Same", sort="", value=lambda row: ", ".join(row.signs))]
    )
    return Table(
        [
            Column("name", "Name", sort="surname", value=lambda row: row.keep.listed_name, link=_address),
            Column("born", "Date of birth", kind="date"),
            Column("upn", capfirst(number_words(subject)), kind="code", sort="", value=lambda row: row.keep.upn),
            Column("schools", "Schools", sort="", value=lambda row: schools_of(row.schools[row.keep.pk])),
            Column("other", "The other", sort="", value=lambda row: row.gone.listed_name),
            Column("other_born", "Born", kind="date", sort="", value=lambda row: row.gone.born),
            Column("other_upn", f"Other {number_words(subject)}", kind="code", sort="", value=lambda row: row.gone.upn),
            Column("other_schools", "Other schools", sort="", value=lambda row: schools_of(row.schools[row.gone.pk])),
            *more,
        ],
        rows,
        request,
        name="possible-duplicates",
        noun=("pair", "pairs"),
        empty=NotYet("Of nobody.") if apart else AllGood(_none(subject)),
        kept=["apart", "staff"],
        prepare=prepare,
    )


def _none(subject: Subject) -> str:
    return "No two members of staff look like one person." if subject == STAFF else "No two pupils look like one child."


def _address(row: _Row) -> str:
    return reverse("merge-pupils", args=[row.keep.pk, row.gone.pk])
