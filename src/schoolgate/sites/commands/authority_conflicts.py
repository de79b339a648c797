"""`schoolgate authority conflicts|decisions`: values that wait for a person, and what people decided."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

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
    from schoolgate.authority.importing.conflicts.choices import Done, Wish

LONGEST_REASON = 500
CHOICES = ("accept", "discard", "never-again")

base_option = click.option("--base", "number", metavar="DFE", help="Only those of this school: 8204321.")
item_option = click.option("--item", metavar="GROUP/ITEM", help="Only those of this item: basic-details/Surname.")


@click.group(
    "conflicts",
    invoke_without_command=True,
    help="Values that wait for a person, the oldest first; none of restricted pupils.",
)
@base_option
@item_option
@as_json
@limit_rows
@home_option
@click.pass_context
def conflicts(
    context: click.Context, number: str | None, item: str | None, as_json: bool, limit: int | None, home: Path | None
) -> None:
    if context.invoked_subcommand is not None:
        return
    open_site("authority", home)
    require_current_database("authority")
    from schoolgate.authority.importing.conflicts.side_by_side import side_by_side
    from schoolgate.commons.audit.recording import record

    found = _open(number, item).select_related("base", "pupil").order_by("since", "pk")
    rows = [
        {
            "number": pair.conflict.pk,
            "pupil": pair.conflict.pupil_id,
            "surname": pair.conflict.pupil.surname,
            "forename": pair.conflict.pupil.forename,
            "base": pair.conflict.base.dfe_number,
            "item": f"{pair.group.name}/{pair.conflict.item}",
            "ours": pair.held if as_json else pair.ours,
            "theirs": pair.conflict.incoming if as_json else pair.theirs,
            "since": pair.conflict.since,
            "seen": pair.seen,
        }
        for pair in side_by_side(list(found[:limit] if limit else found))
    ]
    record("conflicts listed", by=None, details=f"{len(rows):,} listed")
    columns = ["number", "pupil", "surname", "forename", "base", "item", "ours", "theirs", "since"]
    print_rows(rows, columns, as_json=as_json, limit=None, empty="No conflicts.")


@conflicts.command(
    "decide", help="Accept or discard values that wait: those named by their numbers, or all of an item."
)
@click.argument("choice", type=click.Choice(CHOICES))
@click.argument("numbers", nargs=-1, metavar="NUMBER[:SEEN]...")
@base_option
@item_option
@click.option("--without", multiple=True, type=int, metavar="PUPIL", help="With --item: not this pupil, by its number.")
@click.option("--reason", default="", help="What colleagues read; it names no child.")
@as_json
@at_home("authority")
def decide(
    choice: str,
    numbers: tuple[str, ...],
    number: str | None,
    item: str | None,
    without: tuple[int, ...],
    reason: str,
    as_json: bool,
) -> None:
    from schoolgate.authority.importing.conflicts.choices import Choice, decide_now
    from schoolgate.authority.importing.conflicts.many import AT_ONCE, Which, decide_many, many

    if bool(numbers) is bool(item):
        raise WrongCall("Name conflicts by their numbers, or give --item for all of one item.")
    if len(reason) > LONGEST_REASON:
        raise WrongCall(f"--reason: at most {LONGEST_REASON} characters.")
    wanted = Choice(choice)
    if item:
        group, name = _place(item)
        found = many(Which(group, name, _base(number), without=frozenset(without)))
        if not found.pairs:
            raise Failed("Nothing waits there. See: schoolgate authority conflicts")
        decision, done = decide_many(found, wanted, by=None, reason=reason)
        if done is None and decision is not None:
            if as_json:
                print_json({"decision": decision.pk, "queued": len(found.pairs)})
            else:
                click.echo(f"Decision {decision.pk}: {len(found.pairs):,} are being decided.")
            return
        assert done is not None
    else:
        if len(numbers) > AT_ONCE:
            raise WrongCall(f"At most {AT_ONCE} at once; --item decides more.")
        done = decide_now(_wishes(numbers, wanted), by=None, reason=reason)
    _tell(done, as_json=as_json)


@click.group("decisions", invoke_without_command=True, help="What people decided, the newest first.")
@as_json
@limit_rows
@home_option
@click.pass_context
def decisions(context: click.Context, as_json: bool, limit: int | None, home: Path | None) -> None:
    if context.invoked_subcommand is not None:
        return
    open_site("authority", home)
    require_current_database("authority")
    from django.db.models import Count

    from schoolgate.authority.records.models import Decision

    found = Decision.objects.shown_to(None).select_related("by").annotate(closed=Count("conflicts")).order_by("-pk")
    rows = [
        {
            "number": one.pk,
            "what": one.kind,
            "conflicts": vars(one)["closed"],
            "by": str(one.by or ""),
            "at": one.at,
            "reason": one.reason,
            "undone": one.undone_at,
        }
        for one in (found[:limit] if limit else found)
    ]
    columns = ["number", "what", "conflicts", "by", "at", "reason", "undone"]
    print_rows(rows, columns, as_json=as_json, limit=None, empty="Nobody has decided anything yet.")


@decisions.command("undo", help="Take a decision on conflicts back, as far as nothing was written there since.")
@click.argument("number", type=int)
@click.option("--reason", required=True, help="What colleagues read; it names no child.")
@as_json
@at_home("authority")
def undo(number: int, reason: str, as_json: bool) -> None:
    from schoolgate.authority.importing.conflicts.jobs import StillDecided, undo_decision
    from schoolgate.authority.records.models import Decision

    if not 0 < len(reason.strip()) <= LONGEST_REASON:
        raise WrongCall(f"--reason: between 1 and {LONGEST_REASON} characters.")
    decision = Decision.objects.shown_to(None).filter(pk=number).first()
    if decision is None:
        raise Failed(f"There is no decision {number}. See: schoolgate authority decisions")
    try:
        told = undo_decision(decision, reason.strip(), by=None)
    except StillDecided:
        raise Failed(f"Decision {number} is still being carried out. Wait until it has ended.") from None
    if told is None:
        raise Failed(f"Decision {number} is not on conflicts, or is undone already.")
    if as_json:
        print_json(told)
    elif told:
        click.echo(f"{told['put_back']:,} put back, {told['left']:,} stay, {told['waits_again']:,} wait again.")
    else:
        click.echo(f"Decision {number} is being undone.")


def _open(number: str | None, item: str | None) -> Any:
    from schoolgate.authority.importing.models import Conflict

    found = Conflict.objects.open().shown_to(None)
    if number is not None:
        found = found.filter(base=_base(number))
    if item is not None:
        group, name = _place(item)
        found = found.filter(group=group, item=name)
    return found


def _base(number: str | None) -> int | None:
    from schoolgate.authority.bases.models import Base

    if number is None:
        return None
    base = Base.objects.filter(la=number[:3], number=number[3:]).first()
    if base is None:
        raise WrongCall(f"There is no base {number}. A school is named by its seven digits, as in 8204321.")
    return base.pk


def _place(item: str) -> tuple[int, str]:
    from schoolgate.authority.records.groups.registry import group_named

    name, _, own = item.partition("/")
    try:
        group = group_named(name)
        group.form_of(own)
    except KeyError:
        raise WrongCall(f"There is no item {item}. An item is named as in basic-details/Surname.") from None
    return group.number, own


def _wishes(numbers: tuple[str, ...], choice: Any) -> list["Wish"]:
    """Each as its caller saw it, where that is said; else as it stands."""
    from schoolgate.authority.importing.conflicts.choices import Wish
    from schoolgate.authority.importing.conflicts.side_by_side import side_by_side

    said = {number: seen for number, _, seen in (one.partition(":") for one in numbers)}
    if not all(number.isdecimal() for number in said):
        raise WrongCall("A conflict is named by its number, or as 12:0123456789abcdef with what was seen.")
    rows = _open(None, None).filter(pk__in=map(int, said)).select_related("base")
    pairs = {str(pair.conflict.pk): pair for pair in side_by_side(list(rows))}
    if missing := sorted(said.keys() - pairs.keys()):
        raise Failed(f"Conflict {missing[0]} does not wait, so none was decided. See: schoolgate authority conflicts")
    return [
        Wish(pair.conflict.pupil_id, pair.conflict.pk, choice, said[number] or pair.seen)
        for number, pair in pairs.items()
    ]


def _tell(done: "Done", *, as_json: bool) -> None:
    told = {
        "decision": done.decision.pk if done.decision else None,
        "decided": done.number,
        "changed": [wish.conflict for wish in done.changed],
        "refused": {str(number): code for number, code in done.refused.items()},
    }
    if as_json:
        print_json(told)
    else:
        click.echo(f"{done.number:,} decided." + (f" Decision {done.decision.pk}." if done.decision else ""))
    if done.passed_over:
        why = [f"{number} ({code})" for number, code in done.refused.items()]
        why += [f"{wish.conflict} (changed meanwhile)" for wish in done.changed]
        raise Failed(f"Left as they are, with their pupils: {', '.join(why)}.")
