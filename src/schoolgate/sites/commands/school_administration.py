"""`schoolgate school destinations` and `schools`: where files go, and with whose account."""

import sys
from dataclasses import asdict
from pathlib import Path

import click

from schoolgate.sites.commands.shared import (
    Failed,
    as_json,
    at_home,
    limit_rows,
    print_json,
    print_rows,
    read_secret,
)

password_file = click.option(
    "--password-file",
    type=click.Path(allow_dash=True, dir_okay=False, path_type=Path),
    help="File with the account's password, or - for standard input.",
)


@click.group("destinations", help="The LAs that files go to.")
def destinations() -> None:
    pass


@destinations.command("add", help="Add an LA; its folders are made.")
@click.option("--la", required=True, help="The LA's number, three digits.")
@click.option("--url", required=True, help="The address of the LA's site; https, or http on this machine.")
@click.option("--user", default="", help="The account for all schools; leave it out when each has its own.")
@password_file
@click.option("--name", default="", help="The LA's name; from the list of LAs when not given.")
@click.option("--contact", default="", help="Whom to ask at the LA.")
@as_json
@at_home("school")
def add_destination(
    la: str, url: str, user: str, password_file: Path | None, name: str, contact: str, as_json: bool
) -> None:
    from schoolgate.school.exchange.administration import destinations as entries
    from schoolgate.school.exchange.folders import folders_of

    password = read_secret(password_file) if password_file else ""
    try:
        entry = entries.add_destination(la=la, address=url, user=user, password=password, name=name, contact=contact)
    except entries.DestinationRefused as error:
        raise Failed(str(error)) from None
    folder = folders_of(la).not_exported
    if as_json:
        print_json({"la": entry.la, "name": entry.name, "address": entry.address, "folder": str(folder)})
    else:
        click.echo(f"Files for {entry.name} ({entry.la}) go from {folder}")


@destinations.command("edit", help="Change an LA's entry; what is not given stays.")
@click.argument("la")
@click.option("--url", help="The address of the LA's site.")
@click.option("--user", help="The account for all schools; an empty one takes it away.")
@password_file
@click.option("--name", help="The LA's name.")
@click.option("--contact", help="Whom to ask at the LA.")
@at_home("school")
def edit_destination(
    la: str, url: str | None, user: str | None, password_file: Path | None, name: str | None, contact: str | None
) -> None:
    from schoolgate.school.exchange.administration import destinations as entries
    from schoolgate.school.exchange.models import Destination

    entry = Destination.objects.filter(la=la).first()
    if entry is None:
        raise Failed(f"There is no entry for an LA '{la}'. See: schoolgate school destinations list")
    entry.address = entry.address if url is None else url
    entry.name = entry.name if name is None else name
    entry.contact = entry.contact if contact is None else contact
    entry.user = entry.user if user is None else user
    if password_file is not None:
        entry.password = read_secret(password_file)
    elif user == "":
        entry.password = ""
    try:
        entries.save_destination(entry, by=None)
    except entries.DestinationRefused as error:
        raise Failed(str(error)) from None
    click.echo(f"{entry} was changed.")


@destinations.command("remove", help="Remove an LA's entry; its folders, files and receipts stay.")
@click.argument("la")
@at_home("school")
def remove_destination(la: str) -> None:
    from schoolgate.school.exchange.administration import destinations as entries
    from schoolgate.school.exchange.models import Destination

    entry = Destination.objects.filter(la=la).first()
    if entry is None:
        raise Failed(f"There is no entry for an LA '{la}'. See: schoolgate school destinations list")
    entries.remove_destination(entry, by=None)
    click.echo(f"{entry} was removed. Its folders and files are still there.")


@destinations.command("list", help="All LAs that files go to.")
@as_json
@limit_rows
@at_home("school")
def list_destinations(as_json: bool, limit: int | None) -> None:
    from schoolgate.school.exchange.models import Destination

    rows = [
        {
            "la": entry.la,
            "name": entry.name,
            "address": entry.address,
            "user": entry.user,
            "connected": entry.connected_at,
            "trouble": entry.trouble_sentence,
            "password_expires": entry.password_expires_at,
        }
        for entry in Destination.objects.all()
    ]
    columns = ["la", "name", "address", "user", "connected", "trouble"]
    print_rows(
        rows, columns, as_json=as_json, limit=limit, empty="No LA yet. Add one: schoolgate school destinations add"
    )


@click.group("schools", help="Schools with an account of their own, or that send to several LAs.")
def schools() -> None:
    pass


@schools.command("add", help="Add a school and one LA that it sends to.")
@click.option("--la", required=True, help="Number of the LA the school belongs to.")
@click.option("--school", "number", required=True, help="The school's number, four digits.")
@click.option("--to", help="Number of the LA that gets its files; the school's own when not given.")
@click.option("--name", required=True, help="The school's name.")
@click.option("--user", default="", help="Its own account; the LA's is used when not given.")
@password_file
@at_home("school")
def add_school(la: str, number: str, to: str | None, name: str, user: str, password_file: Path | None) -> None:
    from schoolgate.school.exchange.administration import schools as rows
    from schoolgate.school.exchange.models import School

    password = read_secret(password_file) if password_file else ""
    row = School(la=la, number=number, destination_la=to or la, name=name, user=user, password=password)
    try:
        rows.save_school(row, by=None)
    except rows.SchoolRefused as error:
        raise Failed(str(error)) from None
    click.echo(f"{row} sends to LA {row.destination_la} with {row.user or 'the account of the LA'}.")


@schools.command("import", help="Add or change schools from a CSV file. Exit code 1 when a line was not taken.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@as_json
@at_home("school")
def import_schools(file: Path, as_json: bool) -> None:
    from schoolgate.commons.csv_lists import CsvRefused
    from schoolgate.school.exchange.administration.schools_csv import take_schools

    try:
        result = take_schools(file.read_bytes(), by=None)
    except CsvRefused as error:
        raise Failed(f"{file}: {error}") from None
    if as_json:
        print_json([asdict(line) for line in result.lines])
    else:
        for line in result.wrong:
            click.echo(f"{file}:{line.line}: {line.school}: {line.why}", err=True)
        click.echo(f"{result.added} added, {result.changed} changed, {result.as_they_were} as they were.")
        if result.unknown:
            click.echo(f"Columns that mean nothing here: {', '.join(result.unknown)}")
    sys.exit(1 if result.wrong else 0)


@schools.command("remove", help="Remove a school's row; its files and receipts stay.")
@click.option("--la", required=True, help="Number of the LA the school belongs to.")
@click.option("--school", "number", required=True, help="The school's number, four digits.")
@click.option("--to", help="Number of the LA that gets its files; the school's own when not given.")
@at_home("school")
def remove_school(la: str, number: str, to: str | None) -> None:
    from schoolgate.school.exchange.administration import schools as rows
    from schoolgate.school.exchange.models import School

    row = School.objects.filter(la=la, number=number, destination_la=to or la).first()
    if row is None:
        raise Failed(f"There is no row of school {la} {number} to LA {to or la}. See: schoolgate school schools list")
    rows.remove_school(row, by=None)
    click.echo(f"{row} was removed. Its files are still there.")


@schools.command("list", help="All schools that have a row.")
@as_json
@limit_rows
@at_home("school")
def list_schools(as_json: bool, limit: int | None) -> None:
    from schoolgate.school.exchange.models import School

    rows = [
        {
            "name": row.name,
            "la": row.la,
            "school": row.number,
            "destination_la": row.destination_la,
            "user": row.user,
            "connected": row.connected_at,
            "trouble": row.trouble_sentence,
            "password_expires": row.password_expires_at,
        }
        for row in School.objects.all()
    ]
    columns = ["name", "la", "school", "destination_la", "user", "connected", "trouble"]
    empty = "No school has a row: all send with the account of their LA."
    print_rows(rows, columns, as_json=as_json, limit=limit, empty=empty)
