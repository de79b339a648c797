"""`schoolgate demo`: see it work in a minute."""

import signal
import tempfile
import time
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from schoolgate.sites.commands.shared import Failed, WrongCall, as_json, print_json


@click.command(help="Two authorities, a school and a supplier on this machine, with made-up files; runs the main job.")
@click.option(
    "--home", type=click.Path(file_okay=False, path_type=Path), help="Where to keep it; a new folder if not given."
)
@click.option("--once", is_flag=True, help="Stop after the main job.")
@as_json
def demo(home: Path | None, once: bool, as_json: bool) -> None:
    from schoolgate.sites.demo import Demonstration
    from schoolgate.sites.demo_site import DemonstrationFailed

    folder = (home or Path(tempfile.mkdtemp(prefix="schoolgate-demo-"))).absolute()
    if folder.exists() and any(folder.iterdir()):
        raise WrongCall(f"{folder} is not empty. Name a new folder with --home.")
    folder.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    demonstration = Demonstration(folder, say=lambda text: click.echo(text, err=as_json))

    def end(number: int, frame: Any) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, end)
    try:
        demonstration.set_up()
        demonstration.run_main_job()
        if not as_json:
            _say_result(demonstration.described(), time.monotonic() - started)
        elif not once:
            print_json(demonstration.described())
        if not once:
            if not as_json:
                click.echo("\nIt runs until you press Ctrl+C.")
            while True:
                time.sleep(3600)
    except DemonstrationFailed as error:
        raise Failed(str(error)) from None
    except KeyboardInterrupt:
        click.echo("Stopping…", err=True)
    finally:
        demonstration.stop()
    if once and as_json:
        print_json(demonstration.described())


def _say_result(described: dict[str, Any], seconds: float) -> None:
    result = described["result"]
    click.echo(
        f"Done in {seconds:.0f} s: {result['sent']} files sent, {result['received']} received and proven, "
        f"{result['imported']} imported, {result['refused']} refused (broken on purpose). "
        f"{result['collected']} pupils were collected from a simulator of SIMS Primary. "
        f"{result['pupils']} pupils and {result['staff']} members of staff are held, and what the authority "
        f"changed of one came back to the school. A basket was imported, coded, authorised and sent: "
        f"{result['orders']} order arrived at the supplier's, and {result['invoices']} invoices of it came "
        f"back; {result['queued']} documents wait there for schools."
    )
    click.echo(f"The school's folders: {described['school']['root_folder']}\n")
    table = Table(box=None, header_style="bold")
    for heading in ("Where to look", "Address", "User", "Password"):
        table.add_column(heading, overflow="fold")
    places = [(f"Authority {site['la']}", site) for site in described["authorities"]]
    for name, site in [("School", described["school"]), *places, ("Supplier", described["supplier"])]:
        for number, user in enumerate(site["users"]):
            first = number == 0
            table.add_row(name if first else "", site["url"] if first else "", user["user"], user["password"])
    Console().print(table)
    look_at = described["look_at"]
    click.echo(f"\nWhat became of the files: {look_at['imports']}")
    click.echo(f"A pupil who has moved:    {look_at['pupil']}")
    click.echo(f"A member of staff whose record was changed there: {look_at['staff']}")
    click.echo(f"That change, back at the school: {look_at['personnel']}")
    click.echo(f"An order that was sent, and one that only the chair can authorise: {look_at['orders']}")
    click.echo(f"Its invoice, ready to be paid, and one that is dearer and waits: {look_at['invoices']}")
    click.echo(f"What waits for schools:   {look_at['queue']}")
    click.echo(f"A school collected:       {look_at['collected']}")
