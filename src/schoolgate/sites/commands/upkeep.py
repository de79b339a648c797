"""`schoolgate SITE doctor` and `support-bundle`: what is wrong with a site, and what of it may be sent to who helps."""

import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from schoolgate.sites.commands.shared import Failed, as_json, open_site, print_json

home_option = click.option("--home", type=click.Path(file_okay=False, path_type=Path), help="The site's home folder.")


def doctor_of(site: str) -> click.Command:
    """The verb of one site. It works without a database too, or with one that cannot be opened."""

    @click.command("doctor", help="What is wrong here, why, and what to do. Exit code 1 when something is bad.")
    @click.option("--fix", is_flag=True, help="Mend what can be mended safely, and say what was done.")
    @click.option("--quick", is_flag=True, help="Call no other machine, and do not read all of the database.")
    @as_json
    @home_option
    def doctor(fix: bool, quick: bool, as_json: bool, home: Path | None) -> None:
        open_site(site, home)
        from schoolgate.sites.upkeep.doctor.examining import examine, mend

        examination = examine(slow=not quick)
        if fix:
            examination = mend(examination, by=None)
        if as_json:
            print_json([_row(one) for one in examination.found])
        else:
            for one in examination.found:
                _print(one)
            if examination.skipped:
                click.echo(f"Not looked at, for want of the database: {', '.join(examination.skipped)}.")
            click.echo(examination.sentence)
            if examination.can_be_mended and not fix:
                click.echo("Some of it can be mended safely: give --fix.")
        sys.exit(1 if examination.count("bad") else 0)

    return doctor


def _row(one: Any) -> dict[str, Any]:
    finding = one.finding
    return {
        "check": one.check.name,
        "state": finding.state,
        "found": finding.found,
        "where": finding.where,
        "cause": finding.cause,
        "cure": finding.cure,
        "command": finding.command,
        "can_be_mended": finding.can_be_mended,
        "mended": one.mended,
    }


def _print(one: Any) -> None:
    finding = one.finding
    click.echo(f"{finding.state:<5} {one.check.words}: {finding.found}")
    for label, text in (
        ("Done", one.mended),
        ("Where", finding.where),
        ("Cause", finding.cause),
        ("Cure", finding.cure),
        ("Command", finding.command),
    ):
        if text:
            click.echo(f"      {label}: {text}")


def support_bundle_of(site: str) -> click.Command:
    """The verb of one site. It works without a database too."""

    @click.command(
        "support-bundle", help="Texts for whoever helps you, without names and secrets: shown first, then written."
    )
    @click.option("--to", "target", type=click.Path(dir_okay=False, path_type=Path), help="The ZIP to write.")
    @click.option("--show", is_flag=True, help="Print all of it, and write nothing.")
    @click.option("--yes", is_flag=True, help="Write it without asking.")
    @click.option("--quick", is_flag=True, help="Call no other machine, and do not read all of the database.")
    @as_json
    @home_option
    def support_bundle(
        target: Path | None, show: bool, yes: bool, quick: bool, as_json: bool, home: Path | None
    ) -> None:
        open_site(site, home)
        from django.db import DatabaseError

        from schoolgate.sites.upkeep.support.bundle import as_zip, file_name, make_bundle, note_made

        parts = make_bundle(slow=not quick)
        listed = [{"part": part.name, "about": part.about, "bytes": part.size} for part in parts]
        if show:
            for part in parts:
                click.echo(f"=== {part.name}\n{part.text}")
            return
        target = (target or Path(file_name())).absolute()
        if not as_json:
            for part in parts:
                click.echo(f"{part.name:<17} {part.size:>9,} bytes  {part.about}")
            click.echo("No names, no secrets. Read it all before with --show, or afterwards in the ZIP.")
        if not yes and not as_json and not click.confirm(f"Write {target}?", default=True):
            click.echo("Nothing was written.")
            return
        try:
            with target.open("xb") as file:
                file.write(as_zip(parts))
        except FileExistsError:
            raise Failed(f"{target} is there already. Name another with --to.") from None
        except OSError as error:
            raise Failed(f"{target} cannot be written: {error.strerror}. Name another with --to.") from None
        with suppress(DatabaseError):
            note_made(by=None)
        if as_json:
            print_json({"file": str(target), "parts": listed})
        else:
            click.echo(f"Written: {target}")

    return support_bundle
