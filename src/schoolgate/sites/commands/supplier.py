"""`schoolgate supplier VERB`."""

from pathlib import Path

import click

from schoolgate.sites.commands.common_verbs import add_common_verbs, home_option, initialise, say_initialised
from schoolgate.sites.commands.shared import WrongCall, as_json, open_site
from schoolgate.sites.commands.supplier_buyers import buyers, suppliers
from schoolgate.sites.commands.supplier_calls import calls
from schoolgate.sites.commands.supplier_documents import documents, orders
from schoolgate.sites.commands.supplier_keys import keys
from schoolgate.sites.commands.supplier_webhooks import webhooks


@click.group(help="A supplier's site: the web service that schools' finance systems call, and its queue.")
def supplier() -> None:
    pass


add_common_verbs(supplier, "supplier")
for command in (suppliers, buyers, documents, orders, calls, keys, webhooks):
    supplier.add_command(command)


@supplier.command("init", help="First set-up, or bring the database up to date after an upgrade.")
@home_option
@click.option("--name", help="Whose service this is, as schools know it; with --duns also the first supplier's name.")
@click.option("--duns", help="The supplier's DUNS number, nine digits.")
@click.option("--contact", help="Whom schools and developers may ask, with telephone and hours.")
@as_json
def init(home: Path | None, name: str | None, duns: str | None, contact: str | None, as_json: bool) -> None:
    open_site("supplier", home)
    from schoolgate.supplier.buyers.suppliers import SupplierRefused, add_supplier
    from schoolgate.supplier.models import Supplier
    from schoolgate.supplier.preferences import SERVICE_CONTACT, SERVICE_NAME

    if duns is not None and not name:
        raise WrongCall("--duns is the supplier's number: say its --name too.")
    link = initialise("supplier")
    for preference, value in ((SERVICE_NAME, name), (SERVICE_CONTACT, contact)):
        if value is not None:
            preference.set(value, by=None)
    if duns is not None and not Supplier.objects.filter(duns=duns).exists():
        try:
            add_supplier(name or "", duns, by=None)
        except SupplierRefused as error:
            raise WrongCall(str(error)) from None
    say_initialised("supplier", link, as_json)
