"""Webhooks, and what they were told, from the command line."""

from typing import TYPE_CHECKING

import click

from schoolgate.sites.commands.shared import Failed, WrongCall, as_json, at_home, limit_rows, print_json, print_rows
from schoolgate.sites.commands.supplier_chosen import chosen_supplier, supplier_option

if TYPE_CHECKING:
    from schoolgate.supplier.models import Webhook


@click.group("webhooks", help="Addresses of a shop that are told when an order arrives.")
def webhooks() -> None:
    pass


@webhooks.command("add", help="Tell an address of every order from now on; prints the signing secret once.")
@click.argument("url")
@supplier_option
@as_json
@at_home("supplier")
def add(url: str, duns: str | None, as_json: bool) -> None:
    from django.core.exceptions import ValidationError

    from schoolgate.supplier.webhooks.addresses import add_webhook

    try:
        webhook, secret = add_webhook(chosen_supplier(duns), url, by=None)
    except ValidationError as error:
        raise Failed(" ".join(error.messages)) from None
    _print_secret(webhook, secret, as_json)


@webhooks.command("list", help="All webhooks, with those that are paused.")
@as_json
@limit_rows
@at_home("supplier")
def list_webhooks(as_json: bool, limit: int | None) -> None:
    from schoolgate.supplier.models import Webhook

    rows = [
        {
            "number": webhook.pk,
            "url": webhook.url,
            "supplier": webhook.supplier.duns,
            "failures": webhook.failures,
            "paused": webhook.paused_at,
        }
        for webhook in Webhook.objects.select_related("supplier")
    ]
    columns = ["number", "url", "failures", "paused"]
    print_rows(rows, columns, as_json=as_json, limit=limit, empty="No address is told of orders.")


@webhooks.command("remove", help="Tell an address nothing more; what it was told is forgotten.")
@click.argument("number", type=int)
@at_home("supplier")
def remove(number: int) -> None:
    from schoolgate.supplier.webhooks.addresses import remove_webhook

    webhook = _chosen(number)
    remove_webhook(webhook, by=None)
    click.echo(f"{webhook.url} is told nothing more.")


@webhooks.command("secret", help="Sign with another secret from now on; prints it once.")
@click.argument("number", type=int)
@as_json
@at_home("supplier")
def secret(number: int, as_json: bool) -> None:
    from schoolgate.supplier.webhooks.addresses import give_new_secret

    webhook = _chosen(number)
    _print_secret(webhook, give_new_secret(webhook, by=None), as_json)


@webhooks.command("ping", help="Send an address something harmless, also while it is paused.")
@click.argument("number", type=int)
@at_home("supplier")
def ping(number: int) -> None:
    from schoolgate.supplier.webhooks import making

    making.ping(_chosen(number), by=None)
    click.echo("The ping is on its way. What came of it: schoolgate supplier webhooks deliveries")


@webhooks.command("go-on", help="End the pause of a webhook: what has waited is sent.")
@click.argument("number", type=int)
@at_home("supplier")
def go_on(number: int) -> None:
    from schoolgate.supplier.webhooks import addresses

    webhook = _chosen(number)
    if not addresses.go_on(webhook, by=None):
        raise Failed(f"{webhook.url} is not paused.")
    click.echo(f"{webhook.url} goes on.")


@webhooks.command("deliveries", help="What webhooks were told, the newest first.")
@click.option("--state", type=click.Choice(["waiting", "delivered", "failed"]))
@as_json
@limit_rows
@at_home("supplier")
def deliveries(state: str | None, as_json: bool, limit: int | None) -> None:
    from schoolgate.supplier.models import Delivery

    found = Delivery.objects.select_related("webhook", "order").defer("body")
    if state:
        found = found.filter(state=state)
    rows = [
        {
            "number": delivery.pk,
            "when": delivery.made_at,
            "webhook": delivery.webhook_id,
            "event": delivery.event,
            "event_id": str(delivery.event_id),
            "order": str(delivery.order) if delivery.order else "",
            "state": delivery.state,
            "tries": delivery.tries,
            "status": delivery.status,
            "reason": delivery.reason,
        }
        for delivery in (found[:limit] if limit else found)
    ]
    columns = ["number", "when", "webhook", "event", "order", "state", "tries", "status", "reason"]
    print_rows(rows, columns, as_json=as_json, limit=limit, empty="Nothing was told yet.")


@webhooks.command("replay", help="Send a delivery once more, by its number in `webhooks deliveries`.")
@click.argument("number", type=int)
@at_home("supplier")
def replay(number: int) -> None:
    from schoolgate.supplier.models import Delivery
    from schoolgate.supplier.webhooks import making

    delivery = Delivery.objects.filter(pk=number).first()
    if delivery is None:
        raise WrongCall(f"There is no delivery {number}. All: schoolgate supplier webhooks deliveries")
    if not making.replay(delivery, by=None):
        raise Failed("It is on its way already.")
    click.echo("It is sent once more.")


def _chosen(number: int) -> "Webhook":
    from schoolgate.supplier.models import Webhook

    webhook: Webhook | None = Webhook.objects.filter(pk=number).select_related("supplier").first()
    if webhook is None:
        raise WrongCall(f"There is no webhook {number}. All: schoolgate supplier webhooks list")
    return webhook


def _print_secret(webhook: "Webhook", secret: str, as_json: bool) -> None:
    if as_json:
        print_json({"number": webhook.pk, "url": webhook.url, "secret": secret})
    else:
        click.echo(f"{webhook.url} is webhook {webhook.pk}. Its signing secret (shown only now): {secret}")
