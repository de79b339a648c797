"""Pages that were made without a server, given to a browser by one that knows nothing else."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from django.contrib.staticfiles import finders

TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@dataclass(frozen=True)
class Rendered:
    """An answer of a view; scripts and styles may be kept by a browser, which asks for each of them once."""

    body: bytes
    headers: dict[str, str]

    @classmethod
    def file(cls, name: str, body: bytes) -> "Rendered":
        return cls(body, {"Content-Type": TYPES[Path(name).suffix], "Cache-Control": "max-age=600"})


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, pages: dict[str, Rendered], *arguments: object) -> None:
        self.pages = pages
        super().__init__(*arguments)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        found = self.pages.get(path) or _static(path)
        self.send_response(200 if found else 404)
        for name, value in (found.headers if found else {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(found.body) if found else 0))
        self.end_headers()
        if found:
            self.wfile.write(found.body)

    def log_message(self, *_: object) -> None:
        """Requests of a test are no news."""


def _static(path: str) -> Rendered | None:
    found = finders.find(path.removeprefix("/static/")) if path.startswith("/static/") else None
    return Rendered.file(path, Path(found).read_bytes()) if found else None


@contextmanager
def served(pages: dict[str, Rendered]) -> Iterator[str]:
    """The address of a server that has these pages by their paths, and the files of all sites."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, pages))
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
