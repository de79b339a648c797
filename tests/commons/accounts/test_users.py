"""Who may do what: roles, inviting, switching off, and one's own account."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client

from schoolgate.commons.accounts.creating import (
    BoundRole,
    LastAdministrator,
    UserExists,
    change_role,
    create_user,
    switch_off,
    switch_on,
)
from schoolgate.commons.accounts.models import User
from schoolgate.commons.accounts.rights import change_rights
from schoolgate.commons.audit.models import AuditEntry

pytestmark = pytest.mark.django_db

SignedIn = Callable[[User], Client]


def test_two_users_cannot_differ_in_case_alone(sender: User) -> None:
    with pytest.raises(UserExists):
        create_user("SUE", "sender")


def test_of_megabytes_sent_as_a_user_name_no_more_than_a_name_is_looked_at() -> None:
    # Each of these signs becomes eighteen, and a whole megabyte of them took eighteen seconds.
    assert User.normalize_username("  Sue" + "\ufdfa" * 1_000_000).startswith("sue\u0635\u0644\u0649")


def test_a_user_without_a_password_is_invited_and_cannot_sign_in() -> None:
    user = create_user("sue", "sender")
    assert user.state == "invited"
    assert not user.check_password("")


@pytest.mark.parametrize("name", ["", "sue okafor", "sue/okafor", "<sue>"])
def test_a_user_name_of_other_letters_is_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        create_user(name, "sender")


def test_a_user_whose_password_is_refused_is_not_made() -> None:
    with pytest.raises(ValidationError):
        create_user("8204321", "exchange account", password="short")
    assert not User.objects.exists()


def test_a_role_that_the_site_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="no role 'king'"):
        create_user("sue", "king")


def test_the_last_administrator_can_neither_be_switched_off_nor_lose_the_role(administrator: User) -> None:
    with pytest.raises(LastAdministrator):
        switch_off(administrator, by=administrator)
    with pytest.raises(LastAdministrator):
        change_role(administrator, "officer", by=administrator)
    administrator.refresh_from_db()
    assert (administrator.is_active, administrator.role) == (True, "administrator")


def test_a_switched_off_administrator_does_not_count_as_the_other_one(administrator: User) -> None:
    other = create_user("bea", "administrator", password="correct horse battery")
    switch_off(other, by=administrator)
    with pytest.raises(LastAdministrator):
        switch_off(administrator, by=administrator)


@pytest.mark.django_db(transaction=True)
def test_two_administrators_cannot_switch_each_other_off_at_once(administrator: User) -> None:
    other = create_user("bea", "administrator", password="correct horse battery")
    ready = threading.Barrier(2)
    refused: list[User] = []

    def go(user: User) -> None:
        ready.wait()
        try:
            switch_off(user, by=None)
        except LastAdministrator:
            refused.append(user)
        finally:
            connection.close()

    threads = [threading.Thread(target=go, args=(user,)) for user in (administrator, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert User.objects.active_administrators().get() == refused[0]


def test_switching_off_and_on_stands_in_the_audit(administrator: User, sender: User) -> None:
    switch_off(sender, by=administrator)
    switch_on(sender, by=administrator)
    entries = AuditEntry.objects.filter(user=administrator, target="sue").order_by("pk")
    assert [entry.did for entry in entries] == ["user switched off", "user switched on"]


def test_a_role_changes_by_the_page_and_counts_at_once(signed_in: SignedIn, administrator: User, sender: User) -> None:
    colleague = signed_in(sender)
    assert colleague.get("/users/").status_code == 403
    signed_in(administrator).post(f"/users/{sender.pk}/", {"role": "administrator"})
    assert colleague.get("/users/").status_code == 200
    assert AuditEntry.objects.filter(did="role changed", details="sender → administrator").exists()


def test_the_page_does_not_offer_people_the_role_of_programs(
    signed_in: SignedIn, administrator: User, sender: User
) -> None:
    answer = signed_in(administrator).post(f"/users/{sender.pk}/", {"role": "exchange account"})
    assert "Select a valid choice" in answer.content.decode()
    sender.refresh_from_db()
    assert sender.role == "sender"


def test_the_page_says_why_the_last_administrator_stays(signed_in: SignedIn, administrator: User) -> None:
    answer = signed_in(administrator).post(f"/users/{administrator.pk}/switch/", follow=True)
    assert "This is the only active administrator" in answer.content.decode()
    administrator.refresh_from_db()
    assert administrator.is_active


def test_switching_off_asks_first(signed_in: SignedIn, administrator: User, sender: User) -> None:
    browser = signed_in(administrator)
    assert "Switch Sue Okafor off?" in browser.get(f"/users/{sender.pk}/switch/").content.decode()
    sender.refresh_from_db()
    assert sender.is_active
    browser.post(f"/users/{sender.pk}/switch/")
    sender.refresh_from_db()
    assert not sender.is_active


def test_the_list_shows_people_and_no_programs(
    signed_in: SignedIn, administrator: User, sender: User, exchange_account: User
) -> None:
    page = signed_in(administrator).get("/users/").content.decode()
    assert "Sue Okafor" in page
    assert "8204321" not in page


def test_an_only_user_is_advised_to_invite_another(signed_in: SignedIn, administrator: User) -> None:
    assert "You are the only user." in signed_in(administrator).get("/users/").content.decode()


def test_a_program_has_no_page_among_the_users(
    signed_in: SignedIn, administrator: User, exchange_account: User
) -> None:
    assert signed_in(administrator).get(f"/users/{exchange_account.pk}/").status_code == 404


def test_others_see_only_themselves(administrator: User, sender: User) -> None:
    assert list(User.objects.visible_to(sender)) == [sender]
    assert set(User.objects.visible_to(administrator)) == {administrator, sender}


def test_inviting_a_known_name_is_sent_back(signed_in: SignedIn, administrator: User, sender: User) -> None:
    answer = signed_in(administrator).post("/users/invite/", {"username": "Sue", "role": "sender"})
    assert "There is a user with this name already." in answer.content.decode()
    assert User.objects.count() == 2


class TestMyAccount:
    """What a person may change about themselves."""

    def test_name_and_email(self, signed_in: SignedIn, sender: User) -> None:
        signed_in(sender).post("/my-account/", {"name": "Susan Okafor", "email": "office@school.example"})
        sender.refresh_from_db()
        assert (sender.name, sender.email) == ("Susan Okafor", "office@school.example")

    def test_the_audit_tells_what_it_was_before(self, signed_in: SignedIn, sender: User) -> None:
        User.objects.filter(pk=sender.pk).update(name="Sue", email="")
        sender.refresh_from_db()
        signed_in(sender).post("/my-account/", {"name": "Susan", "email": "sue@school.example"})
        told = AuditEntry.objects.get(did="own details changed").details
        assert told == "Name: “Sue” → “Susan”; E-mail: “” → “sue@school.example”"

    def test_not_the_role(self, signed_in: SignedIn, sender: User) -> None:
        signed_in(sender).post("/my-account/", {"name": "Sue", "role": "administrator"})
        sender.refresh_from_db()
        assert sender.role == "sender"

    def test_a_new_password_ends_all_other_sessions(self, signed_in: SignedIn, sender: User, password: str) -> None:
        here, elsewhere = signed_in(sender), signed_in(sender)
        new = {"old": password, "password": "correct horse battery", "again": "correct horse battery"}
        assert here.post("/my-account/password/", new).status_code == 302
        assert here.get("/my-account/").status_code == 200
        assert elsewhere.get("/my-account/").status_code == 302

    def test_a_wrong_present_password_counts_as_at_the_sign_in(self, signed_in: SignedIn, sender: User) -> None:
        new = {"old": "not this one", "password": "correct horse battery", "again": "correct horse battery"}
        browser = signed_in(sender)
        assert "You have 9 tries left" in browser.post("/my-account/password/", new).content.decode()
        for _ in range(9):
            said = browser.post("/my-account/password/", new).content.decode()
        assert "Too many wrong passwords" in said


@pytest.fixture
def bound(settings: Any) -> str:
    """A role of this site that comes with something else than the user."""
    settings.SCHOOLGATE_BOUND_ROLES = {"school user": "Schools invite their own people."}
    return "school user"


def test_an_invitation_offers_no_bound_role_and_says_where_it_is_given(
    bound: str, administrator: User, signed_in: SignedIn
) -> None:
    page = signed_in(administrator).get("/users/invite/").content.decode()
    assert 'value="school user"' not in page
    assert "Schools invite their own people." in page


def test_nobody_is_invited_with_a_bound_role(bound: str, administrator: User, signed_in: SignedIn) -> None:
    given = {"username": "ivy", "name": "Ivy Nash", "email": "", "role": bound}
    signed_in(administrator).post("/users/invite/", given)
    assert not User.objects.filter(username="ivy").exists()


def test_nobody_gets_a_bound_role_later(bound: str, sender: User) -> None:
    with pytest.raises(BoundRole, match="Schools invite"):
        change_role(sender, bound, by=None)


def test_who_has_a_bound_role_keeps_it(bound: str, administrator: User, signed_in: SignedIn) -> None:
    ivy = create_user("ivy", bound)
    browser = signed_in(administrator)
    page = browser.get(f"/users/{ivy.pk}/").content.decode()
    assert "Schools invite their own people." in page
    assert "Change the role" not in page
    browser.post(f"/users/{ivy.pk}/", {"role": "administrator"})
    ivy.refresh_from_db()
    assert ivy.role == bound


def test_no_right_goes_with_a_bound_role(bound: str, administrator: User, signed_in: SignedIn, settings: Any) -> None:
    settings.SCHOOLGATE_RIGHTS = {"restricted-pupils": "sees restricted pupils"}
    ivy = create_user("ivy", bound)
    browser = signed_in(administrator)
    assert "Rights beyond the role" not in browser.get(f"/users/{ivy.pk}/").content.decode()
    answer = browser.post(f"/users/{ivy.pk}/rights/", {"rights": ["restricted-pupils"], "seen": ""})
    assert answer.status_code == 404
    with pytest.raises(ValueError, match="can have no right"):
        change_rights(ivy, ["restricted-pupils"], by=None)


def test_who_has_a_bound_role_can_be_switched_off(bound: str, administrator: User, signed_in: SignedIn) -> None:
    ivy = create_user("ivy", bound)
    signed_in(administrator).post(f"/users/{ivy.pk}/switch/")
    ivy.refresh_from_db()
    assert not ivy.is_active
