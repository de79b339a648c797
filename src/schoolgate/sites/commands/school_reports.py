"""`schoolgate school reports` and `postings`: what the ledger tells as a whole, and exports to a finance system."""

import csv
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from schoolgate.sites.commands.school_suppliers import chosen_supplier
from schoolgate.sites.commands.school_years import chosen_year, year_option
from schoolgate.sites.commands.shared import Failed, as_json, at_home, limit_rows, print_json, print_rows

if TYPE_CHECKING:
    from schoolgate.commons.web.tables import Column
    from schoolgate.school.purchasing.models import Posting

PRICE_COLUMNS = ("product", "supplier", "price", "unit", "date", "times", "where", "cheapest")
POSTING_COLUMNS = ("number", "made", "by", "invoices", "net", "vat", "gross")


@click.command("reports", help="A report of the ledger; without a name, which there are.")
@click.argument("name", required=False)
@year_option
@click.option("--supplier", help="Only this supplier, by its DUNS number or name.")
@click.option("--cost-centre", default="", help="Only this cost centre, by its code.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
@as_json
@limit_rows
@at_home("school")
def reports(
    name: str | None,
    year: str | None,
    supplier: str | None,
    cost_centre: str,
    as_csv: bool,
    as_json: bool,
    limit: int | None,
) -> None:
    from schoolgate.school.purchasing.reporting import REPORTS, Scope

    if name is None:
        told = [{"name": one.name, "question": one.question} for one in REPORTS.values()]
        print_rows(told, ["name", "question"], as_json=as_json, limit=limit, empty="")
        return
    report = REPORTS.get(name)
    if report is None:
        raise Failed(f"There is no report '{name}'. There are: {', '.join(REPORTS)}")
    if supplier and not report.of_supplier:
        raise Failed(f"The report '{name}' is not of one supplier.")
    if cost_centre and not report.of_cost_centre:
        raise Failed(f"The report '{name}' is not of one cost centre.")
    scope = Scope(chosen_year(year), chosen_supplier(supplier) if supplier else None, cost_centre)
    rows, columns = report.rows(scope), report.columns(scope)
    chosen = list(rows)[:limit] if limit else rows
    if as_csv:
        _print_csv(columns, chosen)
        return
    named = [{_name(column): _told(column, row) for column in columns} for row in chosen]
    empty = "No entries in this period."
    print_rows(named, [_name(column) for column in columns], as_json=as_json, limit=None, empty=empty)
    if rows and not as_json:
        click.echo(report.answer(scope, rows))


@click.command("prices", help="What the same product cost at each supplier in the last year, per unit, net.")
@click.option("--all", "every", is_flag=True, help="What was bought from one supplier only, too.")
@as_json
@limit_rows
@at_home("school")
def prices(every: bool, as_json: bool, limit: int | None) -> None:
    from schoolgate.school.purchasing.reporting.comparing import CHEAPEST, offers

    rows = [
        {
            "product": offer.product,
            "part_number": offer.part_number,
            "supplier": offer.supplier,
            "price": offer.price,
            "unit": offer.unit,
            "date": offer.last,
            "times": offer.times,
            "where": offer.where,
            "cheapest": offer.mark == CHEAPEST,
        }
        for offer in offers(of_one_supplier_too=every)
    ]
    empty = "Nothing was bought from two suppliers in the last year."
    print_rows(rows, PRICE_COLUMNS, as_json=as_json, limit=limit, empty=empty)


@click.group("postings", help="Exports of what was authorised for payment, for a finance system.")
def postings() -> None:
    pass


@postings.command("list", help="All exports, the newest first.")
@as_json
@limit_rows
@at_home("school")
def list_postings(as_json: bool, limit: int | None) -> None:
    from schoolgate.school.purchasing.invoicing.posting import waiting

    print_rows(_postings(), POSTING_COLUMNS, as_json=as_json, limit=limit, empty="Nothing was exported yet.")
    if not as_json:
        count = waiting().count()
        click.echo(f"{count:,} wait to be exported." if count else "Nothing authorised since the last export.")


@postings.command("export", help="Export what waits, each invoice once. Exit code 1 when nothing does.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the file there, too.")
@as_json
@at_home("school")
def export_postings(out: Path | None, as_json: bool) -> None:
    from schoolgate.school.purchasing.invoicing.posting import PostingRefused, export

    try:
        made = export(by=None)
    except PostingRefused as refused:
        raise Failed(str(refused)) from None
    if made is None:
        if as_json:
            print_json(None)
        else:
            click.echo("Nothing authorised since the last export.")
        sys.exit(1)
    row = next(one for one in _postings() if one["number"] == made.number)
    if out:
        _write(made, out)
    if as_json:
        print_json(row)
    else:
        click.echo(f"Export {made.number}: {row['invoices']} invoices and credit notes, £{made.gross:,.2f} gross.")


@postings.command("show", help="The file of an export, the very same each time.")
@click.argument("number", type=int)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write it there; else it is printed.")
@at_home("school")
def show_posting(number: int, out: Path | None) -> None:
    from schoolgate.school.purchasing.models import Posting

    found: Posting | None = Posting.objects.filter(number=number).first()
    if found is None:
        raise Failed(f"There is no export {number}. See: schoolgate school postings list")
    if out:
        _write(found, out)
    else:
        click.echo(_read(found), nl=False)


def _postings() -> list[dict[str, Any]]:
    from django.db.models import Count

    from schoolgate.school.purchasing.models import Posting

    return [
        {
            "number": one.number,
            "made": one.made_at,
            "by": one.made_by.username if one.made_by else "",
            "invoices": one.count,
            "net": one.net,
            "vat": one.vat,
            "gross": one.gross,
            "sha256": one.sha256,
        }
        for one in Posting.objects.select_related("made_by").annotate(count=Count("invoices")).order_by("-number")
    ]


def _read(found: "Posting") -> bytes:
    from schoolgate.school.purchasing.invoicing.posting import PostingRefused, read

    try:
        return read(found)
    except PostingRefused as refused:
        raise Failed(str(refused)) from None


def _write(found: "Posting", out: Path) -> None:
    content = _read(found)
    try:
        out.write_bytes(content)
    except OSError as error:
        raise Failed(
            f"{out} cannot be written: {error.strerror}. Have it again: postings show {found.number}"
        ) from None


def _name(column: "Column") -> str:
    """What a program calls a column."""
    return re.sub("[^a-z0-9]+", "_", column.heading.lower()).strip("_")


def _told(column: "Column", row: Any) -> Any:
    """A cell; a state as programs spell it."""
    from schoolgate.commons.web.sources import follow

    return follow(row, column.name) if column.kind == "state" else column.value_of(row)


def _print_csv(columns: "list[Column]", rows: Any) -> None:
    from schoolgate.commons.web.downloads import harmless

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([column.heading for column in columns])
    for row in rows:
        values = (column.value_of(row) for column in columns)
        writer.writerow(["" if value is None else harmless(value) for value in values])
