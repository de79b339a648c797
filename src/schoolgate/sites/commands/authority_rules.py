"""`schoolgate authority rules`: by which processing rules the documents of bases are decided."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from schoolgate.sites.commands.common_verbs import home_option
from schoolgate.sites.commands.shared import (
    Failed,
    WrongCall,
    as_json,
    at_home,
    limit_rows,
    open_site,
    print_json,
    print_rows,
    require_current_database,
)

if TYPE_CHECKING:
    from collections.abc import Collection

    from schoolgate.authority.bases.models import Base
    from schoolgate.authority.importing.deciding import Effect
    from schoolgate.authority.importing.models import RuleSet


@click.group("rules", invoke_without_command=True, help="Rule sets, and how many bases use each; with a verb, use one.")
@as_json
@limit_rows
@home_option
@click.pass_context
def rules(context: click.Context, as_json: bool, limit: int | None, home: Path | None) -> None:
    if context.invoked_subcommand is not None:
        return
    open_site("authority", home)
    require_current_database("authority")
    from django.db.models import Count

    from schoolgate.authority.bases.models import Base
    from schoolgate.authority.importing.base_rules import always_import_set, standard_set
    from schoolgate.authority.importing.models import RuleSet

    for made in (always_import_set, standard_set):
        made()
    without = Base.objects.filter(rules=None).count()
    rows = [
        {
            "name": one.name,
            "otherwise": one.effects["otherwise"],
            "bases": one.users + (without if one.standard else 0),
            "new_bases": one.standard,
        }
        for one in RuleSet.objects.annotate(users=Count("bases")).order_by("name")
    ]
    print_rows(rows, ["name", "otherwise", "bases", "new_bases"], as_json=as_json, limit=limit, empty="No rule set.")


@rules.command("use", help="Let bases use a rule set from their next import on.")
@click.argument("name")
@click.option("--base", "numbers", multiple=True, help="A base by its seven digits; several times for several.")
@click.option("--group", "of_group", help="All bases that are in this group today.")
@click.option("--all", "of_all", is_flag=True, help="All bases there are.")
@click.option("--new-bases", is_flag=True, help="Bases without rules of their own, those still to come included.")
@click.option(
    "--add-unmatched/--let-unmatched-wait",
    default=None,
    help="Whether pupils whom nobody knows are added by themselves; as before when not said.",
)
@click.option(
    "--ask-first/--go-on",
    default=None,
    help="Whether each import of these bases waits until a person has seen it; as before when not said.",
)
@as_json
@at_home("authority")
def use_rules(
    name: str,
    numbers: tuple[str, ...],
    of_group: str | None,
    of_all: bool,
    new_bases: bool,
    add_unmatched: bool | None,
    ask_first: bool | None,
    as_json: bool,
) -> None:
    from schoolgate.authority.bases.models import Base
    from schoolgate.authority.importing.base_rules import use, use_for_new_bases
    from schoolgate.sites.commands.authority_groups import find_group

    rule_set = _rule_set(name)
    if not (numbers or of_group or of_all or new_bases):
        raise WrongCall("Say for whom: --base 8204321, --group NAME, --all or --new-bases.")
    bases: Collection[Base] = list(Base.objects.all()) if of_all else _bases(numbers)
    if of_group and not of_all:
        bases = {*bases, *find_group(of_group).bases}
    use(rule_set, bases, add_unmatched=add_unmatched, ask_first=ask_first, by=None)
    if new_bases:
        use_for_new_bases(rule_set, add_unmatched=add_unmatched, by=None)
    if as_json:
        print_json({"rule_set": rule_set.name, "bases": [base.dfe_number for base in bases], "new_bases": new_bases})
        return
    whom = [f"{len(bases):,} base{'' if len(bases) == 1 else 's'}"] if bases else []
    click.echo(f"{' and '.join([*whom, *(['new bases'] if new_bases else [])])}: {rule_set.name}.")


@rules.command("show", help="All that a rule set says.")
@click.argument("name")
@as_json
@at_home("authority")
def show_rules(name: str, as_json: bool) -> None:
    _print(_rule_set(name), as_json=as_json)


@rules.command("set", help="Change what a rule set says, from the next import on; what is not said stays.")
@click.argument("name")
@click.option("--name", "new_name", help="Another name.")
@click.option("--otherwise", help="The rule of all groups that have none of their own: always-import, ...")
@click.option("--group", "of_groups", multiple=True, help="A group's rule: addresses=dont-import; =as-others for none.")
@click.option("--item", "of_items", multiple=True, help="An item's rule: basic-details/Surname=always-conflict.")
@click.option("--tell", multiple=True, help="A group of which schools are told what is not taken.")
@click.option("--do-not-tell", multiple=True, help="A group of which they are not told.")
@as_json
@at_home("authority")
def set_rules(
    name: str,
    new_name: str | None,
    otherwise: str | None,
    of_groups: tuple[str, ...],
    of_items: tuple[str, ...],
    tell: tuple[str, ...],
    do_not_tell: tuple[str, ...],
    as_json: bool,
) -> None:
    from schoolgate.authority.importing.rule_sets import (
        RULED,
        ChangedMeanwhile,
        NameTaken,
        Wanted,
        change,
        items_with_rules,
    )

    rule_set = _rule_set(name)
    before = Wanted.of(rule_set)
    names = {group.name for group in RULED}
    places = {f"{group.name}/{item.name}": (group.name, item.name) for group, item in items_with_rules()}
    groups, items = dict(before.groups), dict(before.items)
    for said in of_groups:
        group, effect = _said(said, names, "group")
        groups.pop(group, None)
        groups |= {group: effect} if effect else {}
    for said in of_items:
        place, effect = _said(said, places, "item with a rule of its own")
        items.pop(places[place], None)
        items |= {places[place]: effect} if effect else {}
    for group in (*tell, *do_not_tell):
        _one_of(group, names, "group")
    not_told = (set(before.not_fed_back) | set(do_not_tell)) - set(tell)
    wanted = Wanted(
        new_name or before.name,
        _effect(otherwise) if otherwise else before.otherwise,
        groups,
        items,
        sorted(not_told),
    )
    try:
        changed = change(rule_set.pk, wanted, version=rule_set.version, by=None)
    except NameTaken:
        raise Failed(f"Another rule set has the name '{wanted.name}'.") from None
    except ChangedMeanwhile:
        raise Failed("Somebody else has changed this rule set just now. Look at it, and set it again.") from None
    _print(changed, as_json=as_json)


@rules.command("copy", help="Make a rule set that says the same as another; no base uses it yet.")
@click.argument("name")
@click.argument("new_name")
@as_json
@at_home("authority")
def copy_rules(name: str, new_name: str, as_json: bool) -> None:
    from schoolgate.authority.importing.rule_sets import NameTaken, copy

    try:
        made = copy(_rule_set(name), new_name, by=None)
    except NameTaken:
        raise Failed(f"Another rule set has the name '{new_name}'.") from None
    _print(made, as_json=as_json)


@rules.command("delete", help="Delete a rule set that no base uses.")
@click.argument("name")
@as_json
@at_home("authority")
def delete_rules(name: str, as_json: bool) -> None:
    from schoolgate.authority.importing.rule_sets import ChangedMeanwhile, InUse, delete

    rule_set = _rule_set(name)
    try:
        delete(rule_set.pk, by=None)
    except InUse:
        raise Failed(f"'{rule_set.name}' is in use. Let its bases use another set first.") from None
    except ChangedMeanwhile:
        raise Failed(f"'{rule_set.name}' is deleted already.") from None
    if as_json:
        print_json({"deleted": rule_set.name})
    else:
        click.echo(f"{rule_set.name} is deleted.")


@rules.command("effect", help="What a rule set would have done with what its bases sent in the last 30 days.")
@click.argument("name")
@as_json
@at_home("authority")
def effect_of_rules(name: str, as_json: bool) -> None:
    from datetime import timedelta

    from django.utils import timezone

    from schoolgate.authority.importing.effect_job import DAYS
    from schoolgate.authority.importing.effects import FATES, effects_of
    from schoolgate.authority.importing.rule_sets import bases_of

    rule_set = _rule_set(name)
    bases = bases_of(rule_set)
    told = effects_of(rule_set.rules, bases, timezone.now() - timedelta(days=DAYS)).as_json()
    if as_json:
        print_json({"rule_set": rule_set.name, "bases": len(bases), **told})
        return
    if not bases:
        click.echo(
            f"No base uses {rule_set.name}, so there is nothing it would have decided. Let a base use it first: "
            f"schoolgate authority rules use '{rule_set.name}' --base 8204321"
        )
        return
    rows = [
        {"group": group, **{fate: counts["then"].get(fate, 0) for fate in FATES}}
        for group, counts in told["groups"].items()
    ]
    print_rows(rows, ["group", *FATES], as_json=False, limit=None, empty="Nothing that differed came in that time.")


def _print(rule_set: "RuleSet", *, as_json: bool) -> None:
    from schoolgate.authority.importing.rule_sets import bases_of

    effects = rule_set.effects
    said = {
        "name": rule_set.name,
        "otherwise": effects["otherwise"],
        "groups": effects.get("groups", {}),
        "items": effects.get("items", {}),
        "not_told": rule_set.not_fed_back,
        "bases": [base.dfe_number for base in bases_of(rule_set)],
        "new_bases": rule_set.standard,
        "version": rule_set.version,
    }
    if as_json:
        print_json(said)
        return
    rows = [{"of": "all groups", "rule": said["otherwise"]}]
    rows += [{"of": place, "rule": rule} for place, rule in {**said["groups"], **said["items"]}.items()]
    rows += [{"of": group, "rule": "schools are not told"} for group in rule_set.not_fed_back]
    print_rows(rows, ["of", "rule"], as_json=False, limit=None, empty="")


def _said(said: str, places: "Collection[str]", noun: str) -> "tuple[str, Effect | None]":
    """A place and its rule, as `place=rule`; None for no rule of its own."""
    place, equals, effect = said.partition("=")
    if not equals:
        raise WrongCall(f"Say which rule: {place}=always-conflict.")
    _one_of(place, places, noun)
    return place, None if effect == "as-others" else _effect(effect)


def _one_of(name: str, names: "Collection[str]", noun: str) -> None:
    if name not in names:
        raise WrongCall(f"There is no {noun} '{name}'. There are: {', '.join(sorted(names))}.")


def _effect(said: str) -> "Effect":
    from schoolgate.authority.importing.deciding import Effect

    _one_of(said, [str(effect) for effect in Effect], "rule")
    return Effect(said)


def _rule_set(name: str) -> "RuleSet":
    from schoolgate.authority.importing.base_rules import always_import_set, standard_set
    from schoolgate.authority.importing.models import RuleSet

    for made in (always_import_set, standard_set):
        made()
    found = RuleSet.objects.filter(name__iexact=name).first()
    if found is None:
        names = ", ".join(RuleSet.objects.values_list("name", flat=True))
        raise Failed(f"There is no rule set '{name}'. There are: {names}.")
    return found


def _bases(numbers: tuple[str, ...]) -> "list[Base]":
    from schoolgate.authority.bases.models import Base

    found = {base.dfe_number: base for base in Base.objects.all()} if numbers else {}
    if unknown := [number for number in numbers if number not in found]:
        raise Failed(f"There is no base {unknown[0]}.")
    return [found[number] for number in numbers]
