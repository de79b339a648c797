"""`schoolgate school connection` and `test-connection`: the line out, and whether it is all right."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from schoolgate.sites.commands.shared import (
    Failed,
    WrongCall,
    as_json,
    at_home,
    print_json,
    read_secret,
)

if TYPE_CHECKING:
    from schoolgate.school.exchange.logins import Login


@click.command("connection", help="The proxy and the security protocol type; with options, sets them.")
@click.option("--proxy", help="Use this proxy: its name or IP address, with :port unless it is 8080.")
@click.option("--proxy-user", help="The user name for the proxy (basic login; Windows login is not offered).")
@click.option(
    "--proxy-password-file",
    type=click.Path(allow_dash=True, dir_okay=False, path_type=Path),
    help="File with its password, or - for standard input.",
)
@click.option("--no-proxy", is_flag=True, help="Use no proxy; what is set stays for later.")
@click.option("--tls-minimum", type=click.Choice(["1.2", "1.3"]), help="The oldest TLS version spoken.")
@as_json
@at_home("school")
def connection(
    proxy: str | None,
    proxy_user: str | None,
    proxy_password_file: Path | None,
    no_proxy: bool,
    tls_minimum: str | None,
    as_json: bool,
) -> None:
    from schoolgate.school.exchange.administration.line import (
        Line,
        LineRefused,
        has_proxy_password,
        line_as_it_is,
        line_spoken,
        save_line,
    )

    if no_proxy and (proxy or proxy_user or proxy_password_file):
        raise WrongCall("Either --no-proxy, or --proxy with its user and password.")
    line = line_as_it_is()
    wanted = Line(
        use_proxy=not no_proxy and (line.use_proxy or proxy is not None),
        proxy_name=line.proxy_name if proxy is None else proxy,
        proxy_user=line.proxy_user if proxy_user is None else proxy_user,
        proxy_password=read_secret(proxy_password_file) if proxy_password_file else None,
        tls_minimum=tls_minimum or line.tls_minimum,
    )
    if wanted != line:
        try:
            save_line(wanted, by=None)
        except LineRefused as error:
            raise Failed(str(error)) from None
    if as_json:
        now = line_as_it_is()
        print_json(
            {
                "use_proxy": now.use_proxy,
                "proxy": now.proxy_name,
                "proxy_user": now.proxy_user,
                "proxy_password": has_proxy_password(),
                "tls_minimum": now.tls_minimum,
            }
        )
    else:
        click.echo(f"{line_spoken()}.")


@click.command(
    "test-connection", help="Test every school's row and LA's entry, or those named. Exit code 1 when one failed."
)
@click.option("--la", default="", help="Only what goes to this LA.")
@click.option("--school", default="", help="Only this school, by its four digits.")
@as_json
@at_home("school")
def test_connection(la: str, school: str, as_json: bool) -> None:
    from schoolgate.school.exchange.connection_test import rows_to_test

    rows = rows_to_test(la=la, school=school)
    if not rows:
        raise WrongCall("There is no such LA or school here. See: schoolgate school destinations list, schools list")
    say_tests(rows, as_json)


def say_tests(rows: "Sequence[Login]", as_json: bool) -> None:
    """Test these rows, tell of each, and end with exit code 1 when one failed."""
    from schoolgate.school.exchange.connection_test import run_connection_test
    from schoolgate.school.exchange.models import Destination, School

    failed = 0
    told = []
    for row in rows:
        report = run_connection_test(row)
        failed += report.failed is not None
        if as_json:
            told.append(
                {
                    "la": row.destination_la if isinstance(row, School) else row.la,
                    "school": None if isinstance(row, Destination) else row.base,
                    "successful": report.failed is None,
                    "steps": [{"step": one.number, "words": one.words, "state": one.state} for one in report.steps],
                    "code": report.failed.code if report.failed else None,
                    "message": report.failed.sentence if report.failed else None,
                    "what_to_do": report.what_to_do or None,
                }
            )
            continue
        click.echo(f"{row}:")
        for step in report.steps:
            click.echo(f"  {SIGNS[step.state]} Step {step.number}. {step.words}")
        click.echo(f"  {report.sentence}")
        if report.what_to_do:
            click.echo(f"  {report.what_to_do}")
    if as_json:
        print_json(told)
    sys.exit(1 if failed else 0)


SIGNS = {"done": "✔", "failed": "✘", "not tried": "·"}
