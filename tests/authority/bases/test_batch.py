"""Many bases from one list: what would happen, and what does."""

from collections.abc import Sequence
from typing import Any

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher

from schoolgate.authority.bases import batch
from schoolgate.authority.bases.accounts import BaseRefused, create_base_with_account
from schoolgate.authority.bases.batch import Planned, carry_out, count, plan
from schoolgate.authority.bases.models import Base, ConnectionCode
from schoolgate.authority.bases.schools_csv import SchoolsFile, read_schools
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry

HEADINGS = "name,LA no.,school no.,phase,user,licence,e-mail\n"
TWO = HEADINGS + "Hill Top,820,1001,nursery,,,office@hill.example\nOak Lane,820,1002,primary,,no,\n"


def read(text: str) -> SchoolsFile:
    return read_schools(text.encode())


def planned(text: str) -> list[Planned]:
    return plan(read(text))


def states(of: Sequence[Planned]) -> list[str]:
    return [one.state for one in of]


def make(text: str, by: User | None = None) -> list[Planned]:
    return list(carry_out(read(text), words="schools.csv", by=by).planned)


def test_a_plan_makes_nothing(la: str) -> None:
    assert states(planned(TWO)) == ["new", "new"]
    assert not Base.objects.exists()
    assert not User.objects.exists()


def test_new_schools_are_made_with_all_that_the_list_says(la: str) -> None:
    make(TWO)
    hill, oak = Base.objects.all()
    assert (hill.name, hill.phase, hill.licensed, hill.account.username) == ("Hill Top", "nursery", True, "8201001")
    assert hill.account.email == "office@hill.example"
    assert (oak.name, oak.licensed) == ("Oak Lane", False)


def test_each_new_account_has_a_code_and_no_password(la: str) -> None:
    made = carry_out(read(TWO), words="schools.csv", by=None)
    assert made.codes is not None
    assert [code.account.username for code in made.codes.codes.all()] == ["8201001", "8201002"]
    assert len({code.code for code in made.codes.codes.all()}) == 2
    assert not any(user.has_usable_password() for user in User.objects.all())


def test_the_same_list_again_changes_nothing_and_says_so(la: str) -> None:
    make(TWO)
    before = list(Base.objects.values()), list(ConnectionCode.objects.values())
    again = carry_out(read(TWO), words="schools.csv", by=None)
    assert states(again.planned) == ["known", "known"]
    assert (list(again.bases), again.codes) == ([], None)
    assert (list(Base.objects.values()), list(ConnectionCode.objects.values())) == before


def test_a_known_school_keeps_its_name_and_licence(green_abbey: Base) -> None:
    (one,) = make(HEADINGS + "Another Name,820,4321,,,no,\n")
    assert "Green Abbey Primary School" in one.reason
    green_abbey.refresh_from_db()
    assert (green_abbey.name, green_abbey.licensed) == ("Green Abbey Primary School", True)


def test_a_wrong_line_stops_no_other(la: str) -> None:
    done = make(HEADINGS + "Bad,820,21,,,,\n" + TWO.removeprefix(HEADINGS))
    assert states(done) == ["wrong", "new", "new"]
    assert Base.objects.count() == 2


def test_two_lines_of_one_school_are_said(la: str) -> None:
    one, two = planned(HEADINGS + "Hill Top,820,1001,,,,\nHilltop,820,1001,,,,\n")
    assert (one.state, two.state, two.reason) == ("new", "wrong", "Line 2 names the same school.")


def test_two_schools_may_share_an_account_that_is_new(la: str) -> None:
    done = make(HEADINGS + "Hill Top,820,1001,,trust,,\nOak Lane,820,1002,,Trust,,\n")
    assert [one.shared for one in done] == [False, True]
    assert {base.account.username for base in Base.objects.all()} == {"trust"}
    assert ConnectionCode.objects.count() == 1


def test_a_school_may_share_an_account_that_is_there_and_its_password_lives_on(green_abbey: Base) -> None:
    make(HEADINGS + "Nursery,820,1001,,8204321,,\n")
    assert Base.objects.get(number="1001").account == green_abbey.account
    assert not ConnectionCode.objects.exists()
    assert green_abbey.account.has_usable_password()


def test_an_account_that_is_there_is_not_taken_unasked(la: str) -> None:
    create_base_with_account(la="820", number="4321", name="Green Abbey", user="8201001")
    (one,) = planned(HEADINGS + "Hill Top,820,1001,,,,\n")
    assert (one.state, "column user" in one.reason) == ("wrong", True)


def test_a_person_is_no_schools_account(la: str, officer: User) -> None:
    (one,) = planned(HEADINGS + "Hill Top,820,1001,,omar,,\n")
    assert (one.state, "person" in one.reason) == ("wrong", True)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("Hill Top,820,1001,,not a name,,", "letters, digits"),
        ("Hill Top,820,1001,,,,not-an-address", "e-mail"),
    ],
)
def test_what_no_base_could_have_is_said_before(la: str, row: str, said: str) -> None:
    (one,) = planned(HEADINGS + row + "\n")
    assert one.state == "wrong"
    assert said in one.reason


def test_a_user_name_that_is_too_long_is_said_before(la: str) -> None:
    long = "u" * 151
    done = make(HEADINGS + f"Hill Top,820,1001,,{long},,\nOak Lane,820,1002,,{long},,\nElm,820,1003,,,,\n")
    assert [one.state for one in done] == ["wrong", "wrong", "new"]


def test_a_school_whose_shared_account_was_not_made_stops_no_other(la: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real = create_base_with_account

    def taken(**given: Any) -> Any:
        if given["number"] == "1001":
            raise BaseRefused("Somebody was quicker.")
        return real(**given)

    monkeypatch.setattr(batch, "create_base_with_account", taken)
    done = make(HEADINGS + "Hill Top,820,1001,,trust,,\nOak Lane,820,1002,,trust,,\nElm,820,1003,,,,\n")
    assert [one.state for one in done] == ["wrong", "wrong", "new"]


def test_a_sample_number_is_wrong_outside_a_demonstration(la: str, settings: object) -> None:
    settings.SCHOOLGATE_DEMO = False  # type: ignore[attr-defined]
    (one,) = planned(HEADINGS + "Hill Top,999,1001,,,,\n")
    assert (one.state, "samples only" in one.reason) == ("wrong", True)


def test_what_to_look_at_is_remarked(la: str) -> None:
    far, none, odd = planned(HEADINGS + "Far,823,4001,,,,\nHill,820,1001,,,no,\nOdd,998,1001,,,,\n")
    assert "Out of County" in far.remark
    assert "Without a licence" in none.remark
    assert "in no list" in odd.remark


def test_it_stands_in_the_audit_who_imported_and_no_code_does(la: str, officer: User) -> None:
    made = carry_out(read(TWO), words="schools.csv", by=officer)
    did = list(AuditEntry.objects.filter(who="omar").values_list("did", flat=True))
    assert did.count("base added") == did.count("user added") == did.count("connection code made") == 2
    assert "bases imported" in did
    assert made.codes is not None
    told = str(list(AuditEntry.objects.values()))
    assert not any(code.code and code.code in told for code in made.codes.codes.all())


def test_three_hundred_accounts_take_no_slow_hash(la: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def hashed(*_: object) -> str:
        raise AssertionError("a password was hashed")

    monkeypatch.setattr(MD5PasswordHasher, "encode", hashed)
    done = make(HEADINGS + "".join(f"School {n},820,{n},,,,\n" for n in range(1000, 1300)))
    assert count(done)["new"] == 300
