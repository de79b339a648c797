"""sample: documents made up to try things with, with no site and no Django."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo

import click

from schoolgate.sites.commands.shared import Failed, WrongCall, as_json, print_json

if TYPE_CHECKING:
    from schoolgate.documents.samples.ebis import OrderKind

F = TypeVar("F", bound=Callable[..., Any])


@click.group(help="Make up documents to try things with. All people in them are invented.")
def sample() -> None:
    pass


@sample.command("first-load", help="Existing records of invented schools as CSV, with every column there is.")
@click.option("--la", default="820", show_default=True, help="LA number of the schools.")
@click.option(
    "--school", "schools", multiple=True, default=["4321"], show_default=True, help="School number; repeat it."
)
@click.option("--pupils", default=200, show_default=True, type=click.IntRange(min=0), help="Of each school.")
@click.option("--seed", default=1, show_default=True, type=int, help="The pupils of student samples of this seed.")
@click.option("--out", default=Path(), type=click.Path(file_okay=False, path_type=Path), help="Folder to write into.")
@as_json
def sample_first_load(la: str, schools: tuple[str, ...], pupils: int, seed: int, out: Path, as_json: bool) -> None:
    from schoolgate.documents.first_load.sample import write_first_load_sample
    from schoolgate.documents.identifiers import la_number_fault, school_number_fault
    from schoolgate.documents.samples.students import make_students

    for number, wrong in ((la, la_number_fault(la, demo=True)), *((one, school_number_fault(one)) for one in schools)):
        if wrong is not None:
            raise WrongCall(f"{number}: {wrong.reason}")
    made = [make_students(la=la, school=school, destination_la=la, pupils=pupils, seed=seed) for school in schools]
    path = out / "existing-records.csv"
    try:
        out.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8-sig", newline="") as stream:
            write_first_load_sample(stream, made)
    except OSError as error:
        raise Failed(f"Cannot write to {out}: {error.strerror}") from None
    if as_json:
        print_json({"file": str(path), "pupils": pupils * len(schools)})
    else:
        click.echo(str(path))


@sample.command("students", help="A pupil file of an invented school.")
@click.option("--la", default="820", show_default=True, help="LA number of the school.")
@click.option("--school", default="4321", show_default=True, help="School number.")
@click.option("--to", "destination", default=None, help="LA the file goes to; the school's own when not given.")
@click.option("--pupils", default=200, show_default=True, type=click.IntRange(min=0))
@click.option("--seed", default=1, show_default=True, type=int, help="The same seed makes the same school.")
@click.option("--version", "version", default="3.73", show_default=True)
@click.option("--serial", default=1, show_default=True, type=click.IntRange(1, 999))
@click.option("--fault", "faults", multiple=True, help="Plant a named fault; --list-faults names them.")
@click.option("--list-faults", is_flag=True, help="Say which faults can be planted.")
@click.option("--out", default=Path(), type=click.Path(file_okay=False, path_type=Path), help="Folder to write into.")
@as_json
def sample_students(
    la: str,
    school: str,
    destination: str | None,
    pupils: int,
    seed: int,
    version: str,
    serial: int,
    faults: tuple[str, ...],
    list_faults: bool,
    out: Path,
    as_json: bool,
) -> None:
    from schoolgate.documents.identifiers import la_number_fault, school_number_fault
    from schoolgate.documents.problems import DocumentError
    from schoolgate.documents.samples.faults import FAULTS
    from schoolgate.documents.samples.files import write_student_sample
    from schoolgate.documents.samples.students import make_students

    if list_faults:
        if as_json:
            print_json([{"fault": fault.name, "meaning": fault.sentence} for fault in FAULTS.values()])
        else:
            for fault in FAULTS.values():
                click.echo(f"{fault.name:24} {fault.sentence}")
        return
    for number, wrong in (
        (la, la_number_fault(la, demo=True)),
        (destination, la_number_fault(destination, demo=True) if destination else None),
        (school, school_number_fault(school)),
    ):
        if wrong is not None:
            raise WrongCall(f"{number}: {wrong.reason}")
    try:
        made = make_students(
            la=la,
            school=school,
            destination_la=destination or la,
            pupils=pupils,
            seed=seed,
            version=version,
            faults=faults,
        )
        path = write_student_sample(out, made, serial=serial)
    except (DocumentError, ValueError) as error:
        raise WrongCall(str(error)) from None
    except OSError as error:
        raise Failed(f"Cannot write to {out}: {error.strerror}") from None
    if as_json:
        print_json({"file": str(path), "pupils": pupils})
    else:
        click.echo(str(path))


def _trade_options(command: F) -> F:
    """The options that samples of orders and of invoices share."""
    for option in (
        as_json,
        click.option("--out", default=Path(), type=click.Path(file_okay=False, path_type=Path), help="Where to write."),
        click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="Of the documents; today if not given."),
        click.option("--buyer-duns", default="987654321", show_default=True, help="The school's number."),
        click.option("--supplier-duns", default="123456789", show_default=True),
        click.option("--seed", default=1, show_default=True, type=click.IntRange(min=0), help="Of the first document."),
        click.option("--count", default=1, show_default=True, type=click.IntRange(1, 1000), help="How many."),
        click.option("--lines", default=10, show_default=True, type=click.IntRange(1, 9998), help="Of each document."),
    ):
        command = option(command)
    return command


@sample.command(
    "orders", help="Baskets (content orders) of an invented supplier, or the orders a school makes of them."
)
@click.option("--kind", type=click.Choice(["content", "purchase", "quote"]), default="content", show_default=True)
@_trade_options
def sample_orders(
    kind: "OrderKind",
    lines: int,
    count: int,
    seed: int,
    supplier_duns: str,
    buyer_duns: str,
    day: datetime | None,
    out: Path,
    as_json: bool,
) -> None:
    from schoolgate.documents.ebis.orders import write_order
    from schoolgate.documents.samples.ebis import make_order

    _known_duns(supplier_duns, buyer_duns)
    written = []
    for number in range(seed, seed + count):
        order = make_order(
            number,
            lines,
            day=_day(day),
            kind=kind,
            supplier_duns=supplier_duns,
            buyer_duns=buyer_duns,
        )
        written.append(_write(out, f"{kind}-{order.number or order.reference}.xml", write_order(order)))
    _tell(written, lines, as_json)


@sample.command("staff", help="A personnel file of an invented school.")
@click.option("--la", default="820", show_default=True, help="LA number of the school.")
@click.option("--school", default="4321", show_default=True, help="School number.")
@click.option("--to", "destination", default=None, help="LA the file goes to; the school's own when not given.")
@click.option("--staff", default=40, show_default=True, type=click.IntRange(min=0))
@click.option("--seed", default=1, show_default=True, type=int, help="The same seed makes the same school.")
@click.option("--serial", default=1, show_default=True, type=click.IntRange(1, 999))
@click.option("--out", default=Path(), type=click.Path(file_okay=False, path_type=Path), help="Folder to write into.")
@as_json
def sample_staff(
    la: str, school: str, destination: str | None, staff: int, seed: int, serial: int, out: Path, as_json: bool
) -> None:
    from schoolgate.documents.identifiers import la_number_fault, school_number_fault
    from schoolgate.documents.samples.files import write_staff_sample
    from schoolgate.documents.samples.staff import make_staff

    for number, wrong in (
        (la, la_number_fault(la, demo=True)),
        (destination, la_number_fault(destination, demo=True) if destination else None),
        (school, school_number_fault(school)),
    ):
        if wrong is not None:
            raise WrongCall(f"{number}: {wrong.reason}")
    made = make_staff(la=la, school=school, destination_la=destination or la, staff=staff, seed=seed)
    try:
        path = write_staff_sample(out, made, serial=serial)
    except OSError as error:
        raise Failed(f"Cannot write to {out}: {error.strerror}") from None
    if as_json:
        print_json({"file": str(path), "staff": staff})
    else:
        click.echo(str(path))


@sample.command("invoices", help="Invoices for the purchase orders of the same seeds, or credit notes for those.")
@click.option("--credit-note", is_flag=True, help="Credit notes for the invoices of the same seeds.")
@click.option("--postage", is_flag=True, help="One line more, which belongs to none of the order's.")
@_trade_options
def sample_invoices(
    credit_note: bool,
    postage: bool,
    lines: int,
    count: int,
    seed: int,
    supplier_duns: str,
    buyer_duns: str,
    day: datetime | None,
    out: Path,
    as_json: bool,
) -> None:
    from schoolgate.documents.ebis.invoices import write_invoice
    from schoolgate.documents.samples.ebis import make_invoice

    _known_duns(supplier_duns, buyer_duns)
    if credit_note and postage:
        raise WrongCall("A credit note of a sample is for the goods only: give --credit-note or --postage.")
    written = []
    for number in range(seed, seed + count):
        invoice = make_invoice(
            number,
            lines,
            day=_day(day),
            credit_note=credit_note,
            postage=postage,
            supplier_duns=supplier_duns,
            buyer_duns=buyer_duns,
        )
        kind = "credit-note" if credit_note else "invoice"
        written.append(_write(out, f"{kind}-{invoice.number}.xml", write_invoice(invoice)))
    _tell(written, lines, as_json)


def _known_duns(*numbers: str) -> None:
    for number in numbers:
        if not (len(number) == 9 and number.isascii() and number.isdigit()):
            raise WrongCall(f"{number}: A DUNS number is nine digits.")


def _day(given: datetime | None) -> date:
    return (given or datetime.now(ZoneInfo("Europe/London"))).date()


def _write(out: Path, name: str, content: bytes) -> Path:
    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / name).write_bytes(content)
    except OSError as error:
        raise Failed(f"Cannot write to {out}: {error.strerror}") from None
    return out / name


def _tell(written: list[Path], lines: int, as_json: bool) -> None:
    if as_json:
        print_json([{"file": str(path), "lines": lines} for path in written])
    else:
        for path in written:
            click.echo(str(path))
