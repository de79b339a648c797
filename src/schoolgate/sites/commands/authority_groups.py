"""`schoolgate authority groups`: groups of bases, by rule or by hand."""

from typing import TYPE_CHECKING, Any

import click

from schoolgate.sites.commands.shared import Failed, WrongCall, as_json, at_home, limit_rows, print_json, print_rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from schoolgate.authority.bases.groups import Wish
    from schoolgate.authority.bases.models import BaseGroup


@click.group("groups", help="Groups of bases: for tasks, rule sets and filters.")
def groups() -> None:
    pass


@groups.command("list", help="All groups: how each is made, how many schools, where it is used.")
@as_json
@limit_rows
@at_home("authority")
def list_groups(as_json: bool, limit: int | None) -> None:
    from schoolgate.authority.bases.groups import uses_of
    from schoolgate.authority.bases.models import BaseGroup

    found = list(BaseGroup.objects.all())
    uses = uses_of(found)
    rows = [_told(group) | {"used_in": [use.words for use in uses[group.pk]]} for group in found]
    columns = ["name", "made", "schools", "used_in"]
    print_rows(rows, columns, as_json=as_json, limit=limit, empty="No groups yet. Start with phase.")


@groups.command("show", help="Who is in a group today.")
@click.argument("name")
@as_json
@limit_rows
@at_home("authority")
def show(name: str, as_json: bool, limit: int | None) -> None:
    bases = find_group(name).bases.order_by("name")
    rows = [{"la": base.la, "school": base.number, "name": base.name, "system": base.mis} for base in bases]
    print_rows(rows, ["la", "school", "name", "system"], as_json=as_json, limit=limit, empty="Nobody is in it.")


def _who(command: "Callable[..., Any]") -> "Callable[..., Any]":
    for option in (
        click.option("--phase", "phases", multiple=True, help="By rule: primary, secondary, ...; several for several."),
        click.option("--system", "systems", multiple=True, help="By rule: sims-7, sims-primary, wonde."),
        click.option("--county", type=click.Choice(["in", "out"]), help="By rule: in or out of county."),
        click.option("--part", default="", help="By rule: a part of the school's name."),
        click.option("--base", "numbers", multiple=True, help="By hand: a base (8204321); several for several."),
    ):
        command = option(command)
    return command


@groups.command("add", help="Make a group, by rule or by hand.")
@click.argument("name")
@_who
@as_json
@at_home("authority")
def add(name: str, as_json: bool, **who: Any) -> None:
    _save(None, _wish(name, **who), as_json=as_json)


@groups.command("edit", help="Say anew who is in a group.")
@click.argument("name")
@click.option("--name", "new_name", help="Another name.")
@_who
@as_json
@at_home("authority")
def edit(name: str, new_name: str | None, as_json: bool, **who: Any) -> None:
    from dataclasses import replace

    from schoolgate.authority.bases.groups import wish_of

    group = find_group(name)
    wish = _wish(name, **who) if any(who.values()) else wish_of(group)
    _save(group, replace(wish, name=new_name or name), as_json=as_json)


@groups.command("delete", help="Delete a group that is used nowhere; its bases stay as they are.")
@click.argument("name")
@as_json
@at_home("authority")
def delete(name: str, as_json: bool) -> None:
    from schoolgate.authority.bases.groups import GroupRefused, delete_group

    try:
        delete_group(find_group(name), by=None)
    except GroupRefused as refused:
        raise Failed(str(refused)) from None
    if as_json:
        print_json({"name": name, "deleted": True})
    else:
        click.echo(f"{name} is deleted.")


def _save(group: "BaseGroup | None", wish: "Wish", *, as_json: bool) -> None:
    from schoolgate.authority.bases.groups import GroupRefused, save_group

    try:
        saved = save_group(group, wish, seen=group.changed_at if group else None, by=None)
    except GroupRefused as refused:
        raise Failed(str(refused)) from None
    told = _told(saved)
    if as_json:
        print_json(told)
    else:
        click.echo(
            f"{saved.name}, {told['made']}: {told['schools']:,} school{'' if told['schools'] == 1 else 's'} today."
        )


def _wish(
    name: str,
    *,
    phases: tuple[str, ...],
    systems: tuple[str, ...],
    county: str | None,
    part: str,
    numbers: tuple[str, ...],
) -> "Wish":
    from schoolgate.authority.bases.groups import Wish
    from schoolgate.authority.bases.models import Base
    from schoolgate.authority.bases.systems import systems as all_systems

    rule: dict[str, Any] = {"phases": list(phases), "systems": list(systems), "county": county or "", "name": part}
    if bool(numbers) == any(rule.values()):
        raise WrongCall(
            "Say who is in it: --base for those by hand, or --phase, --system, --county, --part for a rule."
        )
    known = {"phase": dict(Base.PHASES), "system": dict(all_systems())}
    for what, given in (("phase", phases), ("system", systems)):
        if wrong := [one for one in given if one not in known[what]]:
            raise WrongCall(f"There is no {what} '{wrong[0]}'. There are: {', '.join(known[what])}.")
    by_number = {base.dfe_number: base for base in Base.objects.all()} if numbers else {}
    if missing := [number for number in numbers if number not in by_number]:
        raise WrongCall(f"There is no base {missing[0]}. A school is named by its seven digits, as in 8204321.")
    return Wish(name, by_rule=not numbers, rule=rule, chosen=[by_number[number] for number in numbers])


def find_group(name: str) -> "BaseGroup":
    from schoolgate.authority.bases.models import BaseGroup

    found = BaseGroup.objects.filter(name__iexact=name).first()
    if found is None:
        raise WrongCall(f"There is no group '{name}'.")
    return found


def _told(group: "BaseGroup") -> dict[str, Any]:
    made = "by rule" if group.by_rule else "by hand"
    return {"name": group.name, "made": made, "rule": group.rule, "schools": group.bases.count()}
