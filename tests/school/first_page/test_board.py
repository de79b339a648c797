"""Many schools: the exceptions first, and quick however many there are."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.school.first_page.rows import hold_back, make_transfer
from tests.school.pages import page

from schoolgate.school.exchange.first_page.board import look_at_schools
from schoolgate.school.exchange.models import Destination, School, State

pytestmark = [pytest.mark.usefixtures("school_site", "la"), pytest.mark.django_db]

NOW = timezone.now()
DAY = timedelta(days=1)


def states() -> dict[str, str]:
    return {school.number: school.state for school in look_at_schools().schools}


def arrived(school: str, *, days_ago: int = 1, serial: int = 1) -> None:
    at = NOW - days_ago * DAY
    make_transfer(school=school, serial=serial, state=State.IMPORTED, found_at=at, received_at=at, filed_at=at)


def test_a_school_is_on_the_board_by_its_row_or_by_its_files() -> None:
    School.objects.create(name="Hill", la="820", number="2107", destination_la="820")
    arrived("4321")
    assert states() == {"2107": "all right", "4321": "all right"}


def test_a_school_whose_file_no_account_is_for_is_not_all_right() -> None:
    Destination.objects.update(user="", password="")
    School.objects.create(name="Hill", la="820", number="2107", destination_la="820", user="u", password="p")
    make_transfer(school="2107")
    make_transfer(school="4321")
    assert states() == {"4321": "cannot sign in", "2107": "all right"}


def test_a_schools_row_names_it_before_its_files_do() -> None:
    School.objects.create(name="Green Abbey", la="820", number="4321", destination_la="820")
    arrived("4321")
    assert [school.name for school in look_at_schools().schools] == ["Green Abbey"]


def test_the_worst_is_told_first_and_the_longest_silent_before_others() -> None:
    arrived("1001", days_ago=1)
    arrived("1002", days_ago=9)
    make_transfer(school="1003", found_at=NOW - 9 * DAY)
    make_transfer(school="1004", state=State.REJECTED, received_at=NOW)
    School.objects.create(
        name="x", la="820", number="1005", destination_la="820", user="u", password="p", trouble="locked"
    )
    hold_back(school="8201006")
    make_transfer(school="1007", state=State.NEEDS_ATTENTION)
    assert list(states().items()) == [
        ("1007", "needs attention"),
        ("1006", "held back"),
        ("1005", "cannot sign in"),
        ("1004", "not accepted"),
        ("1003", "waiting long"),
        ("1002", "all right"),
        ("1001", "all right"),
    ]


@pytest.mark.parametrize(
    ("asked_days_ago", "found_days_ago", "state"),
    [(None, 7, "all right"), (None, 9, "waiting long"), (0, 2, "all right"), (2, 2, "waiting long")],
)
def test_a_file_waits_long_a_day_after_it_was_to_be_sent(
    asked_days_ago: int | None, found_days_ago: int, state: str
) -> None:
    asked_at = None if asked_days_ago is None else NOW - asked_days_ago * DAY - timedelta(minutes=1)
    make_transfer(found_at=NOW - found_days_ago * DAY, asked_at=asked_at)
    assert states() == {"4321": state}


def test_one_school_has_no_board_on_the_first_page_but_its_number(office: Client) -> None:
    arrived("4321")
    shown = page(office, "/")
    assert "How the schools stand" not in shown
    assert '<span class="code school-number"><span>820</span><span>4321</span></span>' in shown


def test_many_schools_show_exceptions_only_and_how_many_are_all_right(office: Client) -> None:
    for number in range(1001, 1013):
        arrived(str(number))
    hold_back(school="8201003")
    shown = page(office, "/")
    assert "11 schools are all right." in shown
    assert "School 1003" in shown
    assert "School 1004" not in shown.split("Send a file")[0]


def test_the_board_is_filtered_by_state_and_downloaded(office: Client) -> None:
    arrived("4321")
    hold_back(school="8202107")
    shown = page(office, "/schools/?state=held+back")
    assert ("2107" in shown, "School 4321" in shown) == (True, False)
    lines = office.get("/schools/?format=csv").getvalue().decode("utf-8-sig").splitlines()
    assert lines[0].startswith("School,LA No.,School No.,State,")
    assert lines[1].startswith("820 2107,820,2107,held back,0,1,")


def test_a_schools_line_leads_to_its_files(office: Client) -> None:
    arrived("4321")
    hold_back(school="8202107")
    for school in look_at_schools().schools:
        shown = page(office, school.address)
        assert ("8204321_CES" in shown) == (school.number == "4321")
        assert ("pupils.xml" in shown) == (school.number == "2107")


def test_the_number_of_queries_is_the_same_for_one_school_and_for_many(office: Client) -> None:
    page(office, "/")  # what is read once in a process
    counts = []
    for numbers in (range(1001, 1003), range(1003, 1050)):
        for number in numbers:
            arrived(str(number))
            hold_back(f"{number}.xml", school=f"820{number}")
            make_transfer(school=str(number), serial=2, state=State.NEEDS_ATTENTION)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page(office, "/")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_no_query_of_the_first_page_reads_every_file(office: Client) -> None:
    """With 100,000 files of 3,000 schools the page takes 0.2 s of the processor; one such query takes as long."""
    arrived("4321")
    with CaptureQueriesContext(connection) as queries:
        page(office, "/")
    asked = [query["sql"] for query in queries if "school_exchange_transfer" in query["sql"]]
    for sql in asked:
        plan = _plan(sql)
        assert not re.search(r"(?:SCAN|Seq Scan on) \"?school_exchange_transfer\"?(?! USING)", plan), (sql, plan)


def _plan(sql: str) -> str:
    """How the database answers a query, also where it would read a table as small as this one from end to end."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"{'EXPLAIN' if connection.vendor == 'postgresql' else 'EXPLAIN QUERY PLAN'} {sql}")
        return "\n".join(str(row[-1]) for row in cursor.fetchall())
