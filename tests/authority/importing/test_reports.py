"""Reports of what was not taken or waits: on screen, as files, without restricted pupils."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook
from tests.authority.records.holding import a_change, hold
from tests.conftest import SignedIn

from schoolgate.authority.bases.models import Base
from schoolgate.authority.bases.reports import REPORTS, Scope
from schoolgate.authority.importing.models import Conflict, Import, Unmatched
from schoolgate.authority.importing.summary_lines import _conflicts, _unmatched
from schoolgate.authority.records.groups.registry import group_named
from schoolgate.authority.records.models import Pupil, Refusal, Restriction
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry

pytestmark = pytest.mark.django_db

BASIC, IDENTIFIERS = group_named("basic-details").number, group_named("identifiers").number
NOW = timezone.now


def refused(pupil: Pupil, base: Base, value: str = "A820432124999") -> Refusal:
    return Refusal.objects.create(
        pupil=pupil,
        base=base,
        group=IDENTIFIERS,
        item="FormerUPN",
        value_text=f'"{value}"',
        value_digest=value.encode().ljust(16)[:16],
        code="bad-upn",
    )


def in_conflict(pupil: Pupil, base: Base, item: str, days: float = 0) -> Conflict:
    return Conflict.objects.create(
        pupil=pupil,
        base=base,
        group=BASIC,
        item=item,
        incoming_text='"Bell"',
        incoming_digest=b"0" * 16,
        origin=a_change(base),
        since=NOW() - timedelta(days=days, minutes=1),
    )


def waiting(base: Base, surname: str, days: float = 0) -> Unmatched:
    this = Import.objects.create(base=base, source_name="a.xml", source_key="0" * 64, full=True, written_at=NOW())
    return Unmatched.objects.create(
        base=base,
        seen_in=this,
        number=1,
        sign=surname.encode().ljust(16)[:16],
        why="not-known",
        surname=surname,
        entry_text="{}",
        digest=b"0" * 16,
        since=NOW() - timedelta(days=days, minutes=1),
    )


@pytest.fixture
def dan(green_abbey: Base) -> Pupil:
    return hold(green_abbey, Surname="Okafor", Forename="Daniel")


@pytest.fixture
def hidden(oak_lane: Base) -> Pupil:
    """A restricted pupil with something in every report."""
    pupil = hold(oak_lane, Surname="Quillfeather", Forename="Ivo", UPN="V820432124003")
    refused(pupil, oak_lane)
    in_conflict(pupil, oak_lane, "Surname")
    near = waiting(oak_lane, "Quillfeather")
    Unmatched.objects.filter(pk=near.pk).update(near_restricted=True)
    Restriction.objects.create(pupil=pupil, why="safety")
    return pupil


@pytest.fixture
def browser(signed_in: SignedIn, officer: User) -> Client:
    return signed_in(officer)


def page(browser: Client, name: str, **asked: Any) -> str:
    answer = browser.get(f"/authority/reports/{name}", asked)
    assert answer.status_code == 200
    return str(answer.content, "utf-8")


def rows(browser: Client, name: str, **asked: Any) -> list[dict[str, str]]:
    answer = browser.get(f"/authority/reports/{name}", {**asked, "format": "csv"})
    return list(csv.DictReader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))


def test_rejected_values_say_whose_what_and_why(browser: Client, dan: Pupil, green_abbey: Base) -> None:
    refused(dan, green_abbey)
    (row,) = rows(browser, "rejected-values")
    assert (row["School"], row["DfE no."], row["Surname"]) == ("Green Abbey Primary School", "8204321", "Okafor")
    assert (row["Sent"], row["Why"]) == ("A820432124999", "Its check letter or its LA number does not fit.")


def test_a_look_at_names_stands_in_the_audit_and_so_does_a_download(browser: Client, dan: Pupil) -> None:
    page(browser, "rejected-values")
    rows(browser, "unmatched")
    page(browser, "open-conflicts")
    done = AuditEntry.objects.filter(did__startswith="report").order_by("pk").values_list("did", "target")
    assert list(done) == [("report seen", "Rejected values"), ("report downloaded", "Unmatched pupils")]


def test_a_report_is_asked_about_one_school_and_some_days(
    browser: Client, dan: Pupil, green_abbey: Base, oak_lane: Base
) -> None:
    refused(dan, green_abbey)
    refused(hold(oak_lane, UPN="V820432124003"), oak_lane)
    today, yesterday = timezone.localdate(), timezone.localdate() - timedelta(days=1)
    assert len(rows(browser, "rejected-values")) == 2
    assert [row["DfE no."] for row in rows(browser, "rejected-values", base=oak_lane.pk)] == ["8202107"]
    assert len(rows(browser, "rejected-values", first=today, last=today)) == 2
    assert rows(browser, "rejected-values", last=yesterday) == []


def test_what_cannot_be_read_is_told_and_narrows_nothing(browser: Client, dan: Pupil, green_abbey: Base) -> None:
    refused(dan, green_abbey)
    shown = page(browser, "rejected-values", first="soon")
    assert "A date is written 2026-11-19." in shown
    assert "Okafor" in shown


def test_unmatched_pupils_come_the_longest_waiting_first(browser: Client, green_abbey: Base) -> None:
    waiting(green_abbey, "Late", days=1)
    waiting(green_abbey, "Early", days=9)
    Unmatched.objects.filter(pk=waiting(green_abbey, "Gone").pk).update(held_back="discarded")
    assert [(row["Surname"], row["Days"]) for row in rows(browser, "unmatched")] == [("Early", "9"), ("Late", "1")]


def test_open_conflicts_are_counted_by_school_and_group_with_their_age(
    browser: Client, dan: Pupil, green_abbey: Base
) -> None:
    in_conflict(dan, green_abbey, "Surname", days=30)
    in_conflict(dan, green_abbey, "Forename", days=3)
    (row,) = rows(browser, "open-conflicts")
    assert (row["Data group"], row["Open"], row["Pupils"], row["Days"]) == ("Basic details", "2", "1", "30")


def test_the_picture_of_ages_counts_each_conflict_once(dan: Pupil, green_abbey: Base) -> None:
    for item, days in {"Surname": 1.9, "Forename": 2, "DOB": 6.9, "Sex": 7, "MiddleNames": 28}.items():
        in_conflict(dan, green_abbey, item, days)
    drawn = REPORTS["open-conflicts"].picture(Scope())
    counts = [drawn.split(f'<th scope="row">{words}</th>')[1].split('cell-number">')[1][0] for words in AGE_WORDS]
    assert counts == ["1", "2", "1", "1"]


AGE_WORDS = ("less than 2 days", "2 to 6 days", "7 to 27 days", "28 days and more")


def test_restricted_pupils_are_in_no_report_and_it_says_so(
    signed_in: SignedIn, officer: User, hidden: Pupil, oak_lane: Base
) -> None:
    officer.rights = ["restricted-pupils"]
    officer.save()
    browser = signed_in(officer)
    for name in ("rejected-values", "unmatched", "open-conflicts"):
        assert rows(browser, name) == []
        shown = page(browser, name)
        assert "Restricted pupils are left out." in shown
        assert "Quillfeather" not in shown


def test_an_excel_file_holds_the_same_rows(browser: Client, dan: Pupil, green_abbey: Base) -> None:
    refused(dan, green_abbey)
    answer = browser.get("/authority/reports/rejected-values", {"format": "xlsx"})
    sheet = load_workbook(io.BytesIO(b"".join(answer))).active
    assert sheet is not None
    assert [row[1].value for row in sheet.iter_rows()] == ["DfE no.", "8204321"]


def test_the_number_of_queries_does_not_grow_with_the_rows(browser: Client, dan: Pupil, green_abbey: Base) -> None:
    for name in REPORTS:
        page(browser, name)
    counted: list[dict[str, int]] = []
    for round_ in range(2):
        for number in range(1 + 4 * round_):
            refused(dan, green_abbey, f"A82043212{round_}{number:03}")
            waiting(green_abbey, f"Bell{round_}{number}")
        in_conflict(dan, green_abbey, f"Item{round_}")
        seen = {}
        for name in REPORTS:
            with CaptureQueriesContext(connection) as queries:
                page(browser, name)
            seen[name] = len(queries)
        counted.append(seen)
    assert counted[0] == counted[1]


def test_the_summary_tells_how_many_wait_and_how_long(dan: Pupil, green_abbey: Base, officer: User) -> None:
    assert (_unmatched(officer, NOW()), _conflicts(officer, NOW())) == (None, None)
    waiting(green_abbey, "Bell", days=1)
    in_conflict(dan, green_abbey, "Surname", days=19)
    in_conflict(dan, green_abbey, "Forename")
    unmatched, conflicts = _unmatched(officer, NOW()), _conflicts(officer, NOW())
    assert unmatched is not None
    assert conflicts is not None
    assert unmatched.text == "1 pupil is unmatched, the oldest for 1 day."
    assert conflicts.text == "2 conflicts are open, the oldest for 19 days."


def test_the_summary_of_who_lacks_the_right_counts_no_restricted_pupil(hidden: Pupil, officer: User) -> None:
    assert (_unmatched(officer, NOW()), _conflicts(officer, NOW())) == (None, None)


@pytest.mark.parametrize("path", ["", *(f"{name}" for name in ("rejected-values", "silent-bases"))])
def test_a_report_is_for_staff_only(path: str, stranger: Client, signed_in: SignedIn, sender: User) -> None:
    assert "/sign-in/" in stranger.get(f"/authority/reports/{path}")["Location"]
    assert signed_in(sender).get(f"/authority/reports/{path}").status_code == 403


def test_a_report_that_is_none_is_not_found(browser: Client, la: str) -> None:
    assert browser.get("/authority/reports/moon-phases").status_code == 404
