"""`schoolgate test-service`: play a school's finance system against any service, with no site and no Django."""

import sys
from dataclasses import asdict
from pathlib import Path

import click

from schoolgate.sites.commands.shared import Failed, WrongCall, as_json, print_json, read_secret

MARKS = {"pass": "✔", "fail": "✘", "not tried": "–"}


@click.command(
    "test-service",
    help="Play a school's finance system against a service, ours or not, operation by operation. "
    "Exit code 1 when a step fails.",
)
@click.argument("url")
@click.option("--user", required=True, help="A test school's user name.")
@click.option(
    "--password-file",
    required=True,
    type=click.Path(allow_dash=True, dir_okay=False, path_type=Path),
    help="File with its password, or -.",
)
@click.option(
    "--order",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="An order to send (XML). The service will take it for a real one.",
)
@click.option("--change-password", is_flag=True, help="Try ChangePassword too; the new password is printed.")
@click.option("--history-method", default="FetchHistory", show_default=True, help="Its name is not certain.")
@click.option("--supplier-duns", default="", help="DUNS number that the documents must name as their supplier's.")
@click.option("--buyer-duns", default="", help="DUNS number that they must name as the school's.")
@click.option(
    "--extra-ca-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Certificates (PEM) trusted beside the system's.",
)
@click.option("--envelopes", is_flag=True, help="Print what was sent and answered, without the password.")
@as_json
def test_service(
    url: str,
    user: str,
    password_file: Path,
    order: Path | None,
    change_password: bool,
    history_method: str,
    supplier_duns: str,
    buyer_duns: str,
    extra_ca_file: Path | None,
    envelopes: bool,
    as_json: bool,
) -> None:
    from schoolgate.wire.http import make_transport
    from schoolgate.wire.soap.trying import try_service

    password = read_secret(password_file)
    if not password:
        raise WrongCall(f"{password_file} holds no password.")
    try:
        content = order.read_text("utf-8-sig") if order else ""
    except (OSError, UnicodeDecodeError) as error:
        raise Failed(f"{order} cannot be read as UTF-8: {error}") from None
    steps = []
    with make_transport(extra_ca_file=extra_ca_file) as transport:
        for step in try_service(
            url,
            user,
            password,
            transport,
            order=content,
            change_password=change_password,
            history_method=history_method,
            supplier_duns=supplier_duns,
            buyer_duns=buyer_duns,
        ):
            steps.append(step)
            if as_json:
                continue
            click.echo(f"{MARKS[step.verdict]} {step.title}: {step.sentence}")
            if step.new_password:
                click.echo(f"  The new password (shown only now): {step.new_password}")
            if envelopes and step.request:
                click.echo(f"\n{step.request}\n\n{step.answer}\n")
    if as_json:
        print_json([asdict(step) for step in steps])
    failed = sum(step.verdict == "fail" for step in steps)
    if not as_json:
        click.echo(f"\n{failed} of {len(steps)} steps failed." if failed else "\nEvery step that was tried passed.")
    if failed:
        sys.exit(1)
