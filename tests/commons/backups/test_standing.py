"""A backup of today, or people are told; what a restore left out is told until somebody has seen to it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from tests.conftest import SignedIn

from schoolgate.commons.accounts.models import User
from schoolgate.commons.alerts.models import Event
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.backups.alerts import tell_of_no_backup
from schoolgate.commons.backups.models import Backup, Restoration
from schoolgate.commons.backups.standing import what_backups_need
from schoolgate.commons.versions.models import ProgramVersion

NOW = timezone.now()


@pytest.fixture(autouse=True)
def _real_site(db: None, settings: Any) -> None:
    settings.SCHOOLGATE_DEMO = False


def hours_ago(hours: float) -> datetime:
    return NOW - timedelta(hours=hours)


def codes() -> list[str]:
    return [needed.code for needed in what_backups_need(NOW)]


@pytest.mark.parametrize(("hours", "told"), [(25.9, []), (26.1, ["no backup"])])
def test_the_newest_backup_may_be_26_hours_old(hours: float, told: list[str]) -> None:
    Backup.objects.create(made_at=hours_ago(hours), folder="/b/1")
    Backup.objects.create(made_at=hours_ago(100), folder="/b/0")
    assert codes() == told


@pytest.mark.parametrize(("hours", "told"), [(25.9, []), (26.1, ["no backup"])])
def test_a_new_site_has_as_long_for_its_first(hours: float, told: list[str]) -> None:
    ProgramVersion.objects.create(version="1.0", first_at=hours_ago(hours))
    ProgramVersion.objects.create(version="1.1", first_at=NOW)
    assert codes() == told


def test_a_demonstration_needs_none(settings: Any) -> None:
    settings.SCHOOLGATE_DEMO = True
    Backup.objects.create(made_at=hours_ago(100), folder="/b/0")
    assert codes() == []


def test_administrators_are_told_once_a_day_while_there_is_none() -> None:
    Backup.objects.create(made_at=hours_ago(26), folder="/b/1")
    told = []
    for hour in range(50):
        with time_machine.travel(NOW + timedelta(hours=hour, minutes=5), tick=False):
            tell_of_no_backup()
        told.append(Event.objects.count())
    assert (told[0], told[23], told[24], told[47], told[48], told[49]) == (1, 1, 2, 2, 3, 3)
    assert set(Event.objects.values_list("alert", flat=True)) == {"no-backup"}


def test_a_restore_is_told_until_somebody_has_seen_to_it(administrator: User, signed_in: SignedIn) -> None:
    Backup.objects.create(made_at=hours_ago(1), folder="/b/1")
    Restoration.objects.create(made_at=hours_ago(20), at=hours_ago(2))
    assert codes() == ["restored"]
    browser = signed_in(administrator)
    page = browser.get("/administration/backups/").content.decode()
    assert "This site was put back from a backup." in page
    assert browser.post("/administration/backups/restored/").status_code == 302
    assert codes() == []
    assert AuditEntry.objects.get(did="restored site checked").user == administrator


def test_the_page_says_what_is_wrong_and_lets_an_administrator_set_where_and_when(
    administrator: User, signed_in: SignedIn, tmp_path: Any
) -> None:
    Backup.objects.create(made_at=hours_ago(30), folder="/b/1", size=5_000_000, files=12, same_disk=True)
    browser = signed_in(administrator)
    page = browser.get("/administration/backups/").content.decode()
    assert "more than 26 hours ago" in page
    assert "on the same disk" in page
    assert save(browser, folder="backups").status_code == 200
    assert save(browser, folder=str(tmp_path / "b")).status_code == 302
    assert (tmp_path / "b").is_dir()
    assert "02:30" in browser.get("/administration/backups/").content.decode()
    response = browser.post("/administration/backups/now/")
    assert response["Location"].startswith("/jobs/")


def save(browser: Client, **fields: str) -> Any:
    return browser.post("/administration/backups/", {"at": "02:30", "keep_days": "30", **fields})
