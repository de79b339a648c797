"""The addresses that are told: adding, taking away, a new secret, going on after a pause."""

import httpx
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.supplier.models import Delivery, DeliveryState, Supplier, Webhook
from schoolgate.supplier.webhooks.making import send_soon
from schoolgate.supplier.webhooks.signing import new_secret
from schoolgate.wire.http import AddressRefused
from schoolgate.wire.typed_addresses import require_reachable

LONGEST_ADDRESS = 500
MOST = 10
_ALLOWING = {"private-address": "The operator can allow such addresses, for trying: private_webhooks."}


def private_addresses_allowed() -> bool:
    """Whether webhooks may go into private networks and to this machine: by a start-up setting, or in the demo."""
    return settings.SCHOOLGATE_DEMO or settings.SCHOOLGATE_CONFIGURATION.yes("private_webhooks")


def add_webhook(
    supplier: Supplier, url: str, *, by: User | None, request: HttpRequest | None = None
) -> tuple[Webhook, str]:
    """Tell this address of every order from now on: its row, and the signing secret, which is told only here.

    Raises ValidationError for an address that is none, is not allowed, cannot be found or is told already.
    """
    url = _allowed(url.strip())
    with transaction.atomic():
        # Locked, so that of two who add at once the later one sees what the earlier added.
        known = list(Webhook.objects.filter(supplier=Supplier.objects.select_for_update().get(pk=supplier.pk)))
        if any(one.url == url for one in known):
            raise ValidationError("This address is told already.", "url")
        if len(known) >= MOST:
            raise ValidationError(f"There are {MOST} addresses, which is the most. Take one away first.", "url")
        secret = new_secret()
        webhook = Webhook.objects.create(supplier=supplier, url=url, secret=secret)
        record("webhook added", by=by, target=called(webhook), request=request)
    return webhook, secret


def remove_webhook(webhook: Webhook, *, by: User | None, request: HttpRequest | None = None) -> None:
    """Tell this address nothing more; its log goes with it."""
    with transaction.atomic():
        record("webhook removed", by=by, target=called(webhook), request=request)
        Webhook.objects.filter(pk=webhook.pk).delete()


def give_new_secret(webhook: Webhook, *, by: User | None, request: HttpRequest | None = None) -> str:
    """Sign with another secret from now on. It is told only here."""
    secret = new_secret()
    with transaction.atomic():
        webhook.secret = secret
        webhook.save(update_fields=["secret"])
        record("webhook secret changed", by=by, target=called(webhook), request=request)
    return secret


def pause(webhook: Webhook, *, by: User | None, request: HttpRequest | None = None) -> bool:
    """Hold back what is to be told until somebody lets it go on. False: it was paused before."""
    with transaction.atomic():
        done = Webhook.objects.filter(pk=webhook.pk, paused_at=None).update(paused_at=timezone.now())
        if done:
            record("webhook paused", by=by, target=called(webhook), request=request)
    return bool(done)


def go_on(webhook: Webhook, *, by: User | None, request: HttpRequest | None = None) -> bool:
    """End a pause: what has waited meanwhile is sent. False: there was no pause."""
    with transaction.atomic():
        if not Webhook.objects.filter(pk=webhook.pk).exclude(paused_at=None).update(paused_at=None, failures=0):
            return False
        for delivery in Delivery.objects.filter(webhook=webhook, state=DeliveryState.WAITING).order_by("pk"):
            send_soon(delivery)
        record("webhook goes on", by=by, target=called(webhook), request=request)
    return True


def called(webhook: Webhook) -> str:
    """A webhook as the audit names it: the address without what may be a secret in it."""
    url = httpx.URL(webhook.url)
    return f"{url.copy_with(query=None, fragment=None)} of {webhook.supplier.name}"


def _allowed(text: str) -> str:
    try:
        url = httpx.URL(text)
        if url.userinfo:
            raise ValidationError("Leave user name and password out of the address: check the signature.", "url")
        require_reachable(url, private_allowed=private_addresses_allowed())
    except httpx.InvalidURL:
        raise ValidationError("This is no address. It must look like https://shop.example/orders.", "url") from None
    except AddressRefused as refused:
        raise ValidationError(f"{refused.sentence} {_ALLOWING.get(refused.code, '')}".strip(), refused.code) from None
    except httpx.ConnectError:
        raise ValidationError("No computer of this name can be found. Compare the address.", "url") from None
    if len(text) > LONGEST_ADDRESS or url.fragment:
        raise ValidationError(f"An address has at most {LONGEST_ADDRESS} characters, and no part after a #.", "url")
    return str(url)
