"""`schoolgate school fetch-orders` and `documents`: what suppliers have for the school, and what became of it."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.progress import Progress, TaskID

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

if TYPE_CHECKING:
    from schoolgate.school.purchasing.models import FetchedDocument
    from schoolgate.school.purchasing.rounds import LastRound

COLUMNS = ("number", "type", "service", "id", "supplier", "reference", "state", "rule", "why")

number_argument = click.argument("number", type=int, metavar="NUMBER")


@click.command(
    "fetch-orders",
    help="Ask suppliers' services for orders, invoices and credit notes. Exit code 1 unless all that is new came in.",
)
@click.option("--service", metavar="NAME", help="Only this web service.")
@as_json
@at_home("school")
def fetch_orders(service: str | None, as_json: bool) -> None:
    from schoolgate.school.purchasing.asking import services_to_ask
    from schoolgate.school.purchasing.fetch_now import fetch_now

    services = services_to_ask()
    if not services:
        raise Failed("No supplier is set up for e-procurement, or every web service is turned off.")
    chosen = [one for one in services if service in (None, one.name)]
    if not chosen:
        raise WrongCall(f"There is no web service '{service}'. Services: {', '.join(one.name for one in services)}.")
    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bars:
        bar_of: dict[str, TaskID] = {}

        def show(name: str, done: int, total: int, text: str) -> None:
            if name not in bar_of:
                bar_of[name] = bars.add_task(name)
            bars.update(bar_of[name], completed=done, total=total or None, description=f"{name} {text}")

        rounds = fetch_now(chosen, show)
    if as_json:
        print_json([_as_row(one) for one in rounds])
    else:
        for one in rounds:
            click.echo(f"{one.service.name}: {one.told if one.state == 'failed' else one.words}")
    sys.exit(1 if any(one.state != "works" or one.waiting for one in rounds) else 0)


def _as_row(one: "LastRound") -> dict[str, Any]:
    return {
        "service": one.service.name,
        "state": one.state,
        "found": one.found,
        "imported": one.imported,
        "already_here": one.here,
        "refused": one.waiting,
        "trouble": one.service.trouble,
        "told": one.told,
    }


@click.group(
    "documents",
    invoke_without_command=True,
    help="What suppliers' services have offered, newest first: orders, invoices, credit notes, quotes.",
)
@click.option("--waiting", is_flag=True, help="Only what waits for somebody.")
@click.option("--kept-out", is_flag=True, help="Only what was kept out.")
@as_json
@limit_rows
@home_option
@click.pass_context
def documents(
    context: click.Context, waiting: bool, kept_out: bool, as_json: bool, limit: int | None, home: Path | None
) -> None:
    if context.invoked_subcommand is not None:
        return
    open_site("school", home)
    require_current_database("school")
    from schoolgate.school.purchasing.models import DocumentState, FetchedDocument

    found = FetchedDocument.objects.select_related("service", "supplier")
    if waiting or kept_out:
        wanted = [DocumentState.WAITING] * waiting + [DocumentState.KEPT_OUT] * kept_out
        found = found.filter(state__in=wanted)
    rows = [document_as_row(document) for document in (found[:limit] if limit else found)]
    print_rows(rows, COLUMNS, as_json=as_json, limit=limit, empty="No document fits.")


def document_as_row(document: "FetchedDocument") -> dict[str, Any]:
    """A document as lists show it."""
    return {
        "number": document.pk,
        "type": document.kind,
        "service": document.service.name if document.service else "",
        "by_mail": document.mailed,
        "id": document.doc_id,
        "supplier": document.supplier.name if document.supplier else "",
        "reference": document.reference,
        "state": document.state,
        "rule": document.rule,
        "why": document.why,
        "found": document.found,
        "expected": document.expected,
        "path": document.path,
        "line": document.line,
        "notes": document.notes,
        "first": document.first_id,
        "first_seen": document.listed_at,
        "fetched": document.fetched_at,
        "ended": document.ended_at,
        "service_told": document.marked_at,
        "sha256": document.sha256,
    }


@documents.command("try-again", help="Import a document that waits, if what it lacked is there now.")
@number_argument
@as_json
@at_home("school")
def try_document_again(number: int, as_json: bool) -> None:
    from schoolgate.school.purchasing.documents import DocumentRefused
    from schoolgate.school.purchasing.importing import try_again

    document = _chosen(number)
    try:
        try_again(document, by=None)
    except DocumentRefused as refused:
        raise Failed(str(refused)) from None
    _say(document, as_json)
    if document.state != "imported":
        sys.exit(1)


@documents.command("keep-out", help="Do not import a document; its service is told that it is dealt with.")
@number_argument
@click.option("--reason", required=True, help="Why; it stands beside the document and in the audit.")
@as_json
@at_home("school")
def keep_document_out(number: int, reason: str, as_json: bool) -> None:
    from schoolgate.school.purchasing.documents import DocumentRefused, keep_out

    document = _chosen(number)
    try:
        keep_out(document, by=None, reason=reason)
    except DocumentRefused as refused:
        raise Failed(str(refused)) from None
    _say(document, as_json)


@documents.command("take-back", help="Let a document that was kept out wait again.")
@number_argument
@as_json
@at_home("school")
def take_document_back(number: int, as_json: bool) -> None:
    from schoolgate.school.purchasing.documents import DocumentRefused, take_back

    document = _chosen(number)
    try:
        take_back(document, by=None)
    except DocumentRefused as refused:
        raise Failed(str(refused)) from None
    _say(document, as_json)


def _chosen(number: int) -> "FetchedDocument":
    """The document with this number. Raises Failed."""
    from schoolgate.school.purchasing.models import FetchedDocument

    found: FetchedDocument | None = FetchedDocument.objects.filter(pk=number).first()
    if found is None:
        raise Failed(f"There is no document {number}. See: schoolgate school documents")
    return found


def _say(document: "FetchedDocument", as_json: bool) -> None:
    if as_json:
        print_json(document_as_row(document))
    else:
        click.echo(f"{document}: {document.get_state_display()}. {document.said}".strip())
