"""The screens of bases, accounts and the authority itself."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from schoolgate.authority.bases.changing import change_base
from schoolgate.authority.bases.la import (
    CODE_DAYS,
    EXPIRY_WARNING_DAYS,
    LA_CONTACT,
    LA_NAME,
    LA_NUMBER,
    PASSWORD_DAYS,
    maintenance_until,
)
from schoolgate.authority.bases.models import Base
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry

NEW = {"la": "820", "number": "1001", "name": "Hill Top Nursery", "phase": "nursery", "notes": "", "licensed": "on"}
AUTHORITY = {
    "number": "820",
    "name": "Bedford",
    "password_days": "90",
    "code_days": "7",
    "warning_days": "30",
    "silent_days": "21",
}


def text(answer: Any) -> str:
    return str(answer.content, "utf-8")


def test_the_list_finds_a_base_by_its_seven_digits(as_officer: Client, green_abbey: Base, oak_lane: Base) -> None:
    shown = text(as_officer.get(reverse("bases"), {"q": "8204321"}))
    assert "Green Abbey" in shown
    assert "Oak Lane" not in shown


def test_the_list_says_who_is_out_of_county(as_officer: Client, far_hill: Base) -> None:
    assert "out of county" in text(as_officer.get(reverse("bases")))


def test_the_list_downloads_as_csv(as_officer: Client, green_abbey: Base) -> None:
    answer: Any = as_officer.get(reverse("bases"), {"format": "csv"})
    assert b"8204321" in b"".join(answer)


def test_an_empty_list_offers_the_next_step(as_administrator: Client, la: str) -> None:
    assert reverse("add-base") in text(as_administrator.get(reverse("bases")))


def test_adding_a_base_shows_its_password_once(as_administrator: Client, la: str) -> None:
    answer = as_administrator.post(reverse("add-base"), NEW)
    base = Base.objects.get()
    shown = answer.context["password"]
    assert base.account.check_password(shown)
    assert shown in text(answer)
    assert answer["Cache-Control"] == "no-store"
    assert shown not in text(as_administrator.get(reverse("base", args=[base.pk])))


def test_adding_a_base_to_an_account_that_serves_others_makes_no_account(
    as_administrator: Client, green_abbey: Base
) -> None:
    answer = as_administrator.post(reverse("add-base"), {**NEW, "account": green_abbey.account.pk}, follow=True)
    assert Base.objects.get(number="1001").account == green_abbey.account
    assert "Serves also" in text(answer)


@pytest.mark.parametrize(("field", "value"), [("la", "82"), ("number", "x"), ("name", ""), ("password", "weak")])
def test_a_base_that_is_wrong_is_told_beside_the_form(
    as_administrator: Client, la: str, field: str, value: str
) -> None:
    answer = as_administrator.post(reverse("add-base"), {**NEW, field: value})
    assert answer.status_code == 422
    assert "There is a problem" in text(answer)
    assert not Base.objects.exists()


def test_a_number_that_is_in_no_list_is_taken_and_pointed_out(as_administrator: Client, la: str) -> None:
    assert "in no list" in text(as_administrator.post(reverse("add-base"), {**NEW, "la": "998"}))
    assert Base.objects.filter(la="998").exists()


def test_a_base_is_edited(as_administrator: Client, green_abbey: Base) -> None:
    form = {"la": "820", "number": "4321", "name": "Green Abbey Academy", "phase": "", "notes": "", "active": ""}
    as_administrator.post(reverse("edit-base", args=[green_abbey.pk]), form)
    green_abbey.refresh_from_db()
    assert (green_abbey.name, green_abbey.active) == ("Green Abbey Academy", False)
    assert AuditEntry.objects.filter(did="base changed", target="8204321").exists()


def test_a_new_password_is_shown_once_and_the_old_one_is_dead(as_administrator: Client, green_abbey: Base) -> None:
    answer = as_administrator.post(reverse("new-base-password", args=[green_abbey.pk]), {"password": ""})
    account = User.objects.get(pk=green_abbey.account.pk)
    assert account.check_password(answer.context["password"])
    assert not account.check_password("Green-Abbey-2026!")


def test_a_new_password_that_breaks_a_rule_changes_nothing(as_administrator: Client, green_abbey: Base) -> None:
    answer = as_administrator.post(reverse("new-base-password", args=[green_abbey.pk]), {"password": "weak"})
    assert "There is a problem" in text(answer)
    assert User.objects.get(pk=green_abbey.account.pk).check_password("Green-Abbey-2026!")


def test_the_authority_tells_its_number_name_and_contact(as_administrator: Client, la: str) -> None:
    form = {**AUTHORITY, "number": "823", "name": "Central Bedfordshire", "contact": "01234 111111"}
    as_administrator.post(reverse("administration"), form)
    assert (LA_NUMBER.get(), LA_NAME.get(), LA_CONTACT.get()) == ("823", "Central Bedfordshire", "01234 111111")
    assert (PASSWORD_DAYS.get(), CODE_DAYS.get(), EXPIRY_WARNING_DAYS.get()) == (90, 7, 30)


def test_a_maintenance_is_announced_in_london_time(as_administrator: Client, la: str) -> None:
    form = {**AUTHORITY, "maintenance_until": "2099-07-01T18:00"}
    as_administrator.post(reverse("administration"), form)
    assert maintenance_until() == datetime(2099, 7, 1, 17, 0, tzinfo=UTC)
    assert "2099-07-01T18:00" in text(as_administrator.get(reverse("administration")))


@pytest.mark.parametrize("number", ["", "82", "ABC"])
def test_the_authoritys_number_is_three_digits(as_administrator: Client, la: str, number: str) -> None:
    as_administrator.post(reverse("administration"), {**AUTHORITY, "number": number})
    assert LA_NUMBER.get() == "820"


@pytest.mark.parametrize("page", ["bases", "base"])
def test_an_officer_sees_bases(as_officer: Client, green_abbey: Base, page: str) -> None:
    assert as_officer.get(reverse(page, args=[green_abbey.pk] if page == "base" else [])).status_code == 200


@pytest.mark.parametrize("page", ["edit-base", "new-base-password", "new-base-code", "base-letter"])
def test_an_officer_looks_after_bases(as_officer: Client, green_abbey: Base, page: str) -> None:
    assert as_officer.get(reverse(page, args=[green_abbey.pk])).status_code == 200


def test_an_officer_gives_a_school_a_new_password(as_officer: Client, green_abbey: Base) -> None:
    answer = as_officer.post(reverse("new-base-password", args=[green_abbey.pk]), {"password": ""})
    assert User.objects.get(pk=green_abbey.account.pk).check_password(answer.context["password"])
    assert AuditEntry.objects.filter(did="password set", who="omar", target="8204321").exists()


def test_an_officer_does_not_set_the_authority_up(as_officer: Client, la: str) -> None:
    assert as_officer.post(reverse("administration"), AUTHORITY).status_code == 403


def test_an_officer_is_shown_the_pages_of_administration_that_an_officer_may_open(as_officer: Client, la: str) -> None:
    pages = as_officer.get(reverse("administration")).context["pages"]
    addresses = [address for address, *_ in pages]
    assert reverse("address-list") in addresses
    assert reverse("users") not in addresses
    assert {as_officer.get(address).status_code for address in addresses} == {200}


def test_a_new_own_school_is_licensed_unless_the_tick_is_taken_away(as_administrator: Client, la: str) -> None:
    assert "checked" in text(as_administrator.get(reverse("add-base"))).split('name="licensed"')[1].split(">")[0]
    as_administrator.post(reverse("add-base"), NEW)
    as_administrator.post(reverse("add-base"), {**NEW, "number": "1002", "licensed": ""})
    assert dict(Base.objects.values_list("number", "licensed")) == {"1001": True, "1002": False}


def test_a_new_base_with_a_code_has_no_password_and_a_letter(as_officer: Client, la: str) -> None:
    answer = as_officer.post(reverse("add-base"), {**NEW, "by_code": "on", "email": "office@hill.example"}, follow=True)
    account = User.objects.get(username="8201001")
    assert (account.has_usable_password(), account.email) == (False, "office@hill.example")
    assert "Print the letters" in text(answer)


@pytest.mark.parametrize("page", ["bases", "add-base", "administration"])
def test_a_stranger_is_sent_to_the_sign_in_page(stranger: Client, la: str, page: str) -> None:
    assert stranger.get(reverse(page)).status_code == 302


def test_an_exchange_account_has_no_screens(green_abbey: Base, signed_in: Callable[[User], Client]) -> None:
    assert signed_in(green_abbey.account).get(reverse("bases")).status_code == 403


def test_a_base_that_does_not_exist_is_not_found(as_officer: Client, la: str) -> None:
    assert as_officer.get(reverse("base", args=[999])).status_code == 404


def test_details_that_are_saved_beside_a_migration_leave_the_system_that_it_gave(green_abbey: Base) -> None:
    read_before = Base.objects.get(pk=green_abbey.pk)
    Base.objects.filter(pk=green_abbey.pk).update(mis="sims-primary")
    read_before.notes = "Moved in October."
    change_base(read_before, ["name", "notes"], changed=["notes"], by=None)
    green_abbey.refresh_from_db()
    assert (green_abbey.mis, green_abbey.notes) == ("sims-primary", "Moved in October.")
