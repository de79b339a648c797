"""Bases and the exchange accounts made with them."""

import pytest

from schoolgate.authority.bases.accounts import BaseRefused, add_account, add_base, create_base_with_account
from schoolgate.authority.bases.la import LA_NUMBER
from schoolgate.authority.bases.models import Base
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry


def test_an_account_is_made_with_its_base_and_a_generated_password(la: str) -> None:
    base, password = add_account(la="820", school="4321", name="Green Abbey")
    assert (base.dfe_number, base.account.username, base.account.role) == ("8204321", "8204321", "exchange account")
    assert base.account.check_password(password)


def test_a_password_may_be_given(la: str) -> None:
    base, password = add_account(la="820", school="4321", name="Green Abbey", password="Chosen-By-Hand-1!")
    assert password == "Chosen-By-Hand-1!"
    assert base.account.check_password(password)


def test_a_user_name_may_be_given(la: str) -> None:
    assert (
        add_account(la="820", school="4321", name="Green Abbey", user="green.abbey")[0].account.username
        == "green.abbey"
    )


def test_a_weak_password_makes_neither_base_nor_account(la: str) -> None:
    with pytest.raises(BaseRefused, match="special character"):
        add_account(la="820", school="4321", name="Green Abbey", password="nospecial1A")
    assert not Base.objects.exists()
    assert not User.objects.exists()


def test_a_school_is_a_base_once(la: str) -> None:
    add_account(la="820", school="4321", name="Green Abbey")
    with pytest.raises(BaseRefused, match="already"):
        add_account(la="820", school="4321", name="Green Abbey", user="another")
    assert User.objects.count() == 1


def test_a_taken_user_name_is_told(la: str) -> None:
    add_account(la="820", school="4321", name="Green Abbey", user="shared")
    with pytest.raises(BaseRefused, match="'shared'"):
        add_account(la="820", school="4322", name="Oak Lane", user="shared")


@pytest.mark.parametrize(
    ("la_number", "school"), [("82", "4321"), ("8200", "4321"), ("820", "432"), ("82x", "4321"), ("820", "٤٣٢١")]
)
def test_numbers_are_three_and_four_digits(la: str, la_number: str, school: str) -> None:
    with pytest.raises(BaseRefused, match="digits"):
        add_account(la=la_number, school=school, name="Green Abbey", user="somebody")


def test_a_base_needs_a_name(la: str) -> None:
    with pytest.raises(BaseRefused):
        add_account(la="820", school="4321", name="")


def test_a_school_of_another_la_is_out_of_county(la: str) -> None:
    assert add_account(la="823", school="4001", name="Far Hill")[0].out_of_county
    assert not add_account(la="820", school="4321", name="Green Abbey")[0].out_of_county


def test_whether_a_base_is_out_of_county_follows_the_authoritys_own_number(la: str) -> None:
    base = add_account(la="823", school="4001", name="Far Hill")[0]
    LA_NUMBER.set("823", by=None)
    assert not base.out_of_county


def test_a_sample_number_is_for_demonstrations_only(la: str, settings: object) -> None:
    add_account(la="999", school="4321", name="Sample School")
    settings.SCHOOLGATE_DEMO = False  # type: ignore[attr-defined]
    with pytest.raises(BaseRefused, match="samples only"):
        add_account(la="999", school="4322", name="Sample School")


def test_an_account_may_serve_several_bases(green_abbey: Base) -> None:
    other = add_base(la="820", number="4322", name="Green Abbey Nursery", account=green_abbey.account)
    assert set(Base.objects.open_to(green_abbey.account)) == {green_abbey, other}


def test_an_exchange_account_sees_its_own_bases_only(green_abbey: Base, oak_lane: Base) -> None:
    assert list(Base.objects.visible_to(green_abbey.account)) == [green_abbey]


def test_staff_see_all_bases(green_abbey: Base, oak_lane: Base, administrator: User, officer: User) -> None:
    assert Base.objects.visible_to(administrator).count() == 2
    assert Base.objects.visible_to(officer).count() == 2


def test_a_user_of_another_role_sees_no_base(green_abbey: Base) -> None:
    assert not Base.objects.visible_to(User(username="x", role="sender")).exists()


def test_making_a_base_stands_in_the_audit_without_its_password(la: str, administrator: User) -> None:
    _, password = create_base_with_account(la="820", number="4321", name="Green Abbey", by=administrator)
    entries = list(AuditEntry.objects.values())
    assert {"base added", "user added", "password set"} <= {entry["did"] for entry in entries}
    assert password not in str(entries)
