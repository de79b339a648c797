"""`python -m bench [NAME...]`: run the benchmarks named, or all of them, one after the other."""

import importlib
import sys
from pathlib import Path

# A module cannot be called by a word of the language.
MODULES = {"import": "importing"}
_FILES = {path.stem for path in Path(__file__).parent.glob("[a-z]*.py")} - {"measuring", "open_loop", *MODULES.values()}
NAMES = sorted(_FILES | MODULES.keys())

if __name__ == "__main__":
    chosen = sys.argv[1:] or NAMES
    unknown = [name for name in chosen if name not in NAMES]
    if unknown:
        sys.exit(f"No benchmark '{', '.join(unknown)}'. There are: {', '.join(NAMES)}.")
    for name in chosen:
        importlib.import_module(f"bench.{MODULES.get(name, name)}").main()
