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
    columns = ["Choose", "Date", "Level", "LA No.", "Dest. LA No.", "School No.", "Message", "Details"]
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


def delete(browser: Client, *lines: JournalLine, **more: str) -> str:
    posted = {"chosen": [str(line.pk) for line in lines], **more}
    return browser.post("/journal/delete/", posted, follow=True).content.decode()


def test_deleting_asks_first_and_is_noted(signed_in: SignedIn, sender: User) -> None:
    line = journal.write("INFO", "A file was sent.")
    browser = signed_in(sender)
    asked = delete(browser, line)
    assert "Delete this line from the journal?" in asked
    assert "The file it is about and its receipt stay" in asked
    assert messages_of(browser.get("/journal/").content.decode())
    delete(browser, line, confirmed="yes")
    assert not messages_of(browser.get("/journal/").content.decode())
    line.refresh_from_db()
    assert line.hidden_by == sender
    assert AuditEntry.objects.filter(did="journal line deleted", user=sender).exists()


def test_several_lines_are_deleted_at_once(signed_in: SignedIn, sender: User, three_lines: None) -> None:
    browser = signed_in(sender)
    lines = JournalLine.objects.exclude(la="823")
    assert "Delete these 2 lines" in delete(browser, *lines)
    assert "2 lines were deleted." in delete(browser, *lines, confirmed="yes")
    assert messages_of(browser.get("/journal/").content.decode()) == ["The password was refused."]


def test_deleting_without_a_tick_says_so(signed_in: SignedIn, sender: User, three_lines: None) -> None:
    assert "Tick the lines first" in delete(signed_in(sender))


def test_deleting_goes_back_to_the_journal_as_it_was_filtered(
    signed_in: SignedIn, sender: User, three_lines: None
) -> None:
    line = JournalLine.objects.get(la="823")
    shown = delete(signed_in(sender), line, confirmed="yes", back="/journal/?la=820")
    assert messages_of(shown) == ["No answer.", "A file was sent."]


def test_deleting_leads_to_no_other_site(signed_in: SignedIn, sender: User) -> None:
    posted = {"chosen": ["1"], "back": "https://elsewhere.example/journal/?"}
    assert signed_in(sender).post("/journal/delete/", posted).headers["Location"] == "/journal/"


def test_deleted_lines_can_be_brought_back(signed_in: SignedIn, sender: User) -> None:
    line = journal.write("INFO", "A file was sent.")
    journal.hide([line], by=sender)
    browser = signed_in(sender)
    assert messages_of(browser.get("/journal/deleted/").content.decode()) == ["A file was sent."]
    assert "Tick the lines first" in delete(browser, line, confirmed="yes")
    browser.post("/journal/bring-back/", {"chosen": [str(line.pk)]})
    assert messages_of(browser.get("/journal/").content.decode()) == ["A file was sent."]


def test_the_journal_refreshes_itself_only_when_asked_to(signed_in: SignedIn, sender: User, three_lines: None) -> None:
    browser = signed_in(sender)
    usual = browser.get("/journal/?la=820").content.decode()
    assert ("hx-get" in usual, "Live refresh" in usual, "Refresh Logs" in usual) == (False, True, True)
    live = browser.get("/journal/?la=820&live=1").content.decode()
    assert 'hx-get="/journal/?la=820&amp;live=1" hx-trigger="every 5s"' in live
    assert "Stop live refresh" in live


def test_filtering_keeps_the_live_refresh(signed_in: SignedIn, sender: User, three_lines: None) -> None:
    live = signed_in(sender).get("/journal/?live=1").content.decode()
    assert '<input type="hidden" name="live" value="1">' in live


def test_an_empty_journal_can_be_refreshed(signed_in: SignedIn, sender: User) -> None:
    assert "Refresh Logs" in signed_in(sender).get("/journal/").content.decode()


def test_the_download_holds_what_the_page_shows_without_its_boxes(
    signed_in: SignedIn, sender: User, three_lines: None
) -> None:
    got = signed_in(sender).get("/journal/?format=csv&la=823")
    first, line = b"".join(got.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
    assert first == "Date,Level,LA No.,Dest. LA No.,School No.,Message,Details"
    assert line.endswith("ERROR,823,820,7004,The password was refused.,More on 7004.")


def test_a_journal_without_lines_says_that_nothing_happened_yet(signed_in: SignedIn, sender: User) -> None:
    assert "Nothing has happened yet." in signed_in(sender).get("/journal/").content.decode()


def test_a_message_that_is_too_long_is_cut() -> None:
    assert len(journal.write("INFO", "x" * 600).message) == 500


def test_programs_see_no_line(exchange_account: User) -> None:
    journal.write("INFO", "A file was sent.")
    assert not JournalLine.objects.visible_to(exchange_account).exists()
