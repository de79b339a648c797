"""Keys of the REST API, from the command line."""

import click

from schoolgate.sites.commands.shared import Failed, WrongCall, as_json, at_home, limit_rows, print_json, print_rows
from schoolgate.sites.commands.supplier_chosen import chosen_supplier, supplier_option


@click.group("keys", help="Keys by which a shop's own programs call the REST API.")
def keys() -> None:
    pass


@keys.command("add", help="Make a key; prints it once.")
@click.argument("name")
@click.option("--right", "rights", multiple=True, required=True, help="What it may do, for example documents:write.")
@supplier_option
@as_json
@at_home("supplier")
def add_key(name: str, rights: tuple[str, ...], duns: str | None, as_json: bool) -> None:
    from django.core.exceptions import ValidationError

    from schoolgate.supplier.api.keys import make_key
    from schoolgate.supplier.models import SCOPES

    unknown = sorted(set(rights) - set(SCOPES))
    if unknown:
        raise WrongCall(f"Unknown: {', '.join(unknown)}. The rights: {', '.join(SCOPES)}.")
    try:
        key, text = make_key(chosen_supplier(duns), name, rights, by=None)
    except ValidationError as error:
        raise Failed(" ".join(error.messages)) from None
    if as_json:
        print_json({"number": key.pk, "name": key.name, "key": text, "rights": key.scopes})
    else:
        click.echo(f"The key of {key.name} (shown only now): {text}")


@keys.command("list", help="All keys; only how each begins is known.")
@as_json
@limit_rows
@at_home("supplier")
def list_keys(as_json: bool, limit: int | None) -> None:
    from schoolgate.supplier.models import ApiKey

    rows = [
        {
            "number": key.pk,
            "name": key.name,
            "begins": key.start,
            "rights": key.scopes,
            "supplier": key.supplier.duns,
            "last_used": key.last_used_at,
            "withdrawn": key.withdrawn_at,
        }
        for key in ApiKey.objects.select_related("supplier")
    ]
    columns = ["number", "name", "begins", "rights", "last_used", "withdrawn"]
    print_rows(rows, columns, as_json=as_json, limit=limit, empty="No key yet.")


@keys.command("withdraw", help="Let a key open nothing from now on.")
@click.argument("number", type=int)
@at_home("supplier")
def withdraw(number: int) -> None:
    from schoolgate.supplier.api.keys import withdraw_key
    from schoolgate.supplier.models import ApiKey

    key = ApiKey.objects.filter(pk=number).first()
    if key is None:
        raise WrongCall(f"There is no key {number}. All: schoolgate supplier keys list")
    withdraw_key(key, by=None)
    click.echo(f"The key of {key.name} opens nothing any more.")
