"""What was called, and what becomes of it, from the command line."""

from typing import Any

import click

from schoolgate.sites.commands.shared import as_json, at_home, limit_rows, print_rows
from schoolgate.sites.commands.supplier_chosen import chosen_buyer


@click.command("calls", help="Calls of the service, newest first.")
@click.option("--buyer", "user", help="Only of the school with this user name.")
@click.option("--faults", is_flag=True, help="Only those that were answered with a fault.")
@as_json
@limit_rows
@at_home("supplier")
def calls(user: str | None, faults: bool, as_json: bool, limit: int | None) -> None:
    from schoolgate.supplier.models import Call

    found = Call.objects.defer("request", "answer")
    if user:
        found = found.filter(buyer=chosen_buyer(user))
    if faults:
        found = found.exclude(outcome="ok")
    rows: list[dict[str, Any]] = [
        {
            "at": call.at,
            "user": call.user,
            "operation": call.operation,
            "soap": call.version,
            "outcome": call.outcome,
            "told": call.sentence,
            "document": call.doc_id,
            "rules_broken": call.broken,
            "microseconds": call.microseconds,
            "request_id": call.request_id,
        }
        for call in (found[:limit] if limit else found)
    ]
    columns = ["at", "user", "operation", "soap", "outcome", "told", "document", "rules_broken", "request_id"]
    print_rows(rows, columns, as_json=as_json, limit=limit, empty="No calls in this time.")
