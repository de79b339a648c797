"""`schoolgate authority pupils|pupil|staff|staff-member`: who is held, and what of one, from the command line."""

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
    from schoolgate.authority.records.models import Pupil
    from schoolgate.authority.records.models.pupil import PupilQuerySet
    from schoolgate.authority.records.subjects import Subject

WITH_RESTRICTED = "Restricted pupils too; that they were asked for stands in the audit."


class _TextOrVerb(click.Group):
    """A list that takes a text to look for, and has verbs: a first word that is a verb is no text."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        is_verb = bool(args) and args[0] in self.commands
        # What stands behind a verb is the verb's; options of the list may stand behind its text.
        ctx.allow_interspersed_args = not is_verb
        return super().parse_args(ctx, ["", *args] if is_verb else args)


@click.group(
    "pupils",
    cls=_TextOrVerb,
    invoke_without_command=True,
    help="Pupils held: all, or those whom a name, UPN, postcode or date of birth fits.",
)
@click.argument("text", required=False, default="")
@click.option("--base", "number", metavar="DFE", help="Only those on the roll of this school, or who were: 8204321.")
@click.option("--restricted", is_flag=True, help=WITH_RESTRICTED)
@as_json
@limit_rows
@home_option
@click.pass_context
def pupils(
    context: click.Context,
    text: str,
    number: str | None,
    restricted: bool,
    as_json: bool,
    limit: int | None,
    home: Path | None,
) -> None:
    if context.invoked_subcommand is not None:
        return
    open_site("authority", home)
    require_current_database("authority")
    from schoolgate.authority.records.hiding import ABOUT_RESTRICTED
    from schoolgate.authority.records.models import Pupil
    from schoolgate.authority.records.subjects import PUPIL

    everybody = Pupil.objects.all() if restricted else Pupil.objects.unrestricted()
    did = "pupils listed, restricted ones too" if restricted else "pupils listed"
    about = ABOUT_RESTRICTED if restricted else ""
    _list(everybody, PUPIL, text, number, limit, did, about=about, as_json=as_json)


@click.command("staff", help="Members of staff held: all, or those whom a name, number, postcode or birth fits.")
@click.argument("text", required=False, default="")
@click.option("--base", "number", metavar="DFE", help="Only those who work at this school, or did: 8204321.")
@as_json
@limit_rows
@at_home("authority")
def staff(text: str, number: str | None, as_json: bool, limit: int | None) -> None:
    from schoolgate.authority.records.hiding import ABOUT_STAFF
    from schoolgate.authority.records.models import StaffMember
    from schoolgate.authority.records.subjects import STAFF

    _list(StaffMember.objects.all(), STAFF, text, number, limit, "staff listed", about=ABOUT_STAFF, as_json=as_json)


def _list(
    everybody: "PupilQuerySet",
    subject: "Subject",
    text: str,
    number: str | None,
    limit: int | None,
    did: str,
    *,
    about: str,
    as_json: bool,
) -> None:
    from django.db.models import QuerySet

    from schoolgate.authority.bases.models import Base
    from schoolgate.authority.records.models import Pupil
    from schoolgate.authority.records.searching import among, understand
    from schoolgate.authority.records.subjects import NOUNS
    from schoolgate.authority.records.telling import tell_pupils
    from schoolgate.commons.audit.recording import record

    rows: QuerySet[Pupil] = everybody.select_related("created_by")
    if text:
        if not understand(text):
            raise WrongCall("There is no letter and no digit in what is looked for.")
        rows = among(rows, text)
    if number is not None:
        base = Base.objects.filter(la=number[:3], number=number[3:]).first()
        if base is None:
            raise WrongCall(f"There is no base {number}. A school is named by its seven digits, as in 8204321.")
        rows = rows.filter(enrolments__base=base)
    found = list(tell_pupils(rows[:limit].iterator(chunk_size=500) if limit else rows.iterator(chunk_size=500)))
    asked = ", ".join(part for part in (f"“{text}”" if text else "", number or "") if part) or "all"
    record(did, by=None, details=f"{asked}: {len(found):,} listed", about=about)
    if as_json:
        print_json(found)
        return
    lines = [{**row, "schools": [base["name"] for base in row["bases"]]} for row in found]
    columns = ["number", "surname", "forename", "born", "upn", "schools", "updated"]
    empty = f"No {NOUNS[subject][0]} fits." if text or number else f"No {NOUNS[subject][1]} yet."
    print_rows(lines, columns, as_json=False, limit=None, empty=empty)


@click.command("pupil", help="One pupil by its number: what is held, since when, and from where.")
@click.argument("number", type=int)
@click.option("--restricted", is_flag=True, help=WITH_RESTRICTED)
@as_json
@at_home("authority")
def pupil(number: int, restricted: bool, as_json: bool) -> None:
    from schoolgate.authority.records.models import Pupil

    _show(Pupil.objects.all() if restricted else Pupil.objects.unrestricted(), number, "pupils", as_json=as_json)


@click.command("staff-member", help="One member of staff by its number: what is held, since when, and from where.")
@click.argument("number", type=int)
@as_json
@at_home("authority")
def staff_member(number: int, as_json: bool) -> None:
    from schoolgate.authority.records.models import StaffMember

    _show(StaffMember.objects.all(), number, "staff", as_json=as_json)


def _show(everybody: "PupilQuerySet", number: int, listing: str, *, as_json: bool) -> None:
    found = one_of(everybody, number, listing)
    from schoolgate.authority.records.looking import looked
    from schoolgate.authority.records.subjects import number_words
    from schoolgate.authority.records.telling import tell_pupil

    told = tell_pupil(found)
    looked(found, "everything", by=None)
    if as_json:
        print_json(told)
        return
    click.echo(f"{found}, born {found.born or 'not known'}, {number_words(found.subject)} {found.upn or 'none'}")
    columns = ["group", "school", "item", "value", "since", "from"]
    print_rows(told["held"], columns, as_json=False, limit=None, empty="Nothing is held.")


def one_of(everybody: "PupilQuerySet", number: int, listing: str) -> "Pupil":
    """The person with a number, or the one whom it was merged into; raises Failed, naming the command that lists."""
    from schoolgate.authority.records.leading_on import find_pupil

    found = find_pupil(everybody.select_related("created_by"), number)
    if found is None:
        who = "pupil" if listing == "pupils" else "member of staff"
        raise Failed(f"There is no {who} with the number {number}. `schoolgate authority {listing}` lists them.")
    return found
