"""`schoolgate school ledger establishment`: whose ledger this is, and what its documents say of it."""

from typing import Any

import click

from schoolgate.sites.commands.shared import Failed, as_json, at_home, print_json


@click.command("establishment", help="The establishment's details; with options, change them.")
@click.option("--name", help="As suppliers know the school.")
@click.option("--duns", help="Nine digits. Baskets name it, and one with another number is refused.")
@click.option("--language", help="The system language, usually en.")
@click.option("--currency", help="Usually GBP.")
@click.option("--order-prefix", help="What stands before order numbers, such as PO-.")
@click.option("--next-order", type=int, help="The next order gets this number.")
@click.option("--delivery-address", help="Lines parted by line ends: the establishment's name alone in the first.")
@click.option("--email", help="Where suppliers answer to an order that went to them by e-mail.")
@click.option("--post-and-packing", help="Its fund, ledger code and cost centre, such as 01 / E19 / ENG.")
@click.option(
    "--buyer-duns-may-lack/--buyer-duns-is-needed",
    default=None,
    help="Whether a basket that does not say for whom it is comes in, with a warning.",
)
@click.option("--invoice-tolerance", type=int, help="By how many pence a line and rate an invoice's sums may be out.")
@click.option(
    "--goods-first/--goods-later",
    default=None,
    help="Whether goods must be received before their invoice is authorised for payment.",
)
@as_json
@at_home("school")
def establishment(as_json: bool, **options: Any) -> None:
    from schoolgate.school.purchasing.changing import ChangedMeanwhile
    from schoolgate.school.purchasing.establishment import change_details, details
    from schoolgate.school.purchasing.forms.set_up import EstablishmentForm
    from schoolgate.school.purchasing.years import current_year

    now = details()
    given = {name: value for name, value in options.items() if value is not None}
    form = EstablishmentForm({**now, **given}, now=now, year=current_year())
    wrong = {name: faults for name, faults in form.errors.items() if name in given}
    if wrong:
        told = (f"--{name.replace('_', '-')}: {' '.join(map(str, faults))}" for name, faults in wrong.items())
        raise Failed("\n".join(told))
    try:
        change_details({name: form.wanted[name] for name in given}, seen=now, by=None)
    except ChangedMeanwhile:
        raise Failed("Somebody is changing these details just now. Nothing was changed; try again.") from None
    if as_json:
        print_json(details())
        return
    for name, value in details().items():
        label = str(form.fields[name].label)
        click.echo(f"{label}: {_in_words(value)}")


def _in_words(value: Any) -> str:
    told = {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
    return told.replace("\n", ", ") or "(none)"
