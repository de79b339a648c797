"""`schoolgate authority migrate`: a base to SIMS Primary, which cannot be undone; and what is to be done after it."""

from datetime import date
from typing import TYPE_CHECKING, Any

import click

from schoolgate.sites.commands.authority_collection import base_numbered
from schoolgate.sites.commands.shared import Failed, WrongCall, as_json, at_home, print_json, print_rows

if TYPE_CHECKING:
    from schoolgate.authority.bases.models import Base


@click.command("migrate", help="Migrate a school (8204321) to SIMS Primary, for good; it has moved itself before.")
@click.argument("dfe")
@click.option("--school-moved", metavar="YYYY-MM-DD", help="The day on which the school itself moved.")
@click.option("--check", is_flag=True, help="Only say what should be so before, and what becomes of its tasks.")
@click.option("--sure", is_flag=True, help="Migrate it although its settings do not work, or tasks are on Phase 1.")
@click.option("--yes", is_flag=True, help="Do not ask for the school's number.")
@as_json
@at_home("authority")
def migrate(dfe: str, school_moved: str | None, check: bool, sure: bool, yes: bool, as_json: bool) -> None:
    from django.db import transaction

    from schoolgate.authority.collection.migrating.effects import TO

    base, moved_on = base_numbered(dfe), _day(school_moved)
    if check:
        with transaction.atomic():
            _prepare(base, moved_on)
            told = _checklist(base) if base.mis == TO else _before(base)
            transaction.set_rollback(True)
    else:
        _prepare(base, moved_on)
        if not yes and not as_json:
            _print(_before(base))
        _migrate(base, sure=sure, yes=yes)
        base.refresh_from_db()
        told = _checklist(base)
    if as_json:
        print_json(told)
    else:
        _print(told)


def _migrate(base: "Base", *, sure: bool, yes: bool) -> None:
    from schoolgate.authority.collection.connections import ChangedMeanwhile, ConnectionRefused
    from schoolgate.authority.collection.migrating.effects import digest_of_effects
    from schoolgate.authority.collection.migrating.migrate import NotSure, migrate

    seen = digest_of_effects(base)
    if not yes:
        question = f"This is irreversible. Type {base.number} to migrate {base.name} to SIMS Primary"
        if click.prompt(question, err=True).strip() not in {base.number, base.dfe_number}:
            raise Failed("This is another number. Nothing is done.")
    try:
        migrate(base, seen=seen, sure=sure, by=None)
    except NotSure as doubts:
        raise Failed(f"{doubts} Put that right first, or say --sure.") from None
    except ChangedMeanwhile:
        raise Failed("Its tasks, or the day, have changed since you looked. Nothing is done.") from None
    except ConnectionRefused as refused:
        raise Failed(str(refused)) from None


def _prepare(base: "Base", moved_on: date | None) -> None:
    from schoolgate.authority.collection.migrating.migrate import MigrationRefused, prepare

    if moved_on is None:
        return
    try:
        prepare(base, moved_on, by=None)
    except MigrationRefused as refused:
        raise Failed(str(refused)) from None


def _before(base: "Base") -> dict[str, Any]:
    from schoolgate.authority.collection.migrating.effects import effects_on_tasks
    from schoolgate.authority.collection.migrating.prerequisites import prerequisites_of

    points = [
        {"name": one.name, "point": one.label, "state": "done" if one.met else "not yet", "said": one.said}
        for one in prerequisites_of(base)
    ]
    effects = [one.on_record() for one in effects_on_tasks(base)]
    return {**_named(base), "migrated": None, "before": points, "tasks": effects}


def _checklist(base: "Base") -> dict[str, Any]:
    from schoolgate.authority.collection.migrating.checklist import checklist_of
    from schoolgate.authority.collection.models import BaseMigration

    migration = BaseMigration.objects.filter(base=base, migrated_at__isnull=False).first()
    if migration is None:
        raise Failed(f"{base.name} is on SIMS Primary, and was not migrated here.")
    points = [
        {"name": one.name, "point": one.label, "state": one.standing.value, "at": one.at, "said": one.said}
        for one in checklist_of(migration)
    ]
    return {**_named(base), "migrated": migration.migrated_at, "after": points, "tasks": migration.effects}


def _named(base: "Base") -> dict[str, Any]:
    from schoolgate.authority.collection.models import BaseMigration

    moved_on = BaseMigration.objects.filter(base=base).values_list("school_moved_on", flat=True).first()
    return {"la": base.la, "school": base.number, "system": base.mis, "school_moved": moved_on}


def _print(told: dict[str, Any]) -> None:
    """First the points, then what becomes, or became, of its tasks."""
    before = "before" in told
    points = told["before"] if before else told["after"]
    columns = ["point", "state", "said"] if before else ["point", "state", "at", "said"]
    print_rows(points, columns, as_json=False, limit=None, empty="")
    click.echo()
    print_rows(told["tasks"], ["name", "effect", "why"], as_json=False, limit=None, empty="No task names it.")


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise WrongCall(f"'{text}' is no day. Write it as 2026-09-01.") from None
