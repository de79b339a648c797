"""Every line of the first page: it appears with its number and its link, and goes when the matter is cured."""

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest
import time_machine
from django.test import Client
from tests.school.first_page.cases import CASES, DAY, NOW, Case, all_las, own_account, trouble
from tests.school.pages import page
from tests.school.scripted_la import ScriptedLa

from schoolgate.commons.backups.models import Restoration
from schoolgate.school.exchange.disk_room import measure_disks
from schoolgate.school.exchange.first_page import machine
from schoolgate.school.exchange.models import (
    DiskSpace,
)
from schoolgate.school.exchange.today import LINES, look_at_today

pytestmark = [pytest.mark.usefixtures("school_site", "la"), pytest.mark.django_db]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.code}-{case.count}")
@time_machine.travel(datetime(2026, 11, 25, 12, tzinfo=UTC))
def test_a_line_appears_and_goes(case: Case, admin: Client) -> None:
    assert look_at_today().to_do == []
    case.begin()
    (line,) = look_at_today().to_do
    assert (line.code, line.count) == (case.code, case.count)
    assert case.text in line.text
    assert line.address.startswith(case.leads_to)
    page(admin, line.address)
    assert case.text in page(admin, "/").replace("&#x27;", "'")
    case.cure()
    assert look_at_today().to_do == []


def test_the_first_password_to_end_heads_the_list_that_its_line_leads_to(admin: Client) -> None:
    own_account("1001")
    own_account("1002", password_expires_at=NOW() + 9 * DAY)
    own_account("1003", password_expires_at=NOW() + 2 * DAY)
    shown = page(admin, "/administration/schools/?sort=password_expires_at")
    order = sorted(("School 1001", "School 1002", "School 1003"), key=shown.index)
    assert order == ["School 1003", "School 1002", "School 1001"]


def test_every_line_has_its_case() -> None:
    # What is said of backups is the same on every site, and is tested with them.
    assert len({case.code for case in CASES}) == len({*LINES} - {machine.backups})


@pytest.mark.parametrize("code", sorted({case.code for case in CASES}))
def test_every_line_is_explained(code: str) -> None:
    page = Path(__file__).parents[3] / "docs" / "school-office" / "first-page.md"
    assert f"| `{code}` |" in page.read_text("utf-8")


@pytest.mark.parametrize("room", [(900_000_000, 10_000_000_000), (4_900_000_000, 100_000_000_000)])
def test_a_disk_is_nearly_full_under_one_gigabyte_or_five_per_cent(room: tuple[int, int]) -> None:
    assert DiskSpace(disk="home", free=room[0], total=room[1]).nearly_full


@pytest.mark.parametrize("room", [(1_100_000_000, 10_000_000_000), (5_100_000_000, 100_000_000_000)])
def test_a_disk_with_more_room_is_not_nearly_full(room: tuple[int, int]) -> None:
    assert not DiskSpace(disk="home", free=room[0], total=room[1]).nearly_full


class Usage(NamedTuple):
    total: int
    used: int
    free: int


def test_the_rounds_find_a_disk_that_fills_and_one_that_was_cleared(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(shutil, "disk_usage", lambda _: Usage(total=100_000_000_000, used=0, free=1_000_000))
        measure_disks()
    assert [line.code for line in look_at_today().to_do] == ["disk"]
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(total=100_000_000_000, used=0, free=90_000_000_000))
    measure_disks()
    assert look_at_today().to_do == []


def test_the_root_folders_own_disk_is_measured_only_when_it_is_another(la: ScriptedLa) -> None:
    measure_disks()
    assert [disk.disk for disk in DiskSpace.objects.all()] == ["home"]


def test_a_sender_is_shown_no_link_to_a_page_for_administrators(office: Client) -> None:
    all_las(**trouble("wrong-credentials", "User Name or Password is invalid."))
    shown = page(office, "/")
    assert "An administrator of this site can see to it." in shown
    assert "/administration/las/820/" not in shown


def test_a_sender_is_told_once_who_sees_to_a_restore(office: Client) -> None:
    Restoration.objects.create(made_at=NOW() - DAY, at=NOW())
    assert page(office, "/").count("An administrator of this site can see to it.") == 1


def test_a_password_that_the_la_refuses_as_expired_has_one_line(admin: Client) -> None:
    all_las(password_expires_at=NOW() - DAY, **trouble("password-expired", "The password for the LA has expired."))
    assert [line.code for line in look_at_today().to_do] == ["LA in trouble"]
