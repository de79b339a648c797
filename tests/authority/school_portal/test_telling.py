"""Telling a school's people the portal's address and their login: by mail where there is a server, else by letter."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.smtp import Inbox, listening

from schoolgate.authority.bases.models import Base
from schoolgate.authority.collection.models import BaseMigration
from schoolgate.authority.school_portal.people import invite, remove
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.jobs.engine import work_off
from schoolgate.commons.jobs.models import Job, State

PORTAL = "http://testserver/authority/portal/"
CHOSEN = {"password": "Quiet-Lantern-77", "again": "Quiet-Lantern-77"}


@pytest.fixture
def inbox(settings: Any) -> Iterator[Inbox]:
    """A mail server that this site uses."""
    with listening(Inbox()) as box:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", box.port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        yield box


def text(answer: Any) -> str:
    return str(answer.content, "utf-8")


def tell(browser: Client, base: Base) -> str:
    return text(browser.post(reverse("tell-school", args=[base.pk])))


def link_of(told: str) -> str:
    """The path of the link to choose a password in a mail or letter; "" when there is none."""
    _, _, after = told.partition("http://testserver/set-password/")
    return f"/set-password/{after.split()[0].partition('<')[0]}" if after else ""


def test_by_mail_each_is_told_the_address_and_the_own_user_name(
    as_officer: Client, hana: User, gita: User, green_abbey: Base, inbox: Inbox
) -> None:
    tell(as_officer, green_abbey)
    work_off()
    assert set(inbox.recipients) == {"hana@school.example", "gita@school.example"}
    assert f"Address:   {PORTAL}" in inbox.last_text
    assert "Questions? Ask Data team, 01234 000000." in inbox.last_text


def test_who_has_a_password_gets_no_link(as_officer: Client, hana: User, green_abbey: Base, inbox: Inbox) -> None:
    tell(as_officer, green_abbey)
    work_off()
    assert "User name: hana" in inbox.last_text
    assert link_of(inbox.last_text) == ""


def test_who_has_none_chooses_one_by_the_mails_link(
    as_officer: Client, officer: User, green_abbey: Base, inbox: Inbox, stranger: Client
) -> None:
    invite(green_abbey, "ivy", email="ivy@school.example", by=officer)
    tell(as_officer, green_abbey)
    work_off()
    stranger.post(link_of(inbox.last_text), CHOSEN)
    assert User.objects.get(username="ivy").state == "active"


def test_an_invitation_is_mailed_with_the_link_that_is_shown(as_hana: Client, green_abbey: Base, inbox: Inbox) -> None:
    given = {"username": "ivy", "name": "Ivy Nash", "email": "ivy@school.example"}
    shown = text(as_hana.post(reverse("portal-invite", args=[green_abbey.pk]), given))
    work_off()
    assert "It is on its way to ivy@school.example." in shown
    assert link_of(inbox.last_text) in shown


def test_a_link_lies_nowhere_in_the_clear(as_officer: Client, officer: User, green_abbey: Base, inbox: Inbox) -> None:
    invite(green_abbey, "ivy", email="ivy@school.example", by=officer)
    tell(as_officer, green_abbey)
    kept = str(list(Job.objects.values_list("args"))) + str(list(AuditEntry.objects.values_list("details")))
    work_off()
    assert link_of(inbox.last_text).removeprefix("/set-password/") not in kept


def test_without_a_mail_server_there_are_letters(
    as_officer: Client, officer: User, hana: User, green_abbey: Base, stranger: Client
) -> None:
    invite(green_abbey, "ivy", by=officer)
    shown = tell(as_officer, green_abbey)
    assert shown.count('<article class="letter">') == 2
    assert PORTAL in shown
    stranger.post(link_of(shown), CHOSEN)
    assert User.objects.get(username="ivy").state == "active"
    assert not Job.objects.filter(kind="portal-login").exists()


def test_who_has_no_address_gets_a_letter_and_the_others_mail(
    as_officer: Client, officer: User, hana: User, green_abbey: Base, inbox: Inbox
) -> None:
    invite(green_abbey, "ivy", by=officer)
    shown = tell(as_officer, green_abbey)
    work_off()
    assert inbox.recipients == ["hana@school.example"]
    assert shown.count('<article class="letter">') == 1


def test_a_letter_is_kept_in_no_cache(as_officer: Client, hana: User, green_abbey: Base) -> None:
    assert as_officer.post(reverse("tell-school", args=[green_abbey.pk]))["Cache-Control"] == "no-store"


def test_nothing_is_sent_before_it_is_confirmed(
    as_officer: Client, hana: User, green_abbey: Base, inbox: Inbox
) -> None:
    shown = text(as_officer.get(reverse("tell-school", args=[green_abbey.pk])))
    assert "by mail to hana@school.example" in shown
    assert not Job.objects.filter(kind="portal-login").exists()


def test_a_migration_notes_when_the_school_was_told_and_by_whom(
    as_officer: Client, officer: User, hana: User, green_abbey: Base
) -> None:
    migration = BaseMigration.objects.create(base=green_abbey, school_moved_on=date(2026, 11, 2))
    tell(as_officer, green_abbey)
    migration.refresh_from_db()
    assert migration.school_told_at is not None
    assert migration.school_told_by == officer


def test_a_school_without_people_is_not_told(as_officer: Client, green_abbey: Base) -> None:
    migration = BaseMigration.objects.create(base=green_abbey, school_moved_on=date(2026, 11, 2))
    shown = tell(as_officer, green_abbey)
    migration.refresh_from_db()
    assert "Nobody may sign in for this school yet, so there is nobody to tell." in shown
    assert migration.school_told_at is None


def test_a_migrated_school_is_told_that_no_way_leads_there_from_sims(
    as_officer: Client, hana: User, green_abbey: Base, inbox: Inbox
) -> None:
    tell(as_officer, green_abbey)
    work_off()
    assert "SIMS" not in inbox.last_text
    BaseMigration.objects.create(base=green_abbey, school_moved_on=date(2026, 11, 2), migrated_at=timezone.now())
    tell(as_officer, green_abbey)
    work_off()
    assert "no way leads to the School Portal from within SIMS any more" in inbox.last_text


def test_who_was_removed_meanwhile_gets_no_mail(
    as_officer: Client, officer: User, hana: User, green_abbey: Base, inbox: Inbox
) -> None:
    tell(as_officer, green_abbey)
    remove(green_abbey, hana, by=officer)
    work_off()
    assert inbox.taken == []
    job = Job.objects.get(kind="portal-login")
    assert job.state == State.DONE
    assert "may not sign in any more" in str(job.result)


def test_a_mail_that_no_server_takes_says_so(as_officer: Client, hana: User, green_abbey: Base, inbox: Inbox) -> None:
    inbox.refused["hana@school.example"] = "550 no such mailbox"
    tell(as_officer, green_abbey)
    work_off()
    job = Job.objects.get(kind="portal-login")
    assert job.state == State.FAILED
    assert "550 no such mailbox" in job.error
