"""`schoolgate school orders` and `purchasing`, in this process."""

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result
from tests.school.purchasing.ordering import an_order

from schoolgate.commons.audit.models import AuditEntry
from schoolgate.school.purchasing.models import Coding, Order, OrderState, Supplier, VatCode, WebService
from schoolgate.sites.cli import main
from schoolgate.wire.soap.errors import ServiceError, Unreachable

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("home")]


@pytest.fixture(autouse=True)
def _on_the_database_of_the_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("schoolgate.sites.commands.shared.open_site", lambda *_, **__: None)
    monkeypatch.setattr("schoolgate.sites.commands.shared.require_current_database", lambda _: None)


@pytest.fixture
def order(supplier: Supplier, codings: list[Coding], vat: dict[str, VatCode]) -> Order:
    return an_order(supplier, codings[0], vat["S"])


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[ServiceError]:
    """What the service answers, one after the other; at last always true."""
    told: list[ServiceError] = []

    def call(service: WebService, do: Any) -> None:
        if told:
            raise told.pop(0)

    monkeypatch.setattr("schoolgate.school.purchasing.send_job.call", call)
    return told


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["school", *words])


def told(*words: str) -> Any:
    return json.loads(run(*words, "--json").stdout)


def test_orders_are_listed_by_state(order: Order) -> None:
    (row,) = told("orders", "list")
    assert (row["number"], row["supplier"], row["gross"], row["state"]) == (
        "PO-1001",
        "Beacon Supplies",
        "31.20",
        "authorised",
    )
    assert told("orders", "list", "--state", "sent") == []
    assert "No orders." in run("orders", "list", "--state", "sent").stdout


def test_one_order_is_shown_with_its_lines_and_attempts(order: Order, answers: list[ServiceError]) -> None:
    run("orders", "send", "PO-1001")
    shown = told("orders", "show", "PO-1001")
    assert [(line["part"], line["quantity"], line["net"]) for line in shown["lines"]] == [
        ("BX-100", 3, "13.50"),
        ("PN-7", 10, "12.50"),
    ]
    assert [attempt["outcome"] for attempt in shown["attempts"]] == ["arrived"]
    printed = run("orders", "show", "PO-1001").stdout
    assert "Exercise books" in printed
    assert "arrived" in printed


def test_an_order_is_sent_and_the_exit_code_says_whether_it_arrived(order: Order, answers: list[ServiceError]) -> None:
    answers.append(Unreachable("refused"))
    failed = run("orders", "send", "PO-1001")
    assert (failed.exit_code, "does not take the connection" in failed.stdout) == (1, True)
    assert run("orders", "send", "PO-1001").exit_code == 0
    assert Order.objects.get().state == OrderState.SENT
    assert "only authorised orders are sent" in run("orders", "send", "PO-1001").output


def test_an_unsure_order_goes_again_only_after_its_supplier_was_rung(order: Order, answers: list[ServiceError]) -> None:
    answers.append(Unreachable("reset", may_have_arrived=True))
    assert run("orders", "send", "PO-1001").exit_code == 1
    warned = run("orders", "send-again", "PO-1001")
    assert (warned.exit_code, "delivered and invoiced twice" in warned.output) == (1, True)
    assert Order.objects.get().state == OrderState.UNSURE
    again = run("orders", "send-again", "PO-1001", "--they-do-not-have-it")
    assert (again.exit_code, Order.objects.get().state) == (0, OrderState.SENT)


@pytest.mark.parametrize(("verb", "state"), [("arrived", "sent"), ("not-there", "unauthorised")])
def test_what_the_supplier_said_is_noted(order: Order, verb: str, state: str) -> None:
    assert "is authorised by now" in run("orders", verb, "PO-1001").output
    Order.objects.update(state=OrderState.UNSURE)
    assert told("orders", verb, "PO-1001")["state"] == state
    assert AuditEntry.objects.filter(target="order PO-1001").count() == 1


def test_an_order_that_is_not_there(order: Order) -> None:
    assert "There is no order 'PO-9'" in run("orders", "show", "PO-9").output


def test_what_waits_is_told_with_an_exit_code(order: Order) -> None:
    waits = run("purchasing")
    assert (waits.exit_code, "Order PO-1001 was authorised, and not sent" in waits.stdout) == (1, True)
    Order.objects.update(state=OrderState.SENT)
    clean = run("purchasing")
    assert (clean.exit_code, clean.stdout) == (0, "Nothing waits.\n")
    assert told("purchasing") == []
