"""The least a hub can do and still be durable: check the digest, write, fsync, rename, answer.

No login, no rows, no receipt. `python -m bench.peers.plain_hub PORT`, with PLAIN_HUB_FOLDER in the environment.
"""

import hashlib
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

FOLDER = Path(os.environ.get("PLAIN_HUB_FOLDER", "."))


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    digest, name = environ["PATH_INFO"].rsplit("/", 2)[1:]
    body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    if hashlib.sha256(body).hexdigest() != digest:
        start_response("400 Bad Request", [])
        return [b""]
    aside = FOLDER / f".{digest}-{name}"
    with aside.open("wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    aside.rename(FOLDER / f"{digest}-{name}")
    start_response("201 Created", [("Content-Length", "0")])
    return [b""]


def main() -> None:
    from granian import Granian
    from granian.constants import Interfaces

    Granian(
        "bench.peers.plain_hub:application",
        address="127.0.0.1",
        port=int(sys.argv[1]),
        interface=Interfaces.WSGI,
        blocking_threads=64,
        log_enabled=False,
    ).serve()


if __name__ == "__main__":
    main()
