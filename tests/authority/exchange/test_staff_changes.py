"""Changes to staff records go to the school by a button, by a command, and every day where that is set."""

import hashlib
import json
import os
from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from click.testing import CliRunner, Result
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.authority.exchange.imports_shown import text
from tests.authority.importing.staff_files import MIRIAM, bring_in_staff, personnel_of

from schoolgate.authority.bases.models import Base
from schoolgate.authority.exchange import staff_changes
from schoolgate.authority.exchange.models import OutboxEntry
from schoolgate.authority.exchange.staff_changes import sent_at, set_sent_at
from schoolgate.authority.importing.base_rules import always_import_set, use_for_new_bases
from schoolgate.authority.importing.by_hand.changing import Place, change_value, held_at, seen_as
from schoolgate.authority.records.groups.staff_details import STAFF_DETAILS
from schoolgate.authority.records.models import StaffMember
from schoolgate.authority.records.models.visible import STAFF_RECORDS
from schoolgate.commons.accounts.models import User
from schoolgate.commons.accounts.rights import change_rights
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.filestore import NoSpace
from schoolgate.commons.jobs.engine import work_off
from schoolgate.commons.journal.models import JournalLine
from schoolgate.commons.schedules.due import make_due_runs
from schoolgate.sites.cli import main

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def same_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command names its site there; the next test must not find it."""
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", os.environ["DJANGO_SETTINGS_MODULE"])


@pytest.fixture
def change(la: str, green_abbey: Base, officer: User) -> Callable[[str], None]:
    """Miriam is held at Green Abbey; let an officer change her title."""
    use_for_new_bases(always_import_set(), add_unmatched=True, by=None)
    bring_in_staff(green_abbey, [MIRIAM])

    def change(title: str) -> None:
        place = Place(StaffMember.objects.get(), None, STAFF_DETAILS, "Title")
        change_value(place, title, "told by phone", seen=seen_as(held_at(place)), by=officer)

    return change


@pytest.fixture
def may_see(officer: User, as_officer: Client) -> Client:
    change_rights(officer, [STAFF_RECORDS], by=None)
    return as_officer


def day_passes(until: datetime) -> None:
    """Do what is due by this moment."""
    with time_machine.travel(until, tick=False):
        make_due_runs(timezone.now())
        work_off()


def send_personnel_file(program: Any, base: Base) -> None:
    data = personnel_of(base, [MIRIAM])
    address = f"/exchange/v1/personnel/files/{hashlib.sha256(data).hexdigest()}/8204321_PER_820LLLL_001.xml"
    headers = {"Content-Type": "application/xml", **program.authorization}
    assert program.http.put(address, content=data, headers=headers).status_code == 201


def command(*words: str) -> Result:
    return CliRunner().invoke(main, ["authority", "outbox", *words])


def test_an_officer_sends_what_was_changed_by_a_button(
    may_see: Client, green_abbey: Base, change: Callable[[str], None]
) -> None:
    change("Dr")
    page = reverse("base", args=[green_abbey.pk])
    assert "Send changes to the school" in text(may_see.get(page))
    send = reverse("send-staff-changes", args=[green_abbey.pk])
    answer = may_see.post(send, follow=True)
    assert "In the outbox for the school: 1 value of 1 member of staff, in 820LLLL_PER_8204321_001.xml." in text(answer)
    assert AuditEntry.objects.filter(did="staff changes sent").count() == 1
    assert "Nothing was changed here that the school has not been sent." in text(may_see.post(send, follow=True))


def test_who_may_not_see_staff_records_has_no_button(
    as_officer: Client, green_abbey: Base, change: Callable[[str], None]
) -> None:
    assert "Send changes to the school" not in text(as_officer.get(reverse("base", args=[green_abbey.pk])))
    assert as_officer.post(reverse("send-staff-changes", args=[green_abbey.pk])).status_code == 403
    assert not OutboxEntry.objects.exists()


def test_a_full_disk_is_told_and_nothing_counts_as_sent(
    may_see: Client, green_abbey: Base, change: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    change("Dr")
    send = reverse("send-staff-changes", args=[green_abbey.pk])
    with monkeypatch.context() as patched:
        patched.setattr("schoolgate.commons.filestore.Incoming.keep", full)
        assert "Nothing was sent. There is no space left" in text(may_see.post(send, follow=True))
    assert "1 value of 1 member" in text(may_see.post(send, follow=True))


def full(*_: Any) -> None:
    raise NoSpace


def test_an_administrator_sets_when_they_are_sent(
    as_administrator: Client, administrator: User, may_see: Client, green_abbey: Base
) -> None:
    change_rights(administrator, [STAFF_RECORDS], by=None)
    page = reverse("staff-changes")
    assert "A time is written 19:00." in str(as_administrator.post(page, {"at": "noon"}).content)
    as_administrator.post(page, {"at": "19:00"})
    assert sent_at() == time(19)
    assert "They are sent every day at 19:00." in text(may_see.get(page))
    assert may_see.post(page, {"at": ""}).status_code == 403
    as_administrator.post(page, {"at": ""})
    assert sent_at() is None


def test_every_day_they_go_to_schools_that_send_personnel_files(
    program: Any, green_abbey: Base, oak_lane: Base, change: Callable[[str], None]
) -> None:
    set_sent_at(time(19), by=None)
    change("Dr")
    evening = datetime.combine(timezone.localdate(), time(19, 1), ZoneInfo("Europe/London"))
    tomorrow = evening + timedelta(days=1)
    day_passes(tomorrow)
    assert not OutboxEntry.objects.exists()
    send_personnel_file(program, green_abbey)
    day_passes(tomorrow + timedelta(days=1))
    assert OutboxEntry.objects.get().base == green_abbey


def test_a_school_that_fails_stops_no_other_and_is_told(
    program: Any, green_abbey: Base, change: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    set_sent_at(time(19), by=None)
    send_personnel_file(program, green_abbey)
    monkeypatch.setattr(staff_changes, "send_changes", full_for_all)
    day_passes(timezone.now() + timedelta(days=2))
    assert JournalLine.objects.filter(level="ERROR", message__contains="Changes to staff records").count() == 1


def full_for_all(*_: Any, **__: Any) -> None:
    raise NoSpace


def test_the_command_line_lists_sends_and_withdraws(green_abbey: Base, change: Callable[[str], None]) -> None:
    assert "Nothing waits for a school." in command().stdout
    change("Dr")
    sent = json.loads(command("send-staff", "8204321", "--json").stdout)
    assert (sent["people"], sent["values"], sent["left_out"]) == (1, 1, 0)
    (listed,) = json.loads(command("--json", "--base", "8204321").stdout)
    assert (listed["number"], listed["kind"], listed["state"]) == (sent["entry"], "file", "made")
    assert json.loads(command("withdraw", str(sent["entry"]), "--json").stdout) == {"withdrawn": sent["entry"]}
    assert json.loads(command("--json").stdout) == []
    assert [one["state"] for one in json.loads(command("--json", "--all").stdout)] == ["cancelled"]
    assert command("withdraw", str(sent["entry"])).exit_code == 1
    assert command("withdraw", "999").exit_code == 2
