"""`schoolgate authority unmatched`: pupils of schools' files who match nobody for sure, and who they are."""

from collections.abc import Callable
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
    from schoolgate.authority.importing.models import Unmatched
    from schoolgate.authority.importing.unmatched.acting import Outcome

LONGEST_REASON = 500
MOST_COMPARED = 100
"""Of more records at once no near misses are told; `--limit` asks for fewer."""

record_argument = click.argument("which", metavar="NUMBER[:SEEN]")
reason_option = click.option("--reason", default="", help="What colleagues read; it names no child.")


@click.group(
    "unmatched",
    invoke_without_command=True,
    help="Pupils who match nobody for sure, the longest first; none who might be restricted.",
)
@click.option("--base", "number", metavar="DFE", help="Only those of this school: 8204321.")
@click.option("--held-back", is_flag=True, help="Those whom people held back, instead of those who wait.")
@as_json
@limit_rows
@home_option
@click.pass_context
def unmatched(
    context: click.Context, number: str | None, held_back: bool, as_json: bool, limit: int | None, home: Path | None
) -> None:
    if context.invoked_subcommand is not None:
        return
    open_site("authority", home)
    require_current_database("authority")
    from schoolgate.authority.importing.models import Unmatched
    from schoolgate.authority.importing.unmatched.likely import likely_of
    from schoolgate.commons.audit.recording import record

    found = Unmatched.objects.shown_to(None).select_related("base").order_by("since", "pk")
    waits = found.filter(held_back=Unmatched.HeldBack.NO)
    found = found.exclude(held_back=Unmatched.HeldBack.NO) if held_back else waits
    if number is not None:
        found = found.filter(base__la=number[:3], base__number=number[3:])
    shown = list(found[:limit] if limit else found)
    near = likely_of(shown, None) if len(shown) <= MOST_COMPARED else {}
    rows = [
        {
            "number": one.pk,
            "surname": one.surname,
            "forename": one.forename,
            "born": one.born,
            "sex": one.sex,
            "upn": one.upn,
            "base": one.base.dfe_number,
            "year": one.year_group,
            "why": one.why,
            "near": [miss.pupil.pk for miss in near.get(one.pk, ())],
            "since": one.since,
            "seen": one.seen,
        }
        for one in shown
    ]
    record("unmatched records listed", by=None, details=f"{len(rows):,} listed")
    columns = ["number", "surname", "forename", "born", "base", "year", "why", "near", "since"]
    print_rows(rows, columns, as_json=as_json, limit=None, empty="Every pupil is matched.")


@unmatched.command("match", help="Take a record for a pupil you hold, from now on.")
@record_argument
@click.argument("pupil", type=int)
@reason_option
@as_json
@at_home("authority")
def match(which: str, pupil: int, reason: str, as_json: bool) -> None:
    from schoolgate.authority.importing.unmatched import acting
    from schoolgate.authority.importing.writing import Gone
    from schoolgate.authority.records.leading_on import find_pupil
    from schoolgate.authority.records.models import Pupil

    held = find_pupil(Pupil.objects.unrestricted(), pupil)
    if held is None:
        raise Failed(f"There is no pupil {pupil}. See: schoolgate authority pupils")
    try:
        done = _do(acting.match, which, held.pk, reason=reason)
    except Gone:
        raise Failed(f"There is no pupil {pupil}. See: schoolgate authority pupils") from None
    except acting.TwoAtOneSchool:
        raise Failed("The school's file tells of that pupil by another entry: to it these are two children.") from None
    _tell(done, as_json=as_json)


@unmatched.command("add", help="Add who the record tells of as a new pupil.")
@record_argument
@reason_option
@as_json
@at_home("authority")
def add(which: str, reason: str, as_json: bool) -> None:
    from schoolgate.authority.importing.unmatched import acting

    _tell(_do(acting.add, which, reason=reason), as_json=as_json)


@unmatched.command("discard", help="Neither match nor add the record, as long as its school sends this child.")
@record_argument
@reason_option
@as_json
@at_home("authority")
def discard(which: str, reason: str, as_json: bool) -> None:
    from schoolgate.authority.importing.unmatched import acting

    _tell(_do(acting.discard, which, reason=reason), as_json=as_json)


@unmatched.command("ask-again", help="Let a record wait again that was held back.")
@record_argument
@at_home("authority")
def ask_again(which: str) -> None:
    from schoolgate.authority.importing.unmatched import acting

    row, seen = _record(which)
    try:
        acting.ask_again(row.pk, seen=seen, by=None)
    except acting.Stale:
        raise Failed(f"Record {row.pk} is not held back, or changed since you looked. Look again.") from None
    click.echo(f"Record {row.pk} waits again.")


@unmatched.command("unmatch", help="Take back that what a school sends is this pupil; it waits again.")
@click.argument("pupil", type=int)
@click.argument("base", metavar="DFE")
@reason_option
@as_json
@at_home("authority")
def unmatch(pupil: int, base: str, reason: str, as_json: bool) -> None:
    from schoolgate.authority.importing.unmatched import unmatching
    from schoolgate.authority.importing.writing import Gone
    from schoolgate.authority.records.leading_on import find_pupil
    from schoolgate.authority.records.models import Enrolment, Pupil

    _check(reason)
    held = find_pupil(Pupil.objects.unrestricted(), pupil)
    at = Enrolment.objects.filter(pupil=held, base__la=base[:3], base__number=base[3:]).first()
    if held is None or at is None:
        raise Failed(f"No pupil {pupil} is known at {base}. See: schoolgate authority pupils")
    try:
        done = unmatching.unmatch(at.pk, reason=reason, by=None)
    except unmatching.CannotUnmatch as why:
        raise Failed(str(why)) from None
    except Gone:
        raise Failed(f"No pupil {pupil} is known at {base} any more.") from None
    if as_json:
        told = {"decision": done.decision.pk, "record": done.record.pk}
        print_json({**told, "put_back": done.put_back, "left": len(done.left)})
        return
    left = f"; {len(done.left):,} values stay, changed since" if done.left else ""
    click.echo(f"Decision {done.decision.pk}: match taken back, record {done.record.pk} waits{left}.")


def _check(reason: str) -> None:
    if len(reason) > LONGEST_REASON:
        raise WrongCall(f"--reason: at most {LONGEST_REASON} characters.")


def _do(act: Callable[..., "Outcome"], which: str, *rest: Any, reason: str) -> "Outcome":
    """Act on a record as its caller saw it, where that is said; else as it stands."""
    from schoolgate.authority.importing.applying import ChangedMeanwhile
    from schoolgate.authority.importing.unmatched.acting import Stale

    _check(reason)
    row, seen = _record(which)
    try:
        return act(row.pk, *rest, seen=seen, reason=reason, by=None)
    except (Stale, ChangedMeanwhile):
        raise Failed(f"Record {row.pk} changed since you looked, so nothing was done. Look again.") from None


def _record(which: str) -> tuple["Unmatched", str]:
    from schoolgate.authority.importing.models import Unmatched

    number, _, seen = which.partition(":")
    if not number.isdecimal():
        raise WrongCall("A record is named by its number, or as 12:0123456789abcdef with what was seen.")
    row = Unmatched.objects.shown_to(None).filter(pk=int(number)).first()
    if row is None:
        raise Failed(f"Record {number} does not wait. See: schoolgate authority unmatched")
    return row, seen or row.seen


def _tell(done: "Outcome", *, as_json: bool) -> None:
    followed = [row.base.dfe_number for row in done.followed]
    if as_json:
        print_json({"decision": done.decision.pk, "pupil": done.pupil or None, "followed": followed})
        return
    on = f", pupil {done.pupil}" if done.pupil else ""
    also = f"; the same child of {', '.join(followed)} too" if followed else ""
    click.echo(f"Decision {done.decision.pk}: {done.decision.get_kind_display().lower()}{on}{also}.")
