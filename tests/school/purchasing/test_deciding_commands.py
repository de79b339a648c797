"""`schoolgate school orders authorise`, `take-back`, `cancel`, `discard` and `posted`, in this process."""

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result
from tests.school.purchasing.ordering import an_order

from schoolgate.commons.accounts.models import User
from schoolgate.school.purchasing.models import Coding, Order, OrderState, Supplier, VatCode
from schoolgate.sites.cli import main

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("home")]


@pytest.fixture(autouse=True)
def _on_the_database_of_the_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("schoolgate.sites.commands.shared.open_site", lambda *_, **__: None)
    monkeypatch.setattr("schoolgate.sites.commands.shared.require_current_database", lambda _: None)


@pytest.fixture
def order(supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode]) -> Order:
    return an_order(supplier, codings[0], vat["S"], state=OrderState.UNAUTHORISED, authorised_at=None)


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["school", "orders", *words])


def told(*words: str) -> Any:
    return json.loads(run(*words, "--json").stdout)


def test_an_order_is_authorised_in_a_persons_name(order: Order, head: User) -> None:
    row = told("authorise", "PO-1001", "--by", "head")
    assert (row["state"], row["authorised_by"]) == ("authorised", "head")


def test_a_persons_limit_holds_on_the_command_line_too(order: Order, head: User) -> None:
    Order.objects.update(gross=1001)
    refused = run("authorise", "PO-1001", "--by", "head")
    assert refused.exit_code == 1
    assert "you authorise orders up to £1,000.00" in refused.output
    assert Order.objects.get().state == OrderState.UNAUTHORISED


def test_over_budget_needs_the_right_and_a_reason(order: Order, chair: User) -> None:
    Coding.objects.update(budget=0)
    assert "Say why" in run("authorise", "PO-1001", "--by", "chair").output
    assert told("authorise", "PO-1001", "--by", "chair", "--over-budget", "Half-term")["state"] == "authorised"


@pytest.mark.parametrize("person", ["clerk", "nobody-here"])
def test_who_may_not_authorise_is_told(order: Order, clerk: User, person: str) -> None:
    refused = run("authorise", "PO-1001", "--by", person)
    assert refused.exit_code == 1
    assert Order.objects.get().state == OrderState.UNAUTHORISED


def test_an_authorisation_is_taken_back(order: Order, head: User) -> None:
    told("authorise", "PO-1001", "--by", "head")
    assert told("take-back", "PO-1001", "--by", "head")["state"] == "unauthorised"


def test_an_order_is_cancelled_with_a_reason(order: Order, head: User) -> None:
    Order.objects.update(state=OrderState.SENT)
    assert run("cancel", "PO-1001", "--by", "head").exit_code == 2
    assert told("cancel", "PO-1001", "--by", "head", "--reason", "Out of stock")["state"] == "cancelled"


def test_an_order_is_discarded(order: Order, clerk: User) -> None:
    assert told("discard", "PO-1001", "--by", "clerk")["state"] == "discarded"


def test_a_posted_order_is_sent(order: Order, clerk: User) -> None:
    Order.objects.update(state=OrderState.AUTHORISED)
    assert told("posted", "PO-1001", "--by", "clerk")["state"] == "sent"
