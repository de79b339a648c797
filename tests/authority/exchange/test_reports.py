"""Reports of what came from schools, and from which nothing came."""

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.authority.exchange.imports_shown import Send, school, text
from tests.conftest import SignedIn

from schoolgate.authority.bases.models import Base
from schoolgate.authority.bases.reports import REPORTS, Scope
from schoolgate.authority.exchange.models import ReceivedFile
from schoolgate.authority.importing.models import Import
from schoolgate.commons.accounts.models import User

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate


def received(scope: Scope) -> list[tuple[str, int, int, int]]:
    rows = REPORTS["files-received"].rows(scope)
    return [(row.base.number, row.files, row.imported, row.failed) for row in rows]


def silent(scope: Scope) -> list[str]:
    return [base.number for base in REPORTS["silent-bases"].rows(scope)]


def test_files_are_counted_for_each_school_also_for_those_without(
    failed: Import, send: Send, green_abbey: Base, oak_lane: Base
) -> None:
    send(school())
    assert received(Scope()) == [("4321", 2, 1, 1), ("2107", 0, 0, 0)]
    assert received(Scope(base=oak_lane)) == [("2107", 0, 0, 0)]


def test_files_are_counted_within_the_days_asked_for(send: Send) -> None:
    send(school())
    assert received(Scope(first=TODAY(), last=TODAY())) == [("4321", 1, 1, 0)]
    assert received(Scope(last=TODAY() - timedelta(days=1))) == [("4321", 0, 0, 0)]


def test_schools_without_a_file_for_so_many_days_come_the_longest_first(
    send: Send, green_abbey: Base, oak_lane: Base
) -> None:
    send(school())
    Base.objects.update(created_at=timezone.now() - timedelta(days=40))
    ReceivedFile.objects.update(received_at=timezone.now() - timedelta(days=20))
    assert silent(Scope()) == ["2107", "4321"]
    assert silent(Scope(days=30)) == ["2107"]
    assert silent(Scope(base=green_abbey, days=30)) == []


def test_the_pages_lead_from_the_list_of_reports(signed_in: SignedIn, officer: User, oak_lane: Base) -> None:
    browser = signed_in(officer)
    listed = text(browser.get("/authority/reports/"))
    for name, report in REPORTS.items():
        assert f"/authority/reports/{name}" in listed
        assert f"<h1>{report.title}</h1>" in text(browser.get(f"/authority/reports/{name}"))


def test_the_number_of_days_is_asked_by_the_address(signed_in: SignedIn, officer: User, oak_lane: Base) -> None:
    Base.objects.update(created_at=timezone.now() - timedelta(days=10))
    browser = signed_in(officer)
    assert "Oak Lane Academy</a>" not in text(browser.get("/authority/reports/silent-bases"))
    assert "Oak Lane Academy</a>" in text(browser.get("/authority/reports/silent-bases?days=9"))
