"""The LA's old rules for exchange accounts (reference student-personnel 1.5), and the shorter ones for people."""

import re
import string

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from hypothesis import assume, example, given
from hypothesis import strategies as st

from schoolgate.commons.accounts.creating import switch_off
from schoolgate.commons.accounts.models import User
from schoolgate.commons.accounts.passwords import (
    LONGEST,
    REMEMBERED,
    SHORTEST,
    PasswordRules,
    change_password,
    give_made_up_password,
    is_counted_up,
    make_password_text,
    neighbours,
)
from schoolgate.commons.audit.models import AuditEntry

FITTING = "Green-Abbey-17"


def broken(password: str, user: User) -> set[str]:
    """The codes of the rules that this password breaks."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        return {str(each.code) for each in error.error_list}
    return set()


def program() -> User:
    return User(username="8204321", role="exchange account")


def person() -> User:
    return User(username="sue.okafor", role="sender")


@pytest.mark.parametrize(
    ("password", "codes"),
    [
        (FITTING, set()),
        ("Short-1", {"password-too-short"}),
        ("green-abbey-17", {"password-no-capital"}),
        ("GREEN-ABBEY-17", {"password-no-small-letter"}),
        ("Green-Abbey-xx", {"password-no-digit"}),
        ("GreenAbbey17", {"password-no-special"}),
        (
            "8204321",
            {"password-too-short", "password-is-user-name"}
            | {f"password-no-{x}" for x in ("capital", "small-letter", "special")},
        ),
        ("A-1" + "x" * LONGEST, {"password-too-long"}),
    ],
)
def test_a_program_hears_of_each_rule_its_password_breaks(password: str, codes: set[str]) -> None:
    assert broken(password, program()) == codes


@given(st.text(min_size=0, max_size=LONGEST + 10))
@example("Aa1-" + "x" * (LONGEST - 4))
@example("Aa1-" + "x" * (LONGEST - 3))
def test_a_programs_password_is_taken_exactly_when_it_fits_the_rules(password: str) -> None:
    fits = (
        SHORTEST <= len(password) <= LONGEST
        and any(map(str.isupper, password))
        and any(map(str.islower, password))
        and any(map(str.isdecimal, password))
        and not password.isalnum()
        and User.normalize_username(password) != "8204321"
    )
    assert (not broken(password, program())) == fits


def test_every_generated_password_fits_a_programs_rules() -> None:
    texts = {make_password_text() for _ in range(200)}
    assert len(texts) == 200
    assert all(not broken(text, program()) for text in texts)
    assert not set("0O1lI") & set("".join(texts))


@pytest.mark.parametrize("password", ["Sue.Okafor", "SUE.OKAFOR", " sue.okafor "])
def test_the_user_name_in_any_spelling_is_no_password(password: str) -> None:
    assert "password-is-user-name" in broken(password, person())


def test_a_person_may_use_a_sentence_of_small_letters() -> None:
    assert broken("correct horse battery", person()) == set()


def test_a_person_may_not_use_what_everybody_tries_first() -> None:
    assert broken("qwertyuiop", person()) == {"password-too-common"}


def test_a_persons_short_password_is_not_also_called_common() -> None:
    assert broken("password", person()) == {"password-too-short"}


@given(
    st.text(alphabet=string.ascii_letters + "-!", min_size=3),
    st.integers(0, 10**6),
    st.text(alphabet="ab-", max_size=5),
)
def test_a_number_counted_up_is_seen_beside_the_old_password(before: str, number: int, after: str) -> None:
    assert is_counted_up(f"{before}{number}{after}", f"{before}{number + 1}{after}")


@given(st.text(min_size=1), st.text(min_size=1))
def test_passwords_that_differ_in_more_than_digits_are_not_counted_up(old: str, new: str) -> None:
    assume(re.sub("[0-9]", "", old) != re.sub("[0-9]", "", new))
    assert not is_counted_up(old, new)


@given(
    st.text(alphabet="Ab-!", max_size=6), st.integers(0, 10**6), st.integers(1, 7), st.text(alphabet="Ab-!", max_size=6)
)
def test_the_password_a_number_was_counted_up_from_is_among_its_neighbours(
    before: str, number: int, width: int, after: str
) -> None:
    old, new = f"{before}{number:0{width}}{after}", f"{before}{number + 1:0{width}}{after}"
    assert old in list(neighbours(new))
    assert new in list(neighbours(old))


def test_a_long_password_of_many_numbers_has_few_neighbours_to_try() -> None:
    assert len(list(neighbours("1a" * 64))) <= 4 * 4


@pytest.mark.django_db
class TestHistory:
    """What only the stored hashes can tell."""

    def test_the_last_ten_passwords_of_a_program_may_not_come_back(self, exchange_account: User, password: str) -> None:
        used = [password] + [f"Other-{letter * 6}-1" for letter in "abcdefghi"]
        for text in used[1:]:
            change_password(exchange_account, text, by=None)
        for text in used:
            assert broken(text, exchange_account) == {"password-used-before"}

    def test_the_eleventh_password_back_may_be_used_again(self, exchange_account: User, password: str) -> None:
        for letter in "abcdefghij":
            change_password(exchange_account, f"Other-{letter * 6}-1", by=None)
        change_password(exchange_account, password, by=None)
        assert exchange_account.past_passwords.count() == REMEMBERED

    @pytest.mark.parametrize("next_one", ["Plain-Lantern-43", "Plain-Lantern-41"])
    def test_at_a_reset_the_neighbours_of_the_old_password_are_refused(
        self, exchange_account: User, next_one: str
    ) -> None:
        with pytest.raises(ValidationError) as refused:
            change_password(exchange_account, next_one, by=None)
        assert refused.value.error_list[0].code == "password-counted-up"

    def test_at_a_reset_the_last_number_of_every_remembered_password_may_not_be_counted_up(
        self, exchange_account: User, password: str
    ) -> None:
        for letter in "abcdefghi":
            change_password(exchange_account, f"Other-{letter * 6}-1", by=None)
        assert broken("Plain-Lantern-43", exchange_account) == {"password-counted-up"}
        change_password(exchange_account, "Other-jjjjjj-1", by=None)
        assert broken("Plain-Lantern-43", exchange_account) == set()

    def test_a_reset_tries_few_guesses_on_the_stored_hashes(
        self, exchange_account: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for letter in "abcdefghi":
            change_password(exchange_account, f"Other-{letter * 6}-1", by=None)
        tried: list[str] = []
        verify = MD5PasswordHasher.verify

        def counted(self: MD5PasswordHasher, guess: str, encoded: str) -> bool:
            tried.append(guess)
            return verify(self, guess, encoded)

        monkeypatch.setattr(MD5PasswordHasher, "verify", counted)
        change_password(exchange_account, "Wood-10-Hill-10-Lane-10-Gate-10", by=None)
        # Ten for "none of the last ten", 4 x 3 beside the present one, 2 beside each of the nine before it.
        assert len(tried) <= 10 + 12 + 18

    def test_a_made_up_password_needs_no_look_at_the_stored_hashes(
        self, exchange_account: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def tried(*_: object) -> bool:
            raise AssertionError("a stored hash was tried")

        monkeypatch.setattr(MD5PasswordHasher, "verify", tried)
        text = give_made_up_password(exchange_account, by=None)
        monkeypatch.undo()
        assert exchange_account.check_password(text)
        assert broken(text, exchange_account) == {"password-used-before"}

    def test_beside_the_proven_old_password_any_other_number_is_refused(
        self, exchange_account: User, password: str
    ) -> None:
        with pytest.raises(ValidationError) as refused:
            change_password(exchange_account, "Plain-Lantern-977", by=exchange_account, old=password)
        assert refused.value.error_list[0].code == "password-counted-up"

    def test_a_refused_change_changes_nothing(self, exchange_account: User, password: str) -> None:
        with pytest.raises(ValidationError):
            change_password(exchange_account, "Plain-Lantern-43", by=None)
        exchange_account.refresh_from_db()
        assert exchange_account.check_password(password)
        assert exchange_account.past_passwords.count() == 1

    def test_people_may_take_an_old_password_again(self, sender: User, password: str) -> None:
        change_password(sender, "correct horse battery", by=sender)
        change_password(sender, password, by=sender)
        assert sender.check_password(password)

    def test_a_change_notes_when_and_by_whom_and_never_the_password(
        self, exchange_account: User, administrator: User
    ) -> None:
        before = exchange_account.password_set_at
        change_password(exchange_account, FITTING, by=administrator)
        entry = AuditEntry.objects.latest("pk")
        assert (entry.did, entry.who, entry.target) == ("password set", "ada", "8204321")
        assert before is not None
        assert exchange_account.password_set_at is not None
        assert exchange_account.password_set_at > before
        assert FITTING not in str(list(AuditEntry.objects.values()))

    def test_a_user_switched_off_meanwhile_stays_switched_off(self, exchange_account: User) -> None:
        switch_off(User.objects.get(pk=exchange_account.pk), by=None)
        change_password(exchange_account, FITTING, by=None)
        exchange_account.refresh_from_db()
        assert not exchange_account.is_active

    def test_history_keeps_hashes_only(self, exchange_account: User, password: str) -> None:
        assert password not in str(list(exchange_account.past_passwords.values()))


def test_the_rules_do_not_trip_over_a_password_without_a_user() -> None:
    PasswordRules().validate("correct horse battery")
