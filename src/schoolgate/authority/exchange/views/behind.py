"""The lists behind an import's numbers. They name children: each look at one stands in the audit."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any, Self

from django.db.models import QuerySet
from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from schoolgate.authority.exchange.not_taken import NotTaken, find_records, not_taken, read_names
from schoolgate.authority.importing.before_and_after import Written, written_by
from schoolgate.authority.importing.behind import (
    groups_of,
    in_conflict,
    left_out,
    missing,
    missing_pupils,
    pupils_behind,
)
from schoolgate.authority.importing.held import restricted_held
from schoolgate.authority.importing.models import Conflict, Import, RemovalCandidate
from schoolgate.authority.importing.opening import document_is_kept
from schoolgate.authority.importing.refusal_words import words_of
from schoolgate.authority.importing.refused_values import item_label, sent
from schoolgate.authority.records.groups.data_group import DataGroup
from schoolgate.authority.records.groups.registry import group_named, group_numbered
from schoolgate.authority.records.hiding import ABOUT_STAFF
from schoolgate.authority.records.models import Pupil, Refusal
from schoolgate.authority.records.models.visible import may_see_restricted
from schoolgate.authority.records.subjects import NOUNS, STAFF, number_words
from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.audit.recording import record
from schoolgate.commons.web.tables import Column, NotYet, Table

_VALUE = ("value", "values")


class Lines(str):
    """Several lines: one under the other on a page, with semicolons between in a download."""

    __slots__ = ("lines",)
    lines: Sequence[str]

    def __new__(cls, lines: Iterable[str]) -> Self:
        each = tuple(lines)
        made = super().__new__(cls, "; ".join(each))
        made.lines = each
        return made

    def __html__(self) -> SafeString:
        return format_html_join(SafeString("<br>"), "{}", ((line,) for line in self.lines))


class Values:
    """What an import wrote, looked up for the rows of a page at once."""

    def __init__(self, this: Import, group: DataGroup | None) -> None:
        self._this = this
        self._group = group
        self._found: dict[int, list[Written]] = {}

    def look_up(self, pupils: list[Pupil]) -> None:
        """Have these at hand, and no others."""
        self._found = written_by(self._this, [pupil.pk for pupil in pupils], self._group)

    def of(self, pupil: Pupil) -> Lines:
        """What was written to a pupil, value by value."""
        return Lines(self._in_words(value) for value in self._found.get(pupil.pk, ()))

    def on_one_line(self, pupil: Pupil) -> str:
        """The same, for a whole group at once."""
        return "; ".join(self.of(pupil).lines)

    def _in_words(self, value: Written) -> str:
        label = value.label if self._group else f"{value.group.label}, {value.label}"
        return f"{label}: {value.before} → {value.after}" if value.before else f"{label}: {value.after}"


List = Callable[[PersonRequest, Import, "DataGroup | None"], tuple[Table, str, str]]
"""Gives the table, its heading, and what must be said about it."""


@who("administrator", "officer")
def behind(request: PersonRequest, pk: int, what: str, group: str = "") -> HttpResponseBase:
    """The pupils or values behind one number of an import."""
    this = get_object_or_404(Import.objects.visible_to(request.user).select_related("base"), pk=pk)
    make = (_OF_GROUPS if group else _OF_PUPILS).get(what)
    if make is None:
        raise Http404
    try:
        of_group = group_named(group) if group else None
    except KeyError:
        raise Http404 from None
    table, heading, note = make(request, this, of_group)
    heading = f"{of_group.label}: {heading[0].lower()}{heading[1:]}" if of_group else heading
    people = "staff" if this.subject == STAFF else "pupils"
    did = f"{people} of an import {'downloaded' if request.GET.get('format') else 'seen'}"
    target = f"import {this.pk}, {this.source_name}"
    about = ABOUT_STAFF if this.subject == STAFF else ""
    record(did, by=request.user, target=target, details=heading, request=request, about=about)
    context = {"this": this, "heading": heading, "note": note}
    return table.response("authority_exchange/import_list.html", context)


def _pupils(what: str, heading: str) -> List:
    def make(request: PersonRequest, this: Import, group: DataGroup | None) -> tuple[Table, str, str]:
        found = pupils_behind(this, what, group)
        pupils = Pupil.people.visible_to(request.user).filter(pk__in=found.pupils)
        columns = _pupil_columns(this, group)
        values = Values(this, group)
        shows_values = what == "changed" or (what == "added" and group is not None)
        if shows_values:
            words, value = ("Before → after", values.of) if what == "changed" else ("Values", values.on_one_line)
            columns.append(Column("values", words, kind="long", sort="", value=value))
        if group is None and what == "same":
            left = groups_of(this, "left_out")
            columns.append(Column("left_out", "Left out", sort="", value=lambda pupil: _labels(left.get(pupil.pk, ()))))
        table = _table(request, this, columns, pupils, f"{what}-pupils", NOUNS[this.told_of])
        if shows_values:
            table.prepare = values.look_up
        counted = _counted(this, what, group)
        held = pupils.count()
        note = ""
        if len(found.pupils) < counted:
            note = f"{counted:,} were counted; who {counted - len(found.pupils):,} of them were is not kept any more."
        elif held < counted:
            note = f"{counted:,} were counted; {counted - held:,} of them are not held any more, or not shown to you."
        return table, heading, note

    return make


def _left_out(request: PersonRequest, this: Import, group: DataGroup | None) -> tuple[Table, str, str]:
    found = pupils_behind(this, "left_out", group)
    rows = left_out(this, found, group).visible_to(request.user).select_related("pupil")
    columns = [
        *_pupil_columns(this, group, of="pupil__"),
        Column("item", "Item", value=_item_label),
        Column("value_text", "Sent", sort="", value=lambda row: sent(row.group, row.item, row.value_text)),
        Column("code", "Why", kind="long", value=lambda row: words_of(row.code).why),
        Column("step", "What to do", kind="long", sort="", value=lambda row: words_of(row.code).step),
        Column(
            "since",
            "Since",
            value=lambda row: "this file" if row.first_seen_in == this.job_id else _day(row.since.date()),
        ),
    ]
    table = _table(request, this, columns, rows, "values-left-out", _VALUE)
    return table, "Left out", _difference(_counted(this, "left_out", group), rows.count())


def _in_conflict(request: PersonRequest, this: Import, group: DataGroup | None) -> tuple[Table, str, str]:
    found = pupils_behind(this, "conflict", group)
    rows = in_conflict(this, found, group).visible_to(request.user).select_related("pupil")
    columns = [
        *_pupil_columns(this, group, of="pupil__"),
        Column("item", "Item", value=_item_label),
        Column("value", "Sent", kind="long", sort="", value=lambda row: sent(row.group, row.item, row.incoming_text)),
        Column("since", "Waits since", kind="time"),
        Column("decide", "", sort="", value=lambda _: "Decide", link=_decide),
    ]
    table = _table(request, this, columns, rows, "values-in-conflict", _VALUE)
    return table, "In conflict", _difference(_counted(this, "conflict", group), rows.count())


def _missing(request: PersonRequest, this: Import, group: DataGroup | None) -> tuple[Table, str, str]:
    found = pupils_behind(this, "missing", group)
    rows = missing(this, found, group).visible_to(request.user).select_related("pupil")
    columns = [
        *_pupil_columns(this, group, of="pupil__"),
        Column("item", "Item", value=_item_label),
    ]
    table = _table(request, this, columns, rows, "values-missing", _VALUE)
    note = "The full file did not say these any more. Nothing was removed: they are candidates for a person. "
    return table, "Missing", note + _difference(_counted(this, "missing", group), rows.count())


def _missing_pupils(request: PersonRequest, this: Import, group: DataGroup | None) -> tuple[Table, str, str]:
    rows = missing_pupils(this).visible_to(request.user).select_related("pupil")
    new = [(True, "new in this file"), (False, "since an earlier file")]
    columns = [
        *_pupil_columns(this, None, of="pupil__"),
        Column("seen_in", "Missing", sort="", value=lambda row: dict(new)[row.seen_in == this.job_id]),
    ]
    table = _table(request, this, columns, rows, "pupils-missing", NOUNS[this.told_of])
    note = (
        "On the school's roll, and not in its newest full file. Nobody was removed: they are candidates for a person."
    )
    return table, "On the roll, not in the file", note


def _not_taken(*, twice: bool) -> List:
    def make(request: PersonRequest, this: Import, group: DataGroup | None) -> tuple[Table, str, str]:
        rows = not_taken(this, twice=twice)
        columns = [
            Column("number", "No. in the file", kind="number"),
            Column("line", "Line", kind="number", sort="", value=lambda row: row.line or None),
            Column("surname", "Surname in the file", sort=""),
            Column("forename", "Forename in the file", sort=""),
            Column("born", "Date of birth", kind="date", sort=""),
            Column("upn", capfirst(number_words(this.told_of)), kind="code", sort=""),
            Column("why", "Why", kind="long"),
            Column("step", "What to do", kind="long", sort=""),
        ]
        if not twice:
            columns.append(Column("decide", "", sort="", value=_step_of, link=_record))
        table = _table(request, this, columns, rows, "not-taken", NOUNS[this.told_of])
        # Nobody takes a restricted pupil's name along in a file; on the page it stands for who may see it.
        hides = bool(request.GET.get("format")) or not may_see_restricted(request.user)
        hidden = restricted_held() if hides else ()

        def prepare(shown: list[NotTaken]) -> None:
            read_names(this, shown, hidden)
            find_records(this, shown, request.user)

        table.prepare = prepare
        counted = _counted(this, "twice" if twice else "unmatched", None)
        note = "" if len(rows) == counted else f"{counted:,} were counted; who the others were is not kept any more."
        if not document_is_kept(this):
            note += " The file itself is not kept any more, so that only the place in it can be told."
        return table, "Twice, with differences" if twice else "Unmatched", note

    return make


def _step_of(row: NotTaken) -> str:
    return "Decide" if row.record else ""


def _record(row: NotTaken) -> str:
    return reverse("unmatched-record", args=[row.record]) if row.record else ""


_OF_PUPILS: dict[str, List] = {
    "added": _pupils("added", "Pupils added"),
    "changed": _pupils("changed", "Pupils changed"),
    "in-conflict": _pupils("in_conflict", "Pupils in conflict"),
    "same": _pupils("same", "Pupils who stayed the same"),
    "twice": _not_taken(twice=True),
    "unmatched": _not_taken(twice=False),
    "left-out": _left_out,
    "conflict": _in_conflict,
    "missing": _missing_pupils,
}
_OF_GROUPS: dict[str, List] = {
    "added": _pupils("added", "Added"),
    "changed": _pupils("changed", "Changed"),
    "same": _pupils("same", "The same"),
    "conflict": _in_conflict,
    "yielded": _pupils("yielded", "Left to the main school"),
    "left-out": _left_out,
    "missing": _missing,
}


def _table(
    request: PersonRequest,
    this: Import,
    columns: list[Column],
    rows: "QuerySet[Any] | Sequence[Any]",
    name: str,
    noun: tuple[str, str],
) -> Table:
    """A list without a search: what is typed into one would stand in the address, and it would be a child's name."""
    return Table(
        columns, rows, request, name=f"import-{this.pk}-{name}", noun=noun, empty=NotYet("Nothing is listed here.")
    )


def _pupil_columns(this: Import, group: DataGroup | None, *, of: str = "") -> list[Column]:
    """Who it is, with the way to the pupil's page; ``of`` is the path to the pupil."""

    def pupil_of(row: Any) -> Pupil:
        pupil: Pupil = row.pupil if of else row
        return pupil

    def address(row: Any) -> str:
        return reverse("pupil", args=[pupil_of(row).pk]) + (f"?group={group.name}" if group else "")

    return [
        Column(f"{of}surname", "Surname", sort=f"{of}surname_key", link=address),
        Column(f"{of}forename", "Forename", sort=f"{of}forename_key"),
        *([] if of else [Column("born", "Date of birth", kind="date")]),
        Column(f"{of}upn", capfirst(number_words(this.told_of)), kind="code"),
    ]


def _item_label(row: Refusal | RemovalCandidate | Conflict) -> str:
    assert row.group is not None
    return item_label(row.group, row.item)


def _decide(row: Conflict) -> str:
    return reverse("pupil-conflicts", args=[row.pupil_id])


def _labels(numbers: Iterable[int]) -> str:
    return ", ".join(group_numbered(number).label for number in numbers)


def _counted(this: Import, what: str, group: DataGroup | None) -> int:
    groups: dict[str, dict[str, int]] = this.counts.get("groups", {})
    if group is not None:
        return groups.get(group.name, {}).get(what, 0)
    if what in {"left_out", "conflict"}:
        return sum(numbers.get(what, 0) for numbers in groups.values())
    return int(this.counts.get("pupils", {}).get(what, 0))


def _difference(counted: int, listed: int) -> str:
    if listed == counted:
        return ""
    return f"{counted:,} were counted here and {listed:,} stand today: later files or people ended or added some."


def _day(day: date | None) -> str:
    return f"{day.day} {day:%b %Y}" if day else ""
