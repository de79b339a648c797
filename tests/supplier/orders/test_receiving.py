"""How orders of schools are taken in (SendOrder)."""

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from tests.supplier.papers import a_basket, an_authorised_order, an_order, with_quantity

from schoolgate.commons.alerts.models import Event
from schoolgate.commons.journal.models import JournalLine
from schoolgate.commons.preferences.registry import YesNoPreference
from schoolgate.documents.ebis.orders import write_order
from schoolgate.supplier.models import Buyer, DocumentContent, Order, OrderContent, RefusedOrder, Webhook
from schoolgate.supplier.orders.receiving import OrderRefused, receive_order
from schoolgate.supplier.orders.telling import order_as_json
from schoolgate.supplier.preferences import REFUSE_OTHER_DUNS, REFUSE_PROFILE_FINDINGS
from schoolgate.supplier.queue.putting import put_document
from schoolgate.supplier.queue.steps import process


def test_an_order_is_kept_as_it_came_with_what_lists_show(green_abbey: Buyer) -> None:
    xml = an_authorised_order(green_abbey)
    order = receive_order(green_abbey, xml)
    assert OrderContent.objects.get(order=order).xml == xml
    assert (order.number, order.reference, order.lines, order.buyer) == ("ORD00001", "BASKET-00001", 2, green_abbey)
    assert order.gross == an_order(green_abbey).totals.gross
    assert order.supplier == green_abbey.supplier


def test_an_order_sent_again_is_one_order(green_abbey: Buyer) -> None:
    first = receive_order(green_abbey, an_authorised_order(green_abbey))
    again = receive_order(green_abbey, an_authorised_order(green_abbey).replace("><", ">\n<"))
    assert again.pk == first.pk
    assert Order.objects.get().times_sent == 2
    assert Event.objects.count() == 1


def test_the_same_document_of_another_school_is_another_order(green_abbey: Buyer, oakhanger: Buyer) -> None:
    xml = an_authorised_order(green_abbey)
    assert receive_order(green_abbey, xml).pk != receive_order(oakhanger, xml).pk


def test_the_same_number_with_other_content_is_taken_and_told(green_abbey: Buyer) -> None:
    first = receive_order(green_abbey, an_authorised_order(green_abbey))
    second = receive_order(green_abbey, an_authorised_order(green_abbey, seed=2, number=first.number))
    assert second.same_number == first
    assert JournalLine.objects.filter(level="WARN").get().message.endswith("came before, with other content.")


def test_people_and_webhooks_are_told_in_the_same_commit(green_abbey: Buyer) -> None:
    webhook = Webhook.objects.create(supplier=green_abbey.supplier, url="https://shop.example/hook", secret="s")
    order = receive_order(green_abbey, an_authorised_order(green_abbey))
    assert webhook.deliveries.get().order == order
    event = Event.objects.get()
    assert (event.alert, event.key) == ("order-arrived", f"order {order.pk}")


def test_an_order_of_a_test_school_is_no_news(green_abbey: Buyer) -> None:
    green_abbey.test = True
    green_abbey.save()
    receive_order(green_abbey, an_authorised_order(green_abbey))
    assert not Event.objects.exists()


def test_changes_against_its_basket_are_told_by_line(green_abbey: Buyer) -> None:
    basket, _ = put_document(green_abbey, "order", a_basket(green_abbey, lines=3))
    ordered = an_order(green_abbey, "purchase", lines=3)
    fewer = with_quantity(replace(ordered, lines=ordered.lines[:1] + ordered.lines[2:]), 1, 99)
    order = receive_order(green_abbey, write_order(fewer).decode())
    before = ordered.lines[0].quantity
    assert order.basket == basket
    assert order.changes == [f"line 1 quantity {before} → 99", "line 2 removed"]


def test_a_basket_queued_by_an_older_version_is_read_itself(green_abbey: Buyer) -> None:
    put_document(green_abbey, "order", a_basket(green_abbey, lines=3))
    DocumentContent.objects.update(goods=None)
    ordered = with_quantity(an_order(green_abbey, "purchase", lines=3), 1, 99)
    before = an_order(green_abbey, lines=3).lines[0].quantity
    order = receive_order(green_abbey, write_order(ordered).decode())
    assert order.changes == [f"line 1 quantity {before} → 99"]


def test_without_a_reference_the_lines_tell_the_basket(green_abbey: Buyer) -> None:
    put_document(green_abbey, "order", a_basket(green_abbey, seed=2))
    basket, _ = put_document(green_abbey, "order", a_basket(green_abbey))
    process(basket)
    order = receive_order(green_abbey, an_authorised_order(green_abbey, reference=""))
    assert order.basket == basket


def test_where_two_baskets_fit_none_is_named(green_abbey: Buyer) -> None:
    for reference in ("ONE", "TWO"):
        basket, _ = put_document(green_abbey, "order", a_basket(green_abbey, reference=reference))
        process(basket)
    assert receive_order(green_abbey, an_authorised_order(green_abbey, reference="")).basket is None


def test_a_reference_of_another_schools_basket_finds_nothing(green_abbey: Buyer, oakhanger: Buyer) -> None:
    put_document(oakhanger, "order", a_basket(oakhanger))
    assert receive_order(green_abbey, an_authorised_order(green_abbey)).basket is None


@pytest.mark.parametrize(
    "spoil",
    [
        lambda _: "no xml at all",
        lambda xml: xml[:-30],
        lambda xml: re.sub("<Checksum>[0-9]+", "<Checksum>12345", xml),
        lambda xml: xml.replace("<UnitPrice>", "<UnitPrice>x"),
        lambda xml: re.sub("<OrderDate>[^<]*", "<OrderDate>26/11/2026", xml),
        lambda xml: xml + "\ud800",
        lambda _: "",
    ],
)
def test_what_is_no_valid_order_is_refused_and_kept_with_what_the_school_was_told(
    green_abbey: Buyer, spoil: Callable[[str], str]
) -> None:
    with pytest.raises(OrderRefused) as refused:
        receive_order(green_abbey, spoil(an_authorised_order(green_abbey)))
    kept = RefusedOrder.objects.get()
    assert kept.told == refused.value.sentence
    assert kept.problems[0]["message"] in kept.told
    assert not Order.objects.exists()


def test_a_refusal_names_the_line(green_abbey: Buyer) -> None:
    xml = re.sub("<OrderDate>[^<]*", "<OrderDate>26/11/2026", an_authorised_order(green_abbey))
    with pytest.raises(OrderRefused) as refused:
        receive_order(green_abbey, xml)
    line = xml[: xml.index("<OrderDate>")].count("\n") + 1
    assert refused.value.sentence.startswith(f"Line {line}: ")


def test_a_refused_order_sent_all_night_is_one_row_and_one_mail(green_abbey: Buyer) -> None:
    for _ in range(3):
        with pytest.raises(OrderRefused):
            receive_order(green_abbey, "no xml at all")
    assert RefusedOrder.objects.get().times == 3
    assert Event.objects.filter(alert="order-refused").count() == 1
    assert JournalLine.objects.count() == 1


def test_the_number_of_a_refused_order_is_kept_where_it_can_be_read(green_abbey: Buyer) -> None:
    with pytest.raises(OrderRefused):
        receive_order(green_abbey, re.sub("<Checksum>[0-9]+", "<Checksum>12345", an_authorised_order(green_abbey)))
    assert RefusedOrder.objects.get().number == "ORD00001"


@pytest.mark.parametrize(
    ("preference", "make"),
    [
        (REFUSE_OTHER_DUNS, lambda buyer, seed: an_authorised_order(buyer, seed=seed).replace(buyer.duns, "555555555")),
        (REFUSE_PROFILE_FINDINGS, lambda buyer, seed: an_authorised_order(buyer, seed=seed, version="3.09")),
    ],
)
def test_another_duns_and_findings_of_the_profile_are_noted_and_refuse_only_where_that_is_set(
    green_abbey: Buyer, preference: YesNoPreference, make: Callable[[Buyer, int], str]
) -> None:
    first = receive_order(green_abbey, make(green_abbey, 1))
    assert first.findings
    preference.set(True, by=None)
    with pytest.raises(OrderRefused):
        receive_order(green_abbey, make(green_abbey, 2))
    # What was answered `true` once stays so.
    assert receive_order(green_abbey, make(green_abbey, 1)).pk == first.pk


def test_the_json_of_an_order_holds_the_basket_and_the_changes(green_abbey: Buyer) -> None:
    basket, _ = put_document(green_abbey, "order", a_basket(green_abbey))
    order = receive_order(green_abbey, an_authorised_order(green_abbey))
    told = order_as_json(order)
    assert (told["basket"], told["reference"], told["changes"]) == (basket.doc_id, basket.reference, [])
    assert told["buyer"]["name"] == "Green Abbey School"
    assert len(told["order"]["lines"]) == 2
    assert Decimal(told["gross"]) == order.gross
