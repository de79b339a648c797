"""A program changes its own password, and is never locked out by a lost answer."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
import time_machine
from django.utils import timezone

from schoolgate.authority.bases.accounts import give_new_password
from schoolgate.authority.bases.la import PASSWORD_DAYS
from schoolgate.authority.bases.models import Base
from schoolgate.authority.exchange import passwords
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry

OLD, NEW, THIRD = "Green-Abbey-2026!", "Another-Word-77!", "Quite-Other-Sign-5?"


def change(door: httpx.Client, password: str = OLD, new_password: str = NEW) -> httpx.Response:
    body = {"user": "8204321", "password": password, "new_password": new_password}
    return door.post("/exchange/v1/password", json=body)


def may_sign_in(door: httpx.Client, password: str) -> bool:
    return door.post("/exchange/v1/token", json={"user": "8204321", "password": password}).status_code == 200


def test_a_program_changes_its_password(door: httpx.Client, green_abbey: Base) -> None:
    assert change(door).status_code == 200
    assert may_sign_in(door, NEW)


def test_a_change_of_password_ends_the_tokens(program: Any, door: httpx.Client) -> None:
    change(door)
    assert program.get("whoami").json()["code"] == "token-expired"


def test_the_old_password_works_until_the_new_one_was_used(door: httpx.Client, green_abbey: Base) -> None:
    assert change(door).json()["old_password_until"] is not None
    assert may_sign_in(door, OLD)
    assert may_sign_in(door, OLD)
    assert may_sign_in(door, NEW)
    assert not may_sign_in(door, OLD)


def test_the_old_password_works_for_a_day_at_most(door: httpx.Client, green_abbey: Base) -> None:
    change(door)
    with time_machine.travel(timezone.now() + timedelta(hours=23, minutes=59)):
        assert may_sign_in(door, OLD)
    with time_machine.travel(timezone.now() + timedelta(hours=24, seconds=1)):
        assert not may_sign_in(door, OLD)


def test_a_change_said_again_after_a_lost_answer_succeeds(door: httpx.Client, green_abbey: Base) -> None:
    first = change(door)
    assert change(door).json() == first.json()
    assert may_sign_in(door, NEW)


def test_a_program_that_lost_its_new_password_can_change_again_with_the_old_one(
    door: httpx.Client, green_abbey: Base
) -> None:
    change(door)
    assert change(door, OLD, THIRD).status_code == 200
    assert not may_sign_in(door, NEW)
    assert may_sign_in(door, OLD)
    assert may_sign_in(door, THIRD)


def test_a_password_set_by_the_authority_ends_the_former_one_too(
    door: httpx.Client, green_abbey: Base, administrator: User
) -> None:
    change(door)
    given = give_new_password(User.objects.get(username="8204321"), by=administrator)
    assert not may_sign_in(door, OLD)
    assert may_sign_in(door, given)


def test_the_former_password_of_a_switched_off_account_opens_nothing(door: httpx.Client, green_abbey: Base) -> None:
    change(door)
    User.objects.filter(username="8204321").update(is_active=False)
    assert not may_sign_in(door, OLD)


def test_an_expired_password_can_still_be_changed(door: httpx.Client, green_abbey: Base) -> None:
    PASSWORD_DAYS.set(90, by=None)
    with time_machine.travel(timezone.now() + timedelta(days=91)):
        assert change(door).status_code == 200
        assert may_sign_in(door, NEW)


def test_an_expired_password_opens_nothing_until_it_is_changed(door: httpx.Client, green_abbey: Base) -> None:
    PASSWORD_DAYS.set(90, by=None)
    with time_machine.travel(timezone.now() + timedelta(days=91)):
        answer = door.post("/exchange/v1/token", json={"user": "8204321", "password": OLD})
        assert (answer.status_code, answer.json()["code"]) == (401, "password-expired")
        assert not may_sign_in(door, OLD)


def test_a_weak_password_from_before_the_rules_works_until_it_is_changed(door: httpx.Client, green_abbey: Base) -> None:
    account = green_abbey.account
    account.set_password("abbey1")
    account.save()
    assert may_sign_in(door, "abbey1")
    assert change(door, "abbey1", "abbey2").json()["code"] == "password-not-allowed"
    assert may_sign_in(door, "abbey1")
    assert change(door, "abbey1", NEW).status_code == 200
    assert may_sign_in(door, NEW)
    assert not may_sign_in(door, "abbey1")


def test_changing_again_and_again_by_the_former_password_does_not_keep_it_alive(
    door: httpx.Client, green_abbey: Base
) -> None:
    first = change(door)
    with time_machine.travel(timezone.now() + timedelta(hours=20)):
        again = change(door, OLD, THIRD)
    assert again.json()["old_password_until"] == first.json()["old_password_until"]
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert not may_sign_in(door, OLD)


def test_a_number_counted_up_from_the_former_password_is_refused_too(door: httpx.Client, green_abbey: Base) -> None:
    change(door)
    assert change(door, OLD, "Green-Abbey-2031!").json()["code"] == "password-not-allowed"
    assert change(door, OLD, "Another-Word-78!").json()["code"] == "password-not-allowed"


@pytest.mark.parametrize("new", ["short", OLD, "8204321", "Green-Abbey-2027!", "no-capital-77!"])
def test_a_new_password_that_breaks_a_rule_is_refused_with_the_rules(
    door: httpx.Client, green_abbey: Base, new: str
) -> None:
    answer = change(door, OLD, new)
    assert (answer.status_code, answer.json()["code"]) == (422, "password-not-allowed")
    assert answer.json()["rules"]
    assert new not in answer.text
    assert may_sign_in(door, OLD)


def test_a_wrong_present_password_changes_nothing(door: httpx.Client, green_abbey: Base) -> None:
    assert change(door, "wrong").json()["code"] == "wrong-credentials"
    assert may_sign_in(door, OLD)


def test_wrong_passwords_at_this_call_lock_as_well(door: httpx.Client, green_abbey: Base) -> None:
    for _ in range(10):
        change(door, "wrong")
    assert change(door).json()["code"] == "locked"


def test_the_change_stands_in_the_audit(door: httpx.Client, green_abbey: Base) -> None:
    change(door)
    assert AuditEntry.objects.filter(did="password set", who="8204321").exists()


def test_of_two_programs_that_change_it_at_once_the_later_one_proved_a_password_that_is_gone(
    door: httpx.Client, green_abbey: Base, monkeypatch: pytest.MonkeyPatch
) -> None:
    prove = passwords.check_program

    def and_another_is_faster(*arguments: Any) -> User:
        account = prove(*arguments)
        give_new_password(User.objects.get(pk=account.pk), password="Faster-Lantern-42", by=account)
        return account

    monkeypatch.setattr(passwords, "check_program", and_another_is_faster)
    assert change(door).json()["code"] == "wrong-credentials"
    monkeypatch.undo()
    assert may_sign_in(door, "Faster-Lantern-42")
