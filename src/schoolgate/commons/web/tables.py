"""The tables people work in: search, filter, sort, page, a link to each row, CSV and Excel.

All state stands in the query string, so a table can be bookmarked, sent to a colleague, and works without JavaScript.
A view makes one and returns its response; the template says `{% include "web/table.html" %}`:

    table = Table(
        [
            Column("received_at", "Received", kind="time", dates=True),
            Column("name", "File", search=True, link=lambda file: reverse("received-file", args=[file.pk])),
            Column("state", "State", kind="state", choices=STATES),
        ],
        ReceivedFile.objects.visible_to(request.user),
        request,
        name="received-files",
        noun=("file", "files"),
        empty=NotYet("No files yet.", "Send a file", reverse("send")),
    )
    return table.response("exchange/received_files.html")
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Manager, QuerySet
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render

from schoolgate.commons.web.columns import Cell, Column, Filter, Heading
from schoolgate.commons.web.downloads import EXCEL_ROWS, csv_download, excel_download
from schoolgate.commons.web.sources import ListRows, QueryRows, Source

__all__ = ["AllGood", "Column", "NotYet", "Table"]

PAGE_SIZE = 50

PORTION = 500
"""So many rows of a download are prepared at once."""


@dataclass(frozen=True)
class NotYet:
    """The text of a table that holds nothing yet, and the next step."""

    text: str
    step: str = ""
    address: str = ""
    good: bool = False


@dataclass(frozen=True)
class AllGood(NotYet):
    """The text of a table whose being empty is good news."""

    good: bool = True


@dataclass
class Table:
    """Rows of a query or a list, as this request wants them.

    The rows fetch themselves anew every `live_seconds`, or every `live_by_choice` seconds once the reader asked for it
    by a link (`?live=1`), for as long as nobody works in them. `kept` names parameters of the address that are the
    page's and not the table's. `prepare` is called with the rows of a page, or of a portion of a download, before they
    are shown: for what is cheaper to look up for many at once. A query whose rows may not all leave in a file has a
    method `for_download`, which gives those that may; where none may, there are no `downloads`.
    """

    columns: Sequence[Column]
    data: "QuerySet[Any] | Manager[Any] | Sequence[Any]"
    request: HttpRequest
    name: str = field(kw_only=True)
    noun: tuple[str, str] = field(default=("row", "rows"), kw_only=True)
    empty: NotYet = field(default=NotYet("Nothing here yet."), kw_only=True)
    caption: str = field(default="", kw_only=True)
    page_size: int = field(default=PAGE_SIZE, kw_only=True)
    live_seconds: int = field(default=0, kw_only=True)
    live_by_choice: int = field(default=0, kw_only=True)
    refresh_words: str = field(default="Refresh", kw_only=True)
    row_class: Callable[[Any], str] | None = field(default=None, kw_only=True)
    kept: Sequence[str] = field(default=(), kw_only=True)
    prepare: Callable[[list[Any]], None] | None = field(default=None, kw_only=True)
    downloads: bool = field(default=True, kw_only=True)

    most_in_excel = EXCEL_ROWS

    def response(self, template: str, context: Mapping[str, Any] | None = None) -> HttpResponseBase:
        """The page with this table in it as `table`, or the download that `?format=csv` or `xlsx` asks for."""
        wanted = self._format
        if wanted == "csv" or (wanted == "xlsx" and not self.fits_excel):
            return csv_download(self.name, self._headings_of_download(), self._rows_of_download())
        if wanted == "xlsx":
            return excel_download(self.name, self._headings_of_download(), self._rows_of_download())
        return render(self.request, template, {"table": self, **(context or {})})

    @cached_property
    def all_rows(self) -> Source:
        data: Any = self.data.all() if isinstance(self.data, Manager) else self.data
        if self._format and hasattr(data, "for_download"):
            data = data.for_download()
        return QueryRows(data) if isinstance(data, QuerySet) else ListRows(data)

    @property
    def _format(self) -> str:
        """The file that is asked for; empty for the page."""
        return self.request.GET.get("format", "") if self.downloads else ""

    @cached_property
    def search_text(self) -> str:
        return self.request.GET.get("q", "").replace("\0", "").strip()

    @cached_property
    def searches(self) -> list[str]:
        return [column.name for column in self.columns if column.search]

    @property
    def search_label(self) -> str:
        """What the search looks in, in the table's own words."""
        return "Search " + ", ".join(_in_a_sentence(column.heading) for column in self.columns if column.search)

    @cached_property
    def filters(self) -> list[Filter]:
        ask = self.request.GET.get
        made = []
        for column in self.columns:
            if column.choices:
                value = ask(column.name, "")
                made.append(Filter(column, value if value in dict(column.choices) else ""))
            elif column.exact:
                made.append(Filter(column, ask(column.name, "").replace("\0", "").strip()))
            elif column.dates:
                made.append(Filter(column, first=ask(f"{column.name}-from", ""), last=ask(f"{column.name}-to", "")))
        return made

    @property
    def filtered(self) -> bool:
        return bool(self.search_text) or any(one.in_use for one in self.filters)

    @property
    def nothing_at_all(self) -> bool:
        return not self.filtered and not self.page.paginator.count

    @cached_property
    def chosen_rows(self) -> Source:
        """The rows that search and filters leave, in the order asked for."""
        rows = self.all_rows
        if self.search_text:
            rows = rows.search(self.searches, self.search_text)
        for one in self.filters:
            if one.value and one.column.narrow:
                rows = rows.narrowed(one.column.narrow, one.value)
            elif one.value:
                rows = rows.exactly(one.column.name, one.value)
            elif one.in_use:
                rows = rows.between(one.column.name, *one.days)
        column, descending = self._sorted_by
        return rows.order(column.sort_path, descending=descending) if column else rows

    @cached_property
    def _sorted_by(self) -> tuple[Column | None, bool]:
        asked = self.request.GET.get("sort", "")
        for column in self.columns:
            if column.sort_path and column.name == asked.removeprefix("-"):
                return column, asked.startswith("-")
        return None, False

    @property
    def headings(self) -> Iterator[Heading]:
        chosen, descending = self._sorted_by
        for column in self.columns:
            now = column is chosen
            next_sort = f"-{column.name}" if now and not descending else column.name
            yield Heading(
                column,
                self.address(sort=next_sort, page="") if column.sort_path else "",
                ("descending" if descending else "ascending") if now else "",
            )

    @property
    def orders(self) -> Iterator[tuple[str, str, bool]]:
        """Every order as value, text and whether it is in force, for the list that phones show instead of headings."""
        asked = self.request.GET.get("sort", "")
        for column in self.columns:
            if column.sort_path:
                yield column.name, column.heading, asked == column.name
                yield f"-{column.name}", f"{column.heading}, downwards", asked == f"-{column.name}"

    @cached_property
    def paginator(self) -> "Paginator[Any]":
        return Paginator(self.chosen_rows.rows(), self.page_size)

    @cached_property
    def page(self) -> Page[Any]:
        page = self.paginator.get_page(self.request.GET.get("page"))
        if self.prepare:
            page.object_list = list(page.object_list)
            self.prepare(page.object_list)
        return page

    @property
    def rows(self) -> Iterator[tuple[str, list[Cell]]]:
        """Each row of this page: its class, and its cells."""
        for row in self.page:
            cells = [
                Cell(column, column.value_of(row), column.link(row) if column.link else "") for column in self.columns
            ]
            yield (self.row_class(row) if self.row_class else ""), cells

    @property
    def pages(self) -> Iterator[tuple[str, str, bool]]:
        """The numbers below the table, each with its address ("" for a gap) and whether it is this page."""
        numbers = self.page.paginator.get_elided_page_range(self.page.number, on_each_side=1, on_ends=1)
        for number in numbers:
            here = number == self.page.number
            yield str(number), self.address(page=str(number)) if isinstance(number, int) else "", here

    @property
    def previous_address(self) -> str:
        return self.address(page=str(self.page.previous_page_number())) if self.page.has_previous() else ""

    @property
    def next_address(self) -> str:
        return self.address(page=str(self.page.next_page_number())) if self.page.has_next() else ""

    @property
    def summary(self) -> str:
        """How many of how many, in words."""
        found, all_of_them = self.page.paginator.count, self.all_rows.count() if self.filtered else 0
        text = f"{found:,} {self.noun[0] if found == 1 else self.noun[1]}"
        if self.page.has_other_pages():
            text = f"{self.page.start_index():,} to {self.page.end_index():,} of {text}"
        return f"{text} (of {all_of_them:,} in all)" if self.filtered else text

    def address(self, **changes: str) -> str:
        """This table with something changed in its query string; an empty value takes it out."""
        query = self.request.GET.copy()
        for name, value in {"format": "", **changes}.items():
            query[name] = value
            if not value:
                del query[name]
        return f"{self.request.path}?{query.urlencode()}" if query else self.request.path

    @property
    def live(self) -> bool:
        """Whether the reader chose to have the rows fetched by themselves."""
        return bool(self.live_by_choice) and self.request.GET.get("live") == "1"

    @property
    def fetched_every(self) -> int:
        """Seconds after which the rows are fetched anew; 0: when somebody asks for it."""
        return self.live_by_choice if self.live else self.live_seconds

    @property
    def live_address(self) -> str:
        """This table fetched by itself, or no more."""
        return self.address(live="" if self.live else "1")

    @property
    def unfiltered_address(self) -> str:
        query = QueryDict(mutable=True)
        query.update({**dict(self.kept_values), **({"live": "1"} if self.live else {})})
        return f"{self.request.path}?{query.urlencode()}" if query else self.request.path

    @property
    def kept_values(self) -> list[tuple[str, str]]:
        """The page's own parameters, which the form of filters takes along."""
        return [(name, self.request.GET[name]) for name in self.kept if name in self.request.GET]

    @property
    def all_ticked(self) -> bool:
        """Whether the boxes of a `tick` column are drawn ticked: asked for by `?ticked=all`."""
        return self.request.GET.get("ticked") == "all"

    @property
    def here(self) -> str:
        return self.address()

    @property
    def csv_address(self) -> str:
        return self.address(format="csv", page="")

    @property
    def fits_excel(self) -> bool:
        """Whether the rows may go in an Excel file."""
        return self.paginator.count <= self.most_in_excel

    @property
    def excel_address(self) -> str:
        return self.address(format="xlsx", page="")

    @property
    def has_buttons(self) -> bool:
        return any(column.kind == "button" for column in self.columns)

    @property
    def _columns_of_download(self) -> list[Column]:
        return [column for column in self.columns if column.kind not in {"button", "tick"}]

    def _headings_of_download(self) -> list[str]:
        return [column.heading for column in self._columns_of_download]

    def _rows_of_download(self) -> Iterator[list[Any]]:
        rows = iter(self.chosen_rows.each())
        while portion := list(islice(rows, PORTION)):
            if self.prepare:
                self.prepare(portion)
            for row in portion:
                yield [column.value_of(row) for column in self._columns_of_download]


def _in_a_sentence(heading: str) -> str:
    """School Name gives school name; DfE no. stays what it is."""
    return " ".join(word if any(letter.isupper() for letter in word[1:]) else word.lower() for word in heading.split())
