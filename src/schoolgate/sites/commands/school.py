"""`schoolgate school VERB`."""

import sys
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress, TaskID

from schoolgate.sites.commands.common_verbs import add_common_verbs, home_option, initialise, say_initialised
from schoolgate.sites.commands.school_administration import destinations, schools
from schoolgate.sites.commands.school_authorising import DECISIONS
from schoolgate.sites.commands.school_connect import connect, password
from schoolgate.sites.commands.school_connection import connection, test_connection
from schoolgate.sites.commands.school_documents import documents, fetch_orders
from schoolgate.sites.commands.school_establishment import establishment
from schoolgate.sites.commands.school_files import FILE_COMMANDS
from schoolgate.sites.commands.school_installing import install, uninstall
from schoolgate.sites.commands.school_invoices import invoices
from schoolgate.sites.commands.school_ledger import ledger
from schoolgate.sites.commands.school_mail import import_mail
from schoolgate.sites.commands.school_orders import orders, purchasing
from schoolgate.sites.commands.school_personnel import import_files, personnel
from schoolgate.sites.commands.school_receiving import deliveries, receive
from schoolgate.sites.commands.school_reports import postings, prices, reports
from schoolgate.sites.commands.school_schedule import schedule
from schoolgate.sites.commands.school_service import install_service, tray, uninstall_service
from schoolgate.sites.commands.school_suppliers import services, suppliers
from schoolgate.sites.commands.school_today import board, requests, status
from schoolgate.sites.commands.school_version_3 import import_settings, say_carried_over
from schoolgate.sites.commands.shared import (
    Failed,
    WrongCall,
    as_json,
    at_home,
    open_site,
    print_json,
)


@click.group(help="The school's site: checks files in folders, sends them, keeps the receipts.")
def school() -> None:
    pass


add_common_verbs(school, "school")
for command in (
    *(status, requests, board, connect, password, destinations, schools, schedule, connection, test_connection),
    import_settings,
    *FILE_COMMANDS,
    *(personnel, import_files),
    *(install, uninstall, install_service, uninstall_service, tray),
    *(ledger, suppliers, services, fetch_orders, import_mail, documents, orders, purchasing),
    *(receive, deliveries, invoices, postings, reports, prices),
):
    school.add_command(command)
ledger.add_command(establishment)
for decision in DECISIONS:
    orders.add_command(decision)


@school.command("init", help="First set-up, or bring the database up to date after an upgrade.")
@home_option
@click.option(
    "--root-folder", type=click.Path(file_okay=False, path_type=Path), help="Folder that holds each LA's folders."
)
@click.option("--name", help="Name of the school or office whose site this is.")
@as_json
def init(home: Path | None, root_folder: Path | None, name: str | None, as_json: bool) -> None:
    open_site("school", home)
    from django.conf import settings

    from schoolgate.school.exchange.administration.roots import is_another, set_root_folder
    from schoolgate.school.exchange.folders import FolderRefused
    from schoolgate.school.exchange.preferences import SCHOOL_NAME
    from schoolgate.school.exchange.version_3 import import_at_start

    link = initialise("school")
    carried_over = import_at_start(settings.SCHOOLGATE_HOME.folder)
    if carried_over is not None and not as_json:
        say_carried_over(carried_over)
    if name is not None:
        SCHOOL_NAME.set(name, by=None)
    if root_folder is not None:
        root_folder = root_folder.absolute()
        try:
            changed = is_another(root_folder)
            set_root_folder(root_folder, by=None)
        except FolderRefused as error:
            raise Failed(str(error)) from None
        if changed:
            click.echo("New folders were made. Files in the former root folder were not copied.", err=True)
    say_initialised("school", link, as_json)


@school.command("export", help="Check and send everything in Files Not Exported. Exit code 1 unless all of it arrived.")
@click.option("--la", help="Only the files for this LA.")
@as_json
@at_home("school")
def export(la: str | None, as_json: bool) -> None:
    from schoolgate.school.exchange.asking import all_las
    from schoolgate.school.exchange.export_now import export_now
    from schoolgate.school.exchange.folders import where_files_lie

    if la is not None and la not in all_las():
        raise WrongCall(f"No files go to an LA '{la}' from here. LAs: {', '.join(all_las()) or 'none yet'}.")
    if not where_files_lie():
        raise Failed(
            "No root folder is set. Set it on the Administration page, or: schoolgate school init --root-folder"
        )
    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bars:
        bar_of: dict[str, TaskID] = {}

        def show(la: str, done: int, total: int, text: str) -> None:
            if la not in bar_of:
                bar_of[la] = bars.add_task(la)
            bars.update(bar_of[la], completed=done, total=total or None, description=f"{la} {text}")

        summary = export_now(None if la is None else [la], show)
    if as_json:
        print_json([asdict(each) for each in summary.las])
    else:
        for each in summary.las:
            told = f"LA {each.la}: {each.received} sent and received, {each.held_back} held back"
            for count, words in (
                (each.retrying, "to be sent again"),
                (each.needs_attention, "need attention"),
                (each.waiting, "waiting"),
                (each.still_being_written, "still being written"),
            ):
                told += f", {count} {words}" if count else ""
            click.echo(f"{told}. {each.trouble}".strip())
    sys.exit(0 if summary.all_well else 1)
