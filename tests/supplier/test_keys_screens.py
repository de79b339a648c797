"""Keys of the API, webhooks, and what they were told."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.supplier.screens import received, text

from schoolgate.commons.accounts.models import User
from schoolgate.commons.jobs.models import Job
from schoolgate.supplier.models import ApiKey, Buyer, Delivery, DeliveryState, Supplier, Webhook
from schoolgate.supplier.webhooks import addresses

SignedIn = Callable[[User], Client]
SHOP = "https://shop.example/orders"


@pytest.fixture
def browser(signed_in: SignedIn, clerk: User) -> Client:
    """Cara's, who works for Riverside."""
    return signed_in(clerk)


@pytest.fixture
def webhook(riverside: Supplier) -> Webhook:
    return Webhook.objects.create(supplier=riverside, url=SHOP, secret="whsec_c2VjcmV0")


def page(browser: Client) -> str:
    return text(browser.get(reverse("keys")))


def test_a_key_is_shown_once_and_then_by_its_beginning(browser: Client, riverside: Supplier) -> None:
    assert "No key yet." in page(browser)
    answer = browser.post(reverse("add-key"), {"name": "The shop", "scopes": ["documents:write", "orders:read"]})
    key, shown = ApiKey.objects.get(), page(browser)
    assert answer["Cache-Control"] == "no-store"
    assert answer.context["text"] in text(answer)
    assert answer.context["text"] not in shown
    assert key.start in shown
    assert key.scopes == ["documents:write", "orders:read"]


def test_a_key_without_rights_is_refused_at_its_field(browser: Client, riverside: Supplier) -> None:
    answer = browser.post(reverse("add-key"), {"name": "The shop"})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["scopes"])


def test_a_key_is_withdrawn_after_a_question(browser: Client, riverside: Supplier) -> None:
    browser.post(reverse("add-key"), {"name": "The shop", "scopes": ["orders:read"]})
    address = reverse("withdraw-key", args=[ApiKey.objects.get().pk])
    assert "Withdraw the key The shop?" in text(browser.get(address))
    browser.post(address)
    assert ApiKey.objects.get().withdrawn_at
    assert "Withdrawn" in page(browser)


def test_the_secret_of_a_webhook_is_shown_once(
    browser: Client, riverside: Supplier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(addresses, "require_reachable", lambda *_, **__: None)  # no name is looked up
    answer = browser.post(reverse("add-webhook"), {"url": SHOP})
    assert Webhook.objects.get().secret in text(answer)
    assert "timingSafeEqual" in text(answer)
    assert Webhook.objects.get().secret not in page(browser)


def test_a_webhook_into_a_private_network_is_refused_at_its_field(
    browser: Client, riverside: Supplier, settings: Any
) -> None:
    settings.SCHOOLGATE_DEMO = False
    answer = browser.post(reverse("add-webhook"), {"url": "https://10.0.0.7/orders"})
    assert answer.status_code == 422
    assert "private network" in str(answer.context["form"].errors["url"])


def test_a_webhook_is_paused_by_hand_and_goes_on(browser: Client, webhook: Webhook) -> None:
    browser.post(reverse("webhook-step", args=[webhook.pk, "pause"]))
    assert "Paused" in page(browser)
    browser.post(reverse("webhook-step", args=[webhook.pk, "go-on"]))
    webhook.refresh_from_db()
    assert webhook.paused_at is None


def test_a_ping_stands_in_the_log(browser: Client, webhook: Webhook) -> None:
    browser.post(reverse("webhook-step", args=[webhook.pk, "ping"]))
    assert Delivery.objects.get().event == "ping"
    assert reverse("delivery", args=[Delivery.objects.get().pk]) in page(browser)


def test_a_delivery_shows_its_body_and_is_replayed(browser: Client, webhook: Webhook, green_abbey: Buyer) -> None:
    order = received(green_abbey)
    delivery = Delivery.objects.get()
    Delivery.objects.update(state=DeliveryState.FAILED, tries=8, reason="It answered 500.")
    shown = text(browser.get(reverse("delivery", args=[delivery.pk])))
    assert order.number in shown
    assert "It answered 500." in shown
    Job.objects.all().delete()  # its tries are over
    browser.post(reverse("replay-delivery", args=[delivery.pk]))
    delivery.refresh_from_db()
    assert (delivery.state, delivery.tries) == (DeliveryState.WAITING, 0)


def test_a_webhook_gets_a_new_secret_and_is_taken_away_after_questions(browser: Client, webhook: Webhook) -> None:
    address = reverse("webhook-secret", args=[webhook.pk])
    assert "Sign with another secret?" in text(browser.get(address))
    assert "whsec_" in text(browser.post(address))
    webhook.refresh_from_db()
    assert webhook.secret != "whsec_c2VjcmV0"
    browser.post(reverse("remove-webhook", args=[webhook.pk]))
    assert not Webhook.objects.exists()


def test_another_suppliers_keys_and_webhooks_do_not_exist(
    signed_in: SignedIn, hilltop_clerk: User, webhook: Webhook, browser: Client
) -> None:
    browser.post(reverse("webhook-step", args=[webhook.pk, "ping"]))
    browser.post(reverse("add-key"), {"name": "The shop", "scopes": ["orders:read"]})
    stranger = signed_in(hilltop_clerk)
    shown = page(stranger)
    assert SHOP not in shown
    assert "The shop" not in shown
    key, delivery = ApiKey.objects.get().pk, Delivery.objects.get().pk
    addresses_of_others: list[tuple[str, list[Any]]] = [
        ("withdraw-key", [key]),
        ("webhook-step", [webhook.pk, "pause"]),
        ("webhook-secret", [webhook.pk]),
        ("remove-webhook", [webhook.pk]),
        ("replay-delivery", [delivery]),
    ]
    for name, arguments in addresses_of_others:
        assert stranger.post(reverse(name, args=arguments)).status_code == 404
