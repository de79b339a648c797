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
    from schoolgate.authority.bases.models import Base
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

    from schoolgate.authority.importing.base_rules import always_import_set, standard_set
    from schoolgate.authority.importing.models import RuleSet

    for made in (always_import_set, standard_set):
        made()
    rows = [
        {"name": one.name, "otherwise": one.effects["otherwise"], "bases": one.users, "new_bases": one.standard}
        for one in RuleSet.objects.annotate(users=Count("bases"))
    ]
    print_rows(rows, ["name", "otherwise", "bases", "new_bases"], as_json=as_json, limit=limit, empty="No rule set.")


@rules.command("use", help="Let bases use a rule set from their next import on.")
@click.argument("name")
@click.option("--base", "numbers", multiple=True, help="A base by its seven digits; several times for several.")
@click.option("--all", "of_all", is_flag=True, help="All bases there are.")
@click.option("--new-bases", is_flag=True, help="Bases without rules of their own, those still to come included.")
@click.option(
    "--add-unmatched/--let-unmatched-wait",
    default=None,
    help="Whether pupils whom nobody knows are added by themselves; as before when not said.",
)
@as_json
@at_home("authority")
def use_rules(
    name: str, numbers: tuple[str, ...], of_all: bool, new_bases: bool, add_unmatched: bool | None, as_json: bool
) -> None:
    from schoolgate.authority.bases.models import Base
    from schoolgate.authority.importing.base_rules import use, use_for_new_bases

    rule_set = _rule_set(name)
    if not (numbers or of_all or new_bases):
        raise WrongCall("Say for whom: --base 8204321, --all or --new-bases.")
    bases = list(Base.objects.all()) if of_all else _bases(numbers)
    use(rule_set, bases, add_unmatched=add_unmatched, by=None)
    if new_bases:
        use_for_new_bases(rule_set, add_unmatched=add_unmatched, by=None)
    if as_json:
        print_json({"rule_set": rule_set.name, "bases": [base.dfe_number for base in bases], "new_bases": new_bases})
        return
    whom = [f"{len(bases):,} base{'' if len(bases) == 1 else 's'}"] if bases else []
    click.echo(f"{' and '.join([*whom, *(['new bases'] if new_bases else [])])}: {rule_set.name}.")


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
