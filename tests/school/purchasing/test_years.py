"""Financial years: new ones, structures of another, the year-end check, and the close."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from tests.school.purchasing.billing import an_invoice
from tests.school.purchasing.ordering import an_order
from time_machine import travel

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.school.purchasing import year_end
from schoolgate.school.purchasing.changing import SetUpRefused, coding_changed
from schoolgate.school.purchasing.copying import Copied, copy_structures
from schoolgate.school.purchasing.models import (
    Coding,
    CodingTemplate,
    FetchedDocument,
    FinancialYear,
    Fund,
    Order,
    Supplier,
    VatCode,
)
from schoolgate.school.purchasing.years import YearRefused, add, current_year, require_open, year_before


@pytest.fixture
def next_year(year: FinancialYear, bursar: User) -> FinancialYear:
    return add("2027-28", date(2027, 4, 1), date(2028, 3, 31), by=bursar)


def test_a_year_is_added_and_told_in_the_audit(next_year: FinancialYear, bursar: User) -> None:
    entry = AuditEntry.objects.get(did="financial year added")
    assert (entry.user, entry.target) == (bursar, "2027-28")
    assert entry.details == "name 2027-28; first day 2027-04-01; last day 2028-03-31"


@pytest.mark.parametrize(
    ("first_day", "last_day"),
    [
        (date(2027, 3, 31), date(2027, 12, 31)),
        (date(2025, 4, 1), date(2026, 4, 1)),
        (date(2026, 6, 1), date(2026, 6, 30)),
        (date(2026, 1, 1), date(2027, 12, 31)),
    ],
)
def test_years_do_not_overlap(year: FinancialYear, first_day: date, last_day: date) -> None:
    with pytest.raises(YearRefused, match="2026-27 has some of these days"):
        add("another", first_day, last_day, by=None)


def test_a_name_is_one_years(year: FinancialYear) -> None:
    with pytest.raises(YearRefused, match="already"):
        add("2026-27", date(2030, 4, 1), date(2031, 3, 31), by=None)


def test_a_year_does_not_end_before_it_begins(db: None) -> None:
    with pytest.raises(YearRefused, match="after the first"):
        add("backwards", date(2027, 3, 31), date(2026, 4, 1), by=None)


def test_a_year_whose_last_day_was_typed_wrong_is_not_added(db: None) -> None:
    with pytest.raises(YearRefused, match="more than two years"):
        add("2027-28", date(2027, 4, 1), date(2082, 3, 31), by=None)


@pytest.mark.parametrize(
    ("today", "current"), [("2026-04-01", "2026-27"), ("2027-03-31", "2026-27"), ("2027-04-01", "2027-28")]
)
def test_the_current_year_is_the_one_of_today(next_year: FinancialYear, today: str, current: str) -> None:
    with travel(f"{today}T12:00:00+00:00", tick=False):
        assert str(current_year()) == current


def test_where_no_open_year_has_today_the_newest_open_one_is_current(next_year: FinancialYear) -> None:
    with travel("2031-01-01T12:00:00+00:00", tick=False):
        assert current_year() == next_year


def test_a_closed_year_is_not_current(year: FinancialYear, next_year: FinancialYear) -> None:
    year_end.close(year, by=None)
    with travel("2026-06-01T12:00:00+00:00", tick=False):
        assert current_year() == next_year


def test_the_year_before_is_the_last_one_that_began_earlier(year: FinancialYear, next_year: FinancialYear) -> None:
    assert year_before(next_year) == year
    assert year_before(year) is None


@pytest.fixture
def template(year: FinancialYear, codings: list[Coding]) -> CodingTemplate:
    return CodingTemplate.objects.create(year=year, login="jsmith", coding=codings[0])


def test_structures_are_copied_without_budgets_unless_asked_for(
    year: FinancialYear, next_year: FinancialYear, template: CodingTemplate, bursar: User
) -> None:
    assert copy_structures(year, next_year, bursar) == Copied(codes=6, links=3, templates=1)
    assert [str(link) for link in next_year.codings.all()] == [str(link) for link in year.codings.all()]
    assert set(next_year.codings.values_list("budget", flat=True)) == {None}
    copy = next_year.templates.get()
    assert (copy.login, copy.coding.year, str(copy.coding)) == ("jsmith", next_year, "01 / E19 / ENG")
    entry = AuditEntry.objects.get(did="structures copied")
    assert entry.details == "6 codes, 3 links, 1 coding template, without budgets"


def test_budgets_come_along_when_asked_for(year: FinancialYear, next_year: FinancialYear, template: Any) -> None:
    copy_structures(year, next_year, None, budgets=True)
    assert {str(link): link.budget for link in next_year.codings.all()} == {
        "01 / E19 / ENG": Decimal(1000),
        "01 / E19 / SCI": Decimal(500),
        "01 / E22 / OFF": None,
    }


def test_copying_again_makes_nothing_twice_and_changes_nothing(
    year: FinancialYear, next_year: FinancialYear, template: CodingTemplate
) -> None:
    copy_structures(year, next_year, None)
    next_year.codings.update(budget=Decimal(7))
    assert copy_structures(year, next_year, None, budgets=True) == Copied(codes=0, links=0, templates=0)
    assert set(next_year.codings.values_list("budget", flat=True)) == {Decimal(7)}


def test_what_is_closed_is_left_behind(
    year: FinancialYear, next_year: FinancialYear, codings: list[Coding], template: CodingTemplate
) -> None:
    codings[0].cost_centre.open = False
    codings[0].cost_centre.save()
    assert copy_structures(year, next_year, None) == Copied(codes=5, links=2, templates=0)


def test_a_closed_year_takes_no_structures(year: FinancialYear, next_year: FinancialYear) -> None:
    year_end.close(next_year, by=None)
    with pytest.raises(YearRefused, match="closed"):
        copy_structures(year, next_year, None)


def test_a_year_is_not_copied_into_itself(year: FinancialYear) -> None:
    with pytest.raises(SetUpRefused, match="itself"):
        copy_structures(year, year, None)


Ordered = Callable[[str], Order]


@pytest.fixture
def ordered(year: FinancialYear, supplier: Supplier) -> Ordered:
    """Make an order in a state."""

    def do(state: str) -> Order:
        return Order.objects.create(
            number=str(Order.objects.count() + 1), year=year, supplier=supplier, dated=date(2026, 11, 20), state=state
        )

    return do


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("unauthorised", "1 order is not authorised"),
        ("authorised", "1 order is authorised and not sent"),
        ("sending", "1 order is being sent"),
        ("unsure", "1 order may or may not have arrived"),
    ],
)
def test_an_order_that_is_not_settled_blocks_the_close_and_can_be_found(
    year: FinancialYear, ordered: Ordered, state: str, said: str, looker: User, signed_in: Callable[[User], Client]
) -> None:
    order = ordered(state)
    [blocker] = year_end.check(year)
    assert (blocker.said, blocker.count) == (said, 1)
    page = signed_in(looker).get(blocker.address)
    assert [row.pk for row in page.context["table"].page] == [order.pk]
    with pytest.raises(YearRefused, match="cannot be closed yet"):
        year_end.close(year, by=None)
    year.refresh_from_db()
    assert year.closed_at is None


@pytest.mark.parametrize("state", ["sent", "part-invoiced", "complete", "discarded", "cancelled"])
def test_a_settled_order_blocks_nothing(year: FinancialYear, ordered: Ordered, state: str) -> None:
    ordered(state)
    assert year_end.check(year) == []


def test_orders_that_are_not_invoiced_are_remarked(
    year: FinancialYear, next_year: FinancialYear, ordered: Ordered, looker: User, signed_in: Callable[[User], Client]
) -> None:
    ordered("sent")
    ordered("part-invoiced")
    ordered("part-invoiced")
    with travel("2027-05-01T12:00:00+00:00", tick=False):
        sent, part = year_end.remarks(year)
    assert sent.said == "1 order is sent and not invoiced. What is committed stays in 2026-27."
    assert part.said == "2 orders are invoiced in part. What is committed stays in 2026-27."
    browser = signed_in(looker)
    assert [len(browser.get(remark.address).context["table"].page) for remark in (sent, part)] == [1, 2]


def test_orders_that_are_received_in_part_and_goods_that_are_not_invoiced_are_remarked(
    next_year: FinancialYear,
    supplier: Supplier,
    codings: list[Coding],
    vat: dict[str, VatCode],
    looker: User,
    signed_in: Callable[[User], Client],
) -> None:
    order = an_order(supplier, codings[0], vat["S"], state="sent")
    order.lines.filter(number=2).update(received=7, invoiced=Decimal(1))
    with travel("2027-05-01T12:00:00+00:00", tick=False):
        _, part, owed = year_end.remarks(order.year)
    assert part.said == "1 order is received in part: the rest is still to come."
    assert owed.said == "Goods of £7.50 net were received and are not invoiced yet: an accrual of 2026-27."
    assert [row.pk for row in signed_in(looker).get(part.address).context["table"].page] == [order.pk]


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("unauthorised", "1 invoice or credit note is not authorised for payment"),
        ("authorised", "1 invoice or credit note is authorised and not exported"),
    ],
)
def test_an_invoice_that_is_not_settled_blocks_the_close_and_can_be_found(
    year: FinancialYear, ordered: Ordered, state: str, said: str, looker: User, signed_in: Callable[[User], Client]
) -> None:
    order = ordered("sent")
    invoice = an_invoice(order, {1: 1}, state=state)
    [blocker] = year_end.check(year)
    assert (blocker.said, blocker.count) == (said, 1)
    page = signed_in(looker).get(blocker.address)
    assert [row.pk for row in page.context["table"].page] == [invoice.pk]


@pytest.mark.parametrize("state", ["posted", "discarded"])
def test_a_settled_invoice_blocks_nothing(year: FinancialYear, ordered: Ordered, state: str) -> None:
    an_invoice(ordered("sent"), {1: 1}, state=state)
    assert year_end.check(year) == []


def test_an_order_of_another_year_blocks_nothing(next_year: FinancialYear, ordered: Ordered) -> None:
    ordered("unauthorised")
    assert year_end.check(next_year) == []


def test_a_basket_that_waits_blocks_the_close_of_the_current_year_only(
    year: FinancialYear, next_year: FinancialYear, looker: User, signed_in: Callable[[User], Client]
) -> None:
    document = FetchedDocument.objects.create(doc_id="1", kind="order", state="waiting", listed_at="2026-11-20T09:00Z")
    invoice = FetchedDocument.objects.create(doc_id="2", kind="invoice", state="waiting", listed_at="2026-11-20T09:00Z")
    FetchedDocument.objects.create(doc_id="3", kind="quote", state="fetched", listed_at="2026-11-20T09:00Z")
    with travel("2026-11-26T12:00:00+00:00", tick=False):
        blockers = year_end.check(year)
        assert [blocker.said for blocker in blockers] == ["1 content order is waiting", "1 invoice is waiting"]
        for blocker, shown in zip(blockers, (document, invoice), strict=True):
            page = signed_in(looker).get(blocker.address)
            assert [row.pk for row in page.context["table"].page] == [shown.pk]
        assert year_end.check(next_year) == []


def test_that_no_year_follows_is_remarked(year: FinancialYear) -> None:
    with travel("2027-04-01T12:00:00+00:00", tick=False):
        assert [*map(str, year_end.remarks(year))] == [
            "There is no open financial year after it: nothing can be raised once it is closed."
        ]


def test_that_the_year_is_not_over_is_remarked(year: FinancialYear, next_year: FinancialYear) -> None:
    with travel("2027-03-31T12:00:00+00:00", tick=False):
        assert [*map(str, year_end.remarks(year))] == ["The year is not over: its last day is 31 March 2027."]


def test_a_closed_year_takes_nothing_more_until_it_is_opened_again(year: FinancialYear, bursar: User) -> None:
    year_end.close(year, by=bursar)
    with pytest.raises(YearRefused, match="is closed"):
        require_open(year)
    with pytest.raises(YearRefused, match="closed already"):
        year_end.close(year, by=bursar)
    year_end.reopen(year, by=bursar)
    require_open(year)
    assert list(AuditEntry.objects.filter(target="2026-27").order_by("pk").values_list("did", flat=True)) == [
        "financial year closed",
        "financial year opened again",
    ]


def test_what_waits_for_a_year_is_told_of_a_new_one_and_of_one_opened_again(year: FinancialYear) -> None:
    told_of: list[str] = []

    def listen(year: FinancialYear, **_: object) -> None:
        told_of.append(year.name)

    coding_changed.connect(listen)
    try:
        add("2027-28", date(2027, 4, 1), date(2028, 3, 31), by=None)
        year_end.close(year, by=None)
        year_end.reopen(year, by=None)
    finally:
        coding_changed.disconnect(listen)
    assert told_of == ["2027-28", "2026-27"]


def test_a_new_code_needs_the_year_open_even_if_it_was_when_the_page_was_shown(year: FinancialYear) -> None:
    from schoolgate.school.purchasing.chart import save_code

    shown = FinancialYear.objects.get(pk=year.pk)
    year_end.close(year, by=None)
    with pytest.raises(YearRefused):
        save_code(Fund(year=shown), {"code": "02", "name": "Capital", "open": True}, by=None)


def test_orders_are_shown_of_all_years_and_of_each(
    year: FinancialYear, next_year: FinancialYear, ordered: Ordered, looker: User, signed_in: Callable[[User], Client]
) -> None:
    browser = signed_in(looker)
    old, new = ordered("sent"), ordered("unauthorised")
    Order.objects.filter(pk=new.pk).update(year=next_year)

    def shown(query: str = "") -> list[int]:
        page = browser.get(f"/school/purchasing/orders/{query}")
        assert b"All financial years" in page.content
        return sorted(row.pk for row in page.context["table"].page)

    assert shown() == [old.pk, new.pk]
    assert (shown("?year__name=2026-27"), shown("?year__name=2027-28")) == ([old.pk], [new.pk])
    # Whichever year's set-up a person looks at, no order is out of sight.
    browser.post(f"/school/purchasing/set-up/years/{next_year.pk}/look/")
    assert shown() == [old.pk, new.pk]
    header = " ".join(browser.get("/school/purchasing/orders/").content.decode().split())
    assert "You look at the set-up of <strong>2027-28</strong>. Orders and documents are shown of all years." in header


def test_with_one_year_there_is_no_year_to_choose(
    year: FinancialYear, ordered: Ordered, looker: User, signed_in: Callable[[User], Client]
) -> None:
    ordered("sent")
    assert b"All financial years" not in signed_in(looker).get("/school/purchasing/orders/").content


def test_who_authorises_is_told_the_year_of_each_order_and_of_its_budgets(
    next_year: FinancialYear, ordered: Ordered, head: User, signed_in: Callable[[User], Client]
) -> None:
    order = ordered("unauthorised")
    Order.objects.update(year=next_year)
    browser = signed_in(head)
    assert "2027-28" in browser.get("/school/purchasing/to-authorise/").content.decode()
    assert "Budgets of 2027-28" in browser.get(f"/school/purchasing/orders/{order.pk}/authorise/").content.decode()


def test_documents_say_that_they_are_of_no_year(
    year: FinancialYear, looker: User, signed_in: Callable[[User], Client]
) -> None:
    page = " ".join(signed_in(looker).get("/school/purchasing/documents/").content.decode().split())
    assert "Documents are of no financial year. A basket becomes an order of 2026-27, the current one" in page
