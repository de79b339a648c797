"""The user name and password of each call: checked safely, and not slowly every time."""

import time
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.conftest import PASSWORD
from tests.supplier.service.calling import Caller as SchoolProgram
from tests.supplier.service.calling import environ_of

from schoolgate.commons.accounts.creating import create_user, switch_off
from schoolgate.commons.accounts.former_passwords import forget_former_password
from schoolgate.commons.accounts.models import FormerPassword, User
from schoolgate.commons.accounts.passwords import change_password, give_made_up_password
from schoolgate.commons.journal.models import JournalLine
from schoolgate.commons.journal.writing import write as note
from schoolgate.commons.turns import Write
from schoolgate.supplier.models import Buyer
from schoolgate.supplier.service import handling, signing_in
from schoolgate.supplier.service.accounts import find_buyer
from schoolgate.supplier.service.door import SoapDoor
from schoolgate.supplier.service.operations import Done
from schoolgate.supplier.service.passwords import change_password as change_by_service
from schoolgate.supplier.service.signing_in import Caller, recognise, sign_in
from schoolgate.wire.soap.faults import AuthenticationException, DocumentNotExistException

UNKNOWN = "The user name or password is not right."


def call(user: str = "greenabbey", password: str = PASSWORD, address: str = "203.0.113.7") -> Caller:
    return sign_in(environ_of(address=address), user, password)


def refused(user: str = "greenabbey", password: str = PASSWORD, address: str = "203.0.113.7") -> str:
    with pytest.raises(AuthenticationException) as told:
        call(user, password, address)
    return told.value.sentence


def test_the_right_password_names_the_buyer_with_its_supplier(green_abbey: Buyer) -> None:
    buyer = call().buyer
    assert (buyer.pk, buyer.duns, buyer.supplier.duns) == (green_abbey.pk, green_abbey.duns, green_abbey.supplier.duns)


def test_user_names_are_taken_in_any_case(green_abbey: Buyer) -> None:
    assert call(" GreenAbbey").buyer == green_abbey


def test_a_buyer_is_found_by_one_query_with_all_that_a_call_needs(green_abbey: Buyer) -> None:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        buyer = find_buyer("greenabbey")
        assert buyer is not None
        told = (buyer.account.role, buyer.account.is_active, buyer.supplier.name, buyer.test, buyer.expiry_days)
    assert told == ("buyer account", True, green_abbey.supplier.name, False, None)
    assert len(asked) == 1


@pytest.mark.parametrize(("user", "password"), [("greenabbey", "wrong"), ("nobody", PASSWORD), ("", "")])
def test_a_wrong_password_and_an_unknown_user_sound_the_same(green_abbey: Buyer, user: str, password: str) -> None:
    assert refused(user, password) == UNKNOWN


def test_a_person_s_account_is_as_unknown_as_none(green_abbey: Buyer, clerk: User) -> None:
    assert refused("cara") == UNKNOWN


def test_a_buyer_account_without_a_buyer_is_as_unknown_as_none(db: None) -> None:
    create_user("stray", "buyer account", name="Stray", password=PASSWORD)
    assert refused("stray") == UNKNOWN


def test_who_is_switched_off_is_refused_at_the_next_call(green_abbey: Buyer) -> None:
    call()
    switch_off(green_abbey.account, by=None)
    assert refused() == "The account is switched off. Ask the supplier."
    assert refused(password="wrong") == UNKNOWN


def test_a_password_that_was_right_is_not_checked_again_for_a_minute(green_abbey: Buyer) -> None:
    call()
    with CaptureQueriesContext(connection) as asked:
        call()
    assert len(asked) == 1


def test_after_a_minute_it_is_checked_again(green_abbey: Buyer, monkeypatch: pytest.MonkeyPatch) -> None:
    call()
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + signing_in.REMEMBERED_SECONDS)
    checked: list[str] = []

    def noted(password: str, hashed: str) -> bool:
        checked.append(hashed)
        return True

    monkeypatch.setattr(signing_in, "check_password", noted)
    call()
    assert checked == [green_abbey.account.password]


def test_a_right_password_that_no_wrong_ones_came_before_writes_nothing(green_abbey: Buyer) -> None:
    with CaptureQueriesContext(connection) as asked:
        call()
    assert {query["sql"].split()[0] for query in asked} == {"SELECT"}


def test_a_change_by_whatever_door_forgets_what_is_remembered(green_abbey: Buyer) -> None:
    call()
    change_password(green_abbey.account, "Other-Lantern-42", by=None)
    assert refused() == UNKNOWN
    assert call(password="Other-Lantern-42").buyer == green_abbey


def test_neither_password_nor_user_name_stands_in_what_is_remembered(green_abbey: Buyer) -> None:
    call()
    assert len(signing_in._until) == 1
    assert PASSWORD.encode() not in b"".join(signing_in._until)


def test_what_is_remembered_is_bounded(green_abbey: Buyer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signing_in, "MOST_REMEMBERED", 1)
    monkeypatch.setattr(signing_in, "_until", {b"another": 1e12})
    call()
    assert list(signing_in._until) == [b"another"]
    monkeypatch.setattr(signing_in, "_until", {b"long ago": 0.0})
    call()
    assert b"long ago" not in signing_in._until
    assert len(signing_in._until) == 1


def test_wrong_passwords_lock_the_user_name_for_their_address_alone(green_abbey: Buyer) -> None:
    for _ in range(9):
        assert refused(password="wrong", address="198.51.100.9") == UNKNOWN
    assert "Try again at" in refused(password="wrong", address="198.51.100.9")
    assert "Try again at" in refused(address="198.51.100.9")
    assert call(address="203.0.113.7").buyer == green_abbey


def test_who_is_locked_out_learns_nothing_from_what_is_remembered_of_the_school(green_abbey: Buyer) -> None:
    call(address="203.0.113.7")
    for _ in range(10):
        refused(password="wrong", address="198.51.100.9")
    assert "Try again at" in refused(address="198.51.100.9")
    assert call(address="203.0.113.7").buyer == green_abbey


class TestFormerPassword:
    def new_password(self, caller: Caller) -> str:
        return change_by_service(caller, environ_of())

    def test_the_old_one_works_until_the_new_one_was_used(self, green_abbey: Buyer) -> None:
        new = self.new_password(call())
        assert call().buyer == green_abbey
        assert call(password=new).buyer == green_abbey
        assert refused() == UNKNOWN

    def test_the_old_one_works_for_24_hours_at_most(self, green_abbey: Buyer) -> None:
        self.new_password(call())
        with time_machine.travel(timezone.now() + timedelta(hours=24, seconds=1)):
            assert refused() == UNKNOWN

    def test_a_repeated_change_gives_no_more_hours(self, green_abbey: Buyer) -> None:
        self.new_password(call())
        until = FormerPassword.objects.get().until
        with time_machine.travel(timezone.now() + timedelta(hours=10)):
            lost, new = self.new_password(call()), self.new_password(call())
            assert FormerPassword.objects.get().until == until
            assert refused(password=lost) == UNKNOWN
            assert call(password=new).buyer == green_abbey

    def test_of_two_changes_at_once_both_are_answered_and_the_later_counts(self, green_abbey: Buyer) -> None:
        first, second = call(), call()
        lost, new = self.new_password(first), self.new_password(second)
        assert refused(password=lost) == UNKNOWN
        assert call(password=new).buyer == green_abbey

    def test_a_password_that_the_supplier_set_meanwhile_is_not_overrun(self, green_abbey: Buyer) -> None:
        caller = call()
        set_by_supplier = give_made_up_password(green_abbey.account, by=None)
        with pytest.raises(AuthenticationException):
            self.new_password(caller)
        assert call(password=set_by_supplier).buyer == green_abbey

    def test_the_first_use_leaves_what_a_change_kept_meanwhile(self, green_abbey: Buyer) -> None:
        """Or a lost answer to that change would lock the school out."""
        used = self.new_password(call())
        using = recognise(environ_of(), "greenabbey", used)
        assert using is not None
        assert using.outdates
        self.new_password(call(password=used))
        forget_former_password(using.buyer.account)
        assert call(password=used).buyer == green_abbey

    @pytest.mark.parametrize("refused_while", ["reading", "writing"])
    def test_the_old_one_dies_of_a_call_that_is_refused(
        self, door: SoapDoor, green_abbey: Buyer, refused_while: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def do(*_: object) -> Write[Done]:
            if refused_while == "reading":
                raise DocumentNotExistException
            return Write(write)

        def write() -> Done:
            note("INFO", "Undone.")
            raise DocumentNotExistException

        new = self.new_password(call())
        monkeypatch.setattr(handling, "do", do)
        answer = SchoolProgram(door, password=new).call("FetchDoc", DocID="CAT-1")
        assert "DocumentNotExistException" in answer.fault
        assert not JournalLine.objects.filter(message="Undone.").exists()
        assert refused() == UNKNOWN
        assert call(password=new).buyer == green_abbey
