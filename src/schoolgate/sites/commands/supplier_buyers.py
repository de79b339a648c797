"""Suppliers, and the schools that buy from them, from the command line."""

from pathlib import Path

import click

from schoolgate.sites.commands.shared import Failed, as_json, at_home, limit_rows, print_json, print_rows, read_secret
from schoolgate.sites.commands.supplier_chosen import chosen_buyer, chosen_supplier, supplier_option

password_option = click.option(
    "--password-file",
    type=click.Path(allow_dash=True, dir_okay=False, path_type=Path),
    help="File with the password, or -; made up when not given.",
)


@click.group("suppliers", help="The suppliers of this service: one for most, several for a purchasing portal.")
def suppliers() -> None:
    pass


@suppliers.command("add", help="Add a supplier.")
@click.option("--name", required=True)
@click.option("--duns", required=True, help="Its DUNS number, nine digits.")
@as_json
@at_home("supplier")
def add_supplier(name: str, duns: str, as_json: bool) -> None:
    from schoolgate.supplier.buyers import suppliers as rooms

    try:
        supplier = rooms.add_supplier(name, duns, by=None)
    except rooms.SupplierRefused as error:
        raise Failed(str(error)) from None
    if as_json:
        print_json({"name": supplier.name, "duns": supplier.duns})
    else:
        click.echo(f"{supplier.name} sells by this service.")


@suppliers.command("list", help="All suppliers.")
@as_json
@limit_rows
@at_home("supplier")
def list_suppliers(as_json: bool, limit: int | None) -> None:
    from django.db.models import Count

    from schoolgate.supplier.models import Supplier

    rows = [
        {"name": name, "duns": duns, "schools": schools}
        for name, duns, schools in Supplier.objects.annotate(schools=Count("buyers")).values_list(
            "name", "duns", "schools"
        )
    ]
    print_rows(rows, ["name", "duns", "schools"], as_json=as_json, limit=limit, empty="No supplier yet.")


@suppliers.command("join", help="Let a member of staff work for a supplier; --leave ends it.")
@click.argument("user")
@supplier_option
@click.option("--leave", is_flag=True)
@at_home("supplier")
def join(user: str, duns: str | None, leave: bool) -> None:
    from schoolgate.commons.accounts.models import User
    from schoolgate.supplier.buyers.suppliers import STAFF, add_member, remove_member

    supplier = chosen_supplier(duns)
    person = User.objects.filter(username=User.normalize_username(user), role=STAFF).first()
    if person is None:
        raise Failed(f"There is no member of staff '{user}'.")
    (remove_member if leave else add_member)(supplier, person, by=None)
    click.echo(f"{person.username} works for {supplier.name}{' no longer' if leave else ''}.")


@click.group("buyers", help="Schools, and the accounts by which their finance systems call.")
def buyers() -> None:
    pass


@buyers.command("add", help="Add a school; prints its password once.")
@click.option("--name", required=True, help="The school's name.")
@click.option("--duns", "school_duns", required=True, help="The school's DUNS number, nine digits.")
@click.option("--user", required=True, help="The user name that its finance system calls by.")
@click.option("--account-number", default="", help="The supplier's number for the school.")
@click.option("--email", default="", help="Where its connection sheet goes.")
@click.option(
    "--expiry-days", type=click.IntRange(min=1), help="Days until its documents expire; the service's if not."
)
@click.option("--test", is_flag=True, help="A test school: nothing that comes from it is business.")
@password_option
@supplier_option
@as_json
@at_home("supplier")
def add_buyer(
    name: str,
    school_duns: str,
    user: str,
    account_number: str,
    email: str,
    expiry_days: int | None,
    test: bool,
    password_file: Path | None,
    duns: str | None,
    as_json: bool,
) -> None:
    from schoolgate.supplier.buyers import accounts

    supplier = chosen_supplier(duns)
    try:
        buyer, password = accounts.add_buyer(
            supplier,
            name=name,
            duns=school_duns,
            user=user,
            password=read_secret(password_file) if password_file else None,
            account_number=account_number,
            email=email,
            expiry_days=expiry_days,
            test=test,
            by=None,
        )
    except accounts.BuyerRefused as error:
        raise Failed(str(error)) from None
    if as_json:
        print_json(
            {
                "user": buyer.account.username,
                "password": password,
                "duns": buyer.duns,
                "name": buyer.name,
                "supplier": supplier.duns,
            }
        )
        return
    click.echo(f"{buyer.name} buys from {supplier.name}; its finance system calls as {buyer.account.username}.")
    click.echo(f"Its password (shown only now): {password}")


@buyers.command("list", help="All schools.")
@supplier_option
@as_json
@limit_rows
@at_home("supplier")
def list_buyers(duns: str | None, as_json: bool, limit: int | None) -> None:
    from schoolgate.supplier.models import Buyer

    found = Buyer.objects.select_related("account", "supplier")
    if duns:
        found = found.filter(supplier=chosen_supplier(duns))
    rows = [
        {
            "user": buyer.account.username,
            "name": buyer.name,
            "duns": buyer.duns,
            "account_number": buyer.account_number,
            "supplier": buyer.supplier.duns,
            "active": buyer.account.is_active,
            "test": buyer.test,
            "last_call": buyer.last_call_at,
        }
        for buyer in found
    ]
    columns = ["user", "name", "duns", "account_number", "active", "test", "last_call"]
    print_rows(
        rows, columns, as_json=as_json, limit=limit, empty="No schools yet. Add one: schoolgate supplier buyers add"
    )


@buyers.command("password", help="Give a school's account another password; prints it once.")
@click.argument("user")
@password_option
@as_json
@at_home("supplier")
def new_password(user: str, password_file: Path | None, as_json: bool) -> None:
    from schoolgate.supplier.buyers import accounts

    buyer = chosen_buyer(user)
    try:
        password = accounts.give_new_password(
            buyer, password=read_secret(password_file) if password_file else None, by=None
        )
    except accounts.BuyerRefused as error:
        raise Failed(str(error)) from None
    if as_json:
        print_json({"user": buyer.account.username, "password": password})
    else:
        click.echo(f"The password of {buyer.account.username} is from now on (shown only now): {password}")


@buyers.command("switch-off", help="Keep a school's finance system out.")
@click.argument("user")
@at_home("supplier")
def switch_off(user: str) -> None:
    from schoolgate.supplier.buyers import accounts

    buyer = chosen_buyer(user)
    accounts.switch_off(buyer, by=None)
    click.echo(f"{buyer.name} is kept out. Its documents and orders stay.")


@buyers.command("switch-on", help="Let a school's finance system in again, with its password of before.")
@click.argument("user")
@at_home("supplier")
def switch_on(user: str) -> None:
    from schoolgate.supplier.buyers import accounts

    buyer = chosen_buyer(user)
    accounts.switch_on(buyer, by=None)
    click.echo(f"{buyer.name} may call again.")


@buyers.command("import", help="Add the schools of a CSV file, all of them or none; prints their passwords once.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say what would become of each line.")
@supplier_option
@as_json
@at_home("supplier")
def import_buyers(file: Path, dry_run: bool, duns: str | None, as_json: bool) -> None:
    from schoolgate.commons.csv_lists import CsvRefused
    from schoolgate.supplier.buyers.schools_csv import ListRefused, add_listed, plan_list

    supplier, content = chosen_supplier(duns), file.read_bytes()
    passwords: dict[str, str] = {}
    refused = False
    try:
        plan = plan_list(supplier, content)
        refused = plan.faulty
        if not (dry_run or refused):
            added = add_listed(supplier, content, by=None)
            passwords = {one.buyer.account.username: one.password for one in added}
    except CsvRefused as error:
        raise Failed(f"{file.name}: {error}") from None
    except ListRefused as error:
        plan, refused = error.plan, True
    rows = [
        {
            "line": line.number,
            "state": line.state,
            "name": line.name,
            "user": line.user,
            "password": passwords.get(line.user),
            "reason": line.reason,
        }
        for line in plan.lines
    ]
    columns = ["line", "state", "name", "user", "password", "reason"]
    print_rows(rows, columns, as_json=as_json, limit=None, empty="The list has no lines.")
    if refused:
        raise Failed("Nothing was added: correct the lines that are wrong, and give the list again.")


@buyers.command("sheet", help="What a school enters to connect, and where, in its finance system's own steps.")
@click.argument("user")
@at_home("supplier")
def sheet(user: str) -> None:
    from schoolgate.supplier.buyers.sheet import connection_sheet
    from schoolgate.supplier.service.address import address_of

    click.echo(connection_sheet(chosen_buyer(user), address_of({})).text, nl=False)
