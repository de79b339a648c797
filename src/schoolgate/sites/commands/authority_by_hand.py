"""`schoolgate authority pupil-change|staff-change`: an officer's change of one value, from the command line."""

import json
from typing import TYPE_CHECKING, Any

import click

from schoolgate.sites.commands.authority_pupils import one_of
from schoolgate.sites.commands.shared import Failed, WrongCall, as_json, at_home, print_json

if TYPE_CHECKING:
    from schoolgate.authority.records.models import Pupil


def _command(name: str, help_text: str, *, staff: bool) -> click.Command:
    @click.command(name, help=help_text)
    @click.argument("number", type=int)
    @click.argument("group")
    @click.argument("item")
    @click.argument("value", required=False)
    @click.option("--remove", is_flag=True, help="Hold nothing there any more.")
    @click.option("--school", metavar="DFE", help="Of which school, where the group is told by each: 8204321.")
    @click.option("--reason", required=True, help="It stands in the value's history.")
    @as_json
    @at_home("authority")
    def change(
        number: int,
        group: str,
        item: str,
        value: str | None,
        remove: bool,
        school: str | None,
        reason: str,
        as_json: bool,
    ) -> None:
        from schoolgate.authority.records.models import Pupil, StaffMember

        if bool(value) is remove or not reason.strip():
            raise WrongCall("Give a value or --remove, and a --reason.")
        if staff:
            person = one_of(StaffMember.objects.all(), number, "staf")
        else:
            person = one_of(Pupil.objects.unrestricted(), number, "pupils")
        _change(person, group, item, value, school, reason.strip())
        if as_json:
            print_json({person.kind: person.pk, "group": group, "item": item, "removed": remove})
            return
        click.echo(f"{item} is {'removed' if remove else 'changed'}.")

    return change


pupil_change = _command(
    "pupil-change", "Change one value of a pupil by hand, or remove it, with a reason.", staff=False
)
staff_change = _command("staff-change", "Change one value of a member of staff by hand, or remove it.", staff=True)


def _change(person: "Pupil", group: str, item: str, value: str | None, school: str | None, reason: str) -> None:
    from schoolgate.authority.importing.by_hand.changing import (
        NOT_BY_HAND,
        NotValid,
        Place,
        Unchanged,
        change_value,
        held_at,
        seen_as,
    )
    from schoolgate.authority.records.groups.data_group import DataGroup
    from schoolgate.authority.records.groups.forms import Leaf, Once
    from schoolgate.authority.records.groups.registry import group_named

    of: DataGroup | None
    try:
        of = group_named(group)
        form = of.form_of(item)
    except KeyError:
        of = None
    if of is None or of.subject != person.subject:
        raise WrongCall(
            f"There is no item {item} in a data group {group}. See docs/reference/data-groups.md."
        ) from None
    if of in NOT_BY_HAND or (of.of == "enrolment") is not bool(school):
        raise WrongCall("Registers are not changed by hand; --school is for groups of the time at one school.")
    enrolments = person.enrolments.select_related("base")
    at = next((one for one in enrolments if one.base.dfe_number == school), None)
    if school and at is None:
        raise Failed(f"The {person.noun} is not known at {school}.")
    new: Any = None if value is None else value if isinstance(form, Leaf | Once) else form.read(_json(value))
    place = Place(person, at, of, item)
    try:
        change_value(place, new, reason, seen=seen_as(held_at(place)), by=None)
    except Unchanged:
        raise Failed("This is what is held. Nothing was changed.") from None
    except NotValid as wrong:
        raise Failed("; ".join(f"{code}: {sentence}" for code, sentence in wrong.problems)) from None


def _json(text: str | None) -> Any:
    try:
        return json.loads(text or "")
    except ValueError:
        raise WrongCall(
            "This item has parts: give its value as JSON, as the command that shows the record has it with --json."
        ) from None
