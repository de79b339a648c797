"""Two at once: an order sent twice at the same moment, and a step taken by the school and by a person."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from tests.supplier.papers import a_basket, an_authorised_order

from schoolgate.commons.alerts.models import Event
from schoolgate.supplier.models import Buyer, Document, DocumentEvent, Order
from schoolgate.supplier.orders.receiving import receive_order
from schoolgate.supplier.queue.putting import NotQueued, put_document
from schoolgate.supplier.queue.steps import StepNotAllowed, process, withdraw

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: Callable[[], Any]) -> Sequence[Any]:
    """What comes of each of these, all begun at the same moment; one that is not allowed comes to its error."""
    gate = threading.Barrier(len(acts), timeout=60)

    def run(act: Callable[[], Any]) -> Any:
        try:
            gate.wait()
            return act()
        except (StepNotAllowed, NotQueued) as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(run, acts))


def test_one_order_sent_four_times_at_once_is_one_order(green_abbey: Buyer) -> None:
    xml = an_authorised_order(green_abbey)
    orders = at_once(*[lambda: receive_order(green_abbey, xml)] * 4)
    assert len({order.pk for order in orders}) == 1
    assert Order.objects.get().times_sent == 4
    assert Event.objects.count() == 1


def test_of_a_school_that_takes_a_document_and_a_person_who_withdraws_it_one_succeeds(green_abbey: Buyer) -> None:
    document, _ = put_document(green_abbey, "order", a_basket(green_abbey))
    came = at_once(
        lambda: process(Document.objects.select_related("buyer").get(pk=document.pk)),
        lambda: withdraw(Document.objects.select_related("buyer").get(pk=document.pk), by=None),
    )
    assert [type(one) for one in came].count(StepNotAllowed) == 1
    taken = Document.objects.get().state == "processed"
    assert came[1 if taken else 0] is not None
    assert DocumentEvent.objects.exclude(what="queued").get().what == ("processed" if taken else "withdrawn")


def test_one_basket_put_in_twice_at_once_is_one_document(green_abbey: Buyer) -> None:
    xml = a_basket(green_abbey)
    came = at_once(*[lambda: put_document(green_abbey, "order", xml)] * 2)
    assert sorted(new for _, new in came) == [False, True]
    assert Document.objects.count() == 1


def test_of_two_schools_documents_under_one_id_at_once_one_is_refused(green_abbey: Buyer, oakhanger: Buyer) -> None:
    came = at_once(
        lambda: put_document(green_abbey, "order", a_basket(green_abbey), doc_id="SHOP-1"),
        lambda: put_document(oakhanger, "order", a_basket(oakhanger), doc_id="SHOP-1"),
    )
    [refused] = [one for one in came if isinstance(one, NotQueued)]
    assert refused.problems[0].code == "doc-id-taken"
