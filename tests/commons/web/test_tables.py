"""The table component, over a query and over a list alike."""

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.utils import timezone
from openpyxl import load_workbook

from schoolgate.commons.accounts.models import User
from schoolgate.commons.journal import writing as journal
from schoolgate.commons.journal.models import JournalLine
from schoolgate.commons.web.downloads import excel_download
from schoolgate.commons.web.tables import AllGood, Column, NotYet, Table

SignedIn = Callable[[User], Client]
START = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@dataclass
class Line:
    """A journal line as a list would hold it."""

    pk: int
    at: datetime | None
    level: str
    school: str
    message: str


LINES = [
    Line(1, START, "INFO", "0412", "A file was sent."),
    Line(2, START + timedelta(hours=1), "WARN", "2107", "No answer."),
    Line(3, START + timedelta(hours=13), "ERROR", "0412", "The password was refused."),
    Line(4, START + timedelta(days=2), "INFO", "7004", "=cmd()|sent"),
]


@pytest.fixture(params=[pytest.param("query", marks=pytest.mark.django_db), "list"])
def rows(request: pytest.FixtureRequest) -> Any:
    if request.param == "list":
        return LINES
    for line in LINES:
        journal.write(line.level, line.message, school=line.school)  # type: ignore[arg-type]
        JournalLine.objects.filter(message=line.message).update(at=line.at)
    return JournalLine.objects.order_by("at")


def make(rows: Any, query: str = "", **more: Any) -> Table:
    columns = [
        Column("at", "Date", kind="time", dates=True),
        Column("level", "Level", kind="state", choices=[("INFO", "Information"), ("WARN", "Warning")]),
        Column("school", "School No.", kind="code", exact=True),
        Column("message", "Message", search=True, link=lambda line: f"/lines/{line.school}/"),
        Column("length", "Length", kind="number", sort="", value=lambda line: len(line.message)),
    ]
    request = RequestFactory().get(f"/lines/?{query}")
    return Table(columns, rows, request, **{"name": "lines", "noun": ("line", "lines"), **more})


def schools(table: Table) -> list[str]:
    return [cells[2].value for _, cells in table.rows]


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("", ["0412", "2107", "0412", "7004"]),
        ("q=SENT", ["0412", "7004"]),
        ("q=%20no%20answer%20", ["2107"]),
        ("level=WARN", ["2107"]),
        ("level=NONSENSE", ["0412", "2107", "0412", "7004"]),
        ("school=0412", ["0412", "0412"]),
        ("school=412", []),
        ("at-from=2026-11-21", ["0412", "7004"]),
        ("at-to=2026-11-20", ["0412", "2107"]),
        ("at-from=2026-11-21&at-to=2026-11-21", ["0412"]),
        ("at-from=yesterday", ["0412", "2107", "0412", "7004"]),
        ("sort=school", ["0412", "0412", "2107", "7004"]),
        ("sort=-at", ["7004", "0412", "2107", "0412"]),
        ("sort=length", ["0412", "2107", "0412", "7004"]),
        ("sort=secret", ["0412", "2107", "0412", "7004"]),
        ("level=INFO&q=sent&sort=-school", ["7004", "0412"]),
        ("q=%00", ["0412", "2107", "0412", "7004"]),
    ],
)
def test_rows_are_searched_filtered_and_sorted(rows: Any, query: str, left: list[str]) -> None:
    assert schools(make(rows, query)) == left


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "4 lines"),
        ("level=WARN", "1 line (of 4 in all)"),
        ("school=9999", "0 lines (of 4 in all)"),
    ],
)
def test_the_summary_says_how_many_of_how_many(rows: Any, query: str, said: str) -> None:
    assert make(rows, query).summary == said


def test_pages_say_which_part_is_shown(rows: Any) -> None:
    table = make(rows, "page=2", page_size=3)
    assert table.summary == "4 to 4 of 4 lines"
    assert schools(table) == ["7004"]
    assert (table.previous_address, table.next_address) == ("/lines/?page=1", "")


@pytest.mark.parametrize("page", ["99", "-1", "none"])
def test_a_page_that_is_not_there_is_the_nearest(rows: Any, page: str) -> None:
    assert schools(make(rows, f"page={page}", page_size=3))


def test_a_wrong_date_is_told(rows: Any) -> None:
    table = make(rows, "at-from=yesterday")
    assert "A date is written 2026-11-19." in page_of(table)


def page_of(table: Table) -> str:
    return render_to_string("web/table.html", {"table": table}, request=table.request)


def test_letters_fit_no_row_of_a_column_of_numbers(db: None) -> None:
    journal.write("INFO", "A file was sent.")
    request = RequestFactory().get("/lines/?pk=abc")
    assert list(Table([Column("pk", "No.", exact=True)], JournalLine.objects.all(), request, name="lines").rows) == []


def test_a_heading_sorts_and_then_turns_round_and_keeps_the_filter() -> None:
    def address(query: str) -> str:
        return next(heading.address for heading in make(LINES, query).headings if heading.column.name == "school")

    assert address("level=INFO&page=2") == "/lines/?level=INFO&sort=school"
    assert address("level=INFO&sort=school") == "/lines/?level=INFO&sort=-school"
    assert address("level=INFO&sort=-school") == "/lines/?level=INFO&sort=school"


def test_a_sorted_heading_says_so_to_screen_readers() -> None:
    assert re.findall('aria-sort="([a-z]+)"', page_of(make(LINES, "sort=-at"))) == ["descending"]


def test_empty_values_sort_to_the_end() -> None:
    lines = [Line(5, None, "INFO", "1111", ""), *LINES]
    assert schools(make(lines, "sort=at"))[-1] == "1111"
    assert schools(make(lines, "sort=-at"))[-1] == "1111"


def test_a_row_leads_to_its_page() -> None:
    assert '<a href="/lines/2107/">No answer.</a>' in page_of(make(LINES))


def lines_with_buttons(query: str = "") -> Table:
    button = Column("test", "Do", kind="button", sort="", value=lambda _: "Do it", link=lambda line: f"/do/{line.pk}/")
    request = RequestFactory().get(f"/lines/?{query}")
    return Table([Column("school", "School No."), button], LINES, request, name="lines")


def test_a_button_of_a_row_posts_to_its_own_address_with_the_tables_form() -> None:
    page = page_of(lines_with_buttons())
    assert '<form id="lines-buttons" method="post"><input type="hidden" name="csrfmiddlewaretoken"' in page
    assert 'type="submit" form="lines-buttons" formaction="/do/1/">Do it</button>' in page


def test_a_table_without_buttons_has_no_form_for_them() -> None:
    assert "lines-buttons" not in page_of(make(LINES))


def test_downloads_leave_buttons_out() -> None:
    text = b"".join(lines_with_buttons("format=csv").response("none.html")).decode("utf-8-sig")
    assert text.splitlines()[:2] == ["School No.", LINES[0].school]


def test_what_a_row_says_is_never_taken_for_html() -> None:
    lines = [Line(1, START, "<b>", "<i>", "<script>alert(1)</script>")]
    page = page_of(make(lines, "q=<script>"))
    assert "<script>" not in page
    assert "<b>" not in page


class TestEmpty:
    """Three ways to be empty, three texts."""

    def test_not_yet_names_the_next_step(self) -> None:
        page = page_of(make([], empty=NotYet("No lines yet.", "Send a file", "/send/")))
        assert "No lines yet." in page
        assert '<a class="button" href="/send/">Send a file</a>' in page
        assert "<form" not in page

    def test_good_looks_good(self) -> None:
        page = page_of(make([], empty=AllGood("Nothing to correct.")))
        assert "empty-good" in page
        assert "Nothing to correct." in page

    def test_filtered_away_shows_the_way_back(self) -> None:
        page = page_of(make(LINES, "school=9999", empty=NotYet("No lines yet.")))
        assert "No lines fit what you asked for." in page
        assert '<a href="/lines/">Show all</a>' in page
        assert "No lines yet." not in page


def test_only_a_live_table_asks_again_by_itself() -> None:
    assert 'hx-get="/lines/?q=sent" hx-trigger="every 5s"' in page_of(make(LINES, "q=sent", live_seconds=5))
    assert "hx-get" not in page_of(make(LINES))


class TestDownloads:
    """CSV and Excel hold every row that the filters leave, whatever the page."""

    def csv_rows(self, rows: Any, query: str = "") -> list[list[str]]:
        answer = make(rows, f"format=csv&{query}", page_size=2).response("none.html")
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        text = b"".join(answer).decode("utf-8-sig")
        return list(csv.reader(io.StringIO(text)))

    def test_csv(self, rows: Any) -> None:
        found = self.csv_rows(rows)
        assert found[0] == ["Date", "Level", "School No.", "Message", "Length"]
        assert found[1] == ["2026-11-20 12:00:00", "INFO", "0412", "A file was sent.", "16"]
        assert len(found) == 5

    def test_csv_of_what_the_filter_leaves(self, rows: Any) -> None:
        assert [row[2] for row in self.csv_rows(rows, "level=INFO&sort=-at")[1:]] == ["7004", "0412"]

    def test_no_cell_is_a_formula(self, rows: Any) -> None:
        assert self.csv_rows(rows)[4][3] == "'=cmd()|sent"

    def test_excel(self, rows: Any) -> None:
        answer = make(rows, "format=xlsx", page_size=2).response("none.html")
        assert re.fullmatch(
            r'attachment; filename="lines-\d{4}-\d\d-\d\d\.xlsx"', answer.headers["Content-Disposition"]
        )
        sheet = load_workbook(io.BytesIO(b"".join(answer))).active
        assert sheet is not None
        found = list(sheet.iter_rows(values_only=True))
        assert found[0] == ("Date", "Level", "School No.", "Message", "Length")
        assert found[1] == (datetime(2026, 11, 20, 12, 0), "INFO", "0412", "A file was sent.", 16)  # noqa: DTZ001
        assert found[4][3] == "'=cmd()|sent"
        assert len(found) == 5

    def test_summer_times_are_londons(self) -> None:
        line = Line(1, datetime(2026, 7, 1, 12, 0, tzinfo=UTC), "INFO", "0412", "Sent.")
        assert self.csv_rows([line])[1][0] == "2026-07-01 13:00:00"

    def test_more_rows_than_excel_is_given_come_as_csv(self, rows: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        assert make(rows).fits_excel
        monkeypatch.setattr(Table, "most_in_excel", 1)
        assert not make(rows).fits_excel
        answer = make(rows, "format=xlsx").response("none.html")
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"

    def test_a_character_excel_cannot_hold_does_not_break_the_file(self) -> None:
        line = Line(1, timezone.now(), "INFO", "0412", "bell\x07")
        answer = make([line], "format=xlsx").response("none.html")
        sheet = load_workbook(io.BytesIO(b"".join(answer))).active
        assert sheet is not None
        assert sheet["D2"].value == "bell"


@pytest.mark.django_db
def test_every_list_of_the_commons_downloads(signed_in: SignedIn, administrator: User) -> None:
    browser = signed_in(administrator)
    for path in ("/users/", "/journal/", "/audit/"):
        for kind in ("csv", "xlsx"):
            answer = browser.get(path, {"format": kind})
            assert answer.headers["Content-Disposition"].endswith(f'.{kind}"')
            assert b"".join(answer)


@pytest.mark.parametrize(("heading", "label"), [("School Name", "school name"), ("DfE no.", "DfE no."), ("To", "to")])
def test_the_search_names_its_columns_and_leaves_capitals_that_belong(heading: str, label: str) -> None:
    columns = [Column("message", heading, search=True)]
    table = Table(columns, [], RequestFactory().get("/"), name="t", noun=("line", "lines"), empty=NotYet(""))
    assert table.search_label == f"Search {label}"


def test_a_choice_may_say_itself_what_it_leaves(rows: Any) -> None:
    asked: list[str] = []

    def first_half(rows: Any, choice: str) -> Any:
        asked.append(choice)
        return rows[:2]

    halves = Column("half", "Half", sort="", choices=[("first", "First")], value=lambda _: "", narrow=first_half)
    table = Table([halves], rows, RequestFactory().get("/", {"half": "first"}), name="halves")
    assert len(list(table.rows)) == 2
    assert asked == ["first"]


def test_what_is_the_pages_own_stays_in_the_form_and_when_all_are_shown(client: Client) -> None:
    request = RequestFactory().get("/lines/", {"search": "k7", "q": "sent"})
    table = Table([Column("message", "Message", search=True)], LINES, request, name="lines", kept=["search", "tab"])
    page = render_to_string("web/table.html", {"table": table, "request": request})
    assert '<input type="hidden" name="search" value="k7">' in page
    assert table.unfiltered_address == "/lines/?search=k7"


@pytest.mark.parametrize("form", ["", "csv"])
def test_rows_are_prepared_together_before_they_are_shown(form: str) -> None:
    prepared: list[list[int]] = []
    table = Table(
        [Column("message", "Message")],
        LINES,
        RequestFactory().get("/lines/", {"format": form, "page": "1"}),
        name="lines",
        page_size=3,
        prepare=lambda rows: prepared.append([row.pk for row in rows]),
    )
    answer: Any = table.response("web/table.html")
    if form:
        b"".join(answer.streaming_content)
    assert prepared == ([[1, 2, 3, 4]] if form else [[1, 2, 3]])


def test_a_day_is_written_as_people_write_it_and_downloaded_as_programs_do() -> None:
    request = RequestFactory().get("/days/")
    row = {"pk": 1, "born": date(2013, 2, 4)}
    table = Table([Column("born", "Born", kind="date")], [row], request, name="days")
    assert '<time datetime="2013-02-04">4 Feb 2013</time>' in render_to_string("web/table.html", {"table": table})
    assert list(table._rows_of_download()) == [[date(2013, 2, 4)]]


def test_money_is_written_with_its_pence_and_downloaded_as_a_number() -> None:
    row = {"gross": Decimal("1234.5000")}
    table = Table([Column("gross", "Gross", kind="money")], [row], RequestFactory().get("/"), name="orders")
    assert ">1,234.50</div>" in render_to_string("web/table.html", {"table": table})
    answer = excel_download("orders", ["Gross"], table._rows_of_download())
    sheet = load_workbook(io.BytesIO(b"".join(answer))).active
    assert sheet is not None
    assert sheet["A2"].value == 1234.5


def test_a_padlock_is_drawn_where_something_is_locked_and_is_no_part_of_a_download() -> None:
    rows = [{"lock": "locked by the school"}, {"lock": ""}]

    def answer(**asked: str) -> Any:
        table = Table([Column("lock", "Lock", kind="lock")], rows, RequestFactory().get("/", asked), name="locks")
        return table.response("web/table.html")

    assert answer().content.decode().count('class="padlock"') == 1
    assert b"".join(answer(format="csv").streaming_content).decode("utf-8-sig").split() == [
        "Lock",
        "locked",
        "by",
        "the",
        "school",
        '""',
    ]
