"""`schoolgate authority bases|codes|licences|expiring`: many bases at once, from the command line."""

import csv
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from schoolgate.sites.commands.shared import Failed, WrongCall, as_json, at_home, limit_rows, print_json, print_rows

if TYPE_CHECKING:
    from schoolgate.authority.bases.licensing import Licensing
    from schoolgate.authority.bases.models import Base, ConnectionCode

new_file = click.Path(dir_okay=False, path_type=Path)


@click.group("bases", help="The schools that may send files, singly and from a list.")
def bases() -> None:
    pass


@bases.command("list", help="All bases with licence and account.")
@as_json
@limit_rows
@at_home("authority")
def list_bases(as_json: bool, limit: int | None) -> None:
    print_rows(
        _told_bases(),
        ["la", "school", "name", "phase", "system", "licence", "user", "last_seen", "active"],
        as_json=as_json,
        limit=limit,
        empty="No bases yet. Add many from a list: schoolgate authority bases import FILE.csv",
    )


@bases.command("import", help="Make the bases of a CSV file, each with a connection code; known ones are left alone.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--codes-out", type=click.Path(dir_okay=False, path_type=Path), help="Write the new codes to this CSV file."
)
@click.option("--dry-run", is_flag=True, help="Only say what would become of each line.")
@as_json
@at_home("authority")
def import_bases(file: Path, codes_out: Path | None, dry_run: bool, as_json: bool) -> None:
    from schoolgate.authority.bases.batch import carry_out, count, plan
    from schoolgate.authority.bases.codes import note_codes_shown
    from schoolgate.authority.bases.schools_csv import read_schools
    from schoolgate.commons.csv_lists import CsvRefused

    try:
        schools = read_schools(file.read_bytes())
    except CsvRefused as error:
        raise Failed(f"{file.name}: {error}") from None
    codes: list[ConnectionCode] = []
    if dry_run:
        planned = plan(schools)
    else:
        made = carry_out(schools, words=file.name, by=None)
        planned = list(made.planned)
        codes = list(made.codes.codes.select_related("account")) if made.codes else []
    of_account = {code.account.username: code for code in codes}
    if codes and (as_json or codes_out is not None):
        note_codes_shown(file.name, by=None)
    if codes_out is not None:
        _write_codes(codes_out, codes)
    rows = [
        {
            "line": one.line.number_in_file,
            "state": one.state,
            "la": one.line.la,
            "school": one.line.school,
            "name": one.line.name,
            "user": one.user,
            "code": of_account[one.user].code if one.user in of_account else None,
            "code_expires": of_account[one.user].expires_at if one.user in of_account else None,
            "reason": one.reason or one.remark,
        }
        for one in planned
    ]
    counts = count(planned)
    if as_json:
        print_json(rows)
    else:
        for note in schools.notes:
            click.echo(note)
        for row in rows:
            if row["reason"]:
                click.echo(f"{file.name}:{row['line']}: {row['state']}: {row['reason']}")
        would = "would be made" if dry_run else "made"
        click.echo(f"{counts['new']} {would}, {counts['known']} known already, {counts['wrong']} wrong.")
        if codes and codes_out is None:
            click.echo("Letters: Bases > Connection codes. The codes as CSV: schoolgate authority codes --out FILE")
    if counts["wrong"]:
        raise SystemExit(1)


@click.command("codes", help="Connection codes that no school has used.")
@click.option("--new", "wanted", multiple=True, metavar="DFE", help="Make a new code for this school (8204321) first.")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Write those that are good to this CSV file."
)
@as_json
@limit_rows
@at_home("authority")
def codes(wanted: tuple[str, ...], out: Path | None, as_json: bool, limit: int | None) -> None:
    from schoolgate.authority.bases.codes import make_codes, note_codes_shown
    from schoolgate.authority.bases.models import ConnectionCode

    if wanted:
        chosen = _bases_by_number(wanted)
        accounts = {base.account_id: base.account for base in chosen}
        words = str(chosen[0]) if len(chosen) == 1 else f"{len(chosen)} chosen schools"
        make_codes(list(accounts.values()), words=words, by=None)
    unused = list(ConnectionCode.objects.unused().select_related("account").prefetch_related("account__bases"))
    if unused:
        note_codes_shown("all unused codes", by=None)
    if out is not None:
        _write_codes(out, unused)
    rows = [
        {
            "user": code.account.username,
            "schools": [base.dfe_number for base in code.account.bases.all()],
            "state": code.state,
            "code": code.code,
            "expires": code.expires_at,
        }
        for code in unused
    ]
    columns = ["user", "schools", "state", "code", "expires"]
    print_rows(rows, columns, as_json=as_json, limit=limit, empty="No code is waiting.")


@click.command("licences", help="Each base with the licence it stands on.")
@click.option("--give", multiple=True, metavar="DFE", help="Give this school (8204321) its standard licence first.")
@click.option("--take", multiple=True, metavar="DFE", help="Take this school's standard licence away first.")
@click.option("--out-of-county/--no-out-of-county", default=None, help="Whether schools of other LAs may send.")
@as_json
@limit_rows
@at_home("authority")
def licences(
    give: tuple[str, ...], take: tuple[str, ...], out_of_county: bool | None, as_json: bool, limit: int | None
) -> None:
    from schoolgate.authority.bases.la import OUT_OF_COUNTY_LICENCE
    from schoolgate.authority.bases.licences import set_licences

    given, taken = _bases_by_number(give), _bases_by_number(take)
    if out_of_county is not None:
        OUT_OF_COUNTY_LICENCE.set(out_of_county, by=None)
    for chosen, licensed in ((given, True), (taken, False)):
        _, others = set_licences(chosen, licensed, by=None)
        for base in others:
            click.echo(f"{base} is another LA's: it stands on the Out of County licence.", err=True)
    columns = ["la", "school", "name", "licence", "out_of_county"]
    rows = [{column: row[column] for column in columns} for row in _told_bases()]
    print_rows(rows, columns, as_json=as_json, limit=limit, empty="No bases yet.")


@click.command("expiring", help="Passwords, codes, certificates and keys, the worst first.")
@as_json
@limit_rows
@at_home("authority")
def expiring(as_json: bool, limit: int | None) -> None:
    from schoolgate.authority.exchange.endings import look

    rows = [
        {
            "kind": ending.kind,
            "what": ending.what,
            "state": ending.state,
            "ends": ending.ends,
            "la": ending.la,
            "school": ending.school,
            "note": ending.note,
        }
        for ending in look()
    ]
    columns = ["ends", "state", "what", "note"]
    print_rows(rows, columns, as_json=as_json, limit=limit, empty="Nothing here ends.")


def _all_bases() -> "list[Base]":
    from schoolgate.authority.bases.models import Base

    return list(Base.objects.select_related("account__agent"))


def _told_bases() -> list[dict[str, Any]]:
    from schoolgate.authority.bases.licensing import Licensing

    licensing = Licensing()
    return [_told(base, licensing) for base in _all_bases()]


def _told(base: "Base", licensing: "Licensing") -> dict[str, Any]:
    from schoolgate.authority.bases.agents import agent_of

    agent = agent_of(base)
    return {
        "la": base.la,
        "school": base.number,
        "name": base.name,
        "phase": base.phase,
        "licence": licensing.of(base),
        "out_of_county": not licensing.is_own(base),
        "user": base.account.username,
        "system": base.mis,
        "last_seen": agent.seen_at if agent else None,
        "version": agent.version if agent else "",
        "active": base.active,
    }


def _bases_by_number(numbers: tuple[str, ...]) -> "list[Base]":
    """The bases with these seven digits; WrongCall names the first that is none."""
    known = {base.dfe_number: base for base in _all_bases()} if numbers else {}
    for number in numbers:
        if number not in known:
            raise WrongCall(f"There is no base {number}. A school is named by its seven digits, as in 8204321.")
    return [known[number] for number in numbers]


def _write_codes(path: Path, codes: "list[ConnectionCode]") -> None:
    """The list that goes to schools, readable by its owner only."""
    from schoolgate.authority.bases.codes import COLUMNS_TO_SEND, to_send
    from schoolgate.commons.web.downloads import harmless

    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        with os.fdopen(file, "w", encoding="utf-8-sig", newline="") as out:
            # One that is there already may be open to others.
            path.chmod(0o600)
            out.truncate()
            writer = csv.writer(out)
            writer.writerow(COLUMNS_TO_SEND)
            writer.writerows([harmless(cell) for cell in row] for row in to_send(codes))
    except OSError as error:
        raise Failed(f"{path} cannot be written: {error}") from None
