"""`schoolgate authority alerts` and `reports`: who is told what by mail, and the answers that other people ask for."""

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from schoolgate.sites.commands.common_verbs import home_option
from schoolgate.sites.commands.shared import (
    Failed,
    WrongCall,
    as_json,
    at_home,
    limit_rows,
    open_site,
    print_rows,
    require_current_database,
)


@click.group("alerts", invoke_without_command=True, help="Who is told what by mail, and when a mail last went out.")
@as_json
@limit_rows
@home_option
@click.pass_context
def alerts(context: click.Context, as_json: bool, limit: int | None, home: Path | None) -> None:
    if context.invoked_subcommand is not None:
        return
    open_site("authority", home)
    require_current_database("authority")
    from schoolgate.commons.accounts.models import User
    from schoolgate.commons.alerts.choosing import choices_of

    rows = [
        {
            "user": chosen.person.username,
            "alert": chosen.alert.name,
            "state": chosen.state,
            "to": chosen.to,
            "how": chosen.alert.how,
            "last_sent": chosen.last_sent,
        }
        for chosen in choices_of(list(User.objects.people().filter(is_active=True)))
    ]
    columns = ["user", "alert", "state", "to", "how", "last_sent"]
    print_rows(rows, columns, as_json=as_json, limit=limit, empty="Nobody here can be told of anything.")


@alerts.command("test", help="Send one mail now, and tell what the mail server says.")
@click.option("--to", required=True, help="The address to send it to.")
@at_home("authority")
def test(to: str) -> None:
    from django.core.exceptions import ValidationError
    from django.core.validators import validate_email

    from schoolgate.commons.alerts.mailing import site_name
    from schoolgate.commons.alerts.smtp import NotSent, send, server_address

    try:
        validate_email(to)
    except ValidationError:
        raise WrongCall(f"--to {to}: this is no e-mail address.") from None
    try:
        send(to, f"Test · {site_name()}", "This site's mail works: its operator sent this to see that it does.")
    except NotSent as error:
        raise Failed(error.sentence) from None
    click.echo(f"{server_address()} took the mail for {to}.")


@click.command("reports", help="Without a name, the reports there are; with one, its rows.")
@click.argument("name", required=False)
@click.option("--base", "dfe", help="Only this school, seven digits.")
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), help="From this day on, as 2026-11-19.")
@click.option("--to", "last", type=click.DateTime(["%Y-%m-%d"]), help="Up to this day.")
@click.option("--days", type=click.IntRange(1, 3650), help="After how many days, where the report asks for days.")
@as_json
@limit_rows
@at_home("authority")
def reports(
    name: str | None,
    dfe: str | None,
    first: datetime | None,
    last: datetime | None,
    days: int | None,
    as_json: bool,
    limit: int | None,
) -> None:
    from schoolgate.authority.bases.models import Base
    from schoolgate.authority.bases.reports import REPORTS, Scope
    from schoolgate.commons.audit.recording import record

    if name is None:
        rows: list[dict[str, Any]] = [
            {"name": one.name, "title": one.title, "question": one.question} for one in REPORTS.values()
        ]
        print_rows(rows, ["name", "question"], as_json=as_json, limit=limit, empty="There is no report.")
        return
    report = REPORTS.get(name)
    if report is None:
        raise WrongCall(f"There is no report '{name}'. Reports: {', '.join(REPORTS)}.")
    if (first or last) and not report.asks_dates:
        raise WrongCall(f"The report {name} takes no --from and --to.")
    if days and not report.asks_days:
        raise WrongCall(f"The report {name} takes no --days.")
    base = Base.objects.filter(la=dfe[:3], number=dfe[3:]).first() if dfe is not None else None
    if dfe is not None and base is None:
        raise Failed(f"There is no base {dfe}. See: schoolgate authority bases")
    scope = Scope(base, first.date() if first else None, last.date() if last else None, days)
    if report.names_children:
        record("report downloaded", by=None, target=report.title, details=scope.in_words)
    columns = {_key(column.heading): column for column in report.columns()}
    found = report.rows(scope)
    told = [
        {key: column.value_of(row) for key, column in columns.items()} for row in (found[:limit] if limit else found)
    ]
    print_rows(told, list(columns), as_json=as_json, limit=limit, empty=report.empty.text)


def _key(heading: str) -> str:
    """A heading as programs read it: "DfE no." is dfe_no."""
    from django.utils.text import slugify

    return slugify(heading).replace("-", "_")
