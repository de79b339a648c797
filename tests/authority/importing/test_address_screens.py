"""The address list on screen and on the command line: what is loaded, what waits, what was not found."""

import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.authority.importing.address_lists import a_list, give, many
from tests.authority.importing.importing_files import bring_in
from tests.conftest import SignedIn
from tests.documents.students.files import a_pupil

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.addresses.listed import TAKEN_WITHOUT_LIST, address_rule
from schoolgate.authority.importing.addresses.load_job import load_list
from schoolgate.authority.importing.carrying_out import Ruling
from schoolgate.authority.importing.models import AddressListLoad
from schoolgate.authority.importing.views.address_list import month_began, not_found
from schoolgate.authority.records.models import Refusal
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.jobs.engine import work_off
from schoolgate.commons.jobs.submitting import cancel
from schoolgate.sites.cli import main

pytestmark = pytest.mark.django_db

State = AddressListLoad.State


def page(browser: Client, name: str = "address-list") -> str:
    answer = browser.get(reverse(name))
    assert answer.status_code == 200
    return " ".join(str(answer.content, "utf-8").split())


def not_in_list(base: Base) -> None:
    address = {"BS7666Address": {"PAON": "99", "Street": "Far Road"}, "PostCode": "AB1 2CD"}
    bring_in(base, [a_pupil(Address=address)], ruling=Ruling(demo=True, addresses=address_rule()))


def test_without_a_list_the_page_says_what_becomes_of_addresses(as_officer: Client) -> None:
    assert "No address list: addresses are taken as sent (setting)." in page(as_officer)
    TAKEN_WITHOUT_LIST.set(False, by=None)
    assert "No address list: addresses are refused (setting)." in page(as_officer)


def test_a_list_is_loaded_by_an_officer_and_shown(as_officer: Client, officer: User) -> None:
    file = SimpleUploadedFile("gazetteer.csv", many(3))
    answer: Any = as_officer.post(reverse("load-address-list"), {"file": file}, follow=True)
    assert "is being read" in str(answer.content, "utf-8")
    work_off()
    shown = page(as_officer)
    for part in ("gazetteer.csv", "by Omar Khan", "<dt>Records</dt><dd>3</dd>", "0 days"):
        assert part in shown
    assert AuditEntry.objects.filter(did="address list given", user=officer).exists()


def test_what_was_not_found_this_month_is_counted_and_listed(as_officer: Client, green_abbey: Base) -> None:
    give(many(3))
    not_in_list(green_abbey)
    address = f"{reverse('addresses-not-found')}?since-from={timezone.localdate().replace(day=1).isoformat()}"
    assert f'<a href="{address}">1</a>' in page(as_officer)
    listed = str(as_officer.get(address).content, "utf-8")
    for part in ("Okafor", "99, Far Road, AB1 2CD", "Your address list has no such address."):
        assert part in listed
    assert AuditEntry.objects.filter(did="addresses not found seen").exists()
    Refusal.objects.update(since=timezone.now() - timedelta(days=40))
    assert f'<a href="{address}">0</a>' in page(as_officer)


def test_a_list_that_waits_is_told_on_the_first_page_and_answered_once(as_officer: Client) -> None:
    give(many(10))
    short = give(many(5))
    assert "It has 5 addresses; the list in use has 10." in page(as_officer)
    assert "An address list waits for you." in page(as_officer, "today")
    as_officer.post(reverse("answer-address-list", args=[short.pk]), {"answer": "discard"})
    again: Any = as_officer.post(reverse("answer-address-list", args=[short.pk]), {"answer": "take"}, follow=True)
    assert "somebody else has answered" in str(again.content, "utf-8")
    work_off()
    short.refresh_from_db()
    assert short.state == State.DISCARDED
    assert "address list" not in page(as_officer, "today")


def test_a_list_that_was_refused_says_why_until_another_is_loaded(as_officer: Client) -> None:
    give(b"street,town\n")
    assert "There is no column “UPRN”." in page(as_officer)
    assert "An address list was not loaded." in page(as_officer, "today")
    give(a_list("1,,14,,High Street,AB1 2CD", "2,,15,,High Street,AB1 2CD", "no,,16,,High Street,AB1 2CD"))
    shown = page(as_officer)
    assert "was not loaded" not in shown
    assert '<td class="cell-number">4</td><td>There is no UPRN' in shown


def test_a_load_that_was_cancelled_before_it_began_does_not_seem_to_go_on(as_officer: Client) -> None:
    load = load_list([many(3)], "new.csv", by=None)
    assert "is being read" in page(as_officer)
    assert load.job is not None
    cancel(load.job)
    assert "new.csv is not loaded." in page(as_officer)


def test_only_an_administrator_sets_what_counts_without_a_list(as_administrator: Client, as_officer: Client) -> None:
    address = reverse("addresses-without-list")
    assert as_officer.post(address, {}).status_code == 403
    assert TAKEN_WITHOUT_LIST.get()
    as_administrator.post(address, {})
    assert not TAKEN_WITHOUT_LIST.get()


def test_strangers_and_schools_see_nothing(stranger: Client, signed_in: SignedIn, sender: User) -> None:
    load = give(many(3))
    for name, args in (
        ("address-list", []),
        ("load-address-list", []),
        ("addresses-not-found", []),
        ("addresses-without-list", []),
        ("answer-address-list", [load.pk]),
    ):
        address = reverse(name, args=args)
        assert stranger.post(address).status_code == 302
        assert signed_in(sender).post(address).status_code == 403


def call(*words: str) -> Result:
    return CliRunner().invoke(main, ["authority", "addresses", *words])


def test_lists_are_loaded_and_answered_by_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", os.environ["DJANGO_SETTINGS_MODULE"])
    for houses in (10, 5):
        (tmp_path / "list.csv").write_bytes(many(houses))
        assert call("load", str(tmp_path / "list.csv")).exit_code == 0
        work_off()
    short, before = json.loads(call("show", "--json").stdout)
    assert (short["state"], short["records"], before["state"]) == ("asks", 5, "in use")
    assert call("accept", str(before["id"])).exit_code == 1
    assert call("accept", str(short["id"])).exit_code == 0
    work_off()
    assert [one["state"] for one in json.loads(call("show", "--json").stdout)] == ["in use", "replaced"]
    assert call("discard", "4711").exit_code == 1


def test_who_was_not_found_is_counted_by_an_index_alone(administrator: User) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
    assert "refusals_by_code" in not_found(administrator, since=month_began()).explain()
