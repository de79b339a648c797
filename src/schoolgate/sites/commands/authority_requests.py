"""`schoolgate authority requests`: what people ask about data of theirs: the pack of all that is held, and erasing."""

from datetime import datetime
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
    from schoolgate.authority.requests.models import DataRequest

ref_argument = click.argument("ref", metavar="REF")


@click.group(
    "requests",
    invoke_without_command=True,
    help="Open requests about people's data, the next due first; none about restricted pupils.",
)
@click.option("--all", "everything", is_flag=True, help="Closed ones, too.")
@as_json
@limit_rows
@home_option
@click.pass_context
def requests(context: click.Context, everything: bool, as_json: bool, limit: int | None, home: Path | None) -> None:
    if context.invoked_subcommand is not None:
        return
    open_site("authority", home)
    require_current_database("authority")
    from schoolgate.authority.records.hiding import ABOUT_STAFF
    from schoolgate.authority.requests.models import DataRequest
    from schoolgate.commons.audit.recording import record

    found = DataRequest.objects.unrestricted().select_related("pupil", "owner")
    rows = [told(one) for one in (found if everything else found.open())]
    # With members of staff among them, who were named: whoever reads the audit of staff sees that.
    record("requests listed", by=None, details=f"{len(rows):,} listed", about=ABOUT_STAFF)
    columns = ["ref", "person", "kind", "received", "due", "state", "owner"]
    print_rows(rows, columns, as_json=as_json, limit=limit, empty="No open requests.")


@requests.command("add", help="Write down what somebody asks about a pupil, or a member of staff, by its number.")
@click.argument("number", type=int)
@click.option(
    "--kind", type=click.Choice(["access", "erasure", "correction"]), required=True, help="What is asked for."
)
@click.option("--asked-by", required=True, help="Who asks, and how you know that this person may.")
@click.option("--received", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The day on which it came.")
@as_json
@at_home("authority")
def add(number: int, kind: str, asked_by: str, received: datetime, as_json: bool) -> None:
    from django.utils import timezone

    from schoolgate.authority.records.leading_on import find_pupil
    from schoolgate.authority.records.models import Pupil
    from schoolgate.authority.requests.models import Kind
    from schoolgate.authority.requests.receiving import write_down

    pupil = find_pupil(Pupil.people.all().unrestricted(), number)
    if pupil is None:
        raise Failed(f"Nobody has the number {number}. `schoolgate authority pupils` and `staff` list everybody.")
    if received.date() > timezone.localdate():
        raise WrongCall("--received has yet to come.")
    asked = write_down(pupil, Kind(kind), asked_by=asked_by[:200], received=received.date(), by=None)
    _say(asked, f"{asked.ref}, due on {asked.due}.", as_json=as_json)


@requests.command("pack", help="Write all that is held of the person into a ZIP, which is kept nowhere else.")
@ref_argument
@click.option("--to", type=click.Path(file_okay=False, exists=True, path_type=Path), required=True, help="A folder.")
@click.option("--with-own-words", is_flag=True, help="With what officers wrote; read it first: it may tell of others.")
@as_json
@at_home("authority")
def pack(ref: str, to: Path, with_own_words: bool, as_json: bool) -> None:
    from schoolgate.authority.requests.pack import NotHeld, make_pack, name_of
    from schoolgate.authority.requests.receiving import Closed

    asked = _find(ref)
    path = to / name_of(asked)
    try:
        content = make_pack(asked, with_own_words=with_own_words, by=None)
        with path.open("xb") as file:
            path.chmod(0o600)
            file.write(content)
    except Closed as error:
        raise Failed(str(error)) from None
    except NotHeld:
        raise Failed("The record is not held any more.") from None
    except OSError as error:
        raise Failed(f"{path} cannot be written: {error.strerror}. Remove it, or give another folder.") from None
    if as_json:
        print_json({"ref": asked.ref, "path": path, "bytes": len(content)})
        return
    click.echo(f"{path}: only you can read it. Send it so that nobody else opens it, then remove it.")


@requests.command("erase", help="Say what erasing would take; with --name and a rule, erase it for good.")
@ref_argument
@click.option("--rule", help="The ground in UK GDPR Article 17(1), by its letter: 17(1)(a).")
@click.option("--reason", default="", help="Why it holds here. It stands in the audit for good: name nobody.")
@click.option("--name", help="The name of the record, so that the right one goes.")
@as_json
@at_home("authority")
def erase(ref: str, rule: str | None, reason: str, name: str | None, as_json: bool) -> None:
    from schoolgate.authority.requests import erasing
    from schoolgate.authority.requests.names import is_name_of, name_to_type
    from schoolgate.authority.requests.receiving import Closed

    asked = _find(ref)
    if asked.pupil is None:
        raise Failed("The record is not held any more.")
    if name is None:
        _foresee(asked, as_json=as_json)
        return
    if rule not in dict(erasing.RULES) or not reason.strip():
        letters = ", ".join(letter for letter, _ in erasing.RULES)
        raise WrongCall(f"Give a --rule, one of {letters}, and a --reason.")
    if not is_name_of(asked.pupil, name):
        raise WrongCall(f"This is not the name of the record: {name_to_type(asked.pupil)}")
    try:
        done = erasing.erase(asked, rule=rule, reason=reason.strip()[:300], by=None)
    except (Closed, erasing.CannotErase) as error:
        raise Failed(str(error)) from None
    _say(done, f"Erased. The audit says so of number {done.number}, without a name.", as_json=as_json)


@requests.command("close", help="Close a request, with what was answered.")
@ref_argument
@click.option("--state", type=click.Choice(["done", "refused"]), required=True, help="How it ends.")
@click.option("--outcome", required=True, help="What was answered; if refused, the law by which. Name nobody.")
@as_json
@at_home("authority")
def close(ref: str, state: str, outcome: str, as_json: bool) -> None:
    from schoolgate.authority.requests import receiving
    from schoolgate.authority.requests.models import State

    asked = _find(ref)
    try:
        receiving.close(asked, State(state), outcome[:500], by=None)
    except receiving.Closed as error:
        raise Failed(str(error)) from None
    asked.refresh_from_db()
    _say(asked, f"{asked.ref} is closed.", as_json=as_json)


def told(asked: "DataRequest") -> dict[str, Any]:
    """A request, for people and programs."""
    return {
        "ref": asked.ref,
        "person": asked.person,
        "number": asked.number,
        "of": asked.subject,
        "kind": asked.kind,
        "asked_by": asked.asked_by,
        "received": asked.received,
        "due": asked.due,
        "state": asked.state,
        "owner": str(asked.owner or ""),
        "outcome": asked.outcome,
    }


def _find(ref: str) -> "DataRequest":
    from schoolgate.authority.requests.models import DataRequest

    number = ref.upper().removeprefix("R-")
    found = None
    if number.isdecimal():
        found = DataRequest.objects.unrestricted().select_related("pupil", "owner").filter(pk=int(number)).first()
    if found is None:
        raise Failed(f"There is no request {ref}. `schoolgate authority requests --all` lists them.")
    return found


def _foresee(asked: "DataRequest", *, as_json: bool) -> None:
    from schoolgate.authority.records.looking import looked
    from schoolgate.authority.requests.erasing import foresee

    assert asked.pupil is not None
    what = foresee(asked.pupil)
    looked(asked.pupil, f"what erasing it by {asked.ref} would take", by=None)
    if as_json:
        goes = {one.words: one.number for one in what.goes}
        print_json({"goes": goes, "stays": what.stays, "faults": what.faults, "warnings": what.warnings})
        return
    for line in (*what.faults, *what.warnings):
        click.echo(f"! {line}")
    click.echo("Goes:\n" + "\n".join(f"  {one.words}: {one.number:,}" for one in what.goes))
    click.echo("Stays:\n" + "\n".join(f"  {line}" for line in what.stays))
    click.echo("Nothing was erased. To do it, give --rule, --reason and --name.")


def _say(asked: "DataRequest", words: str, *, as_json: bool) -> None:
    if as_json:
        print_json(told(asked))
        return
    click.echo(words)
