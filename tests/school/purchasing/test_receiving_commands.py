"""`schoolgate school receive`, `deliveries` and `orders close-rest`, in this process."""

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result
from django.utils import timezone
from tests.school.purchasing.ordering import an_order

from schoolgate.commons.accounts.models import User
from schoolgate.school.purchasing.models import Coding, GoodsReceived, Order, OrderState, Supplier, VatCode
from schoolgate.sites.cli import main

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("home")]


@pytest.fixture(autouse=True)
def _on_the_database_of_the_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("schoolgate.sites.commands.shared.open_site", lambda *_, **__: None)
    monkeypatch.setattr("schoolgate.sites.commands.shared.require_current_database", lambda _: None)


@pytest.fixture
def order(supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode]) -> Order:
    return an_order(supplier, codings[0], vat["S"], state=OrderState.SENT)


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["school", *words])


def told(*words: str) -> Any:
    return json.loads(run(*words, "--json").stdout)


def test_some_lines_are_received(order: Order, clerk: User) -> None:
    (row,) = told("receive", "PO-1001", "--by", "clerk", "--line", "2=4", "--on", "2026-11-20", "--note", "DN 1")
    assert (row["line"], row["quantity"], row["received_on"], row["note"]) == (2, 4, "2026-11-20", "DN 1")
    assert [line.received for line in order.lines.all()] == [0, 4]


def test_all_that_is_still_to_come_is_received_today(order: Order, clerk: User) -> None:
    told("receive", "PO-1001", "--by", "clerk", "--line", "2=4")
    told("receive", "PO-1001", "--by", "clerk", "--all")
    assert [line.received for line in order.lines.all()] == [3, 10]
    assert {delivery.received_on for delivery in GoodsReceived.objects.all()} == {timezone.localdate()}


@pytest.mark.parametrize(
    "words", [[], ["--all", "--line", "1=1"], ["--line", "1"], ["--line", "one=1"], ["--line", "9=1"]]
)
def test_a_wrong_call_is_told_and_records_nothing(order: Order, clerk: User, words: list[str]) -> None:
    assert run("receive", "PO-1001", "--by", "clerk", *words).exit_code == 2
    assert not GoodsReceived.objects.exists()


def test_more_than_ordered_is_recorded_by_who_is_sure(order: Order, clerk: User) -> None:
    refused = run("receive", "PO-1001", "--by", "clerk", "--line", "1=4")
    assert refused.exit_code == 1
    assert "more than was ordered of line 1" in refused.output
    told("receive", "PO-1001", "--by", "clerk", "--line", "1=4", "--sure")
    assert GoodsReceived.objects.get().quantity == 4


def test_who_may_not_receive_is_told(order: Order, head: User) -> None:
    refused = run("receive", "PO-1001", "--by", "head", "--all")
    assert refused.exit_code == 1
    assert "may not do that" in refused.output


def test_deliveries_are_listed_and_taken_back(order: Order, clerk: User) -> None:
    told("receive", "PO-1001", "--by", "clerk", "--line", "1=3", "--line", "2=4")
    second, first = told("deliveries", "list")
    assert (first["description"], first["entered_by"], first["state"]) == ("Exercise books", "clerk", "")
    (back,) = told("deliveries", "take-back", str(second["delivery"]), "--by", "clerk")
    assert back["state"] == "taken back"
    assert [line.received for line in order.lines.all()] == [3, 0]
    assert run("deliveries", "take-back", str(second["delivery"]), "--by", "clerk").exit_code == 1
    assert run("deliveries", "take-back", "999999", "--by", "clerk").exit_code == 1


def test_the_rest_of_an_order_is_closed_and_opened_again(order: Order, head: User) -> None:
    assert run("orders", "close-rest", "PO-1001", "--by", "head").exit_code == 2
    assert told("orders", "close-rest", "PO-1001", "--by", "head", "--reason", "Lost")["state"] == "complete"
    assert told("orders", "open-rest", "PO-1001", "--by", "head")["state"] == "sent"


def test_an_order_is_shown_with_what_came_of_each_line(order: Order, clerk: User) -> None:
    told("receive", "PO-1001", "--by", "clerk", "--line", "1=2")
    lines = told("orders", "show", "PO-1001")["lines"]
    assert [(line["received"], line["invoiced"]) for line in lines] == [(2, "0"), (0, "0")]
