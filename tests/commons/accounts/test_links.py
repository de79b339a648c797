"""Single-use links: the first administrator, invitation and reset, all without a mail server."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from schoolgate.commons.accounts.creating import create_user, switch_off
from schoolgate.commons.accounts.links import LinkSpent, find_link, first_administrator_link, make_link, spend
from schoolgate.commons.accounts.models import SingleUseLink, User
from schoolgate.commons.audit.models import AuditEntry

pytestmark = pytest.mark.django_db

SignedIn = Callable[[User], Client]
CHOSEN = "correct horse battery"
FIRST = {"username": "Ada", "name": "Ada Price", "password": CHOSEN, "again": CHOSEN}
NEW = {"password": CHOSEN, "again": CHOSEN}


def path_of(link: str) -> str:
    assert link.startswith("http://testserver/set-password/")
    return link.removeprefix("http://testserver")


def token_of(link: str) -> str:
    return path_of(link).split("/")[2]


def test_the_first_administrator_comes_in_by_the_link(stranger: Client) -> None:
    path = path_of(first_administrator_link())
    assert "Become the first administrator" in stranger.get(path).content.decode()
    assert stranger.post(path, FIRST).headers["Location"] == "/"
    user = User.objects.get()
    assert (user.username, user.name, user.role) == ("ada", "Ada Price", "administrator")
    assert stranger.get("/users/").status_code == 200


def test_the_first_administrators_link_is_good_once(stranger: Client) -> None:
    path = path_of(first_administrator_link())
    stranger.post(path, FIRST)
    answer = Client().post(path, {**FIRST, "username": "eve"})
    assert answer.status_code == 410
    assert User.objects.count() == 1


def test_looking_at_a_link_does_not_use_it_up(stranger: Client) -> None:
    path = path_of(first_administrator_link())
    for _ in range(3):
        assert stranger.get(path).status_code == 200


def test_a_link_outlives_a_form_that_is_sent_back(stranger: Client) -> None:
    path = path_of(first_administrator_link())
    answer = stranger.post(path, {**FIRST, "again": "something else"})
    assert answer.status_code == 422
    assert "The two passwords differ" in answer.content.decode()
    assert stranger.post(path, FIRST).status_code == 302


def test_the_first_administrators_link_is_good_for_24_hours(stranger: Client) -> None:
    path = path_of(first_administrator_link())
    with time_machine.travel(timezone.now() + timedelta(hours=23, minutes=59)):
        assert stranger.get(path).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(hours=24, minutes=1)):
        assert stranger.get(path).status_code == 410


def test_a_newer_first_link_takes_the_place_of_the_older(stranger: Client) -> None:
    older, newer = first_administrator_link(), first_administrator_link()
    assert stranger.get(path_of(older)).status_code == 410
    assert stranger.get(path_of(newer)).status_code == 200


def test_a_first_link_is_dead_once_there_is_an_administrator(stranger: Client, administrator: User) -> None:
    assert stranger.get(path_of(first_administrator_link())).status_code == 410


def test_a_first_name_of_wrong_letters_is_sent_back(stranger: Client) -> None:
    answer = stranger.post(path_of(first_administrator_link()), {**FIRST, "username": "ada price"})
    assert "letters, digits and the signs" in answer.content.decode()


def test_only_the_digest_of_a_link_is_kept() -> None:
    token = token_of(first_administrator_link())
    assert token not in str(list(SingleUseLink.objects.values()))


def test_of_two_who_use_a_link_at_once_one_wins() -> None:
    token = token_of(first_administrator_link())
    mine, theirs = find_link(token), find_link(token)
    spend(mine)
    with pytest.raises(LinkSpent):
        spend(theirs)


def test_an_invited_person_chooses_a_password_and_is_in(
    signed_in: SignedIn, administrator: User, stranger: Client
) -> None:
    page = signed_in(administrator).post(
        "/users/invite/", {"username": "sue@school.example", "name": "Sue", "email": "", "role": "sender"}
    )
    found = re.search(r'value="(http://testserver/set-password/[^"]+)"', page.content.decode())
    assert found
    invited = User.objects.get(username="sue@school.example")
    assert invited.state == "invited"
    assert stranger.post(path_of(found.group(1)), NEW).headers["Location"] == "/"
    assert stranger.get("/my-account/").status_code == 200
    invited.refresh_from_db()
    assert (invited.state, invited.role) == ("active", "sender")


def test_an_invitation_is_good_for_two_weeks(administrator: User, stranger: Client) -> None:
    invited = create_user("sue", "sender", by=administrator)
    path = path_of(make_link(invited, "invitation"))
    with time_machine.travel(timezone.now() + timedelta(days=13)):
        assert stranger.get(path).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(days=14, minutes=1)):
        assert stranger.get(path).status_code == 410


def test_a_reset_ends_the_old_password_and_its_sessions(
    signed_in: SignedIn, administrator: User, sender: User, stranger: Client, password: str
) -> None:
    old_browser = signed_in(sender)
    page = signed_in(administrator).post(f"/users/{sender.pk}/link/").content.decode()
    found = re.search(r'value="(http://testserver/set-password/[^"]+)"', page)
    assert found
    assert old_browser.get("/my-account/").status_code == 200
    stranger.post(path_of(found.group(1)), NEW)
    assert old_browser.get("/my-account/").status_code == 302
    sender.refresh_from_db()
    assert not sender.check_password(password)
    assert sender.check_password(CHOSEN)


def test_a_link_for_somebody_switched_off_is_dead(administrator: User, sender: User, stranger: Client) -> None:
    path = path_of(make_link(sender, "reset"))
    switch_off(sender, by=administrator)
    assert stranger.get(path).status_code == 410


def test_a_schools_program_comes_in_by_no_link(exchange_account: User, stranger: Client) -> None:
    assert stranger.get(path_of(make_link(exchange_account, "reset"))).status_code == 410


def test_a_made_up_link_is_told_to_be_used_up(stranger: Client) -> None:
    answer = stranger.get("/set-password/made-up/")
    assert answer.status_code == 410
    assert "This link is used up" in answer.content.decode()


def test_how_a_site_gets_its_first_link_is_told_until_somebody_has_signed_in(sender: User, stranger: Client) -> None:
    assert "init</code>" in stranger.get("/set-password/made-up/").content.decode()
    stranger.post(path_of(make_link(sender, "reset")), NEW)
    assert "init</code>" not in stranger.get("/set-password/made-up/").content.decode()


def test_a_broken_rule_is_named_and_the_link_stays(sender: User, stranger: Client) -> None:
    path = path_of(make_link(sender, "reset"))
    answer = stranger.post(path, {"password": "short", "again": "short"})
    assert "The password needs at least 10 characters." in answer.content.decode()
    assert stranger.post(path, NEW).status_code == 302


def test_using_a_link_stands_in_the_audit(sender: User, stranger: Client) -> None:
    stranger.post(path_of(make_link(sender, "reset")), NEW)
    assert [entry.did for entry in AuditEntry.objects.filter(user=sender).order_by("pk")] == [
        "password set",
        "signed in",
    ]
