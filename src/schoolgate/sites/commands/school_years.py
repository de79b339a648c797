"""`schoolgate school ledger years`: the financial years of a school's ledger."""

import sys
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

import click

from schoolgate.sites.commands.shared import Failed, as_json, at_home, limit_rows, print_json, print_rows

if TYPE_CHECKING:
    from schoolgate.school.purchasing.models import FinancialYear

year_option = click.option("--year", help="The financial year by its name; the current one when not given.")
day = click.DateTime(formats=["%Y-%m-%d"])


@click.group("years", help="Financial years.")
def years() -> None:
    pass


@years.command("list", help="All financial years, the newest first.")
@as_json
@limit_rows
@at_home("school")
def list_years(as_json: bool, limit: int | None) -> None:
    from schoolgate.school.purchasing.models import FinancialYear
    from schoolgate.school.purchasing.years import current_year

    current = current_year()
    rows = [
        {
            "name": year.name,
            "first_day": year.first_day,
            "last_day": year.last_day,
            "state": "closed" if year.closed_at else "current" if year == current else "open",
        }
        for year in FinancialYear.objects.all()
    ]
    empty = "No financial year yet. Add one: schoolgate school ledger years add"
    print_rows(rows, ["name", "first_day", "last_day", "state"], as_json=as_json, limit=limit, empty=empty)


@years.command("add", help="Add a financial year, both days included.")
@click.option("--name", required=True, help="Such as 2026-27.")
@click.option("--first-day", type=day, required=True)
@click.option("--last-day", type=day, required=True)
@click.option("--copy-from", help="Take the structures of this year over.")
@click.option("--budgets", is_flag=True, help="With --copy-from: the budgets too.")
@as_json
@at_home("school")
def add_year(
    name: str, first_day: datetime, last_day: datetime, copy_from: str | None, budgets: bool, as_json: bool
) -> None:
    from django.db import transaction

    from schoolgate.school.purchasing.changing import SetUpRefused
    from schoolgate.school.purchasing.copying import copy_structures
    from schoolgate.school.purchasing.years import add

    before = chosen_year(copy_from) if copy_from else None
    try:
        with transaction.atomic():
            year = add(name, first_day.date(), last_day.date(), by=None)
            copied = copy_structures(before, year, None, budgets=budgets) if before else None
    except SetUpRefused as error:
        raise Failed(str(error)) from None
    if as_json:
        print_json({"name": year.name, "first_day": year.first_day, "last_day": year.last_day})
        return
    click.echo(f"The financial year {year} was added{f', with {copied}' if copied else ''}.")


@years.command("close", help="Close a financial year. Exit code 1 with what blocks it.")
@click.argument("name")
@click.option("--check", is_flag=True, help="Only say what blocks the close.")
@as_json
@at_home("school")
def close_year(name: str, check: bool, as_json: bool) -> None:
    from schoolgate.school.purchasing import year_end
    from schoolgate.school.purchasing.changing import SetUpRefused

    year = chosen_year(name)
    if check:
        blockers = [{"said": one.said, "count": one.count, "step": one.way} for one in year_end.check(year)]
        print_rows(blockers, ["said", "step"], as_json=as_json, limit=None, empty="Nothing blocks the close.")
        if not as_json:
            _tell(map(str, year_end.remarks(year)))
        sys.exit(1 if blockers else 0)
    remarks = [str(remark) for remark in year_end.remarks(year)]
    try:
        year_end.close(year, by=None)
    except SetUpRefused as error:
        raise Failed(str(error)) from None
    if as_json:
        print_json({"name": year.name, "closed_at": year.closed_at, "remarks": remarks})
        return
    click.echo(f"The financial year {year} is closed.")
    _tell(remarks)


def _tell(remarks: Iterable[str]) -> None:
    for remark in remarks:
        click.echo(f"To note: {remark}")


def chosen_year(name: str | None) -> "FinancialYear":
    """The year of this name, else the current one. Raises Failed where there is none."""
    from schoolgate.school.purchasing.models import FinancialYear
    from schoolgate.school.purchasing.years import current_year

    year: FinancialYear | None = FinancialYear.objects.filter(name=name).first() if name else current_year()
    if year is None:
        said = f"There is no financial year '{name}'." if name else "There is no open financial year."
        raise Failed(f"{said} See: schoolgate school ledger years list")
    return year
