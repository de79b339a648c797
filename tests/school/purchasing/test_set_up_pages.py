"""The pages of the ledger's set-up, as the people of a school use them."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.school.purchasing import establishment
from schoolgate.school.purchasing.copying import copy_structures
from schoolgate.school.purchasing.models import (
    Coding,
    CodingTemplate,
    CostCentre,
    FinancialYear,
    Fund,
    PurchasingRights,
    VatCode,
)

SignedIn = Callable[[User], Client]


@pytest.fixture
def browser(signed_in: SignedIn, bursar: User) -> Client:
    return signed_in(bursar)


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def as_seen(form: Any, **changes: Any) -> dict[str, Any]:
    """What a browser sends for a form: what is shown, what was seen, and what was typed over it."""
    data: dict[str, Any] = {}
    for field in form:
        shown = field.value()
        if field.field.show_hidden_initial:
            data[field.html_initial_name] = "" if shown is None else str(shown)
        if not isinstance(shown, bool):
            data[field.html_name] = "" if shown is None else str(shown)
        elif shown:
            data[field.html_name] = "on"
    data |= changes
    return {name: value for name, value in data.items() if value is not None}


def send(browser: Client, address: str, **changes: Any) -> Any:
    """Open a form, type something over it, and send it."""
    return browser.post(address, as_seen(browser.get(address).context["form"], **changes), follow=True)


@pytest.fixture
def last_year(year: FinancialYear) -> FinancialYear:
    made: FinancialYear = FinancialYear.objects.create(
        name="2025-26", first_day=date(2025, 4, 1), last_day=date(2026, 3, 31)
    )
    return made


def test_the_set_up_says_what_is_there_and_what_is_not(
    browser: Client, year: FinancialYear, codings: list[Coding]
) -> None:
    there = {label: there for _, label, _, there in browser.get(reverse("ledger-set-up")).context["steps"]}
    assert there == {
        "Establishment details": True,
        "Financial years": True,
        "Funds": True,
        "Ledger codes": True,
        "Cost centres": True,
        "Links and budgets": True,
        "Coding templates": False,
        "VAT codes": False,
        "eProcurement set-up": False,
        "Suppliers": False,
        "Users and limits": False,
    }


def test_who_may_only_look_sees_lists_and_no_way_to_change_them(
    signed_in: SignedIn, looker: User, codings: list[Coding]
) -> None:
    browser = signed_in(looker)
    page = text_of(browser.get(reverse("account-codes", args=["funds"])))
    assert "Delegated budget" in page
    assert "Add a fund" not in page
    assert browser.get(reverse("account-code", args=["funds", codings[0].fund.pk])).status_code == 403
    assert browser.post(reverse("add-account-code", args=["funds"]), {"code": "9"}).status_code == 403


def test_establishment_details_are_saved(browser: Client, year: FinancialYear) -> None:
    answer = send(browser, reverse("establishment"), order_prefix="PO-", next_order="4001")
    assert "Saved." in text_of(answer)
    assert (establishment.ORDER_PREFIX.get(), establishment.NEXT_ORDER.get()) == ("PO-", 4001)


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("duns", "12345678", "A DUNS number is nine digits."),
        ("language", "english", "Two letters, such as en."),
        ("currency", "£", "Three capital letters, such as GBP."),
        ("invoice_tolerance", "-1", "greater than or equal to 0"),
    ],
)
def test_a_detail_that_is_not_well_formed_is_told_at_its_field(
    browser: Client, year: FinancialYear, field: str, typed: str, said: str
) -> None:
    answer = send(browser, reverse("establishment"), **{field: typed})
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert establishment.DUNS.get() == "217654321"


def test_an_order_that_took_its_number_meanwhile_is_no_trouble(browser: Client, year: FinancialYear) -> None:
    address = reverse("establishment")
    data = as_seen(browser.get(address).context["form"], name="Green Abbey Academy")
    establishment.NEXT_ORDER.set(12, by=None)
    assert browser.post(address, data).status_code == 302
    assert (establishment.NAME.get(), establishment.NEXT_ORDER.get()) == ("Green Abbey Academy", 12)


def test_who_changes_the_same_detail_second_reads_what_the_first_wrote(browser: Client, year: FinancialYear) -> None:
    address = reverse("establishment")
    data = as_seen(browser.get(address).context["form"], duns="111111111")
    establishment.DUNS.set("222222222", by=None)
    answer = browser.post(address, data)
    assert "Somebody has changed this meanwhile. It is now: 222222222" in text_of(answer)
    assert establishment.DUNS.get() == "222222222"


def test_the_first_year_is_added_and_stands_in_the_header(browser: Client) -> None:
    answer = browser.post(
        reverse("add-financial-year"),
        {"name": "2026-27", "first_day": "2026-04-01", "last_day": "2027-03-31"},
        follow=True,
    )
    assert "Financial year <strong>2026-27</strong>" in text_of(answer)


def test_the_days_of_the_next_year_are_offered(browser: Client, year: FinancialYear) -> None:
    answer = browser.get(reverse("add-financial-year"))
    # A browser's field for a day shows it only when it is written so.
    assert b'value="2027-04-01"' in answer.content
    form = answer.context["form"]
    assert (form["first_day"].value(), form["last_day"].value()) == (date(2027, 4, 1), date(2028, 3, 31))


def test_a_year_that_overlaps_is_told_with_the_other(browser: Client, year: FinancialYear) -> None:
    answer = browser.post(
        reverse("add-financial-year"), {"name": "2027", "first_day": "2027-01-01", "last_day": "2027-12-31"}
    )
    assert "The year 2026-27 has some of these days: it is 01 Apr 2026 to 31 Mar 2027." in text_of(answer)


def test_after_a_second_year_its_structures_are_asked_for(browser: Client, codings: list[Coding]) -> None:
    days = {"name": "2027-28", "first_day": "2027-04-01", "last_day": "2028-03-31"}
    answer = browser.post(reverse("add-financial-year"), days, follow=True)
    next_year = FinancialYear.objects.get(name="2027-28")
    assert answer.redirect_chain[-1][0] == reverse("copy-structures", args=[next_year.pk])
    send(browser, reverse("copy-structures", args=[next_year.pk]), budgets="on")
    assert list(next_year.codings.values_list("budget", flat=True)) == [Decimal(1000), None, Decimal(500)]


def test_a_person_looks_at_another_year_until_they_look_back(
    browser: Client, last_year: FinancialYear, codings: list[Coding]
) -> None:
    Fund.objects.create(year=last_year, code="77", name="Old fund")
    page = browser.post(reverse("look-at-year", args=[last_year.pk]), follow=True)
    assert "You look at the set-up of <strong>2025-26</strong>" in text_of(page)
    funds = text_of(browser.get(reverse("account-codes", args=["funds"])))
    assert "Old fund" in funds
    assert "Delegated budget" not in funds
    page = browser.post(reverse("look-at-year", args=[codings[0].year.pk]), follow=True)
    assert "You look at" not in text_of(page)


def test_a_year_is_closed_after_a_question(browser: Client, last_year: FinancialYear) -> None:
    address = reverse("close-year", args=[last_year.pk])
    assert "Close 2025-26?" in text_of(browser.get(address))
    assert "The financial year 2025-26 is closed." in text_of(browser.post(address, follow=True))
    last_year.refresh_from_db()
    assert last_year.closed_at is not None


def test_only_an_administrator_opens_a_year_again(
    browser: Client, signed_in: SignedIn, administrator: User, last_year: FinancialYear
) -> None:
    browser.post(reverse("close-year", args=[last_year.pk]))
    address = reverse("reopen-year", args=[last_year.pk])
    assert browser.post(address).status_code == 403
    signed_in(administrator).post(address)
    last_year.refresh_from_db()
    assert last_year.closed_at is None


def test_a_code_is_added_changed_and_closed(browser: Client, year: FinancialYear) -> None:
    browser.post(reverse("add-account-code", args=["cost-centres"]), {"code": "MUS", "name": "Music", "open": "on"})
    centre = CostCentre.objects.get(code="MUS")
    assert centre.open
    send(browser, reverse("account-code", args=["cost-centres", centre.pk]), name="Music and drama", open=None)
    centre.refresh_from_db()
    assert (centre.name, centre.open) == ("Music and drama", False)


def test_a_code_in_use_is_not_removed_and_it_is_said_what_to_do(browser: Client, codings: list[Coding]) -> None:
    address = reverse("remove-account-code", args=["funds", codings[0].fund.pk])
    answer = browser.post(address)
    assert answer.status_code == 422
    assert "This fund is in use and stays. Close it" in text_of(answer)


def test_a_link_is_made_with_its_budget(browser: Client, codings: list[Coding]) -> None:
    first, _, last = codings
    three = {"fund": first.fund.pk, "ledger_code": last.ledger_code.pk, "cost_centre": first.cost_centre.pk}
    browser.post(reverse("add-coding-link"), {**three, "budget": "12.50", "open": "on"})
    assert Coding.objects.get(ledger_code=last.ledger_code, cost_centre=first.cost_centre).budget == Decimal("12.50")


def test_a_link_that_is_there_is_told(browser: Client, codings: list[Coding]) -> None:
    first = codings[0]
    three = {"fund": first.fund.pk, "ledger_code": first.ledger_code.pk, "cost_centre": first.cost_centre.pk}
    answer = browser.post(reverse("add-coding-link"), {**three, "open": "on"})
    assert "01 / E19 / ENG are linked already." in text_of(answer)


def test_a_budget_is_changed_and_the_sum_of_all_follows(browser: Client, codings: list[Coding]) -> None:
    assert "£1,500.00" in text_of(browser.get(reverse("coding-links")))
    send(browser, reverse("coding-link", args=[codings[0].pk]), budget="2000.25")
    assert "£2,500.25" in text_of(browser.get(reverse("coding-links")))


def test_a_budget_is_taken_away(browser: Client, codings: list[Coding]) -> None:
    send(browser, reverse("coding-link", args=[codings[0].pk]), budget="")
    assert Coding.objects.get(pk=codings[0].pk).budget is None


@pytest.mark.parametrize("typed", ["-1", "1.234", "a lot", "1000000000000"])
def test_what_is_no_budget_is_told(browser: Client, codings: list[Coding], typed: str) -> None:
    answer = send(browser, reverse("coding-link", args=[codings[0].pk]), budget=typed)
    assert answer.status_code == 422
    assert Coding.objects.get(pk=codings[0].pk).budget == Decimal(1000)


def test_of_two_who_set_a_budget_the_second_reads_what_the_first_set(browser: Client, codings: list[Coding]) -> None:
    address = reverse("coding-link", args=[codings[0].pk])
    data = as_seen(browser.get(address).context["form"], budget="700")
    Coding.objects.filter(pk=codings[0].pk).update(budget=Decimal(900))
    answer = browser.post(address, data)
    assert "Somebody has changed this meanwhile. It is now: 900.00" in text_of(answer)
    assert Coding.objects.get(pk=codings[0].pk).budget == Decimal(900)


def test_the_usual_vat_codes_come_by_one_button(browser: Client, year: FinancialYear) -> None:
    assert "Add the usual four" in text_of(browser.get(reverse("vat-codes")))
    assert "4 VAT codes were added." in text_of(browser.post(reverse("add-usual-vat-codes"), follow=True))
    assert VatCode.objects.count() == 4


def test_a_second_code_of_a_rate_says_which_is_taken(browser: Client, vat: dict[str, VatCode]) -> None:
    values = {"code": "O", "name": "Outside the scope", "rate": "0", "sent_as": "X", "open": "on"}
    answer = browser.post(reverse("add-vat-code"), values, follow=True)
    assert "3 codes have the rate 0.00 %: where a document says only that, Z Zero-rated is taken." in text_of(answer)


def test_a_template_is_made_for_a_basket_that_waits(browser: Client, codings: list[Coding]) -> None:
    address = f"{reverse('add-coding-template')}?login=jsmith&cost_centre=SCI"
    form = browser.get(address).context["form"]
    assert (form["login"].value(), form["cost_centre"].value()) == ("jsmith", "SCI")
    browser.post(address, as_seen(form, coding=codings[1].pk))
    template = CodingTemplate.objects.get()
    assert (template.login, template.cost_centre, template.coding) == ("jsmith", "SCI", codings[1])


def test_a_template_of_another_year_is_not_said_to_bring_baskets_in(
    browser: Client, codings: list[Coding], last_year: FinancialYear
) -> None:
    copy_structures(codings[0].year, last_year, None)
    browser.post(reverse("look-at-year", args=[last_year.pk]))
    coding = Coding.objects.filter(year=last_year).first()
    assert coding is not None
    page = text_of(send(browser, reverse("add-coding-template"), coding=str(coding.pk)))
    assert "The template was added to 2025-26. Baskets come into 2026-27 now: it codes none of them yet." in page


def test_a_template_is_changed_and_removed(browser: Client, year: FinancialYear, codings: list[Coding]) -> None:
    template = CodingTemplate.objects.create(year=year, login="jsmith", coding=codings[0])
    send(browser, reverse("coding-template", args=[template.pk]), coding=str(codings[2].pk))
    template.refresh_from_db()
    assert template.coding == codings[2]
    browser.post(reverse("remove-coding-template", args=[template.pk]))
    assert not CodingTemplate.objects.exists()


def test_a_closed_coding_is_not_offered(browser: Client, codings: list[Coding]) -> None:
    CostCentre.objects.filter(code="ENG").update(open=False)
    assert "01 / E19 / ENG" not in text_of(browser.get(reverse("add-coding-template")))


def test_rights_are_given_with_a_limit(browser: Client, looker: User) -> None:
    send(browser, reverse("purchasing-person", args=[looker.pk]), authorises_to="2500", raises="on")
    rights = PurchasingRights.objects.get(user=looker)
    assert (rights.raises, rights.authorises_to) == (True, Decimal(2500))
    entry = AuditEntry.objects.get(did="purchasing rights changed")
    assert entry.details == "looks only → raises orders, authorises up to £2,500.00"


def test_of_two_who_give_rights_the_second_is_told(browser: Client, head: User) -> None:
    address = reverse("purchasing-person", args=[head.pk])
    data = as_seen(browser.get(address).context["form"], authorises_to="9000")
    PurchasingRights.objects.filter(user=head).update(authorises_to=Decimal(500))
    answer = browser.post(address, data)
    assert "Somebody has changed this meanwhile. It is now: 500.00" in text_of(answer)
    assert PurchasingRights.objects.get(user=head).authorises_to == Decimal(500)


def test_own_orders_are_allowed_by_a_tick(browser: Client, head: User) -> None:
    browser.post(reverse("own-orders"), {"own_orders": "on"})
    assert establishment.OWN_ORDERS_TOO.get()
    browser.post(reverse("own-orders"), {})
    assert not establishment.OWN_ORDERS_TOO.get()


CODES = b"kind,code,name\nfund,01,Delegated budget\nfund,02,Capital\nwhatever,03,Nothing\n"


def test_a_list_is_shown_before_anything_is_done_and_then_done(
    browser: Client, year: FinancialYear, codings: list[Coding]
) -> None:
    address = reverse("import-set-up", args=["codes"])
    page = browser.post(address, {"file": SimpleUploadedFile("codes.csv", CODES)})
    assert (page.context["new"], page.context["known"], page.context["wrong"]) == (1, 1, 1)
    assert f'name="year" value="{year.pk}"' in page.content.decode()
    assert not Fund.objects.filter(code="02").exists()
    confirm = reverse("confirm-import-set-up", args=["codes"])
    done = browser.post(confirm, {"content": page.context["content"], "year": year.pk}, follow=True)
    assert "1 added, 0 changed, 1 as they were, 1 not taken" in text_of(done)
    assert Fund.objects.filter(code="02").exists()


def test_a_list_is_not_taken_into_another_year_than_it_was_shown_for(browser: Client, year: FinancialYear) -> None:
    page = browser.post(reverse("import-set-up", args=["codes"]), {"file": SimpleUploadedFile("codes.csv", CODES)})
    after = FinancialYear.objects.create(name="2027-28", first_day=date(2027, 4, 1), last_day=date(2028, 3, 31))
    browser.post(reverse("look-at-year", args=[after.pk]))
    data = {"content": page.context["content"], "year": year.pk}
    answer = browser.post(reverse("confirm-import-set-up", args=["codes"]), data, follow=True)
    assert "What you saw was for another financial year than 2027-28. Choose the file once more." in text_of(answer)
    assert not Fund.objects.exists()


def test_what_is_no_list_is_told_at_the_file(browser: Client, year: FinancialYear) -> None:
    answer = browser.post(
        reverse("import-set-up", args=["links"]), {"file": SimpleUploadedFile("budget.xlsx", b"PK\x03\x04")}
    )
    assert answer.status_code == 422
    assert "This is an Excel workbook." in text_of(answer)


def test_a_file_that_came_back_cut_is_asked_for_again(browser: Client, year: FinancialYear) -> None:
    answer = browser.post(
        reverse("confirm-import-set-up", args=["codes"]), {"content": "a", "year": year.pk}, follow=True
    )
    assert "The file did not come back whole." in text_of(answer)
