"""A list of schools: all of it, or nothing with reasons by line."""

import pytest

from schoolgate.commons.csv_lists import CsvRefused
from schoolgate.supplier.buyers.schools_csv import ListRefused, add_listed, in_numbers, plan_list
from schoolgate.supplier.models import Buyer, Supplier

HEAD = "School,DUNS,Account no.,User,Password,E-mail,Expiry days\n"
LIST = HEAD + (
    "Green Abbey School,98-765-4321,GA-1,greenabbey,Plain-Lantern-43,office@greenabbey.example,30\n"
    "Oakhanger Primary School,876543210,,oakhanger,,,\n"
)


def listed(*lines: str) -> bytes:
    return (HEAD + "\n".join(lines)).encode()


def test_schools_are_added_with_their_passwords_or_made_up_ones(riverside: Supplier) -> None:
    added = add_listed(riverside, LIST.encode(), by=None)
    assert [(one.buyer.name, one.buyer.duns, one.buyer.expiry_days) for one in added] == [
        ("Green Abbey School", "987654321", 30),
        ("Oakhanger Primary School", "876543210", None),
    ]
    assert added[0].password == "Plain-Lantern-43"
    for one in added:
        assert one.buyer.account.check_password(one.password)


def test_one_wrong_line_keeps_the_whole_list_out(riverside: Supplier) -> None:
    with pytest.raises(ListRefused) as refused:
        add_listed(riverside, LIST.encode() + b"Low Moor School,1234,,lowmoor,,,\n", by=None)
    assert in_numbers(refused.value.plan.lines) == {"new": 2, "known": 0, "wrong": 1}
    assert refused.value.plan.lines[2].number == 4
    assert not Buyer.objects.exists()


def test_a_list_given_again_leaves_what_is_here_as_it_is(riverside: Supplier) -> None:
    add_listed(riverside, LIST.encode(), by=None)
    more = LIST.replace("Green Abbey School", "Another name") + "Low Moor School,111222333,,lowmoor,,,\n"
    assert [one.buyer.name for one in add_listed(riverside, more.encode(), by=None)] == ["Low Moor School"]
    assert Buyer.objects.filter(name="Green Abbey School").exists()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (",987654321,,a-user,,,", "Name: This field cannot be blank."),
        ("A school,98765432,,a-user,,,", "dropped zeros"),
        ("A school,987654321,,,,,", "User:"),
        ("A school,987654321,,a user,,,", "User: A user name is made of"),
        ("A school,987654321,,a-user,simple,,", "The password needs"),
        ("A school,987654321,,a-user,,nobody,", "E-mail:"),
        ("A school,987654321,,a-user,,,soon", "Expiry days: a whole number"),
        ("A school,987654321,,greenabbey,,,", "User: There is a user"),
        ("A school,987654321,GA-4321,a-user,,,", "Account number: another school has it."),
    ],
)
def test_each_fault_is_told_at_its_line(riverside: Supplier, green_abbey: Buyer, line: str, reason: str) -> None:
    planned = plan_list(riverside, listed(line.replace("987654321", "555555555"))).lines[0]
    assert planned.state == "wrong"
    assert reason in planned.reason


def test_two_lines_do_not_name_the_same_user_or_account_number(riverside: Supplier) -> None:
    lines = plan_list(riverside, listed("A,111111111,X,one,,,", "B,222222222,Y,one,,,", "C,333333333,X,three,,,")).lines
    assert [line.state for line in lines] == ["new", "wrong", "wrong"]


def test_a_list_without_its_headings_is_refused_as_a_whole(riverside: Supplier) -> None:
    with pytest.raises(CsvRefused):
        plan_list(riverside, b"name,user\nA,a\n")


def test_no_plan_shows_a_password(riverside: Supplier) -> None:
    assert "Plain-Lantern-43" not in repr(plan_list(riverside, LIST.encode()))
