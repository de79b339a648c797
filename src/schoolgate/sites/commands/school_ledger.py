"""`schoolgate school ledger`: financial years, account codes, links and budgets, VAT codes, templates, people."""

import sys
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from schoolgate.sites.commands.school_years import chosen_year, year_option, years
from schoolgate.sites.commands.shared import Failed, as_json, at_home, limit_rows, print_json, print_rows

if TYPE_CHECKING:
    from schoolgate.school.purchasing.models import FinancialYear

file_argument = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
dry_run = click.option("--dry-run", is_flag=True, help="Only say what would become of each line.")


@click.group("ledger", help="What the school's ledger needs: years, codes, links, budgets, VAT codes, people.")
def ledger() -> None:
    pass


ledger.add_command(years)


@ledger.group("codes", help="Funds, ledger codes and cost centres of a year.")
def codes() -> None:
    pass


@codes.command("list", help="All account codes of a year.")
@year_option
@as_json
@limit_rows
@at_home("school")
def list_codes(year: str | None, as_json: bool, limit: int | None) -> None:
    from schoolgate.school.purchasing.chart import KINDS

    chosen = chosen_year(year)
    rows = [
        {"kind": kind.one, "code": code.code, "name": code.name, "open": code.open}
        for kind in KINDS.values()
        for code in kind.model.objects.filter(year=chosen)
    ]
    print_rows(rows, ["kind", "code", "name", "open"], as_json=as_json, limit=limit, empty=f"No codes in {chosen} yet.")


@codes.command(
    "import", help="Account codes from a CSV file: kind, code, name, open. Exit code 1 when a line was wrong."
)
@file_argument
@year_option
@dry_run
@as_json
@at_home("school")
def import_codes(file: Path, year: str | None, dry_run: bool, as_json: bool) -> None:
    _take("codes", file, chosen_year(year), dry_run=dry_run, as_json=as_json)


@ledger.group("links", help="Which fund, ledger code and cost centre are linked in a year.")
def links() -> None:
    pass


@links.command("list", help="All links of a year, with their budgets.")
@year_option
@as_json
@limit_rows
@at_home("school")
def list_links(year: str | None, as_json: bool, limit: int | None) -> None:
    chosen = chosen_year(year)
    empty = f"Nothing is linked in {chosen} yet."
    print_rows(_links(chosen), LINK_COLUMNS, as_json=as_json, limit=limit, empty=empty)


@links.command("import", help="Links from a CSV file: fund, ledger code, cost centre, budget, open.")
@file_argument
@year_option
@dry_run
@as_json
@at_home("school")
def import_links(file: Path, year: str | None, dry_run: bool, as_json: bool) -> None:
    _take("links", file, chosen_year(year), dry_run=dry_run, as_json=as_json)


@ledger.group("budgets", help="The budgets of a year, net of VAT.")
def budgets() -> None:
    pass


@budgets.command("list", help="All links that have a budget in a year.")
@year_option
@as_json
@limit_rows
@at_home("school")
def list_budgets(year: str | None, as_json: bool, limit: int | None) -> None:
    chosen = chosen_year(year)
    rows = [row for row in _links(chosen) if row["budget"] is not None]
    print_rows(rows, LINK_COLUMNS, as_json=as_json, limit=limit, empty=f"No budgets in {chosen} yet.")


@budgets.command("import", help="Budgets from the same CSV file as for links; nothing new is linked.")
@file_argument
@year_option
@dry_run
@as_json
@at_home("school")
def import_budgets(file: Path, year: str | None, dry_run: bool, as_json: bool) -> None:
    _take("links", file, chosen_year(year), dry_run=dry_run, as_json=as_json, links=False)


@ledger.group("vat", help="VAT codes and their rates.")
def vat() -> None:
    pass


@vat.command("list", help="All VAT codes.")
@as_json
@limit_rows
@at_home("school")
def list_vat(as_json: bool, limit: int | None) -> None:
    from schoolgate.school.purchasing.models import VatCode

    columns = ["code", "name", "rate", "sent_as", "standard", "open"]
    rows = [{name: getattr(code, name) for name in columns} for code in VatCode.objects.all()]
    print_rows(rows, columns, as_json=as_json, limit=limit, empty="No VAT codes yet.")


@vat.command("import", help="VAT codes from a CSV file: code, name, rate, sent as, standard, open.")
@file_argument
@dry_run
@as_json
@at_home("school")
def import_vat(file: Path, dry_run: bool, as_json: bool) -> None:
    _take("vat-codes", file, None, dry_run=dry_run, as_json=as_json)


@ledger.group("templates", help="Which fund, ledger code and cost centre lines of baskets get.")
def templates() -> None:
    pass


@templates.command("list", help="The coding templates of a year, and how many lines each codes.")
@year_option
@as_json
@limit_rows
@at_home("school")
def list_templates(year: str | None, as_json: bool, limit: int | None) -> None:
    from schoolgate.school.purchasing.models import CodingTemplate
    from schoolgate.school.purchasing.templates import reach_of

    chosen = chosen_year(year)
    reaches = reach_of(chosen)
    rows = [
        {
            "login": template.login,
            "cost_centre": template.cost_centre,
            "coding": str(template.coding),
            "codes": reaches[template.pk].said,
        }
        for template in CodingTemplate.objects.filter(year=chosen).select_related(
            "coding__fund", "coding__ledger_code", "coding__cost_centre"
        )
    ]
    empty = f"No coding templates in {chosen} yet."
    print_rows(rows, ["login", "cost_centre", "coding", "codes"], as_json=as_json, limit=limit, empty=empty)


@templates.command("add", help="Add a coding template; without a login and a cost centre it is the default.")
@click.argument("coding", nargs=3, metavar="FUND LEDGER-CODE COST-CENTRE")
@click.option("--login", default="", help="For baskets that this login of the supplier's site filled.")
@click.option("--cost-centre", default="", help="For lines that have this cost centre at the supplier's site.")
@year_option
@as_json
@at_home("school")
def add_template(coding: tuple[str, str, str], login: str, cost_centre: str, year: str | None, as_json: bool) -> None:
    from schoolgate.school.purchasing.changing import SetUpRefused
    from schoolgate.school.purchasing.models import Coding, CodingTemplate
    from schoolgate.school.purchasing.templates import save_template

    chosen = chosen_year(year)
    codes = ("fund__code__iexact", "ledger_code__code__iexact", "cost_centre__code__iexact")
    linked = Coding.objects.filter(year=chosen, **dict(zip(codes, coding, strict=True))).first()
    if linked is None:
        raise Failed(f"{' '.join(coding)} are not linked in {chosen}. See: schoolgate school ledger links list")
    values = {"login": login, "cost_centre": cost_centre, "coding": linked}
    try:
        save_template(CodingTemplate(year=chosen), values, by=None)
    except SetUpRefused as error:
        raise Failed(str(error)) from None
    if as_json:
        print_json({**values, "coding": str(linked)})
    else:
        click.echo(f"Such lines get {linked}. Baskets that waited for a template are tried again.")


@ledger.group("people", help="Who may do what in the ledger, and up to which value.")
def people() -> None:
    pass


@people.command("list", help="Everybody with a right, and what an auditor would ask about.")
@as_json
@limit_rows
@at_home("school")
def list_people(as_json: bool, limit: int | None) -> None:
    from schoolgate.school.purchasing import separation
    from schoolgate.school.purchasing.limits import RIGHTS
    from schoolgate.school.purchasing.models import PurchasingRights

    rows = [
        {"user": one.user.username, **{name: getattr(one, name) for name in RIGHTS}}
        for one in PurchasingRights.objects.select_related("user").order_by("user__username")
    ]
    print_rows(rows, ["user", *RIGHTS], as_json=as_json, limit=limit, empty="Nobody has a right in the ledger yet.")
    if not as_json:
        for finding in separation.findings():
            click.echo(finding)


@people.command("set", help="Let a user have just these rights; without any option, none.")
@click.argument("user")
@click.option("--raises", is_flag=True, help="Raises and codes orders.")
@click.option("--imports", is_flag=True, help="Imports documents.")
@click.option("--sets-up", is_flag=True, help="Sets the ledger up.")
@click.option("--authorises-to", metavar="POUNDS", help="Authorises orders up to this gross value.")
@click.option("--enters-invoices", is_flag=True, help="Enters invoices and deliveries.")
@click.option("--pays-to", metavar="POUNDS", help="Authorises invoices for payment up to this gross value.")
@click.option("--over-budget", is_flag=True, help="Authorises what a budget has no room for.")
@as_json
@at_home("school")
def set_person(user: str, authorises_to: str | None, pays_to: str | None, as_json: bool, **given: bool) -> None:
    from schoolgate.commons.accounts.models import User
    from schoolgate.school.purchasing.changing import SetUpRefused
    from schoolgate.school.purchasing.limits import give, in_words

    person = User.objects.people().filter(username=User.normalize_username(user), is_active=True).first()
    if person is None:
        raise Failed(f"There is no active user '{user}'. See: schoolgate school users")
    rights: dict[str, Any] = {**given, "authorises_to": _pounds(authorises_to), "pays_to": _pounds(pays_to)}
    try:
        give(person, rights, by=None)
    except SetUpRefused as error:
        raise Failed(str(error)) from None
    if as_json:
        print_json({"user": person.username, **rights})
    else:
        click.echo(f"{person.username}: {in_words(rights)}.")


LINK_COLUMNS = ["fund", "ledger_code", "cost_centre", "budget", "open"]


def _links(year: "FinancialYear") -> list[dict[str, Any]]:
    return [
        {
            "fund": link.fund.code,
            "ledger_code": link.ledger_code.code,
            "cost_centre": link.cost_centre.code,
            "budget": link.budget,
            "open": link.is_open,
        }
        for link in year.codings.select_related("fund", "ledger_code", "cost_centre")
    ]


def _pounds(text: str | None) -> Decimal | None:
    from django.core.exceptions import ValidationError

    from schoolgate.school.purchasing.forms.typed import PoundsField
    from schoolgate.school.purchasing.set_up_csv import LARGEST_BUDGET

    try:
        amount: Decimal | None = PoundsField(required=False, max_value=LARGEST_BUDGET, decimal_places=2).clean(text)
    except ValidationError:
        raise Failed(f"'{text}' is no amount: pounds and pence, such as 2500.00.") from None
    return amount


def _take(
    name: str, file: Path, year: "FinancialYear | None", *, dry_run: bool, as_json: bool, links: bool = True
) -> None:
    from schoolgate.commons.csv_lists import CsvRefused
    from schoolgate.school.purchasing.changing import SetUpRefused
    from schoolgate.school.purchasing.set_up_csv import take

    try:
        result = take(name, file.read_bytes(), year=year, by=None, only_look=dry_run, links=links)
    except (CsvRefused, SetUpRefused) as error:
        raise Failed(f"{file}: {error}") from None
    if as_json:
        print_json([asdict(line) for line in result.lines])
    else:
        for line in result.lines:
            if line.state == "wrong":
                click.echo(f"{file}:{line.number}: {line.what}: {line.why}", err=True)
        told = f"{result.count('new')} added, {result.count('changed')} changed, {result.count('known')} as they were."
        click.echo(f"It would be: {told}" if dry_run else told)
        for note in result.notes:
            click.echo(note)
    if result.count("wrong"):
        sys.exit(1)
