"""`schoolgate authority addresses`: the authority's own list of addresses."""

from pathlib import Path
from typing import Any

import click

from schoolgate.sites.commands.shared import Failed, as_json, at_home, limit_rows, print_rows

COLUMNS = ["id", "given", "source", "state", "loaded", "lines", "records", "lines_left_out", "why_not"]

CHUNK = 1024 * 1024


@click.group("addresses", help="The authority's own list of addresses: an incoming one is taken only if it is in it.")
def addresses() -> None:
    pass


@addresses.command("load", help="Give a list as CSV; a job loads it, and it counts once it is whole.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@at_home("authority")
def load(file: Path) -> None:
    from schoolgate.authority.importing.addresses.load_job import load_list
    from schoolgate.commons.filestore import NoSpace

    try:
        with file.open("rb") as stream:
            this = load_list(iter(lambda: stream.read(CHUNK), b""), file.name, by=None)
    except (OSError, NoSpace) as error:
        raise Failed(f"{file} was not taken: {error}") from None
    click.echo(f"List {this.pk} is being loaded. How far: schoolgate authority addresses show")


@addresses.command("show", help="Lists and how they stand, newest first.")
@as_json
@limit_rows
@at_home("authority")
def show(as_json: bool, limit: int | None) -> None:
    from schoolgate.authority.importing.models import AddressListLoad

    loads = AddressListLoad.objects.all()
    rows: list[dict[str, Any]] = [
        {
            "id": this.pk,
            "given": this.asked_at,
            "source": this.source_name,
            "state": this.state,
            "loaded": this.loaded_at,
            "lines": this.lines,
            "records": this.records,
            "lines_left_out": this.refused,
            "why_not": this.why_not,
            "problems": this.problems,
        }
        for this in (loads[:limit] if limit else loads)
    ]
    print_rows(rows, COLUMNS, as_json=as_json, limit=limit, empty="No address list has been loaded.")


@addresses.command("accept", help="Let a list that waits count, although it is much shorter than the one before.")
@click.argument("number", type=int)
@at_home("authority")
def accept(number: int) -> None:
    _answer(number, take=True)


@addresses.command("discard", help="Discard a list that waits; the one before stays in use.")
@click.argument("number", type=int)
@at_home("authority")
def discard(number: int) -> None:
    _answer(number, take=False)


def _answer(number: int, *, take: bool) -> None:
    from schoolgate.authority.importing.addresses.load_job import answer_and_go_on
    from schoolgate.authority.importing.models import AddressListLoad

    this = AddressListLoad.objects.filter(pk=number).first()
    if this is None or not answer_and_go_on(this, take=take, by=None):
        raise Failed(f"List {number} does not wait for anybody. See: schoolgate authority addresses show")
    click.echo(f"{this.source_name} {'takes the place of the one before' if take else 'is discarded'}.")
