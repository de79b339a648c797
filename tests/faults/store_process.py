"""A process of the tests that kill: `python store_process.py FOLDER` keeps files until it is killed, saying which."""

import os
import sys
from pathlib import Path

from django.conf import settings

settings.configure(SCHOOLGATE_FAULTS=os.environ.get("SCHOOLGATE_FAULTS", ""))

from schoolgate.commons.filestore import FileStore  # noqa: E402

CHUNK = 1 << 16


def main() -> None:
    store = FileStore(Path(sys.argv[1]))
    while True:
        with store.incoming() as incoming:
            for _ in range(16):
                incoming.write(os.urandom(CHUNK))
            stored = incoming.keep()
        print(stored.sha256, flush=True)


if __name__ == "__main__":
    main()
