"""Verbs that every site has: serve, web, work, settings, users, journal, jobs, audit."""

from pathlib import Path
from typing import Any

import click

from schoolgate.sites.commands.backups import backup_of, backups_of, restore_of
from schoolgate.sites.commands.retention import retention_of
from schoolgate.sites.commands.shared import (
    Failed,
    as_json,
    at_home,
    limit_rows,
    open_site,
    print_json,
    print_rows,
    require_current_database,
)
from schoolgate.sites.commands.upkeep import doctor_of, support_bundle_of
from schoolgate.sites.commands.users import users_of

home_option = click.option("--home", type=click.Path(file_okay=False, path_type=Path), help="The site's home folder.")


def initialise(site: str) -> str:
    """Make or bring up to date the database; return the first administrator's link, or "" when there is one already.

    Raises Failed where the database cannot be opened or belongs to a newer program.
    """
    from django.core.management import call_command
    from django.db.utils import OperationalError

    from schoolgate.commons.versions.going_back import DatabaseIsNewer, note_this_program, refuse_a_newer_database

    try:
        refuse_a_newer_database()
        call_command("migrate", verbosity=0, interactive=False)
        note_this_program()
    except OperationalError as error:
        raise Failed(f"The database cannot be opened: {error}".strip()) from None
    except DatabaseIsNewer as error:
        raise Failed(str(error)) from None
    from schoolgate.commons.accounts.links import first_administrator_link
    from schoolgate.commons.accounts.models import User

    if User.objects.filter(role="administrator", is_active=True).exists():
        return ""
    return first_administrator_link()


def say_initialised(site: str, link: str, as_json: bool) -> None:
    from django.conf import settings

    home = settings.SCHOOLGATE_HOME.folder
    if as_json:
        print_json({"site": site, "home": str(home), "url": settings.SCHOOLGATE_URL, "first_administrator_link": link})
        return
    click.echo(f"The {site} site's home is {home}. Start it with: schoolgate {site} serve --home {home}")
    if link:
        click.echo(f"Open this once, within a day, to become its first administrator:\n  {link}")


def add_common_verbs(group: click.Group, site: str) -> None:
    group.add_command(_serve(site))
    if site != "school":
        group.add_command(_web(site))
        group.add_command(_work(site))
    group.add_command(_settings(site))
    group.add_command(users_of(site))
    group.add_command(_journal(site))
    group.add_command(_jobs(site))
    group.add_command(_audit(site))
    group.add_command(retention_of(site))
    group.add_command(backup_of(site))
    group.add_command(backups_of(site))
    group.add_command(restore_of(site))
    group.add_command(doctor_of(site))
    group.add_command(support_bundle_of(site))


def listen_options(function: Any) -> Any:
    function = click.option("--url", help="Address people and programs call the site by.")(function)
    function = click.option("--port", type=int, help="Port to listen on.")(function)
    return click.option("--bind", help="Address to listen on.")(function)


def _serve(site: str) -> click.Command:
    @click.command("serve", help="Run the site: web and jobs.")
    @home_option
    @listen_options
    def serve(home: Path | None, bind: str | None, port: int | None, url: str | None) -> None:
        open_site(site, home, bind=bind, port=port, url=url)
        require_current_database(site)
        from django.conf import settings

        from schoolgate.sites.configuration import ConfigurationError
        from schoolgate.sites.serving import serve_in_one_process
        from schoolgate.sites.supervising import supervise

        try:
            if site == "school":
                from schoolgate.school.exchange.version_3 import import_at_start

                import_at_start(settings.SCHOOLGATE_HOME.folder)
                serve_in_one_process(click.echo)
            else:
                supervise(site, click.echo)
        except ConfigurationError as error:
            raise Failed(str(error)) from None

    return serve


def _web(site: str) -> click.Command:
    @click.command("web", help="Serve pages and what programs call alone; `work` does the jobs.")
    @home_option
    @listen_options
    def web(home: Path | None, bind: str | None, port: int | None, url: str | None) -> None:
        open_site(site, home, bind=bind, port=port, url=url)
        require_current_database(site)
        from schoolgate.sites.serving import serve_web

        serve_web()

    return web


def _work(site: str) -> click.Command:
    @click.command("work", help="Do the jobs alone; `web` serves the pages.")
    @at_home(site)
    def work() -> None:
        from schoolgate.sites.serving import work as work_until_stopped

        work_until_stopped()

    return work


def _settings(site: str) -> click.Command:
    @click.command("settings", help="Print each start-up setting and where it came from.")
    @home_option
    @as_json
    def settings_command(home: Path | None, as_json: bool) -> None:
        open_site(site, home)
        from django.conf import settings

        rows = [
            {
                "name": value.setting.name,
                "value": "(set)" if value.setting.secret and value.text else value.text,
                "source": value.source,
                "meaning": value.setting.meaning,
            }
            for value in settings.SCHOOLGATE_CONFIGURATION
        ]
        print_rows(rows, ["name", "value", "source", "meaning"], as_json=as_json, limit=None, empty="")

    return settings_command


def _journal(site: str) -> click.Command:
    @click.command("journal", help="What the site did, newest first.")
    @click.option("--la", help="Only lines of this LA, as a school's own or as its destination.")
    @click.option("--school", "number", help="Only lines of this school, four digits.")
    @as_json
    @limit_rows
    @at_home(site)
    def journal(la: str | None, number: str | None, as_json: bool, limit: int | None) -> None:
        from django.db.models import Q

        from schoolgate.commons.journal.models import JournalLine

        lines = JournalLine.objects.shown().order_by("-at", "-id")
        if la is not None:
            lines = lines.filter(Q(la=la) | Q(destination_la=la))
        if number is not None:
            lines = lines.filter(school=number)
        rows = [
            {
                "date": line.at,
                "level": line.level,
                "la": line.la,
                "destination_la": line.destination_la,
                "school": line.school,
                "message": line.message,
                "details": line.details,
            }
            for line in (lines[:limit] if limit else lines)
        ]
        columns = ["date", "level", "la", "destination_la", "school", "message"]
        print_rows(rows, columns, as_json=as_json, limit=limit, empty="Nothing has happened yet.")

    return journal


def _jobs(site: str) -> click.Command:
    @click.command("jobs", help="Work done, running and waiting, newest first.")
    @as_json
    @limit_rows
    @at_home(site)
    def jobs(as_json: bool, limit: int | None) -> None:
        from schoolgate.commons.jobs.models import Job

        found = Job.objects.order_by("-id")
        rows = [
            {
                "job": job.pk,
                "kind": job.kind,
                "state": job.state,
                "attempt": job.attempt,
                "created": job.created_at,
                "ended": job.ended_at,
                "error": job.error,
            }
            for job in (found[:limit] if limit else found)
        ]
        columns = ["job", "kind", "state", "attempt", "created", "ended", "error"]
        print_rows(rows, columns, as_json=as_json, limit=limit, empty="No jobs yet.")

    return jobs


def _audit(site: str) -> click.Command:
    @click.command("audit", help="Who did what, newest first.")
    @as_json
    @limit_rows
    @at_home(site)
    def audit(as_json: bool, limit: int | None) -> None:
        from schoolgate.commons.audit.models import AuditEntry

        entries = AuditEntry.objects.shown_to(None).order_by("-at", "-id")
        rows = [
            {"date": entry.at, "who": entry.who, "did": entry.did, "target": entry.target, "details": entry.details}
            for entry in (entries[:limit] if limit else entries)
        ]
        columns = ["date", "who", "did", "target", "details"]
        print_rows(rows, columns, as_json=as_json, limit=limit, empty="Nobody has done anything yet.")

    return audit
