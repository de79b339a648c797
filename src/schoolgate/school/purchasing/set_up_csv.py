"""The ledger's set-up from lists as a spreadsheet saves them: account codes, links with their budgets, VAT codes.

A line that is wrong is told with its number and stops no other. The same list again changes nothing. To look first is
to do it all and to take it back: a preview cannot say anything else than what would be done.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from django import forms
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.http import HttpRequest

from schoolgate.commons.accounts.models import User
from schoolgate.commons.csv_lists import BROKEN, MEGABYTE, CsvColumn, CsvLine, plain_cell, read_csv
from schoolgate.school.purchasing import chart, vat
from schoolgate.school.purchasing.changing import SetUpRefused, coding_changed, differences, told
from schoolgate.school.purchasing.chart import KINDS
from schoolgate.school.purchasing.models import Coding, FinancialYear, VatCode
from schoolgate.school.purchasing.typed import plain_amount
from schoolgate.school.purchasing.years import require_open

MOST_LINES = 5_000

LARGEST_BUDGET = Decimal("999999999.99")

OPEN = CsvColumn("open", ("state", "in use"))

State = Literal["new", "changed", "known", "wrong"]


@dataclass(frozen=True)
class LineResult:
    """What becomes of one line: its number in the file, what it is about, and what changes or why it is wrong."""

    number: int
    state: State
    what: str = ""
    why: str = ""


@dataclass(frozen=True)
class ListResult:
    """What becomes of each line of a list, and notes on how it was read."""

    lines: tuple[LineResult, ...]
    notes: tuple[str, ...] = ()

    def count(self, state: State) -> int:
        """How many lines there are of a state."""
        return sum(line.state == state for line in self.lines)


@dataclass(frozen=True)
class Wanted:
    """What a line wants: a row (a new one has no id) and values for it; a second line of the same `key` is too many."""

    what: str
    row: models.Model
    values: Mapping[str, Any]
    key: tuple[str, ...]


class Here:
    """What of the set-up is here, as it is when the list begins; `year` is the year that the list is for."""

    def __init__(self, year: FinancialYear | None, *, links: bool) -> None:
        self.year = year
        self.may_link = links
        self.codes: dict[str, dict[str, Any]] = {}
        self.links: dict[tuple[int, ...], Coding] = {}
        self.vat = {code.code.upper(): code for code in VatCode.objects.all()}
        if year is not None:
            for kind in KINDS.values():
                self.codes[kind.field] = {code.code.upper(): code for code in kind.model.objects.filter(year=year)}
            for link in Coding.objects.filter(year=year).select_related("fund", "ledger_code", "cost_centre"):
                self.links[link.fund_id, link.ledger_code_id, link.cost_centre_id] = link

    def code_without_zeros(self, field: str, code: str) -> str:
        """A code that differs from this one only by the zeros before it, as spreadsheets drop them; empty: none."""
        bare = code.lstrip("0").upper()
        return next((one.code for one in self.codes[field].values() if one.code.lstrip("0").upper() == bare), "")


@dataclass(frozen=True)
class ListKind:
    """A list that can be taken: its columns, how a line of it is read, and how what it wants is saved."""

    title: str
    columns: tuple[CsvColumn, ...]
    read: Callable[[CsvLine, Here], Wanted]
    save: Callable[..., bool]
    of_a_year: bool = True


def take(
    name: str,
    content: bytes,
    *,
    year: FinancialYear | None,
    by: User | None,
    request: HttpRequest | None = None,
    only_look: bool = False,
    links: bool = True,
) -> ListResult:
    """Take a list of LISTS, line by line; with `only_look` say what each would do, and do nothing.

    `links=False`: a list of budgets only, whose threes must be linked already. Raises CsvRefused for what is no such
    list, and SetUpRefused: no year, or a closed one.
    """
    kind = LISTS[name]
    read = read_csv(content, kind.columns, largest_bytes=MEGABYTE, most_lines=MOST_LINES)
    notes = []
    if read.windows:
        notes.append("The file is not UTF-8 and was read as Windows-1252. Look at names with accents and apostrophes.")
    if read.unknown:
        notes.append(f"Not used: {', '.join(heading[:40] for heading in read.unknown[:12])}.")
    with transaction.atomic():
        if kind.of_a_year:
            if year is None:
                raise SetUpRefused("There is no financial year yet. Add it first.")
            require_open(year)
        here = Here(year if kind.of_a_year else None, links=links)
        seen: dict[tuple[str, ...], int] = {}
        lines = tuple(_take_line(kind, line, here, seen, by, request) for line in read.lines)
        if only_look:
            transaction.set_rollback(True)
        elif year is not None and kind.of_a_year and any(line.state in ("new", "changed") for line in lines):
            coding_changed.send(sender=FinancialYear, year=year)
    return ListResult(lines, tuple(notes))


def _take_line(
    kind: ListKind,
    line: CsvLine,
    here: Here,
    seen: dict[tuple[str, ...], int],
    by: User | None,
    request: HttpRequest | None,
) -> LineResult:
    what = ""
    try:
        if line.broken:
            raise SetUpRefused(BROKEN)
        wanted = kind.read(line, here)
        what = wanted.what
        first = seen.setdefault(wanted.key, line.number)
        if first != line.number:
            raise SetUpRefused(f"Line {first} is about the same. Leave one of them.")
        new = wanted.row.pk is None
        why = _of_new(wanted) if new else differences(wanted.row, wanted.values)
        if not new and not why:
            return LineResult(line.number, "known", what)
        kind.save(wanted.row, wanted.values, by=by, request=request)
    except SetUpRefused as refused:
        return LineResult(line.number, "wrong", what or _cells(line, kind), str(refused))
    return LineResult(line.number, "new" if new else "changed", what, why)


def _of_new(wanted: Wanted) -> str:
    """What a new row gets beside its code, which tells the line already, and beside what every new row has."""
    row = wanted.row
    return told(
        {name: value for name, value in wanted.values.items() if name != "code" and getattr(row, name) != value}
    )


def _read_code(line: CsvLine, here: Here) -> Wanted:
    kind = _kind(line["kind"])
    code, name = _needed(line, "code"), plain_cell(line["name"])
    row = here.codes[kind.field].get(code.upper())
    if row is None:
        twin = here.code_without_zeros(kind.field, code)
        if twin:
            raise SetUpRefused(
                f"There is a {kind.one} “{twin}”. If a spreadsheet dropped the zeros of “{code}”, put them back; if it "
                "is another one, add it on its own page."
            )
        row = kind.model(year=here.year)
        values: dict[str, Any] = {"code": code, "name": _needed(line, "name"), "open": _yes_no(line, "open", True)}
    else:
        values = {"name": name or row.name, "open": _yes_no(line, "open", row.open)}
    return Wanted(f"{kind.one} {code}", row, values, (kind.field, code.upper()))


def _read_link(line: CsvLine, here: Here) -> Wanted:
    three = {}
    for kind in KINDS.values():
        code = _needed(line, kind.one)
        found = here.codes[kind.field].get(code.upper())
        if found is None:
            twin = here.code_without_zeros(kind.field, code)
            hint = f"There is “{twin}”: did a spreadsheet drop its zeros?" if twin else "Add it first."
            raise SetUpRefused(f"There is no {kind.one} “{code}” in {here.year}. {hint}")
        three[kind.field] = found
    row = here.links.get(tuple(code.pk for code in three.values()))
    if row is None:
        if not here.may_link:
            raise SetUpRefused("These three are not linked. Link them first.")
        row = Coding(year=here.year, **three)
    what = str(row)
    budget = _amount(line, "budget", row.budget)
    return Wanted(what, row, {"budget": budget, "open": _yes_no(line, "open", row.open)}, (what,))


def _read_vat(line: CsvLine, here: Here) -> Wanted:
    code = _needed(line, "code")
    row = here.vat.get(code.upper()) or VatCode()
    new = row.pk is None
    values = {
        "name": _needed(line, "name") if new else plain_cell(line["name"]) or row.name,
        "rate": _rate(_needed(line, "rate")),
        "sent_as": _sent_as(line, row.sent_as),
        "standard": _yes_no(line, "standard", row.standard and not new),
        "open": _yes_no(line, "open", row.open),
    }
    return Wanted(f"VAT code {code}", row, {"code": code, **values} if new else values, (code.upper(),))


LISTS: Mapping[str, ListKind] = {
    "codes": ListKind(
        "Funds, ledger codes and cost centres",
        (
            CsvColumn("kind", ("type", "what"), required=True),
            CsvColumn("code", (), required=True),
            CsvColumn("name", ("description",)),
            OPEN,
        ),
        _read_code,
        chart.put_code,
    ),
    "links": ListKind(
        "Links and budgets",
        (
            CsvColumn("fund", ("fund code",), required=True),
            CsvColumn("ledger code", ("ledger", "account", "CFR"), required=True),
            CsvColumn("cost centre", ("cost center", "cost centre code"), required=True),
            CsvColumn("budget", ("amount", "budget for the year")),
            OPEN,
        ),
        _read_link,
        chart.put_link,
    ),
    "vat-codes": ListKind(
        "VAT codes",
        (
            CsvColumn("code", ("VAT code",), required=True),
            CsvColumn("name", ("description",)),
            CsvColumn("rate", ("VAT rate", "per cent", "%"), required=True),
            CsvColumn("sent as", ()),
            CsvColumn("standard", ("usual",)),
            OPEN,
        ),
        _read_vat,
        vat.save_code,
        of_a_year=False,
    ),
}
"""The lists that can be taken, by their names in addresses and commands."""


def _cells(line: CsvLine, kind: ListKind) -> str:
    """The first cells of a line, by which its writer knows it again."""
    return " ".join(plain_cell(line[column.name]) for column in kind.columns[:3])[:80].strip()


def _needed(line: CsvLine, column: str) -> str:
    text = plain_cell(line[column])
    if not text:
        raise SetUpRefused(f"The {column} is missing.")
    return text


def _kind(text: str) -> chart.Kind:
    wanted = plain_cell(text).lower().replace("-", " ").replace("center", "centre")
    for kind in KINDS.values():
        if wanted in {kind.one, kind.many, kind.one.partition(" ")[0]}:
            return kind
    raise SetUpRefused(f"The kind is “{text[:40]}”. It is fund, ledger code or cost centre.")


def _yes_no(line: CsvLine, column: str, otherwise: bool) -> bool:
    text = plain_cell(line[column]).lower()
    if not text:
        return otherwise
    answers = {"yes": True, "y": True, "open": True, "true": True, "1": True}
    answers |= {"no": False, "n": False, "closed": False, "false": False, "0": False}
    if text not in answers:
        raise SetUpRefused(f"The column {column} says “{text[:40]}”. It is yes or no.")
    return answers[text]


def _amount(line: CsvLine, column: str, otherwise: Decimal | None) -> Decimal | None:
    """Pounds as people write them, £1,200.50; nothing leaves what is there."""
    text = plain_amount(plain_cell(line[column]))
    if not text:
        return otherwise
    return _decimal(text, LARGEST_BUDGET, f"The {column} is “{text[:40]}”. It is pounds and pence, such as 1200.50.")


def _rate(text: str) -> Decimal:
    return _decimal(text.replace("%", "").strip(), Decimal(100), f"The rate is “{text[:40]}”. It is from 0 to 100.")


def _decimal(text: str, largest: Decimal, wrong: str) -> Decimal:
    field = forms.DecimalField(min_value=0, max_value=largest, decimal_places=2)
    try:
        value: Decimal = field.clean(text)
    except ValidationError:
        raise SetUpRefused(wrong) from None
    return value


def _sent_as(line: CsvLine, otherwise: str) -> str:
    text = plain_cell(line["sent as"]).upper()
    if text and text not in dict(vat.SENT_AS):
        raise SetUpRefused(f"It is sent as “{text[:40]}”. That is one of {', '.join(dict(vat.SENT_AS))}.")
    return text or otherwise
