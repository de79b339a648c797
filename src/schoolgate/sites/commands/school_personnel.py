"""`schoolgate school personnel` and `import`: staff files to and from the LA, as the Personnel tab has them."""

import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from schoolgate.sites.commands.school_administration import password_file
from schoolgate.sites.commands.school_connection import say_tests
from schoolgate.sites.commands.shared import (
    Failed,
    WrongCall,
    as_json,
    at_home,
    limit_rows,
    print_json,
    print_rows,
    read_secret,
)

if TYPE_CHECKING:
    from schoolgate.school.exchange.importing import ImportSummary
    from schoolgate.school.exchange.models import PersonnelSchool

F = TypeVar("F", bound=Callable[..., Any])

la_option = click.option("--la", required=True, help="Number of the school's LA, three digits.")
number_option = click.option("--school", "number", required=True, help="The school's number, four digits.")
only_one = click.option("--school", "base", default="", help="Only this school, by its seven digits.")
make_option = click.option("--make-folders", is_flag=True, help="Make folders that are not there.")
FOLDER_OPTIONS = ("not_exported", "exported", "imported")


def _folder(name: str, help_text: str, *, required: bool) -> Callable[[F], F]:
    path = click.Path(file_okay=False, path_type=Path)
    return click.option(f"--{name.replace('_', '-')}", type=path, required=required, help=help_text)


@click.group("personnel", help="Files about staff: schools with their folders, export, import.")
def personnel() -> None:
    pass


@personnel.command("url", help="The address that personnel files go to and come from; with an argument, sets it.")
@click.argument("address", required=False)
@as_json
@at_home("school")
def url(address: str | None, as_json: bool) -> None:
    from schoolgate.school.exchange.administration.personnel import PersonnelRefused, set_personnel_url
    from schoolgate.school.exchange.preferences import PERSONNEL_URL

    if address is not None:
        try:
            set_personnel_url(address, by=None)
        except PersonnelRefused as error:
            raise Failed(str(error)) from None
    if as_json:
        print_json({"url": PERSONNEL_URL.get()})
    else:
        click.echo(PERSONNEL_URL.get() or "Not entered yet.")


@personnel.command("add", help="Add a school with its three folders.")
@la_option
@number_option
@click.option("--name", required=True, help="The school's name, as it stands in its files.")
@click.option("--user", default="", help="Its account; that of its row for pupil files is used when not given.")
@password_file
@_folder("not_exported", "Folder that files are sent from.", required=True)
@_folder("exported", "Folder that sent files are kept in.", required=True)
@_folder("imported", "Folder that files from the LA are put into.", required=True)
@make_option
@as_json
@at_home("school")
def add(
    la: str,
    number: str,
    name: str,
    user: str,
    password_file: Path | None,
    make_folders: bool,
    as_json: bool,
    **folders: Path,
) -> None:
    from schoolgate.school.exchange.models import PersonnelSchool

    password = read_secret(password_file) if password_file else ""
    row = PersonnelSchool(la=la, number=number, name=name, user=user, password=password)
    _save(row, folders, make_folders)
    test = f"schoolgate school personnel test-connection --school {row.base}"
    _say_row(row, f"{row} was added. Test it: {test}", as_json=as_json)


@personnel.command("edit", help="Change a school's row; what is not given stays.")
@la_option
@number_option
@click.option("--name", help="The school's name, as it stands in its files.")
@click.option("--user", help="Its account; an empty one takes it away, and that for pupil files is used.")
@password_file
@_folder("not_exported", "Folder that files are sent from.", required=False)
@_folder("exported", "Folder that sent files are kept in.", required=False)
@_folder("imported", "Folder that files from the LA are put into.", required=False)
@make_option
@as_json
@at_home("school")
def edit(
    la: str,
    number: str,
    name: str | None,
    user: str | None,
    password_file: Path | None,
    make_folders: bool,
    as_json: bool,
    **folders: Path | None,
) -> None:
    row = _row(la, number)
    row.name = row.name if name is None else name
    row.user = row.user if user is None else user
    if password_file is not None:
        row.password = read_secret(password_file)
    elif user == "":
        row.password = ""
    _save(row, folders, make_folders)
    _say_row(row, f"{row} was changed. The files in its folder are looked at anew.", as_json=as_json)


@personnel.command("remove", help="Delete a school's row; its row for pupil files, its folders and files stay.")
@la_option
@number_option
@as_json
@at_home("school")
def remove(la: str, number: str, as_json: bool) -> None:
    from schoolgate.school.exchange.administration.personnel import PersonnelRefused, remove_personnel_school

    row = _row(la, number)
    try:
        remove_personnel_school(row, by=None)
    except PersonnelRefused as error:
        raise Failed(str(error)) from None
    _say_row(row, f"{row} was deleted. Its folders and files are still there.", as_json=as_json)


@personnel.command("list", help="All schools whose personnel files are sent.")
@as_json
@limit_rows
@at_home("school")
def list_schools(as_json: bool, limit: int | None) -> None:
    from schoolgate.school.exchange.models import PersonnelSchool

    rows = [
        {
            "name": row.name,
            "la": row.la,
            "school": row.number,
            "user": row.credentials[0],
            "connected": row.connected_at,
            "trouble": row.trouble_sentence or row.folder_trouble or row.import_trouble,
            "password_expires": row.password_expires_at,
            "imported": row.imported_at,
            "folders": {name: getattr(row, name) for name in FOLDER_OPTIONS},
        }
        for row in PersonnelSchool.objects.all()
    ]
    columns = ["name", "la", "school", "user", "connected", "trouble", "imported"]
    empty = "No school yet. Add one: schoolgate school personnel add"
    print_rows(rows, columns, as_json=as_json, limit=limit, empty=empty)


@personnel.command("export", help="Check and send what lies in the schools' folders. Exit code 1 unless all arrived.")
@only_one
@as_json
@at_home("school")
def export(base: str, as_json: bool) -> None:
    from schoolgate.school.exchange.export_now import export_now

    summary = export_now(_places(base))
    if as_json:
        print_json([asdict(each) for each in summary.las])
    else:
        for each in summary.las:
            told = f"School {each.la} {each.school}: {each.received} sent and received, {each.held_back} held back"
            told += f", {each.waiting} waiting" if each.waiting else ""
            click.echo(f"{told}. {each.trouble}".strip())
    sys.exit(0 if summary.all_well else 1)


@personnel.command("import", help="Fetch what the LA has for the schools. Exit code 1 when one could not be asked.")
@only_one
@as_json
@at_home("school")
def import_(base: str, as_json: bool) -> None:
    from schoolgate.school.exchange.import_job import import_now

    _say_imports(import_now(_places(base)), as_json)


@personnel.command("test-connection", help="Test every school's row, or one. Exit code 1 when one failed.")
@only_one
@as_json
@at_home("school")
def test_connection(base: str, as_json: bool) -> None:
    from schoolgate.school.exchange.models import PersonnelSchool

    rows = PersonnelSchool.objects.at(base) if base else PersonnelSchool.objects.all()
    if not rows:
        raise WrongCall("There is no such school here. See: schoolgate school personnel list")
    say_tests(list(rows), as_json)


@click.command("import", help="Fetch what the LAs have for the schools here, pupil and personnel files.")
@as_json
@at_home("school")
def import_files(as_json: bool) -> None:
    from schoolgate.school.exchange.asking import staff_places
    from schoolgate.school.exchange.import_job import import_now
    from schoolgate.school.exchange.models import Destination

    _say_imports(import_now([*Destination.objects.values_list("la", flat=True), *staff_places()]), as_json)


def _say_imports(summaries: "list[ImportSummary]", as_json: bool) -> None:
    if as_json:
        print_json([asdict(each) for each in summaries])
    else:
        for each in summaries:
            whose = f"School {each.la} {each.school}" if each.school else f"LA {each.la}"
            click.echo(f"{whose}: {each.imported} put into Files Imported. {each.trouble}".strip())
    sys.exit(0 if all(each.all_well for each in summaries) else 1)


def _places(base: str) -> list[str]:
    """The places to go through. Raises Failed while something must be entered first, WrongCall for no such school."""
    from schoolgate.school.exchange.administration.personnel import why_not_ready
    from schoolgate.school.exchange.asking import staff_places

    if sentence := why_not_ready():
        raise Failed(f"{sentence} See: schoolgate school personnel url, personnel add")
    places = [place for place in staff_places() if base in {"", place}]
    if not places:
        raise WrongCall(f"There is no school '{base}' here. See: schoolgate school personnel list")
    return places


def _say_row(row: "PersonnelSchool", words: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"name": row.name, "la": row.la, "school": row.number, "user": row.credentials[0]})
    else:
        click.echo(words)


def _row(la: str, number: str) -> "PersonnelSchool":
    from schoolgate.school.exchange.models import PersonnelSchool

    row: PersonnelSchool | None = PersonnelSchool.objects.filter(la=la, number=number).first()
    if row is None:
        raise Failed(f"There is no row of school {la} {number}. See: schoolgate school personnel list")
    return row


def _save(row: "PersonnelSchool", folders: "dict[str, Path] | dict[str, Path | None]", make: bool) -> None:
    from schoolgate.school.exchange.administration.personnel import FOLDERS, PersonnelRefused, save_personnel_school

    for name in FOLDER_OPTIONS:
        given = folders[name]
        if given is not None:
            setattr(row, name, str(given.absolute()))
    try:
        save_personnel_school(row, make_folders=make, by=None)
    except PersonnelRefused as error:
        where = f"{FOLDERS[error.field]}: " if error.field in FOLDERS else ""
        raise Failed(f"{where}{error}") from None
