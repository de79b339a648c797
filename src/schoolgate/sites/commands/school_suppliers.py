"""`schoolgate school suppliers` and `services`: who is bought from, and the web services they are reached by."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

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
    from schoolgate.school.purchasing.models import Supplier, WebService

F = TypeVar("F", bound=Callable[..., Any])

SUPPLIER_OPTIONS = (
    click.option("--account-number", help="The number that the supplier has for the school."),
    click.option("--duns", help="Its DUNS number, nine digits."),
    click.option("--xml-ref", "xml_reference_number", help="The XML reference number; the DUNS number if not."),
    click.option("--order-method", type=click.Choice(["print", "e-procurement", "e-mail"])),
    click.option("--service", "web_service", help="The web service it sells through, by its name."),
    click.option("--address"),
    click.option("--email"),
    click.option("--telephone"),
)
SERVICE_OPTIONS = (
    click.option("--url", help="Its address; it often ends in .asmx."),
    click.option("--user", "username", help="Often that of the school's account at the supplier's web site."),
    click.option(
        "--password-file",
        type=click.Path(allow_dash=True, dir_okay=False, path_type=Path),
        help="File with the password, or - for standard input.",
    ),
    click.option("--soap-version", type=click.Choice(["1.1", "1.2"])),
    click.option("--history-method", help="The name of its history operation; FetchHistory if not."),
    click.option(
        "--safe-to-repeat/--not-safe-to-repeat",
        default=None,
        help="Whether an order that comes twice is one order there.",
    ),
)


def taking(options: tuple[Callable[[F], F], ...]) -> Callable[[F], F]:
    """A command with all of these options."""

    def decorate(command: F) -> F:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


@click.group("suppliers", help="The suppliers that the school buys from.")
def suppliers() -> None:
    pass


@suppliers.command("list", help="All suppliers.")
@as_json
@limit_rows
@at_home("school")
def list_suppliers(as_json: bool, limit: int | None) -> None:
    from schoolgate.school.purchasing.models import Supplier

    rows = [supplier_as_row(one) for one in Supplier.objects.select_related("web_service")]
    columns = ["name", "account_number", "duns", "xml_ref", "order_method", "service", "open"]
    empty = "No suppliers yet. Add one: schoolgate school suppliers add"
    print_rows(rows, columns, as_json=as_json, limit=limit, empty=empty)


@suppliers.command("add", help="Add a supplier.")
@click.option("--name", required=True)
@taking(SUPPLIER_OPTIONS)
@as_json
@at_home("school")
def add_supplier(as_json: bool, **given: str | None) -> None:
    from schoolgate.school.purchasing.models import Supplier

    supplier = Supplier()
    _save_supplier(supplier, given)
    _tell(supplier_as_row(supplier), f"{supplier.name} was added.", as_json=as_json)


@suppliers.command("edit", help="Change a supplier, given by its DUNS number or name; what is not said stays.")
@click.argument("which", metavar="SUPPLIER")
@click.option("--name")
@taking(SUPPLIER_OPTIONS)
@as_json
@at_home("school")
def edit_supplier(which: str, as_json: bool, **given: str | None) -> None:
    supplier = chosen_supplier(which)
    _save_supplier(supplier, given)
    _tell(supplier_as_row(supplier), f"{supplier.name} is saved.", as_json=as_json)


@suppliers.command("close", help="Order nothing new from a supplier; what there is stays.")
@click.argument("which", metavar="SUPPLIER")
@at_home("school")
def close_supplier(which: str) -> None:
    from schoolgate.school.purchasing import suppliers as rooms

    supplier = chosen_supplier(which)
    rooms.close_supplier(supplier, by=None)
    click.echo(f"{supplier.name} is closed.")


@suppliers.command("reopen", help="Order from a closed supplier again.")
@click.argument("which", metavar="SUPPLIER")
@at_home("school")
def reopen_supplier(which: str) -> None:
    from schoolgate.school.purchasing import suppliers as rooms

    supplier = chosen_supplier(which)
    rooms.reopen_supplier(supplier, by=None)
    click.echo(f"{supplier.name} is open.")


@suppliers.command("import", help="Add and change suppliers from a CSV file. Exit code 1 when a line was not taken.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say what would become of each line.")
@as_json
@at_home("school")
def import_suppliers(file: Path, dry_run: bool, as_json: bool) -> None:
    from schoolgate.commons.csv_lists import CsvRefused
    from schoolgate.school.purchasing.suppliers_csv import take_suppliers

    try:
        result = take_suppliers(file.read_bytes(), by=None, only_look=dry_run)
    except CsvRefused as error:
        raise Failed(f"{file.name}: {error}") from None
    rows = [{"line": line.number, "state": line.state, "name": line.what, "reason": line.why} for line in result.lines]
    columns = ["line", "state", "name", "reason"]
    print_rows(rows, columns, as_json=as_json, limit=None, empty="The list has no lines.")
    sys.exit(1 if result.count("wrong") else 0)


@click.group("services", help="Web services of suppliers and portals (eProcurement set-up).")
def services() -> None:
    pass


@services.command("list", help="All web services, and how each stands.")
@as_json
@limit_rows
@at_home("school")
def list_services(as_json: bool, limit: int | None) -> None:
    from schoolgate.school.purchasing.models import WebService

    rows = [service_as_row(one) for one in WebService.objects.prefetch_related("suppliers")]
    columns = ["name", "url", "user", "suppliers", "last_success", "password_set", "trouble", "turned_off"]
    empty = "No web services yet. Add one: schoolgate school services add"
    print_rows(rows, columns, as_json=as_json, limit=limit, empty=empty)


@services.command("add", help="Add a web service.")
@click.option("--name", required=True, help="What it is called here; often the supplier's name.")
@taking(SERVICE_OPTIONS)
@as_json
@at_home("school")
def add_service(as_json: bool, password_file: Path | None, **given: Any) -> None:
    from schoolgate.school.purchasing.models import WebService

    service = WebService()
    _save_service(service, given, password_file)
    told = f"{service.name} was added. Test it: schoolgate school services test"
    _tell(service_as_row(service), told, as_json=as_json)


@services.command("edit", help="Change a web service, given by its name; what is not said stays.")
@click.argument("which", metavar="SERVICE")
@click.option("--name")
@taking(SERVICE_OPTIONS)
@as_json
@at_home("school")
def edit_service(which: str, as_json: bool, password_file: Path | None, **given: Any) -> None:
    service = chosen_service(which)
    _save_service(service, given, password_file)
    _tell(service_as_row(service), f"{service.name} is saved.", as_json=as_json)


@services.command("test", help="Make a real call to a web service, or to all. Exit code 1 when one failed.")
@click.argument("which", metavar="[SERVICE]", required=False)
@as_json
@at_home("school")
def test_services(which: str | None, as_json: bool) -> None:
    from schoolgate.school.purchasing import connection_test
    from schoolgate.school.purchasing.models import WebService

    chosen = [chosen_service(which)] if which else list(WebService.objects.filter(turned_off=False))
    if not chosen:
        raise WrongCall("There is no web service to test. Add one: schoolgate school services add")
    reports = [connection_test.test(service) for service in chosen]
    if as_json:
        print_json(
            [
                {
                    "service": report.service.name,
                    "successful": report.error is None,
                    "waiting": report.waiting,
                    "code": report.error.code if report.error else None,
                    "message": report.error.sentence if report.error else None,
                    "what_to_do": report.what_to_do or None,
                }
                for report in reports
            ]
        )
    else:
        for report in reports:
            click.echo(f"{report.service.name}: {report.sentence}")
            if report.what_to_do:
                click.echo(f"  {report.what_to_do}")
    sys.exit(1 if any(report.error for report in reports) else 0)


@services.command("change-password", help="Have a web service make up a new password, which is kept and used here.")
@click.argument("which", metavar="SERVICE")
@as_json
@at_home("school")
def change_password(which: str, as_json: bool) -> None:
    from schoolgate.school.purchasing import passwords
    from schoolgate.wire.soap.errors import ServiceError

    service = chosen_service(which)
    try:
        passwords.change_password(service, by=None)
    except ServiceError as error:
        service.refresh_from_db()
        raise Failed(f"{error.sentence} {error.remedy} {passwords.what_may_be(service)}".strip()) from None
    service.refresh_from_db()
    _tell(service_as_row(service), f"{service.name} gave a new password. It is used from now on.", as_json=as_json)


@services.command("turn-off", help="Fetch nothing from a web service.")
@click.argument("which", metavar="SERVICE")
@at_home("school")
def turn_off(which: str) -> None:
    from schoolgate.school.purchasing import services as rooms

    service = chosen_service(which)
    rooms.turn_off(service, by=None)
    click.echo(f"{service.name} is turned off.")


@services.command("turn-on", help="Fetch from a web service again.")
@click.argument("which", metavar="SERVICE")
@at_home("school")
def turn_on(which: str) -> None:
    from schoolgate.school.purchasing import services as rooms

    service = chosen_service(which)
    rooms.turn_on(service, by=None)
    click.echo(f"{service.name} is turned on.")


def chosen_supplier(which: str) -> "Supplier":
    """The supplier of this DUNS number or name. Raises WrongCall: there is none, or several of one name."""
    from schoolgate.school.purchasing.models import Supplier

    found = list(Supplier.objects.filter(duns=which)) or list(Supplier.objects.filter(name__iexact=which))
    if len(found) != 1:
        why = "Several suppliers are called so; give the DUNS number." if found else "There is no such supplier."
        raise WrongCall(f"{why} See: schoolgate school suppliers list")
    return found[0]


def chosen_service(which: str) -> "WebService":
    """The web service of this name. Raises WrongCall where there is none."""
    from schoolgate.school.purchasing.models import WebService

    found = WebService.objects.filter(name__iexact=which).first()
    if found is None:
        raise WrongCall(f"There is no web service '{which}'. See: schoolgate school services list")
    return found


def supplier_as_row(supplier: "Supplier") -> dict[str, Any]:
    """A supplier as lists and `--json` have it."""
    return {
        "name": supplier.name,
        "account_number": supplier.account_number,
        "duns": supplier.duns,
        "xml_ref": supplier.xml_reference_number,
        "order_method": supplier.order_method,
        "service": supplier.web_service.name if supplier.web_service else None,
        "open": supplier.open,
    }


def service_as_row(service: "WebService") -> dict[str, Any]:
    """A web service as lists and `--json` have it, without its password."""
    return {
        "name": service.name,
        "url": service.url,
        "user": service.username,
        "suppliers": [supplier.name for supplier in service.suppliers.all()],
        "soap_version": service.soap_version,
        "history_method": service.history_method,
        "safe_to_repeat": service.safe_to_repeat,
        "last_success": service.last_success_at,
        "password_set": service.password_set_at,
        "trouble": service.trouble,
        "said": service.said,
        "turned_off": service.turned_off,
    }


def _save_supplier(supplier: "Supplier", given: dict[str, str | None]) -> None:
    from schoolgate.school.purchasing.changing import SetUpRefused
    from schoolgate.school.purchasing.suppliers import save_supplier

    values: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if "web_service" in values:
        values["web_service"] = chosen_service(values["web_service"]) if values["web_service"] else None
    try:
        save_supplier(supplier, values, by=None)
    except SetUpRefused as refused:
        raise Failed(str(refused)) from None


def _save_service(service: "WebService", given: dict[str, Any], password_file: Path | None) -> None:
    from schoolgate.school.purchasing.changing import SetUpRefused
    from schoolgate.school.purchasing.services import save_service

    values = {name: value for name, value in given.items() if value is not None}
    password = read_secret(password_file) if password_file else ""
    try:
        save_service(service, values, password=password, by=None)
    except SetUpRefused as refused:
        raise Failed(str(refused)) from None


def _tell(row: dict[str, Any], sentence: str, *, as_json: bool) -> None:
    if as_json:
        print_json(row)
    else:
        click.echo(sentence)
