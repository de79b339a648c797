"""`schoolgate authority pupils duplicates|merge`: pupils held twice, and making one of two."""

from typing import TYPE_CHECKING, Any

import click

from schoolgate.sites.commands.shared import Failed, WrongCall, as_json, at_home, limit_rows, print_json, print_rows

if TYPE_CHECKING:
    from schoolgate.authority.records.models import Enrolment, Pupil

LONGEST_REASON = 500


@click.command("duplicates", help="Pairs of pupils who might be one child; none with a restricted one.")
@as_json
@limit_rows
@at_home("authority")
def duplicates(as_json: bool, limit: int | None) -> None:
    from schoolgate.authority.importing.merging.alike import pairs, times_at_schools, who_stays
    from schoolgate.authority.records.models import Pupil
    from schoolgate.commons.audit.recording import record

    found = dict(list(pairs(None).items())[:limit])
    held = Pupil.objects.in_bulk({number for pair in found for number in pair})
    schools = times_at_schools(held)
    rows: list[dict[str, Any]] = []
    for (one, other), signs in found.items():
        keep, gone = who_stays(held[one], held[other], schools)
        rows.append({"keep": _told(keep, schools[keep.pk]), "gone": _told(gone, schools[gone.pk]), "same": signs})
    record("possible duplicates listed", by=None, details=f"{len(rows):,} listed")
    if as_json:
        print_json(rows)
        return
    lines = [{**row, **{side: _line(row[side]) for side in ("keep", "gone")}} for row in rows]
    print_rows(lines, ["keep", "gone", "same"], as_json=False, limit=None, empty="No two pupils look like one child.")


def _told(pupil: "Pupil", enrolments: "list[Enrolment]") -> dict[str, Any]:
    return {
        "number": pupil.pk,
        "surname": pupil.surname,
        "forename": pupil.forename,
        "born": pupil.born,
        "upn": pupil.upn,
        "bases": [enrolment.base.dfe_number for enrolment in enrolments],
    }


def _line(told: dict[str, Any]) -> str:
    return f"{told['number']} {told['surname']}, {told['forename']}"


@click.command("merge", help="Make one pupil of two: GONE becomes a part of KEEP. This cannot be undone.")
@click.argument("keep", type=int)
@click.argument("gone", type=int)
@click.option("--reason", required=True, help="What colleagues read; it names no child.")
@as_json
@at_home("authority")
def merge(keep: int, gone: int, reason: str, as_json: bool) -> None:
    from schoolgate.authority.importing.merging import merging
    from schoolgate.authority.importing.merging.plan import plan
    from schoolgate.authority.importing.writing import Gone
    from schoolgate.authority.records.models import Pupil

    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise WrongCall(f"--reason: a few words, at most {LONGEST_REASON} characters.")
    if keep == gone:
        raise WrongCall("A pupil is not merged with itself: name two numbers.")
    held = Pupil.objects.unrestricted().in_bulk([keep, gone])
    for number in (keep, gone):
        if number not in held:
            raise Failed(f"There is no pupil {number}. See: schoolgate authority pupils")
    try:
        done = merging.merge(keep, gone, seen=plan(held[keep], held[gone]).seen, reason=reason.strip(), by=None)
    except merging.CannotMerge as error:
        raise Failed("; ".join(f"{one.code}: {one.why} {one.step}" for one in error.faults)) from None
    except (merging.Stale, Gone):
        raise Failed("One of the two changed at this moment, so nothing was done. Look again.") from None
    followed = [row.base.dfe_number for row in done.followed]
    if as_json:
        print_json({"decision": done.decision.pk, "pupil": keep, "merged": gone, "followed": followed})
        return
    also = f"; what waited of {', '.join(followed)} is matched, too" if followed else ""
    click.echo(f"Decision {done.decision.pk}: pupil {gone} is merged into pupil {keep}{also}.")
