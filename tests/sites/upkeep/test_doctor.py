"""Each check finds what it is for, says why and what to do, and mends nothing but what is safe."""

import errno
import os
import shutil
import sqlite3
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from tests.sites.calls import new_home, schoolgate
from tests.sites.upkeep.conftest import Configure
from tests.smtp import Inbox, listening

from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.backups.models import Backup, Restoration
from schoolgate.commons.jobs.models import Job, State, WorkerLife
from schoolgate.commons.schedules.models import Run, Schedule
from schoolgate.school.exchange.models import Destination, PersonnelSchool
from schoolgate.school.exchange.preferences import ROOT_FOLDER
from schoolgate.school.exchange.taking import spool
from schoolgate.school.purchasing.models import WebService
from schoolgate.sites.home import Home
from schoolgate.sites.upkeep.doctor import database, machine
from schoolgate.sites.upkeep.doctor.examining import checks_of, examine, mend
from schoolgate.sites.upkeep.doctor.findings import CHECKS, Check, Finding

LONG_AGO = timedelta(days=3)


def findings(name: str) -> list[Finding]:
    """What the check of this name finds."""
    return [one.finding for one in examine([CHECKS[name]]).found]


def states(name: str) -> list[str]:
    return [one.state for one in findings(name)]


def mended(name: str, settings_by: Any = None) -> list[tuple[str, str]]:
    """What is done about what this check finds, and how it stands then."""
    done = mend(examine([CHECKS[name]]), by=settings_by)
    return [(one.mended, one.finding.state) for one in done.found]


def a_file(path: Path, *, age: timedelta = LONG_AGO) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"content")
    os.utime(path, (time.time() - age.total_seconds(),) * 2)
    return path


def a_job(**columns: Any) -> Job:
    return Job.objects.create(kind="periodic", args={"name": "x"}, **columns)


@pytest.mark.django_db
@pytest.mark.parametrize("site", ["school", "authority", "supplier"])
def test_nothing_is_wrong_with_a_site_that_is_well(
    site: str, settings: Any, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A disk that other tests keep busy is slow, and says nothing of the site.
    monkeypatch.setattr(machine, "_write_safely", lambda _: 0.02)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(total=10**12, free=10**12))
    settings.SCHOOLGATE_SITE = site
    WorkerLife.objects.create(name="worker", slots=4)
    ROOT_FOLDER.set(str(tmp_path), by=None)
    found = {one.check.name: one.finding.state for one in examine(slow=False).found}
    usual = {"mail": "look"} if site != "school" else {}
    assert found == dict.fromkeys(found, "good") | usual
    assert len(found) > 12


@pytest.mark.django_db
def test_every_fault_has_a_cause_and_a_cure(home: Home, configured: Configure) -> None:
    configured(bind="0.0.0.0", url="http://school.example", demo="yes")
    home.key_file.chmod(0o644)
    a_job(state=State.FAILED)
    wrong = [one.finding for one in examine(slow=False).found if one.finding.state != "good"]
    assert len(wrong) > 5
    assert [one for one in wrong if not one.cause or not one.cure] == []


@pytest.mark.django_db
def test_a_check_that_fails_is_told_and_hides_no_other(home: Home) -> None:
    def look() -> list[Finding]:
        raise ValueError("Zyxley")

    broken = Check("broken", "Broken", "", look, frozenset({"school"}), reads_rows=False, slow=False)
    first, second = examine([broken, CHECKS["key-file"]]).found
    assert (first.finding.state, "ValueError" in first.finding.cause, "Zyxley" in str(first.finding)) == (
        "bad",
        True,
        False,
    )
    assert second.finding.state == "good"


def test_a_home_without_a_database_is_told_to_be_set_up(tmp_path: Path) -> None:
    result = schoolgate("school", "doctor", "--quick", "--home", str(tmp_path / "new"))
    assert result.returncode == 1
    assert f"schoolgate school init --home {tmp_path / 'new'}" in result.stdout
    assert "Not looked at, for want of the database" in result.stdout


def test_a_file_that_is_no_database_is_told_and_the_rest_is_looked_at(tmp_path: Path) -> None:
    (tmp_path / "db.sqlite3").write_bytes(b"no database" * 4096)
    result = schoolgate("school", "doctor", "--quick", "--json", "--home", str(tmp_path))
    assert (result.returncode, '"check": "database", "state": "bad"' in result.stdout) == (1, True)
    assert '"check": "key-file", "state": "good"' in result.stdout


@pytest.fixture
def worn(tmp_path: Path) -> Path:
    """A home after a few years: its database damaged inside, its key copied about, an upload never finished."""
    new_home("school", tmp_path)
    file = tmp_path / "db.sqlite3"
    with closing(sqlite3.connect(file)) as rows:
        found = rows.execute("SELECT rootpage FROM sqlite_master WHERE name = 'journal_newest_first'").fetchone()
        (size,) = rows.execute("PRAGMA page_size").fetchone()
    with file.open("rb+") as content:
        content.seek((found[0] - 1) * size)
        content.write(b"\xff" * size)
    (tmp_path / "key").chmod(0o644)
    a_file(tmp_path / "files" / ".incoming-0a1b")
    return tmp_path


def test_doctor_mends_what_is_safe_and_tells_the_rest(worn: Path) -> None:
    result = schoolgate("school", "doctor", "--fix", "--home", str(worn))
    assert result.returncode == 1
    assert "bad   Damage to the database: The database is damaged." in result.stdout
    assert "Only its owner may read it now." in result.stdout
    assert (oct((worn / "key").stat().st_mode)[-3:], (worn / "files" / ".incoming-0a1b").exists()) == ("600", False)


@pytest.mark.django_db(transaction=True)
def test_a_log_of_the_database_that_has_grown_is_emptied(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    if database._sqlite_file() is None:
        return
    monkeypatch.setattr(database, "LARGE_LOG_BYTES", -1)
    assert mended("write-ahead-log") == [("The log was emptied.", "look")]


@pytest.mark.django_db
def test_a_key_that_others_may_read_is_found_and_made_private(home: Home) -> None:
    home.key_file.chmod(0o640)
    assert states("key-file") == ["bad"]
    assert mended("key-file") == [("Only its owner may read it now.", "good")]
    assert AuditEntry.objects.get(did="doctor mended").target == "key-file"


@pytest.mark.django_db
def test_start_up_settings_that_others_may_read_are_found(home: Home) -> None:
    home.settings_file.write_text("")
    home.settings_file.chmod(0o644)
    assert states("key-file") == ["bad"]


@pytest.mark.django_db
def test_secrets_sealed_with_a_lost_key_are_counted(home: Home) -> None:
    WebService.objects.create(name="Lyreco", url="https://lyreco.example", username="school", password="secret")
    assert states("sealed-secrets") == ["good"]
    WebService.objects.create(name="Viking", url="https://viking.example", username="school")
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {WebService._meta.db_table} SET password = 'gAAAAA' WHERE name = 'Viking'")
    assert "cannot be opened: 1." in findings("sealed-secrets")[0].found


def test_a_file_in_the_place_of_a_folder_is_found(home: Home) -> None:
    home.logs.rmdir()
    home.logs.write_text("")
    assert states("home-folder") == ["bad"]


@pytest.mark.django_db
def test_files_that_were_never_finished_are_removed_and_new_ones_left(home: Home) -> None:
    old, new = a_file(home.files / ".incoming-1"), a_file(home.files / ".incoming-2", age=timedelta())
    assert states("left-over-files") == ["look"]
    mend(examine([CHECKS["left-over-files"]]), by=None)
    assert (old.exists(), new.exists()) == (False, True)


@pytest.mark.django_db
def test_copies_that_nobody_needs_leave_the_spool(home: Home) -> None:
    left = a_file(spool().path("ab" * 32))
    assert mended("spool") == [("The spool was swept.", "good")]
    assert not left.exists()


@pytest.mark.parametrize(("free", "state"), [(50_000_000, "bad"), (900_000_000, "look"), (90_000_000_000, "good")])
def test_a_disk_that_is_nearly_full_is_told(free: int, state: str, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(total=10**12, free=free))
    assert states("disk-space") == [state]


@pytest.mark.parametrize(("seconds", "state"), [(0.02, "good"), (0.3, "look"), (2.0, "bad")])
def test_a_slow_disk_is_told(seconds: float, state: str, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_write_safely", lambda _: seconds)
    assert states("disk-speed") == [state]


def test_a_disk_that_takes_nothing_is_told_as_such(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: Path) -> float:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(machine, "_write_safely", full)
    (told,) = findings("disk-speed")
    assert (told.state, told.found) == ("bad", "Nothing can be written safely to the disk: No space left on device.")


@pytest.mark.django_db
def test_a_clock_that_went_back_is_told(home: Home) -> None:
    a_job(created_at=timezone.now() + timedelta(hours=5, minutes=1))
    assert "5 hours later" in findings("clock")[0].found


OPEN = [
    ({"bind": "127.0.0.1"}, []),
    ({"bind": "0.0.0.0"}, ["without encryption"]),
    ({"bind": "0.0.0.0", "tls_certificate": "c.pem"}, ["without a proxy"]),
    ({"bind": "10.0.0.5", "trusted_proxies": "10.0.0.1"}, []),
    ({"bind": "127.0.0.1", "url": "http://exchange.example"}, ["is not encrypted"]),
    ({"bind": "127.0.0.1", "trusted_proxies": "127.0.0.1", "debug": "yes"}, ["debug is on"]),
    ({"bind": "127.0.0.1", "demo": "yes"}, []),
]


@pytest.mark.parametrize(("options", "told"), OPEN)
def test_what_is_open_to_the_network_must_be_safe(
    options: dict[str, str], told: list[str], settings: Any, configured: Configure
) -> None:
    settings.SCHOOLGATE_SITE = "authority"
    configured(**options)
    found = [one.found for one in findings("open-to-network") if one.state != "good"]
    assert (len(found), all(words in sentence for words, sentence in zip(told, found, strict=True))) == (
        len(told),
        True,
    )


@pytest.mark.django_db
def test_an_address_at_which_nothing_answers_is_told(home: Home) -> None:
    assert (states("address"), states("certificate")) == (["bad"], ["good"])


@pytest.mark.django_db
def test_a_site_without_a_worker_is_told(home: Home) -> None:
    assert states("workers") == ["bad"]
    WorkerLife.objects.create(name="worker", slots=4)
    assert states("workers") == ["good"]


@pytest.mark.django_db
def test_jobs_that_wait_long_are_stuck_or_have_failed_are_told(home: Home) -> None:
    before = timezone.now() - timedelta(hours=1)
    a_job(run_at=before)
    a_job(state=State.RUNNING, lease_until=before)
    a_job(state=State.PARKED)
    assert (states("waiting-jobs"), states("failed-jobs")) == (["bad", "bad"], ["look"])


@pytest.mark.django_db
def test_a_schedule_that_nobody_begins_and_runs_that_were_missed_are_told(home: Home) -> None:
    before = timezone.now() - timedelta(hours=1)
    schedule = Schedule.objects.create(
        name="school", kind="periodic", recorded_rule={}, since=before, next_due_at=before
    )
    Run.objects.create(schedule=schedule, due_at=before, made_at=timezone.now(), missed=2, first_missed_at=before)
    assert states("schedules") == ["bad", "look"]


@pytest.mark.django_db
def test_a_mail_server_that_lets_nobody_in_is_told_and_one_that_does_gets_no_mail(home: Home, settings: Any) -> None:
    with listening(Inbox(user="site", password="right")) as inbox:
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", inbox.port, False
        settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "site", "right"
        assert (states("mail-server"), inbox.taken) == (["good"], [])
        settings.EMAIL_HOST_PASSWORD = "wrong"
        assert states("mail-server") == ["bad"]


@pytest.mark.django_db
def test_a_backup_that_is_too_old_and_a_restore_that_nobody_checked_are_told(home: Home) -> None:
    before = timezone.now() - timedelta(hours=30)
    Backup.objects.create(made_at=before, folder="/backups")
    Restoration.objects.create(made_at=before)
    assert states("backup") == ["bad", "look"]
    assert "30 hours old" in findings("backup")[0].found


@pytest.mark.django_db
def test_folders_that_are_away_are_told_one_by_one(home: Home, tmp_path: Path) -> None:
    ROOT_FOLDER.set(str(tmp_path / "away"), by=None)
    there = str(tmp_path)
    PersonnelSchool.objects.create(
        name="A", la="820", number="4321", not_exported=there, exported=f"{there}/gone", imported=there
    )
    away = [one.where for one in findings("folders") if one.state == "bad"]
    assert away == [str(tmp_path / "away"), f"{there}/gone"]


@pytest.mark.django_db
def test_a_school_without_a_root_folder_is_told_to_connect(home: Home) -> None:
    assert states("folders") == ["look"]


def test_an_attainment_folder_that_is_away_is_told(home: Home, settings: Any) -> None:
    settings.SCHOOLGATE_SITE, settings.SCHOOLGATE_ATTAINMENT_ROOT = "authority", str(home.folder / "gone")
    assert states("attainment-folder") == ["bad"]


@pytest.mark.django_db
def test_what_stands_in_the_way_to_las_and_services_is_told(home: Home) -> None:
    Destination.objects.create(la="820", name="Bedfordshire", address="http://127.0.0.1:1", trouble="wrong-credentials")
    WebService.objects.create(name="Lyreco", url="https://lyreco.example", username="school", trouble="wrong-password")
    assert (states("sign-in-at-las"), states("web-services"), states("la-services")) == (["bad"], ["bad"], ["bad"])


def test_a_site_makes_its_own_checks_alone() -> None:
    assert {"folders", "web-services", "attainment-folder"} & {one.name for one in checks_of("supplier")} == set()
