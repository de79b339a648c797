"""`schoolgate school status` and `board`: what the first page and the board of schools say."""

import sys

import click

from schoolgate.sites.commands.shared import as_json, at_home, limit_rows, print_json, print_rows

BOARD_COLUMNS = ["la", "school", "name", "state", "needs_attention", "held_back", "not_accepted", "waiting_long"]


@click.command(
    "status", help="Whether everything is all right, and what to do if not. Exit code 1 when there is something."
)
@as_json
@at_home("school")
def status(as_json: bool) -> None:
    from schoolgate.school.exchange.today import look_at_today

    today = look_at_today()
    if as_json:
        to_do = [{"code": each.code, "count": each.count, "text": each.text, "step": each.step} for each in today.to_do]
        schools = {"all_right": today.board.all_right, "not_all_right": len(today.board.exceptions)}
        print_json(
            {
                "all_right": not to_do,
                "sentence": today.sentence,
                "to_do": to_do,
                "waiting": today.waiting,
                "next_run": today.next_run,
                "schools": schools,
            }
        )
    else:
        click.echo(today.sentence)
        for each in today.to_do:
            click.echo(f"* {each.text} {each.step}.")
    sys.exit(1 if today.to_do else 0)


@click.command("requests", help="Files that the LAs ask for, the oldest first.")
@click.option("--refresh", is_flag=True, help="Ask the LAs first, whoever was asked lately.")
@as_json
@limit_rows
@at_home("school")
def requests(refresh: bool, as_json: bool, limit: int | None) -> None:
    from schoolgate.school.exchange.models import FileRequest
    from schoolgate.school.exchange.requested import ask_for_requests, where_to

    if refresh:
        ask_for_requests(at_once=True)
    rows = [
        {
            "la": one.la,
            "school": one.school,
            "name": one.school_name,
            "wanted": one.data,
            "task": one.task,
            "since": one.made_at,
            "destination_la": one.destination_la,
            "folder": where_to(one.destination_la).folder,
        }
        for one in FileRequest.objects.all()
    ]
    columns = ["since", "la", "school", "name", "wanted", "task", "folder"]
    print_rows(rows, columns, as_json=as_json, limit=limit, empty="No LA asks for a file.")


@click.command("board", help="Every school and how it stands, the worst first.")
@click.option("--exceptions", is_flag=True, help="Only schools that are not all right.")
@as_json
@limit_rows
@at_home("school")
def board(exceptions: bool, as_json: bool, limit: int | None) -> None:
    from schoolgate.school.exchange.first_page.board import look_at_schools

    found = look_at_schools()
    rows = [
        {
            "la": one.la,
            "school": one.number,
            "name": one.name,
            "state": one.state,
            "needs_attention": one.needs_attention,
            "held_back": one.held_back,
            "not_accepted": one.not_accepted,
            "waiting_long": one.waiting_long,
            "last_received": one.last_received,
        }
        for one in (found.exceptions if exceptions else found.schools)
    ]
    empty = "All schools are all right." if found.schools else "No school yet."
    print_rows(rows, BOARD_COLUMNS, as_json=as_json, limit=limit, empty=empty)
