from collections.abc import Callable

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.test import Client, RequestFactory

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry, AuditIsForGood
from schoolgate.commons.audit.recording import THE_SYSTEM, record

pytestmark = pytest.mark.django_db

SignedIn = Callable[[User], Client]


def test_an_entry_says_who_did_what_to_what_from_where(officer: User) -> None:
    request = RequestFactory().get("/", REMOTE_ADDR="2001:db8::7")
    entry = record("file downloaded", by=officer, target="B-1", details="before → after", request=request)
    entry.refresh_from_db()
    assert (entry.who, entry.user, entry.address) == ("omar", officer, "2001:db8::7")
    assert (entry.did, entry.target, entry.details) == ("file downloaded", "B-1", "before → after")


def test_an_address_that_is_none_is_left_out() -> None:
    request = RequestFactory().get("/", REMOTE_ADDR="unknown")
    assert record("signed in", by=None, request=request).address is None


def test_what_was_done_about_one_thing_is_found_the_newest_first(officer: User) -> None:
    record("pupil seen", by=officer, about="pupil 7")
    record("pupil seen", by=officer, about="pupil 70")
    record("pupil changed", by=officer, about="pupil 7")
    assert [entry.did for entry in AuditEntry.objects.about("pupil 7")] == ["pupil changed", "pupil seen"]


def test_what_no_user_did_is_the_systems(db: None) -> None:
    assert record("receipt key retired", by=None).who == THE_SYSTEM


def test_an_entry_can_be_neither_changed_nor_removed() -> None:
    entry = record("something", by=None)
    entry.did = "something else"
    for attempt in (
        entry.save,
        entry.delete,
        AuditEntry.objects.all().delete,
        lambda: AuditEntry.objects.update(did="x"),
        lambda: AuditEntry.objects.bulk_update([entry], ["did"]),
    ):
        with pytest.raises(AuditIsForGood), transaction.atomic():
            attempt()
    assert AuditEntry.objects.get().did == "something"


def test_only_administrators_see_the_audit(administrator: User, officer: User, signed_in: SignedIn) -> None:
    assert AuditEntry.objects.visible_to(administrator).exists()
    assert not AuditEntry.objects.visible_to(officer).exists()
    assert signed_in(officer).get("/audit/").status_code == 403
    assert "user added" in signed_in(administrator).get("/audit/").content.decode()


def test_nobody_is_on_record_who_is_not_signed_in(db: None) -> None:
    with pytest.raises(ValueError, match="not signed in"):
        record("lamp lit", by=AnonymousUser())
