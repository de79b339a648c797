"""`schoolgate authority pupil-change`: an officer's change of one value, from the command line."""

import json
from typing import Any

import click

from schoolgate.sites.commands.shared import Failed, WrongCall, as_json, at_home, print_json


@click.command("pupil-change", help="Change one value of a pupil by hand, or remove it, with a reason.")
@click.argument("number", type=int)
@click.argument("group")
@click.argument("item")
@click.argument("value", required=False)
@click.option("--remove", is_flag=True, help="Hold nothing there any more.")
@click.option("--school", metavar="DFE", help="Of which school, where the group is told by each: 8204321.")
@click.option("--reason", required=True, help="It stands in the value's history.")
@as_json
@at_home("authority")
def pupil_change(
    number: int,
    group: str,
    item: str,
    value: str | None,
    remove: bool,
    school: str | None,
    reason: str,
    as_json: bool,
) -> None:
    from schoolgate.authority.importing.by_hand.changing import (
        NOT_BY_HAND,
        NotValid,
        Place,
        Unchanged,
        change_value,
        held_at,
        seen_as,
    )
    from schoolgate.authority.records.groups.forms import Leaf, Once
    from schoolgate.authority.records.groups.registry import group_named
    from schoolgate.authority.records.leading_on import find_pupil
    from schoolgate.authority.records.models import Pupil

    if bool(value) is remove or not reason.strip():
        raise WrongCall("Give a value or --remove, and a --reason.")
    try:
        of = group_named(group)
        form = of.form_of(item)
    except KeyError:
        raise WrongCall(
            f"There is no item {item} in a data group {group}. See docs/reference/data-groups.md."
        ) from None
    if of in NOT_BY_HAND or (of.of == "enrolment") is not bool(school):
        raise WrongCall("Registers are not changed by hand; --school is for groups of a pupil's time at a school.")
    pupil = find_pupil(Pupil.objects.unrestricted(), number)
    if pupil is None:
        raise Failed(f"There is no pupil with the number {number}. `schoolgate authority pupils` lists them.")
    enrolments = pupil.enrolments.select_related("base")
    at = next((one for one in enrolments if one.base.dfe_number == school), None)
    if school and at is None:
        raise Failed(f"The pupil is not known at {school}.")
    new: Any = None if remove else value if isinstance(form, Leaf | Once) else form.read(_json(value))
    place = Place(pupil, at, of, item)
    try:
        change_value(place, new, reason.strip(), seen=seen_as(held_at(place)), by=None)
    except Unchanged:
        raise Failed("This is what is held. Nothing was changed.") from None
    except NotValid as wrong:
        raise Failed("; ".join(f"{code}: {sentence}" for code, sentence in wrong.problems)) from None
    if as_json:
        print_json({"pupil": pupil.pk, "group": of.name, "item": item, "removed": remove})
        return
    click.echo(f"{item} is {'removed' if remove else 'changed'}.")


def _json(text: str | None) -> Any:
    try:
        return json.loads(text or "")
    except ValueError:
        raise WrongCall(
            "This item has parts: give its value as JSON, as `schoolgate authority pupil --json` has it."
        ) from None
