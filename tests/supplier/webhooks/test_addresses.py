"""Which addresses may be told, and that every change stands in the audit without a secret."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from tests.supplier.webhooks.conftest import Shop, Told

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.sites.configuration import Configuration, read_configuration
from schoolgate.supplier.models import Supplier, Webhook
from schoolgate.supplier.webhooks.addresses import add_webhook, give_new_secret, remove_webhook


def refused(supplier: Supplier, url: str) -> str:
    with pytest.raises(ValidationError) as raised:
        add_webhook(supplier, url, by=None)
    assert Webhook.objects.count() == 0
    return str(raised.value.messages[0])


@pytest.mark.parametrize(
    "url", ["https://10.0.0.1/orders", "https://127.0.0.1/orders", "http://localhost:8000/", "https://[fd00::1]/"]
)
def test_a_private_address_is_refused(riverside: Supplier, no_demo: None, url: str) -> None:
    assert "private network" in refused(riverside, url)


def test_a_start_up_setting_opens_private_addresses(riverside: Supplier, no_demo: None, settings: Any) -> None:
    environment = {"SCHOOLGATE_PRIVATE_WEBHOOKS": "yes"}
    configuration: Configuration = read_configuration(settings.SCHOOLGATE_HOME.settings_file, environment=environment)
    settings.SCHOOLGATE_CONFIGURATION = configuration
    assert add_webhook(riverside, "https://10.0.0.1/orders", by=None)[0].url == "https://10.0.0.1/orders"


def test_where_a_cloud_machine_keeps_its_credentials_is_refused_in_the_demonstration_too(riverside: Supplier) -> None:
    assert "not allowed" in refused(riverside, "https://169.254.169.254/latest")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://8.8.8.8/orders", "https://"),
        ("ftp://shop.example/", "https://"),
        ("orders", "https://"),
        ("", "https://"),
        ("https://", "https://"),
        ("https://shop.example:port/", "no address"),
        ("https://cara:secret@8.8.8.8/", "user name and password"),
        ("https://8.8.8.8/#part", "#"),
        ("https://8.8.8.8/" + "x" * 500, "500"),
        ("https://nobody.invalid/", "can be found"),
    ],
)
def test_what_is_no_address_for_a_webhook_is_refused_with_a_reason(riverside: Supplier, url: str, words: str) -> None:
    assert words in refused(riverside, url)


def test_an_address_is_told_once_only(told: Told, riverside: Supplier) -> None:
    with pytest.raises(ValidationError, match="already"):
        add_webhook(riverside, told.webhook.url, by=None)


def test_a_new_secret_takes_the_place_of_the_old_one(told: Told) -> None:
    secret = give_new_secret(told.webhook, by=None)
    assert secret != told.secret
    assert Webhook.objects.get().secret == secret


def test_every_act_stands_in_the_audit_without_a_secret(riverside: Supplier, shop: Shop, clerk: User) -> None:
    webhook, secret = add_webhook(riverside, f"{shop.address}?token=hidden", by=clerk)
    give_new_secret(webhook, by=clerk)
    remove_webhook(webhook, by=clerk)
    entries = list(AuditEntry.objects.filter(user=clerk).order_by("pk"))
    assert [entry.did for entry in entries] == ["webhook added", "webhook secret changed", "webhook removed"]
    said = " ".join(entry.target + entry.details for entry in entries)
    assert shop.address in said
    assert "hidden" not in said
    assert secret not in said
