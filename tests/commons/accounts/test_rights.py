"""Rights: given by administrators by name, brought by no role, and on record."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from schoolgate.commons.accounts.models import User
from schoolgate.commons.accounts.rights import change_rights
from schoolgate.commons.audit.models import AuditEntry

pytestmark = pytest.mark.django_db

SignedIn = Callable[[User], Client]
RIGHT = "restricted-pupils"


def test_no_role_brings_a_right(administrator: User, officer: User) -> None:
    assert not administrator.has_right(RIGHT)
    assert not officer.has_right(RIGHT)


def test_an_administrator_gives_a_right_and_the_audit_says_so(
    administrator: User, officer: User, signed_in: SignedIn
) -> None:
    signed_in(administrator).post(reverse("user-rights", args=[officer.pk]), {"rights": [RIGHT], "seen": ""})
    officer.refresh_from_db()
    assert officer.has_right(RIGHT)
    entry = AuditEntry.objects.get(did="rights changed")
    assert (entry.user, entry.target, entry.details) == (administrator, "omar", f"none → {RIGHT}")


def test_a_right_that_was_taken_is_gone_at_the_next_click(administrator: User, officer: User) -> None:
    change_rights(officer, [RIGHT], by=administrator)
    change_rights(officer, [], by=administrator)
    officer.refresh_from_db()
    assert not officer.has_right(RIGHT)


def test_the_page_of_a_user_shows_what_is_given(administrator: User, officer: User, signed_in: SignedIn) -> None:
    change_rights(officer, [RIGHT], by=administrator)
    shown = signed_in(administrator).get(reverse("user", args=[officer.pk])).content.decode()
    assert f'value="{RIGHT}" id="id_rights_0" checked' in shown


def test_of_two_who_change_rights_at_once_the_second_is_told(
    administrator: User, officer: User, signed_in: SignedIn
) -> None:
    change_rights(officer, [RIGHT], by=administrator)
    address = reverse("user-rights", args=[officer.pk])
    answer = signed_in(administrator).post(address, {"rights": [], "seen": ""}, follow=True)
    assert "changed these rights a moment ago" in answer.content.decode()
    officer.refresh_from_db()
    assert officer.has_right(RIGHT)


def test_an_officer_cannot_give_a_right_to_anybody(officer: User, signed_in: SignedIn) -> None:
    answer = signed_in(officer).post(reverse("user-rights", args=[officer.pk]), {"rights": [RIGHT], "seen": ""})
    assert answer.status_code == 403
    officer.refresh_from_db()
    assert not officer.has_right(RIGHT)


def test_a_right_that_the_site_does_not_have_is_refused(administrator: User, officer: User) -> None:
    with pytest.raises(ValueError, match="no right 'crown'"):
        change_rights(officer, ["crown"], by=administrator)


def test_a_schools_program_has_no_right_whatever_its_row_says(administrator: User, exchange_account: User) -> None:
    with pytest.raises(ValueError, match="program"):
        change_rights(exchange_account, [RIGHT], by=administrator)
    exchange_account.rights = [RIGHT]
    assert not exchange_account.has_right(RIGHT)
