"""`schoolgate school import-settings`: what version 3 of the old program was set to."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from schoolgate.sites.commands.shared import as_json, at_home, print_json

if TYPE_CHECKING:
    from schoolgate.school.exchange.version_3 import CarriedOver


@click.command(
    "import-settings",
    help="Take over what version 3 of the old program was set to, from a file that you typed. What is set here stays.",
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@as_json
@at_home("school")
def import_settings(file: Path, as_json: bool) -> None:
    from schoolgate.school.exchange import version_3

    try:
        result = version_3.import_settings(file.read_bytes())
    except version_3.SettingsRefused as error:
        if as_json:
            print_json({"problems": [asdict(problem) for problem in error.problems]})
        for problem in error.problems:
            click.echo(f"{file}:{problem.line}: {problem.sentence}", err=True)
        click.echo("Nothing was taken.", err=True)
        sys.exit(1)
    if as_json:
        print_json(asdict(result))
    else:
        say_carried_over(result)
        click.echo(f"{file} was not changed. It holds passwords: delete it once all is well.")


def say_carried_over(result: "CarriedOver") -> None:
    """What became of each setting, for people."""
    for heading, sentences in (
        ("Taken over", result.taken),
        ("As it was", result.kept),
        ("Not carried over", result.left),
    ):
        for sentence in sentences:
            click.echo(f"{heading}: {sentence}")
