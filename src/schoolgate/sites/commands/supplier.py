"""`schoolgate supplier VERB`."""

from pathlib import Path

import click

from schoolgate.sites.commands.common_verbs import add_common_verbs, home_option, initialise, say_initialised
from schoolgate.sites.commands.shared import WrongCall, as_json, open_site


@click.group(help="A supplier's site: the web service that schools' finance systems call, and its queue.")
def supplier() -> None:
    pass


add_common_verbs(supplier, "supplier")


@supplier.command("init", help="First set-up, or bring the database up to date after an upgrade.")
@home_option
@click.option("--name", help="Whose service this is, as schools know it; with --duns also the first supplier's name.")
@click.option("--duns", help="The supplier's DUNS number, nine digits.")
@click.option("--contact", help="Whom schools and developers may ask, with telephone and hours.")
@as_json
def init(home: Path | None, name: str | None, duns: str | None, contact: str | None, as_json: bool) -> None:
    open_site("supplier", home)
    from django.core.exceptions import ValidationError

    from schoolgate.supplier.buyers.suppliers import add_supplier
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
            add_supplier(name=name or "", duns=duns, by=None)
        except ValidationError as error:
            raise WrongCall(" ".join(error.messages)) from None
    say_initialised("supplier", link, as_json)
