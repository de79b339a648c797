"""`schoolgate authority VERB`."""

from pathlib import Path

import click

from schoolgate.sites.commands.authority_addresses import addresses
from schoolgate.sites.commands.authority_alerts import alerts, reports
from schoolgate.sites.commands.authority_bases import bases, codes, expiring, licences
from schoolgate.sites.commands.authority_by_hand import pupil_change, staff_change
from schoolgate.sites.commands.authority_collection import catch_up, collect, runs
from schoolgate.sites.commands.authority_conflicts import conflicts, decisions
from schoolgate.sites.commands.authority_connections import settings as base_settings
from schoolgate.sites.commands.authority_connections import system as base_system
from schoolgate.sites.commands.authority_connections import systems
from schoolgate.sites.commands.authority_connections import test as test_settings
from schoolgate.sites.commands.authority_duplicates import duplicates, merge
from schoolgate.sites.commands.authority_first_load import first_load
from schoolgate.sites.commands.authority_groups import groups
from schoolgate.sites.commands.authority_imports import imports
from schoolgate.sites.commands.authority_migration import migrate
from schoolgate.sites.commands.authority_outbox import outbox
from schoolgate.sites.commands.authority_phase_1 import import_tasks, to_phase_2
from schoolgate.sites.commands.authority_portal import portal
from schoolgate.sites.commands.authority_pupils import pupil, pupils, staff, staff_member
from schoolgate.sites.commands.authority_quarantine import attendance_codes, quarantine
from schoolgate.sites.commands.authority_requests import requests
from schoolgate.sites.commands.authority_rules import rules
from schoolgate.sites.commands.authority_school_package import school_package
from schoolgate.sites.commands.authority_suspense import suspense
from schoolgate.sites.commands.authority_tasks import tasks
from schoolgate.sites.commands.authority_unmatched import unmatched
from schoolgate.sites.commands.common_verbs import (
    add_common_verbs,
    home_option,
    initialise,
    say_initialised,
)
from schoolgate.sites.commands.shared import (
    Failed,
    WrongCall,
    as_json,
    at_home,
    limit_rows,
    open_site,
    print_json,
    print_rows,
    read_secret,
)


@click.group(help="The local authority's site: takes files in and proves that they arrived.")
def authority() -> None:
    pass


add_common_verbs(authority, "authority")
for command in (
    bases,
    codes,
    licences,
    expiring,
    imports,
    pupils,
    pupil,
    pupil_change,
    staff,
    staff_member,
    staff_change,
    unmatched,
    conflicts,
    decisions,
    requests,
    rules,
    addresses,
    first_load,
    systems,
    groups,
    tasks,
    runs,
    collect,
    migrate,
    catch_up,
    outbox,
    suspense,
    quarantine,
    attendance_codes,
    portal,
    alerts,
    reports,
    school_package,
):
    authority.add_command(command)
for verb in (base_settings, test_settings, base_system):
    bases.add_command(verb)
for verb in (import_tasks, to_phase_2):
    tasks.add_command(verb)
for verb in (duplicates, merge):
    pupils.add_command(verb)


@authority.command("init", help="First set-up, or bring the database up to date after an upgrade.")
@home_option
@click.option("--la", help="This authority's LA number, three digits.")
@click.option("--name", help="This authority's name, as schools know it.")
@click.option("--contact", help="Whom schools may ask, with telephone and hours.")
@click.option(
    "--out-of-county-licence/--no-out-of-county-licence",
    default=None,
    help="Whether this authority may take files from schools of other LAs; no when never said.",
)
@as_json
def init(
    home: Path | None,
    la: str | None,
    name: str | None,
    contact: str | None,
    out_of_county_licence: bool | None,
    as_json: bool,
) -> None:
    open_site("authority", home)
    from django.conf import settings

    from schoolgate.authority.bases.la import LA_CONTACT, LA_NAME, LA_NUMBER, OUT_OF_COUNTY_LICENCE
    from schoolgate.documents.identifiers import la_number_fault

    fault = la_number_fault(la, demo=settings.SCHOOLGATE_DEMO) if la is not None else None
    if fault is not None:
        raise WrongCall(f"--la {la}: {fault.reason}")
    link = initialise("authority")
    for preference, value in ((LA_NUMBER, la), (LA_NAME, name), (LA_CONTACT, contact)):
        if value is not None:
            preference.set(value, by=None)
    if out_of_county_licence is not None:
        OUT_OF_COUNTY_LICENCE.set(out_of_county_licence, by=None)
    say_initialised("authority", link, as_json)


@authority.group("accounts", help="Bases and the exchange accounts they send with.")
def accounts() -> None:
    pass


@accounts.command("add", help="Add a base and its exchange account; prints the password once.")
@click.option("--la", required=True, help="The school's LA number; another LA's for an out-of-county school.")
@click.option("--school", required=True, help="The school's number, four digits.")
@click.option("--name", default="", help="The school's name.")
@click.option(
    "--user", default="", help="Name of the account; one that exists serves this base too. Default: LA and school."
)
@click.option(
    "--password-file",
    type=click.Path(allow_dash=True, dir_okay=False, path_type=Path),
    help="File with the password, or -; generated if not given.",
)
@as_json
@at_home("authority")
def add_account(la: str, school: str, name: str, user: str, password_file: Path | None, as_json: bool) -> None:
    from schoolgate.authority.bases import accounts as exchange_accounts
    from schoolgate.authority.bases.licensing import Licensing
    from schoolgate.commons.accounts.models import User

    known = User.objects.filter(username__iexact=user, role=exchange_accounts.ROLE).first() if user else None
    name = name or f"School {la} {school}"
    password = None
    try:
        if known is not None:
            base = exchange_accounts.add_base(la=la, number=school, name=name, account=known)
        else:
            given = read_secret(password_file) if password_file else None
            base, password = exchange_accounts.add_account(la=la, school=school, name=name, user=user, password=given)
    except exchange_accounts.BaseRefused as error:
        raise Failed(str(error)) from None
    licensing = Licensing()
    if licensing.missing(base) == "no-out-of-county-licence":
        click.echo(
            "This authority has no Out of County licence, so nothing will be taken from the school. "
            "Set it with: schoolgate authority licences --out-of-county",
            err=True,
        )
    if as_json:
        licence = licensing.of(base)
        print_json(
            {"user": base.account.username, "password": password, "la": la, "school": school, "licence": licence}
        )
        return
    click.echo(f"Base {la} {school} sends with the account {base.account.username}.")
    if password is not None:
        click.echo(f"Its password (shown only now): {password}")


@accounts.command("list", help="All bases with their accounts.")
@as_json
@limit_rows
@at_home("authority")
def list_accounts(as_json: bool, limit: int | None) -> None:
    from schoolgate.authority.bases.models import Base

    rows = [
        {
            "la": base.la,
            "school": base.number,
            "name": base.name,
            "user": base.account.username,
            "active": base.active,
            "out_of_county": base.out_of_county,
        }
        for base in Base.objects.select_related("account")
    ]
    columns = ["la", "school", "name", "user", "active", "out_of_county"]
    print_rows(
        rows, columns, as_json=as_json, limit=limit, empty="No bases yet. Add one: schoolgate authority accounts add"
    )


@authority.command("files", help="Files received, newest first.")
@as_json
@limit_rows
@at_home("authority")
def files(as_json: bool, limit: int | None) -> None:
    from schoolgate.authority.exchange.models import ReceivedFile

    received = ReceivedFile.objects.select_related("base", "its_import__job").order_by("-id")
    rows = [
        {
            "received": file.received_at,
            "name": file.name,
            "kind": file.kind,
            "la": file.base.la,
            "school": file.base.number,
            "size": file.size,
            "sha256": file.sha256,
            "ref": file.ref,
            "state": file.outcome["state"],
        }
        for file in (received[:limit] if limit else received)
    ]
    columns = ["received", "name", "la", "school", "size", "ref", "state"]
    print_rows(rows, columns, as_json=as_json, limit=limit, empty="No file has arrived yet.")


@authority.command("refused", help="Deliveries that were not taken, newest first.")
@as_json
@limit_rows
@at_home("authority")
def refused(as_json: bool, limit: int | None) -> None:
    from schoolgate.authority.exchange.models import RefusedDelivery

    rows = [
        {
            "last": delivery.last_at,
            "times": delivery.times,
            "name": delivery.name,
            "la": delivery.la,
            "school": delivery.school,
            "code": delivery.code,
            "reason": delivery.reason,
        }
        for delivery in RefusedDelivery.objects.all()
    ]
    columns = ["last", "times", "name", "la", "school", "code", "reason"]
    print_rows(rows, columns, as_json=as_json, limit=limit, empty="Nothing was refused.")
