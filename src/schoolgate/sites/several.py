"""Several commands of one site in one process: `python -m schoolgate.sites.several SITE`.

Standard input is a JSON array of commands, each an array of words; standard output one of what each printed with
`--json`. To start Python and set Django up takes longer than nearly every command. The first that fails ends it, as it
would end by itself.
"""

import io
import json
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from typing import Any

from schoolgate.sites.cli import main


def run_several(site: str, commands: Sequence[Sequence[str]]) -> list[Any]:
    """What each command printed. Raises click.ClickException of the one that fails, and SystemExit."""
    said = []
    for words in commands:
        with redirect_stdout(io.StringIO()) as printed:
            main([site, *words, "--json"], standalone_mode=False)
        said.append(json.loads(printed.getvalue()))
    return said


if __name__ == "__main__":
    from click import ClickException

    try:
        answers = run_several(sys.argv[1], json.load(sys.stdin))
    except ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    json.dump(answers, sys.stdout)
