"""`python -m release`: make the wheel and the zip of the last commit, with their checksums, in `dist`."""

import sys
from pathlib import Path

from release.making import NotMade, make

ROOT = Path(__file__).parent.parent

if __name__ == "__main__":
    try:
        for path in make(ROOT, ROOT / "dist"):
            print(path.relative_to(ROOT))  # noqa: T201  the command's answer
    except NotMade as error:
        sys.exit(str(error))
