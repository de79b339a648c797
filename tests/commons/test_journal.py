import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import time_machine
from django.test import Client

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.journal import writing as journal
from schoolgate.commons.journal.models import JournalLine

pytestmark = pytest.mark.django_db

SignedIn = Callable[[User], Client]


def messages_of(page: str) -> list[str]:
    return re.findall(r'data-heading="Message"><div class="cell">(?:<a [^>]*>)?([^<]+)', page)


@pytest.fixture
def three_lines() -> None:
    for minute, (level, message, la, school) in enumerate(
        [
            ("INFO", "A file was sent.", "820", "4321"),
            ("WARN", "No answer.", "820", "2107"),
            ("ERROR", "The password was refused.", "823", "7004"),
        ]
    ):
        with time_machine.travel(
            datetime(2026, 11, 20, 23, 58 + minute % 2, tzinfo=UTC)
            if minute < 2
            else datetime(2026, 11, 21, 0, 1, tzinfo=UTC)
        ):
            journal.write(level, message, la=la, destination_la="820", school=school, details=f"More on {school}.")  # type: ignore[arg-type]


def test_the_newest_line_is_on_top(signed_in: SignedIn, sender: User, three_lines: None) -> None:
    page = signed_in(sender).get("/journal/").content.decode()
    assert messages_of(page) == ["The password was refused.", "No answer.", "A file was sent."]


def test_columns_are_the_fields_own(signed_in: SignedIn, sender: User, three_lines: None) -> None:
    page = signed_in(sender).get("/journal/").content.decode()
    columns = ["Date", "Level", "LA No.", "Dest. LA No.", "School No.", "Message", "Details"]
    assert re.findall(r"<th [^>]*>(?:<a [^>]*>)?([^<]+)", page) == columns


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("level=WARN", ["No answer."]),
        ("la=823", ["The password was refused."]),
        ("school=4321", ["A file was sent."]),
        ("destination_la=823", []),
        ("q=PASSWORD", ["The password was refused."]),
        ("at-from=2026-11-21", ["The password was refused."]),
        ("at-to=2026-11-20", ["No answer.", "A file was sent."]),
    ],
)
def test_lines_are_filtered(signed_in: SignedIn, sender: User, three_lines: None, query: str, left: list[str]) -> None:
    assert messages_of(signed_in(sender).get(f"/journal/?{query}").content.decode()) == left


def test_details_unfold(signed_in: SignedIn, sender: User, three_lines: None) -> None:
    page = signed_in(sender).get("/journal/?school=4321").content.decode()
    assert "<details><summary>Details</summary><p>More on 4321.</p></details>" in page


def test_a_line_leads_to_the_page_that_tells_more(signed_in: SignedIn, sender: User) -> None:
    journal.write("INFO", "A file was sent.", link="/files/7/")
    assert '<a href="/files/7/">A file was sent.</a>' in signed_in(sender).get("/journal/").content.decode()


def test_hiding_asks_first_and_is_noted(signed_in: SignedIn, sender: User) -> None:
    line = journal.write("INFO", "A file was sent.")
    browser = signed_in(sender)
    assert "Hide this line?" in browser.get(f"/journal/{line.pk}/hide/").content.decode()
    assert messages_of(browser.get("/journal/").content.decode())
    browser.post(f"/journal/{line.pk}/hide/")
    assert not messages_of(browser.get("/journal/").content.decode())
    line.refresh_from_db()
    assert line.hidden_by == sender
    assert AuditEntry.objects.filter(did="journal line hidden", user=sender).exists()


def test_a_hidden_line_can_be_brought_back(signed_in: SignedIn, sender: User) -> None:
    line = journal.write("INFO", "A file was sent.")
    journal.hide(line, by=sender)
    browser = signed_in(sender)
    assert messages_of(browser.get("/journal/hidden/").content.decode()) == ["A file was sent."]
    assert browser.post(f"/journal/{line.pk}/hide/").status_code == 404
    browser.post(f"/journal/{line.pk}/bring-back/")
    assert messages_of(browser.get("/journal/").content.decode()) == ["A file was sent."]


def test_a_journal_without_lines_says_that_nothing_happened_yet(signed_in: SignedIn, sender: User) -> None:
    assert "Nothing has happened yet." in signed_in(sender).get("/journal/").content.decode()


def test_a_message_that_is_too_long_is_cut() -> None:
    assert len(journal.write("INFO", "x" * 600).message) == 500


def test_programs_see_no_line(exchange_account: User) -> None:
    journal.write("INFO", "A file was sent.")
    assert not JournalLine.objects.visible_to(exchange_account).exists()
