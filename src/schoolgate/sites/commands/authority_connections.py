"""`schoolgate authority bases settings|test|system` and `authority systems`: how schools are collected through APIs."""

import json
from typing import IO, TYPE_CHECKING, Any

import click

from schoolgate.sites.commands.shared import Failed, WrongCall, as_json, at_home, limit_rows, print_json, print_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schoolgate.authority.bases.models import Base
    from schoolgate.wire.mis.connector import Connector, Setting


@click.command("settings", help="What a system is asked with for a school (8204321); from a file, the new settings.")
@click.argument("dfe")
@click.argument("system")
@click.option(
    "--from", "source", type=click.File(), help="A JSON object of settings by name; - reads it from the input."
)
@click.option("--remove", is_flag=True, help="Remove them.")
@as_json
@at_home("authority")
def settings(dfe: str, system: str, source: IO[str] | None, remove: bool, as_json: bool) -> None:
    from schoolgate.authority.collection.connection_forms import ConnectionForm
    from schoolgate.authority.collection.connections import (
        ConnectionRefused,
        connection_for,
        enter,
        forget,
        known_to,
        may_see_values,
    )

    base, kind = _base(dfe), _kind(system)
    found = connection_for(base, kind)
    try:
        if remove:
            forget(base, kind, by=None)
        elif source is not None:
            known = known_to(None, found)
            form = ConnectionForm({**_shown_of(kind, known), **_read(source, kind)}, kind=kind, known=known)
            if form.errors:
                raise WrongCall(" ".join(str(one) for errors in form.errors.values() for one in errors))
            enter(base, kind, form.values, seen=found.entered_at if found else None, by=None)
            for doubt in form.doubts:
                click.echo(doubt, err=True)
    except ConnectionRefused as refused:
        raise Failed(str(refused)) from None
    found = connection_for(base, kind)
    by_school = found is not None and not may_see_values(None, found)
    values = dict.fromkeys((one.name for one in kind.settings), "(entered)") if by_school else known_to(None, found)
    told = {
        "la": base.la,
        "school": base.number,
        "system": kind.name,
        "state": found.state if found else None,
        "trouble": found.trouble if found else "",
        "said": found.said if found else "",
        "tested": found.tested_at if found else None,
        "by_school": by_school,
        "settings": {one.name: _told(one, values.get(one.name, "")) for one in kind.settings},
    }
    if as_json:
        print_json(told)
        return
    if found is None:
        click.echo(f"Nothing is entered for {kind.label}.")
        return
    if by_school:
        click.echo("The school entered them itself; their values are shown to nobody here.")
    rows = [{"setting": one.name, "value": _told(one, values.get(one.name, ""))} for one in kind.settings]
    print_rows(rows, ["setting", "value"], as_json=False, limit=None, empty="")
    click.echo(f"{found.get_state_display()}. {found.said}".strip())


@click.command("test", help="Make one real data call with a school's settings; exit code 1 when it fails.")
@click.argument("dfe")
@click.argument("system", required=False)
@as_json
@at_home("authority")
def test(dfe: str, system: str | None, as_json: bool) -> None:
    from schoolgate.authority.bases.models import SIMS_7
    from schoolgate.authority.collection.connecting import tested
    from schoolgate.authority.collection.connections import connection_for

    base = _base(dfe)
    if system is None and base.mis == SIMS_7:
        raise WrongCall(f"{base.name} sends files. Name the system whose settings are to be tested.")
    kind = _kind(system or base.mis)
    found = connection_for(base, kind)
    if found is None:
        raise Failed(f"Nothing is entered for {kind.label}.")
    check = tested(found)
    told = {"la": base.la, "school": base.number, "system": kind.name}
    if as_json:
        print_json({**told, "works": check.trouble is None, "trouble": check.trouble, "said": check.sentence})
    else:
        click.echo("These settings work." if check.trouble is None else f"{check.trouble}: {check.sentence}")
    if check.trouble is not None:
        raise SystemExit(1)


@click.command("system", help="How a school's data comes: sims-7 (files) or wonde. To SIMS Primary it is migrated.")
@click.argument("dfe")
@click.argument("system")
@click.option("--yes", is_flag=True, help="Do not ask.")
@as_json
@at_home("authority")
def system(dfe: str, system: str, yes: bool, as_json: bool) -> None:
    from schoolgate.authority.bases.systems import system_label
    from schoolgate.authority.collection.connections import ConnectionRefused, choose_system

    base = _base(dfe)
    before = base.mis
    if not yes and system != before:
        click.confirm(f"{base.name}: {system_label(before)} → {system_label(system)}?", abort=True, err=True)
    try:
        base = choose_system(base, system, seen=before, by=None)
    except ConnectionRefused as refused:
        raise Failed(str(refused)) from None
    if as_json:
        print_json({"la": base.la, "school": base.number, "system": base.mis, "before": before})
    else:
        click.echo(f"The data of {base.name} comes from {system_label(base.mis)}.")


@click.group("systems", help="Systems with an API, and what holds for all schools of one.")
def systems() -> None:
    pass


@systems.command("list", help="Every system, and how many schools are collected through it.")
@as_json
@limit_rows
@at_home("authority")
def list_systems(as_json: bool, limit: int | None) -> None:
    from django.db.models import Count

    from schoolgate.authority.bases.models import Base
    from schoolgate.wire.mis.registry import all_connectors

    used = dict(Base.objects.order_by().values_list("mis").annotate(Count("pk")))
    rows = [
        {
            "system": kind.name,
            "label": kind.label,
            "bases": used.get(kind.name, 0),
            "settings": [one.name for one in kind.settings],
        }
        for kind in all_connectors().values()
    ]
    print_rows(rows, ["system", "label", "bases"], as_json=as_json, limit=limit, empty="There is none.")


@systems.command("options", help="What holds for all schools of a system; from a file, new ones.")
@click.argument("system")
@click.option(
    "--from", "source", type=click.File(), help="A JSON object of options by name; - reads it from the input."
)
@as_json
@limit_rows
@at_home("authority")
def options(system: str, source: IO[str] | None, as_json: bool, limit: int | None) -> None:
    from schoolgate.authority.collection.connection_forms import OptionsForm
    from schoolgate.authority.collection.options import options_of, set_options

    kind = _kind(system)
    if source is not None:
        known = options_of(kind.name)
        form = OptionsForm({**_shown_of(kind, known, options=True), **_read(source, kind)}, kind=kind, known=known)
        if form.errors:
            raise WrongCall(" ".join(str(one) for errors in form.errors.values() for one in errors))
        set_options(kind, form.values, by=None)
    values = options_of(kind.name)
    rows = [
        {"option": one.name, "value": _told(one, values.get(one.name, "")), "default": one.default, "label": one.label}
        for one in kind.options
    ]
    print_rows(rows, ["option", "value", "label"], as_json=as_json, limit=limit, empty="It has no options.")


def _base(dfe: str) -> "Base":
    from schoolgate.authority.bases.models import Base

    found = Base.objects.filter(la=dfe[:3], number=dfe[3:]).first()
    if found is None:
        raise WrongCall(f"There is no base {dfe}. A school is named by its seven digits, as in 8204321.")
    return found


def _kind(system: str) -> "type[Connector]":
    from schoolgate.wire.mis.registry import all_connectors, connector_named

    try:
        return connector_named(system)
    except KeyError:
        raise WrongCall(f"There is no system '{system}'. There are: {', '.join(all_connectors())}.") from None


def _read(source: IO[str], kind: "type[Connector]") -> dict[str, str]:
    """Values by name; WrongCall for anything else. No value is quoted: it may be a secret."""
    try:
        given: Any = json.load(source)
    except ValueError as error:
        raise WrongCall(f"The settings are no JSON: line {getattr(error, 'lineno', 1)}.") from None
    if not isinstance(given, dict) or not all(isinstance(value, str) for value in given.values()):
        raise WrongCall("The settings are no JSON object of texts.")
    known = {one.name for one in (*kind.settings, *kind.options)}
    if unknown := sorted(given.keys() - known):
        raise WrongCall(f"{kind.label} has no {', '.join(unknown)}. It has: {', '.join(sorted(known))}.")
    return given


def _shown_of(kind: "type[Connector]", known: "Mapping[str, str]", *, options: bool = False) -> dict[str, str]:
    """What stays where nothing else is given; secrets stay by being left empty."""
    return {one.name: known.get(one.name, "") for one in (kind.options if options else kind.settings) if not one.secret}


def _told(setting: "Setting", value: str) -> str:
    return ("(entered)" if value else "") if setting.secret else value
