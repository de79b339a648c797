"""The queue and the orders that came, from the command line."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from schoolgate.sites.commands.shared import Failed, as_json, at_home, limit_rows, print_json, print_rows
from schoolgate.sites.commands.supplier_chosen import chosen_buyer, chosen_document, chosen_order

if TYPE_CHECKING:
    from schoolgate.supplier.models import Document, Order

KINDS = ["order", "invoice", "creditnote", "quote"]


@click.group("documents", help="The queue: what waits for schools, and what became of it.")
def documents() -> None:
    pass


@documents.command("list", help="All documents, newest first.")
@click.option("--state", type=click.Choice(["waiting", "processed", "withdrawn", "expired"]))
@click.option("--type", "kind", type=click.Choice(KINDS))
@click.option("--buyer", "user", help="Only of the school with this user name.")
@as_json
@limit_rows
@at_home("supplier")
def list_documents(state: str | None, kind: str | None, user: str | None, as_json: bool, limit: int | None) -> None:
    from schoolgate.supplier.models import Document

    found = Document.objects.select_related("buyer__account")
    if state:
        found = found.filter(state=state)
    if kind:
        found = found.filter(kind=kind)
    if user:
        found = found.filter(buyer=chosen_buyer(user))
    rows = [document_as_row(document) for document in (found[:limit] if limit else found)]
    columns = ["id", "type", "buyer", "reference", "lines", "gross", "state", "queued", "expires", "fetched"]
    print_rows(rows, columns, as_json=as_json, limit=limit, empty="Nothing waits for schools.")


def document_as_row(document: "Document") -> dict[str, Any]:
    """A document as lists show it."""
    return {
        "id": document.doc_id,
        "type": document.kind,
        "buyer": document.buyer.account.username,
        "reference": document.reference,
        "order_number": document.order_number,
        "lines": document.lines,
        "gross": document.gross,
        "state": document.state,
        "queued": document.created_at,
        "expires": document.expires_at,
        "fetched": document.fetched,
        "processed": document.processed_at,
    }


@documents.command("put", help="Check documents and put them into the queue. Exit code 1 when one is refused.")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--buyer", "user", required=True, help="User name of the school that it is for.")
@click.option("--type", "kind", required=True, type=click.Choice(KINDS))
@click.option("--id", "doc_id", default="", help="The document's id, for one file; made up when not given.")
@as_json
@at_home("supplier")
def put(files: tuple[Path, ...], user: str, kind: str, doc_id: str, as_json: bool) -> None:
    from schoolgate.supplier.queue.putting import NotQueued, put_document

    buyer = chosen_buyer(user)
    told: list[dict[str, Any]] = []
    refused = False
    for path in files:
        try:
            document, new = put_document(
                buyer, kind, path.read_bytes(), doc_id=doc_id if len(files) == 1 else "", through="command"
            )
        except NotQueued as error:
            refused = True
            problems = [
                {"line": one.line, "path": one.path, "code": one.code, "message": one.message, "remedy": one.remedy}
                for one in error.problems
            ]
            told.append({"file": str(path), "queued": False, "problems": problems})
            if not as_json:
                for one in error.problems:
                    click.echo(f"{path}:{one.line}: {one.path}: {one.message} {one.remedy}".rstrip())
            continue
        except OSError as error:
            raise Failed(f"{path} cannot be read: {error.strerror}") from None
        told.append({"file": str(path), "queued": True, "new": new, **document_as_row(document)})
        if not as_json:
            click.echo(f"{path}: {document.doc_id} {'waits' if new else 'was there already'}.")
    if as_json:
        print_json(told)
    if refused:
        sys.exit(1)


@documents.command("show", help="One document: its XML, or with --json what is known of it.")
@click.argument("doc_id")
@as_json
@at_home("supplier")
def show(doc_id: str, as_json: bool) -> None:
    from schoolgate.supplier.queue.index import content_of

    document = chosen_document(doc_id)
    if not as_json:
        click.echo(content_of(document))
        return
    events = [{"at": event.at, "what": event.what, "words": event.words} for event in document.events.all()]
    print_json({**document_as_row(document), "findings": document.findings, "events": events})


def _step(name: str, words: str, help_text: str) -> click.Command:
    @click.command(name, help=help_text)
    @click.argument("doc_id")
    @at_home("supplier")
    def step(doc_id: str) -> None:
        from schoolgate.supplier.queue import steps

        document = chosen_document(doc_id)
        try:
            {"withdraw": steps.withdraw, "expire": steps.expire, "put-back": steps.put_back}[name](document, by=None)
        except steps.StepNotAllowed as error:
            raise Failed(error.sentence) from None
        click.echo(f"{document.doc_id} {words}.")

    return step


for command in (
    _step("withdraw", "is withdrawn", "Take a document out of the queue that no school has taken."),
    _step("expire", "has expired", "End a waiting document's days now."),
    _step("put-back", "waits again", "Let a document wait again that was taken, withdrawn or has expired."),
):
    documents.add_command(command)


@click.group("orders", help="Orders that schools have sent.")
def orders() -> None:
    pass


@orders.command("list", help="All orders, newest first.")
@click.option("--not-taken", is_flag=True, help="Only those that nobody has taken over yet.")
@as_json
@limit_rows
@at_home("supplier")
def list_orders(not_taken: bool, as_json: bool, limit: int | None) -> None:
    from schoolgate.supplier.models import Order

    found = Order.objects.select_related("buyer__account")
    if not_taken:
        found = found.filter(taken_at=None)
    rows = [order_as_row(order) for order in (found[:limit] if limit else found)]
    columns = ["order", "number", "buyer", "reference", "date", "lines", "gross", "received", "taken"]
    print_rows(rows, columns, as_json=as_json, limit=limit, empty="No orders yet.")


def order_as_row(order: "Order") -> dict[str, Any]:
    """An order as lists show it."""
    return {
        "order": order.pk,
        "number": order.number,
        "buyer": order.buyer.account.username,
        "reference": order.reference,
        "date": order.order_date,
        "lines": order.lines,
        "net": order.net,
        "gross": order.gross,
        "received": order.received_at,
        "taken": order.taken_at,
        "changes": order.changes,
    }


@orders.command("show", help="One order: its XML as it came, or with --json as a shop reads it.")
@click.argument("order", type=int)
@as_json
@at_home("supplier")
def show_order(order: int, as_json: bool) -> None:
    from schoolgate.supplier.orders.telling import order_as_json

    found = chosen_order(order)
    if as_json:
        print_json(order_as_json(found))
    else:
        click.echo(found.content.xml)


@orders.command("taken", help="Say that an order is in your own system.")
@click.argument("order", type=int)
@at_home("supplier")
def taken(order: int) -> None:
    from schoolgate.supplier.orders.taking import take_order

    found = chosen_order(order)
    take_order(found, by=None)
    click.echo(f"Order {found} is taken.")


@orders.command("refused", help="Orders that were refused, with what the school was told.")
@as_json
@limit_rows
@at_home("supplier")
def refused(as_json: bool, limit: int | None) -> None:
    from schoolgate.supplier.models import RefusedOrder

    rows = [
        {
            "last": order.last_at,
            "times": order.times,
            "buyer": order.buyer.account.username,
            "number": order.number,
            "told": order.told,
        }
        for order in RefusedOrder.objects.select_related("buyer__account").defer("xml", "problems")
    ]
    columns = ["last", "times", "buyer", "number", "told"]
    print_rows(rows, columns, as_json=as_json, limit=limit, empty="No order was refused.")
