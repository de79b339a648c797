"""`schoolgate authority outbox`: what waits for schools' programs, and sending them what was changed here."""

from pathlib import Path
from typing import Any

import click

from schoolgate.sites.commands.authority_collection import base_numbered
from schoolgate.sites.commands.common_verbs import home_option
from schoolgate.sites.commands.shared import (
    Failed,
    WrongCall,
    as_json,
    at_home,
    limit_rows,
    open_site,
    print_json,
    print_rows,
    require_current_database,
)


@click.group("outbox", invoke_without_command=True, help="What waits for schools' programs, the newest first.")
@click.option("--base", "dfe", metavar="DFE", help="Only of this school: 8204321.")
@click.option("--all", "ended", is_flag=True, help="With what has ended.")
@as_json
@limit_rows
@home_option
@click.pass_context
def outbox(
    context: click.Context, dfe: str | None, ended: bool, as_json: bool, limit: int | None, home: Path | None
) -> None:
    if context.invoked_subcommand is not None:
        return
    open_site("authority", home)
    require_current_database("authority")
    from schoolgate.authority.exchange.models import OutboxEntry

    found = OutboxEntry.objects.all() if ended else OutboxEntry.objects.open()
    if dfe:
        found = found.filter(base=base_numbered(dfe))
    rows = (
        {
            "number": entry.pk,
            "base": entry.base.dfe_number,
            "kind": entry.kind,
            "what": str(entry),
            "for": entry.task_name,
            "state": entry.state,
            "since": entry.made_at,
            "fetched": entry.collected_at,
        }
        for entry in found.select_related("base")[:limit]
    )
    columns = ["number", "base", "kind", "what", "for", "state", "since", "fetched"]
    print_rows(rows, columns, as_json=as_json, limit=limit, empty="Nothing waits for a school.")


@outbox.command("withdraw", help="Offer a file no longer; what stands in it is sent again only when it changes again.")
@click.argument("number", type=int, metavar="NUMBER")
@as_json
@at_home("authority")
def withdraw(number: int, as_json: bool) -> None:
    from schoolgate.authority.exchange.models import OutboxEntry
    from schoolgate.authority.exchange.outbox import withdraw_file

    entry = OutboxEntry.objects.files().filter(pk=number).select_related("base").first()
    if entry is None:
        raise WrongCall(f"The outbox has no file {number}. See: schoolgate authority outbox --all")
    if not withdraw_file(entry, by=None):
        raise Failed(f"{entry.name} has ended already: {entry.state_words}.")
    _say({"withdrawn": number}, f"{entry.name} is not offered to {entry.base.name} any more.", as_json=as_json)


@outbox.command("send-staff", help="Send a school what was changed here of its staff.")
@click.argument("dfe", metavar="DFE")
@as_json
@at_home("authority")
def send_staff(dfe: str, as_json: bool) -> None:
    from schoolgate.authority.exchange.staff_changes import send_changes
    from schoolgate.authority.records.subjects import STAFF
    from schoolgate.commons.filestore import NoSpace
    from schoolgate.documents.problems import DocumentError

    try:
        sent = send_changes(base_numbered(dfe), by=None)
    except (NoSpace, DocumentError) as error:
        raise Failed(f"Nothing was sent. {error}") from None
    number = sent.entry.pk if sent.entry is not None else None
    said: dict[str, Any] = {"entry": number, "people": sent.people, "values": sent.values, "left_out": sent.left_out}
    _say(said, sent.in_words(STAFF), as_json=as_json)


def _say(said: dict[str, Any], words: str, *, as_json: bool) -> None:
    if as_json:
        print_json(said)
    else:
        click.echo(words)
