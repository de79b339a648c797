"""`schoolgate school connect` and `password`: an account at an LA, from its letter on."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from schoolgate.sites.commands.shared import Failed, WrongCall, as_json, at_home, print_json, read_secret

if TYPE_CHECKING:
    from schoolgate.school.exchange.models import Destination, School


@click.command("connect", help="Join an LA by the address and the connection code in its letter.")
@click.option("--url", required=True, help="The LA's address, or the link in its letter.")
@click.option("--code", default="", help="The connection code; - reads it from standard input. A link may hold it.")
@click.option(
    "--root-folder", type=click.Path(file_okay=False, path_type=Path), help="Where files lie, if not set yet."
)
@click.option("--replace", is_flag=True, help="Replace an account or address that is set up already.")
@as_json
@at_home("school")
def connect(url: str, code: str, root_folder: Path | None, replace: bool, as_json: bool) -> None:
    from schoolgate.school.exchange.administration.destinations import DestinationRefused
    from schoolgate.school.exchange.administration.entries import WouldReplace, confirm, names_of
    from schoolgate.school.exchange.administration.joining import JoinRefused, join
    from schoolgate.school.exchange.administration.letters import read_letter
    from schoolgate.school.exchange.administration.schools import SchoolRefused
    from schoolgate.school.exchange.connecting import open_http
    from schoolgate.school.exchange.folders import folders_of
    from schoolgate.wire.exchange_errors import CaFileUnusable

    letter = read_letter(url)
    given = read_secret(Path("-")) if code == "-" else code
    if not (given or letter.code):
        raise WrongCall("Say the connection code too: --code K7QM-4TXP-2R")
    _require_root(root_folder)
    try:
        with open_http() as http:
            joining = join(letter.address or url, read_letter(given).code or given or letter.code, http, by=None)
        names, user, la, la_name, contact = (
            names_of(joining),
            joining.user,
            joining.la,
            joining.la_name,
            joining.contact,
        )
        confirm(joining, may_replace=replace, by=None)
    except WouldReplace as error:
        raise Failed(f"{error} Nothing was changed. The same command with --replace replaces it.") from None
    except (JoinRefused, DestinationRefused, SchoolRefused, CaFileUnusable) as error:
        raise Failed(str(error)) from None
    folder = str(folders_of(la).not_exported)
    if as_json:
        print_json({"la": la, "name": la_name, "contact": contact, "user": user, "schools": names, "folder": folder})
    else:
        click.echo(f"Connected to {la_name} ({la}) for {'; '.join(names) or 'no school yet'}.")
        click.echo(f"Files go from {folder}. Test it: schoolgate school test-connection --la {la}")


@click.command("password", help="Change the password of an account at an LA; a new one is made unless given.")
@click.option("--la", required=True, help="The LA, three digits.")
@click.option("--school", "number", help="The school's own account: four digits, or seven with its LA's number.")
@click.option(
    "--password-file",
    type=click.Path(allow_dash=True, dir_okay=False, path_type=Path),
    help="File with the new password, or - for standard input.",
)
@as_json
@at_home("school")
def password(la: str, number: str | None, password_file: Path | None, as_json: bool) -> None:
    from schoolgate.commons.accounts.passwords import make_password_text
    from schoolgate.school.exchange.connecting import open_http
    from schoolgate.school.exchange.models import PasswordChange
    from schoolgate.school.exchange.password_changes import change_password
    from schoolgate.school.exchange.whom_to_ask import naming_whom
    from schoolgate.wire.exchange_errors import ExchangeError

    login = _login(la, number)
    new = read_secret(password_file) if password_file else make_password_text()
    try:
        with open_http() as http:
            change_password(login, new, http, by=None)
    except ExchangeError as error:
        told = f"{error.sentence} {naming_whom(error.remedy, login.whom_to_ask)}"
        if PasswordChange.objects.of(login).exists():
            told += " Whether the LA took it is not known: both passwords are kept, and the next sign-in finds out."
        raise Failed(told) from None
    if as_json:
        print_json({"la": la, "school": number, "user": login.user, "password_expires": login.password_expires_at})
    else:
        click.echo(f"The password of account {login.user} was changed. This site uses it from now on.")


def _require_root(wanted: Path | None) -> None:
    """Before a code is spent. Raises Failed."""
    from schoolgate.school.exchange.administration.roots import set_root_folder
    from schoolgate.school.exchange.folders import FolderRefused, root_folder

    present = root_folder()
    if wanted is None:
        if present is None:
            raise WrongCall("Say where the files are to lie: --root-folder DIR")
        return
    if present is not None and present != wanted.absolute():
        raise WrongCall(f"The root folder is {present} already. Change it under Administration, Folder.")
    try:
        set_root_folder(wanted.absolute(), by=None)
    except FolderRefused as error:
        raise Failed(str(error)) from None


def _login(la: str, number: str | None) -> "Destination | School":
    from schoolgate.school.exchange.models import Destination, School

    if number is None:
        entry: Destination | None = Destination.objects.filter(la=la).first()
        if entry is None:
            raise Failed(f"There is no entry for LA {la}.")
        return entry
    rows = School.objects.filter(destination_la=la, number=number[-4:])
    rows = rows.filter(la=number[:3]) if len(number) == 7 else rows
    if len(rows) != 1:
        told = "There are several" if rows else "There is no row for"
        raise Failed(f"{told} school {number} that sends to LA {la}.{' Give seven digits.' if rows else ''}")
    row: School = rows[0]
    return row
