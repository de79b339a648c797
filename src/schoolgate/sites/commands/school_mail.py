"""`schoolgate school import-mail`: orders from messages, for suppliers who still send them by e-mail."""

import sys
from pathlib import Path

import click

from schoolgate.sites.commands.shared import Failed, as_json, at_home, print_json


@click.command(
    "import-mail",
    help="Take orders from messages saved as .eml, or saved alone as .xml. Not recommended: see the supplier's web "
    "service. Exit code 1 unless all came in, or was here before.",
)
@click.argument(
    "files",
    nargs=-1,
    required=True,
    metavar="FILE...",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@as_json
@at_home("school")
def import_mail(files: tuple[Path, ...], as_json: bool) -> None:
    from schoolgate.school.purchasing.mailing.reading import MOST_BYTES
    from schoolgate.school.purchasing.mailing.taking import Taken, take_file

    taken: list[tuple[Path, Taken]] = []
    for file in files:
        try:
            with file.open("rb") as opened:
                raw = opened.read(MOST_BYTES + 1)
        except OSError as error:
            raise Failed(f"{file} cannot be read: {error.strerror}") from None
        taken += ((file, one) for one in take_file(file.name, raw, by=None))
    if as_json:
        print_json(
            [
                {
                    "file": str(file),
                    "name": one.name,
                    "state": one.state,
                    "said": one.said,
                    "document": one.document.pk if one.document else None,
                }
                for file, one in taken
            ]
        )
    else:
        for file, one in taken:
            within = "" if one.name == one.file else f" ({one.name})"
            click.echo(f"{file}{within}: {one.state}. {one.said}")
    if any(one.state in ("waiting", "refused") for _, one in taken):
        sys.exit(1)
