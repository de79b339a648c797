"""Who may do what in the ledger, and whether duties are separate."""

from decimal import Decimal
from typing import Any

import pytest

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.school.purchasing import separation
from schoolgate.school.purchasing.access import may
from schoolgate.school.purchasing.changing import ChangedMeanwhile, SetUpRefused
from schoolgate.school.purchasing.establishment import OWN_ORDERS_TOO
from schoolgate.school.purchasing.limits import NONE, give, people_visible_to, rights_given
from schoolgate.school.purchasing.models import PurchasingRights
from schoolgate.school.purchasing.models.visible import works_with_orders


def rights(**given: Any) -> dict[str, Any]:
    return {**NONE, **given}


def again(person: User) -> User:
    """The person as the next request knows them."""
    found: User = User.objects.get(pk=person.pk)
    return found


def test_a_right_holds_from_the_next_click_on(looker: User, bursar: User) -> None:
    assert give(looker, rights(raises=True, authorises_to=Decimal("2500.50"), over_budget=True), by=bursar)
    assert may(again(looker), "raises")
    assert may(again(looker), "authorises")
    entry = AuditEntry.objects.get(did="purchasing rights changed")
    assert (entry.user, entry.target) == (bursar, "looker")
    assert entry.details == "looks only → raises orders, authorises up to £2,500.50, over budget too"


def test_the_same_rights_again_change_nothing(clerk: User, bursar: User) -> None:
    assert not give(clerk, rights(raises=True, imports=True), by=bursar)
    assert not AuditEntry.objects.filter(did="purchasing rights changed").exists()


def test_a_limit_is_told_before_and_after(head: User, bursar: User) -> None:
    give(head, rights(authorises_to=Decimal(5000)), by=bursar)
    entry = AuditEntry.objects.get(did="purchasing rights changed")
    assert entry.details == "authorises up to £1,000.00 → authorises up to £5,000.00"


def test_a_colleague_who_sends_files_sees_the_ledger_with_a_right_and_no_more_without(
    sender: User, bursar: User
) -> None:
    give(sender, rights(imports=True), by=bursar)
    assert works_with_orders(again(sender))
    give(again(sender), rights(), by=bursar)
    assert not works_with_orders(again(sender))
    assert not PurchasingRights.objects.filter(user=sender).exists()


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"authorises_to": Decimal(0)}, "authorises_to"),
        ({"authorises_to": Decimal(-1)}, "authorises_to"),
        ({"over_budget": True}, "over_budget"),
        ({"pays_to": Decimal(0)}, "pays_to"),
    ],
)
def test_rights_that_make_no_sense_are_told_at_their_field(
    looker: User, bursar: User, wanted: dict[str, Any], field: str
) -> None:
    with pytest.raises(SetUpRefused) as refused:
        give(looker, rights(**wanted), by=bursar)
    assert refused.value.faults.keys() == {field}


def test_of_two_who_give_rights_the_second_is_told(head: User, bursar: User) -> None:
    seen = rights_given(head)
    give(head, rights(authorises_to=Decimal(200)), seen=seen, by=bursar)
    with pytest.raises(ChangedMeanwhile):
        give(head, rights(authorises_to=Decimal(9000)), seen=seen, by=bursar)
    assert PurchasingRights.objects.get(user=head).authorises_to == Decimal(200)


def test_rights_are_given_to_people_and_to_no_program(
    bursar: User, sender: User, looker: User, exchange_account: User
) -> None:
    looker.is_active = False
    looker.save()
    assert set(people_visible_to(bursar)) == {bursar, sender}
    assert not people_visible_to(sender).exists()


def test_separate_duties_have_no_findings(clerk: User, head: User) -> None:
    assert list(separation.findings()) == []


def test_who_raises_and_authorises_alone_is_named(head: User, clerk: User, bursar: User) -> None:
    give(head, rights(raises=True, authorises_to=Decimal(1000)), by=bursar)
    give(bursar, rights(authorises_to=Decimal(50)), by=bursar)
    OWN_ORDERS_TOO.set(True, by=None)
    assert "Head can raise an order and authorise it alone, up to £1,000.00." in separation.findings()


def test_the_setting_keeps_them_from_it(head: User, clerk: User, chair: User, bursar: User) -> None:
    give(head, rights(raises=True, authorises_to=Decimal(1000)), by=bursar)
    assert list(separation.findings()) == []


def test_who_authorises_and_sets_limits_is_named(clerk: User, head: User, bursar: User) -> None:
    give(bursar, rights(sets_up=True, authorises_to=Decimal(50)), by=bursar)
    assert list(separation.findings()) == ["Bursar authorises up to £50.00 and can change limits, their own too."]


def test_an_administrator_who_authorises_is_named(administrator: User, clerk: User) -> None:
    give(administrator, rights(authorises_to=Decimal(50)), by=None)
    assert list(separation.findings()) == ["Ada Price authorises up to £50.00 and can change limits, their own too."]


def test_that_nobody_authorises_or_raises_is_told(looker: User) -> None:
    assert list(separation.findings()) == [
        "Nobody raises or imports orders yet.",
        "Nobody authorises orders yet: none can be sent.",
    ]


def test_that_only_one_authorises_and_raises_too_is_told(head: User, bursar: User) -> None:
    give(head, rights(raises=True, authorises_to=Decimal(1000)), by=bursar)
    assert list(separation.findings()) == [
        "Only Head authorises orders: what Head raises or changes waits, as nobody else may authorise it."
    ]


def test_who_is_switched_off_counts_for_nothing(head: User, clerk: User) -> None:
    head.is_active = False
    head.save()
    assert list(separation.findings()) == ["Nobody authorises orders yet: none can be sent."]


def test_rights_of_invoices_are_given_and_told(looker: User, bursar: User) -> None:
    give(looker, rights(enters_invoices=True, pays_to=Decimal(500), over_budget=True), by=bursar)
    assert may(again(looker), "enters_invoices")
    assert may(again(looker), "pays")
    assert not may(again(looker), "authorises")
    entry = AuditEntry.objects.get(did="purchasing rights changed")
    assert entry.details == "looks only → enters invoices, authorises invoices up to £500.00, over budget too"


def test_either_right_of_invoices_accepts_what_differs(bookkeeper: User, governor: User, clerk: User) -> None:
    assert may(bookkeeper, "clears")
    assert may(governor, "clears")
    assert not may(clerk, "clears")


def test_who_enters_and_authorises_invoices_is_named_with_what_that_allows(
    clerk: User, head: User, governor: User, bookkeeper: User
) -> None:
    give(bookkeeper, rights(enters_invoices=True, pays_to=Decimal(500)), by=None)
    (found,) = separation.findings()
    assert found == (
        "Bookkeeper can enter an invoice for somebody else’s order and authorise it for payment alone, up to £500.00; "
        "one without an order never alone."
    )


def test_who_could_do_all_from_order_to_payment_is_named(clerk: User, head: User, governor: User) -> None:
    everything = rights(raises=True, authorises_to=Decimal(1000), enters_invoices=True, pays_to=Decimal(500))
    give(governor, everything, by=None)
    OWN_ORDERS_TOO.set(True, by=None)
    assert (
        "Governor can raise an order, authorise it and authorise its invoice for payment alone, up to £500.00."
        in separation.findings()
    )


def test_who_authorises_invoices_and_sets_limits_is_named(clerk: User, head: User, governor: User) -> None:
    give(governor, rights(pays_to=Decimal(500), sets_up=True), by=None)
    assert list(separation.findings()) == [
        "Governor authorises invoices up to £500.00 and can change limits, their own too."
    ]


def test_that_nobody_authorises_invoices_is_told_where_somebody_enters_them(
    clerk: User, head: User, bookkeeper: User
) -> None:
    assert list(separation.findings()) == ["Nobody authorises invoices for payment yet: none can be exported."]


def test_that_only_one_authorises_invoices_and_enters_them_too_is_told(clerk: User, head: User, governor: User) -> None:
    give(governor, rights(pays_to=Decimal(500), enters_invoices=True), by=None)
    assert list(separation.findings())[-1] == (
        "Only Governor authorises invoices: those without an order that Governor enters wait, since nobody else may "
        "authorise them."
    )
