"""Orders are told to the shop: signed, again and again until it has them, and what a failure leads to."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from tests.supplier.webhooks.conftest import MakeOrder, Shop, Told, hasten

from schoolgate.commons.alerts.models import Event
from schoolgate.commons.jobs.engine import work_off
from schoolgate.commons.jobs.kinds import words_of
from schoolgate.commons.jobs.models import Job
from schoolgate.commons.jobs.models import State as JobState
from schoolgate.commons.jobs.submitting import cancel
from schoolgate.commons.journal.models import JournalLine
from schoolgate.supplier.models import Delivery, Supplier, Webhook
from schoolgate.supplier.webhooks.addresses import add_webhook, go_on, remove_webhook
from schoolgate.supplier.webhooks.failing import PAUSED_AFTER
from schoolgate.supplier.webhooks.making import note_event, ping, replay
from schoolgate.wire.http import TRIES


def fail_for_good(shop: Shop) -> None:
    """The shop answers 500 to what is on its way, until that is given up."""
    shop.answers[:] = [500] * TRIES
    for _ in range(TRIES):
        hasten()


def test_an_order_is_told_with_its_event_id_and_time(shop: Shop, told: Told, make_order: MakeOrder) -> None:
    order = make_order()
    (delivery,) = note_event(order)
    work_off()
    ((headers, body),) = shop.told
    said = json.loads(body)
    assert (said["event"], said["id"], said["data"]["id"]) == ("order.received", str(delivery.event_id), order.pk)
    assert said["at"].endswith("Z")
    assert headers["webhook-id"] == str(delivery.event_id)
    assert headers["content-type"] == "application/json"
    delivery.refresh_from_db()
    assert (delivery.state, delivery.status, delivery.tries) == ("delivered", 204, 1)


def test_nothing_is_told_of_an_order_that_was_not_received(shop: Shop, told: Told, make_order: MakeOrder) -> None:
    with transaction.atomic():
        note_event(make_order())
        transaction.set_rollback(True)
    assert work_off() == 0
    assert Delivery.objects.count() == 0


def test_another_suppliers_webhook_hears_nothing(
    shop: Shop, told: Told, hilltop: Supplier, make_order: MakeOrder
) -> None:
    add_webhook(hilltop, shop.address, by=None)
    assert [delivery.webhook for delivery in note_event(make_order())] == [told.webhook]


def test_each_try_has_the_same_id_and_body_and_comes_later_than_the_one_before(
    shop: Shop, told: Told, make_order: MakeOrder
) -> None:
    (delivery,) = note_event(make_order())
    shop.answers[:] = [500, 404, 503]
    waits = []
    for _ in range(4):
        hasten()
        waits.append((Job.objects.get().run_at - timezone.now()).total_seconds())
    assert len({(headers["webhook-id"], body) for headers, body in shop.told}) == 1
    assert [50 < waits[0] < 70, 110 < waits[1] < 140, 230 < waits[2] < 270] == [True] * 3
    delivery.refresh_from_db()
    assert (delivery.state, delivery.tries) == ("delivered", 4)


def test_a_wait_that_the_shop_asks_for_is_kept(shop: Shop, told: Told, make_order: MakeOrder) -> None:
    note_event(make_order())
    shop.answers[:], shop.headers["Retry-After"] = [429], "7200"
    work_off()
    assert Job.objects.get().run_at > timezone.now() + timedelta(minutes=110)


def test_a_redirection_is_no_delivery_and_is_not_followed(shop: Shop, told: Told, make_order: MakeOrder) -> None:
    (delivery,) = note_event(make_order())
    shop.answers[:], shop.headers["Location"] = [302], shop.address
    work_off()
    delivery.refresh_from_db()
    assert (len(shop.told), delivery.state) == (1, "waiting")
    assert "redirection" in delivery.reason


def test_a_delivery_that_failed_for_good_stands_in_the_journal_without_an_address(
    shop: Shop, told: Told, make_order: MakeOrder
) -> None:
    (delivery,) = note_event(make_order())
    fail_for_good(shop)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.tries, delivery.status) == ("failed", TRIES, 500)
    assert Job.objects.get().state == JobState.FAILED
    line = JournalLine.objects.get()
    assert line.level == "WARN"
    assert "127.0.0.1" not in line.message + line.details


def test_after_five_that_failed_in_a_row_the_webhook_pauses_and_people_are_told_at_once(
    shop: Shop, told: Told, make_order: MakeOrder
) -> None:
    Webhook.objects.update(failures=PAUSED_AFTER - 1)
    note_event(make_order())
    fail_for_good(shop)
    told.webhook.refresh_from_db()
    assert told.webhook.paused_at is not None
    assert Event.objects.get().alert == "paused-webhook"
    assert JournalLine.objects.filter(level="ERROR").count() == 1


def test_one_that_is_delivered_between_begins_the_count_anew(shop: Shop, told: Told, make_order: MakeOrder) -> None:
    note_event(make_order())
    fail_for_good(shop)
    note_event(make_order())
    hasten()
    told.webhook.refresh_from_db()
    assert told.webhook.failures == 0


@pytest.fixture
def paused(told: Told) -> Told:
    told.webhook.paused_at, told.webhook.failures = timezone.now(), PAUSED_AFTER
    told.webhook.save()
    return told


def test_during_a_pause_orders_wait_and_are_told_when_it_goes_on(
    shop: Shop, paused: Told, make_order: MakeOrder
) -> None:
    orders = [make_order(), make_order()]
    for order in orders:
        note_event(order)
    hasten()
    assert shop.told == []
    assert go_on(paused.webhook, by=None)
    work_off()
    assert [json.loads(body)["data"]["id"] for _, body in shop.told] == [order.pk for order in orders]


def test_going_on_without_a_pause_does_nothing(told: Told) -> None:
    assert not go_on(told.webhook, by=None)


def test_a_ping_is_sent_during_a_pause_too_and_once_only(shop: Shop, paused: Told) -> None:
    delivery = ping(paused.webhook, by=None)
    shop.answers[:] = [500]
    hasten()
    hasten()
    delivery.refresh_from_db()
    assert (len(shop.told), delivery.state, json.loads(shop.told[0][1])["event"]) == (1, "failed", "ping")
    paused.webhook.refresh_from_db()
    assert paused.webhook.failures == PAUSED_AFTER


def test_a_replay_says_the_same_under_the_same_id(shop: Shop, told: Told, make_order: MakeOrder) -> None:
    (delivery,) = note_event(make_order())
    work_off()
    assert replay(delivery, by=None)
    work_off()
    (first, body), (second, body_again) = shop.told
    assert (first["webhook-id"], body) == (second["webhook-id"], body_again)


def test_what_is_on_its_way_is_not_replayed(told: Told, make_order: MakeOrder) -> None:
    (delivery,) = note_event(make_order())
    assert not replay(delivery, by=None)


def test_during_a_pause_one_delivery_may_be_sent_by_hand(shop: Shop, paused: Told, make_order: MakeOrder) -> None:
    (delivery,) = note_event(make_order())
    hasten()
    assert replay(delivery, by=None)
    work_off()
    delivery.refresh_from_db()
    assert (len(shop.told), delivery.state) == (1, "delivered")


def test_what_somebody_called_off_among_the_jobs_is_replayed(shop: Shop, told: Told, make_order: MakeOrder) -> None:
    (delivery,) = note_event(make_order())
    cancel(Job.objects.get())
    assert replay(delivery, by=None)
    work_off()
    assert len(shop.told) == 1


def test_a_failed_job_that_is_started_again_tries_as_often_as_the_first_time(
    shop: Shop, told: Told, make_order: MakeOrder
) -> None:
    (delivery,) = note_event(make_order())
    fail_for_good(shop)
    Job.objects.filter(state=JobState.FAILED).update(state=JobState.READY)
    shop.answers[:] = [500]
    hasten()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.tries) == ("waiting", 1)


def test_what_was_to_be_told_to_a_webhook_that_was_taken_away_ends_quietly(
    shop: Shop, told: Told, make_order: MakeOrder
) -> None:
    note_event(make_order())
    remove_webhook(told.webhook, by=None)
    work_off()
    assert (shop.told, Job.objects.get().state) == ([], JobState.DONE)


def test_a_private_address_is_refused_at_the_call_too(
    shop: Shop, told: Told, make_order: MakeOrder, settings: Any
) -> None:
    (delivery,) = note_event(make_order())
    settings.SCHOOLGATE_DEMO = False
    work_off()
    delivery.refresh_from_db()
    assert (shop.told, delivery.status) == ([], None)
    assert "private network" in delivery.reason


def test_without_a_secret_that_can_be_opened_nothing_is_sent(shop: Shop, told: Told, make_order: MakeOrder) -> None:
    Webhook.objects.update(secret="")
    (delivery,) = note_event(make_order())
    work_off()
    delivery.refresh_from_db()
    assert (shop.told, "secret" in delivery.reason) == ([], True)


def test_among_the_jobs_a_delivery_names_no_suppliers_address(told: Told, make_order: MakeOrder) -> None:
    note_event(make_order())
    ping(told.webhook, by=None)
    titles = [words_of(job.kind, job.args) for job in Job.objects.order_by("pk")]
    assert titles == ["Telling a webhook of an order", "Trying a webhook"]


def test_an_address_where_nobody_listens_is_said_to_be_so(riverside: Supplier, make_order: MakeOrder) -> None:
    add_webhook(riverside, "http://127.0.0.1:1/", by=None)
    (delivery,) = note_event(make_order())
    work_off()
    delivery.refresh_from_db()
    assert "could not be reached" in delivery.reason


def test_the_secret_is_sealed_in_its_row(told: Told) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM supplier_webhook")
        ((kept,),) = cursor.fetchall()
    assert told.secret not in kept
