"""Schools: the list, one of them, adding, changing, passwords, many from a list, the connection sheet."""

from collections.abc import Callable
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.commons.alerts.conftest import use
from tests.smtp import Inbox, listening
from tests.supplier.screens import text

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.commons.jobs.engine import work_off
from schoolgate.supplier.buyers.accounts import change_buyer, give_new_password
from schoolgate.supplier.buyers.locks import locks_of
from schoolgate.supplier.models import Buyer, Supplier
from schoolgate.supplier.service.log import Line
from schoolgate.supplier.service.writing import write_lines

SignedIn = Callable[[User], Client]
LIST = "name,DUNS,user,account number\nEastmere Special School,765432109,eastmere,EM-1\n"


@pytest.fixture
def browser(signed_in: SignedIn, clerk: User) -> Client:
    """Cara's, who works for Riverside."""
    return signed_in(clerk)


def on(name: str, buyer: Buyer) -> str:
    return reverse(name, args=[buyer.pk])


def typed(buyer: Buyer, **changed: Any) -> dict[str, Any]:
    """The form to change a school, as a browser sends it back."""
    fields = ("name", "duns", "account_number", "email", "expiry_days", "notes")
    seen = {name: getattr(buyer, name) or "" for name in fields}
    return {**seen, **{f"initial-{name}": value for name, value in seen.items()}, **changed}


def call(user: str, outcome: str = "ok", **values: Any) -> None:
    write_lines([Line(timezone.now(), "ABCD1234", outcome, user=user, operation="FetchIndex", **values)])


def test_the_list_tells_of_each_school_how_its_calls_go(browser: Client, green_abbey: Buyer) -> None:
    call("greenabbey", "AuthenticationException")
    shown = text(browser.get(reverse("buyers")))
    for told in ("Green Abbey School", "greenabbey", "987654321", "GA-4321", "Faults, 7 days"):
        assert told in shown
    assert '<div class="cell">1</div>' in shown


def test_an_empty_list_leads_to_adding_a_school(browser: Client) -> None:
    assert reverse("add-buyer") in text(browser.get(reverse("buyers")))


def test_another_suppliers_schools_do_not_exist(
    signed_in: SignedIn, hilltop_clerk: User, clerk: User, green_abbey: Buyer
) -> None:
    stranger = signed_in(hilltop_clerk)
    assert "Green Abbey" not in text(stranger.get(reverse("buyers")))
    for name in ("buyer", "edit-buyer", "buyer-password", "switch-buyer", "buyer-sheet", "buyer-conformance"):
        assert stranger.get(on(name, green_abbey)).status_code == 404
    assert stranger.post(on("buyer-password", green_abbey)).status_code == 404


def test_a_school_is_added_and_its_password_shown_once(browser: Client, riverside: Supplier) -> None:
    answer = browser.post(
        reverse("add-buyer"), {"name": "Eastmere Special School", "duns": "765432109", "user": "eastmere"}
    )
    buyer = Buyer.objects.get()
    assert answer["Cache-Control"] == "no-store"
    password = answer.context["password"]
    assert password in text(answer)
    assert buyer.supplier == riverside
    assert buyer.account.check_password(password)
    assert password not in text(browser.get(on("buyer", buyer)))


def test_a_fault_stands_at_its_field(browser: Client, green_abbey: Buyer) -> None:
    answer = browser.post(reverse("add-buyer"), {"name": "Another", "duns": "12345", "user": "greenabbey"})
    assert answer.status_code == 422
    assert "nine digits" in str(answer.context["form"].errors["duns"])
    assert Buyer.objects.count() == 1


def test_an_administrator_chooses_the_supplier_where_there_are_several(
    signed_in: SignedIn, administrator: User, riverside: Supplier, hilltop: Supplier
) -> None:
    browser = signed_in(administrator)
    given = {"name": "Eastmere Special School", "duns": "765432109", "user": "eastmere"}
    assert browser.post(reverse("add-buyer"), given).status_code == 422
    browser.post(reverse("add-buyer"), {**given, "supplier": hilltop.pk})
    assert Buyer.objects.get().supplier == hilltop


def test_a_school_is_changed_and_the_audit_says_what(browser: Client, green_abbey: Buyer) -> None:
    browser.post(on("edit-buyer", green_abbey), typed(green_abbey, account_number="GA-5", expiry_days="30"))
    green_abbey.refresh_from_db()
    assert (green_abbey.account_number, green_abbey.expiry_days) == ("GA-5", 30)
    assert "GA-4321 → GA-5" in AuditEntry.objects.get(did="school changed").details


def test_of_two_who_change_a_school_the_second_sees_both_and_writes_nothing(
    browser: Client, green_abbey: Buyer
) -> None:
    seen = typed(green_abbey, email="office@green-abbey.example")
    change_buyer(Buyer.objects.get(pk=green_abbey.pk), {"account_number": "GA-6"}, by=None)
    answer = browser.post(on("edit-buyer", green_abbey), seen)
    assert answer.status_code == 422
    assert "It is now: GA-6" in text(answer)
    assert "office@green-abbey.example" in text(answer)
    assert Buyer.objects.get().email == ""
    again = {**seen, "initial-account_number": "GA-6"}
    assert browser.post(on("edit-buyer", green_abbey), again).status_code == 302
    assert Buyer.objects.get().account_number == "GA-4321"


def test_a_new_password_is_shown_once_and_not_given_twice_unseen(browser: Client, green_abbey: Buyer) -> None:
    seen = green_abbey.account.password_set_at
    first = browser.post(on("buyer-password", green_abbey), {"seen": seen.isoformat() if seen else ""})
    account = User.objects.get(username="greenabbey")
    assert account.check_password(first.context["password"])
    second = browser.post(on("buyer-password", green_abbey), {"seen": "2020-01-01T00:00:00+00:00"})
    assert second.status_code == 422
    assert User.objects.get(username="greenabbey").password == account.password


def test_a_password_that_breaks_the_rules_is_refused_at_its_field(browser: Client, green_abbey: Buyer) -> None:
    answer = browser.post(on("buyer-password", green_abbey), {"password": "short"})
    assert answer.status_code == 422
    assert "password" in answer.context["form"].errors


def test_a_school_is_switched_off_and_on(browser: Client, green_abbey: Buyer) -> None:
    browser.post(on("switch-buyer", green_abbey), {"to": "off"})
    assert not User.objects.get(username="greenabbey").is_active
    assert "Switched off" in text(browser.get(reverse("buyers"), {"state": "switched off"}))
    browser.post(on("switch-buyer", green_abbey), {"to": "on"})
    assert User.objects.get(username="greenabbey").is_active


def lock_out() -> None:
    AccessAttempt.objects.create(
        username="greenabbey", ip_address="192.0.2.7", failures_since_start=10, attempt_time=timezone.now()
    )


def test_a_locked_school_is_told_with_the_address_and_let_try_again(browser: Client, green_abbey: Buyer) -> None:
    lock_out()
    assert "Locked" in text(browser.get(reverse("buyers")))
    assert "Locked from 192.0.2.7 until" in text(browser.get(on("buyer", green_abbey)))
    browser.post(on("unlock-buyer", green_abbey))
    assert "Locked from" not in text(browser.get(on("buyer", green_abbey)))
    assert AuditEntry.objects.filter(did="school unlocked").exists()


def test_a_new_password_is_let_in_where_wrong_ones_were_locked_out(green_abbey: Buyer, clerk: User) -> None:
    lock_out()
    give_new_password(green_abbey, by=clerk)
    assert locks_of(green_abbey) == []


def test_the_page_of_a_school_tells_what_it_never_tried_and_which_rules_it_bends(
    browser: Client, green_abbey: Buyer
) -> None:
    call("greenabbey", broken=("action-missing",))
    shown = text(browser.get(on("buyer-conformance", green_abbey)))
    assert "Never tried: ChangePassword, FetchHistory" in shown
    assert "The SOAPAction header of SOAP 1.1 is missing or empty." in shown
    assert "FetchIndex" in text(browser.get(on("buyer", green_abbey)))


def test_a_list_is_shown_before_anything_is_made_and_then_added_whole(browser: Client, riverside: Supplier) -> None:
    preview = browser.post(reverse("import-buyers"), {"file": SimpleUploadedFile("schools.csv", LIST.encode())})
    assert "Eastmere Special School" in text(preview)
    assert not Buyer.objects.exists()
    sent = {name: preview.context[name] for name in ("name", "content")}
    answer = browser.post(reverse("confirm-import-buyers"), {**sent, "supplier": riverside.pk})
    assert answer["Cache-Control"] == "no-store"
    [added] = answer.context["added"]
    assert added.password in text(answer)
    assert Buyer.objects.get().account.check_password(added.password)


def test_a_list_with_a_wrong_line_cannot_be_confirmed(browser: Client, riverside: Supplier) -> None:
    wrong = LIST + "Another,12,another,\n"
    preview = browser.post(reverse("import-buyers"), {"file": SimpleUploadedFile("schools.csv", wrong.encode())})
    assert "too few digits" in text(preview)
    assert reverse("confirm-import-buyers") not in text(preview)
    sent = {"content": preview.context["content"], "supplier": riverside.pk}
    assert "Nothing was added" in text(browser.post(reverse("confirm-import-buyers"), sent))
    assert not Buyer.objects.exists()


def test_a_list_is_not_added_to_a_supplier_of_others(browser: Client, hilltop: Supplier) -> None:
    assert browser.post(reverse("confirm-import-buyers"), {"supplier": hilltop.pk, "content": ""}).status_code == 404


def test_the_sheet_says_what_to_enter_and_holds_the_password_only_where_it_was_just_made(
    browser: Client, green_abbey: Buyer
) -> None:
    shown = text(browser.get(on("buyer-sheet", green_abbey)))
    assert "Web service address (URL)" in shown
    assert "http://testserver/Service.asmx" in shown
    assert "Plain-Lantern-77" in text(browser.post(on("buyer-sheet", green_abbey), {"password": "Plain-Lantern-77"}))


def test_a_sheet_is_mailed_without_the_password(browser: Client, green_abbey: Buyer, settings: Any) -> None:
    change_buyer(green_abbey, {"email": "bursar@green-abbey.example"}, by=None)
    with listening(Inbox()) as inbox:
        use(settings, inbox)
        assert "is on its way" in text(browser.post(on("mail-buyer-sheet", green_abbey), follow=True))
        work_off()
    assert inbox.recipients == ["bursar@green-abbey.example"]
    assert "you were given it apart from this sheet" in inbox.last_text
    assert AuditEntry.objects.get(did="connection sheet sent").details == "bursar@green-abbey.example"
