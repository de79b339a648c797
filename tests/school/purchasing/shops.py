"""Small services of suppliers that can be told to misbehave, over real sockets."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from tests.wire.conftest import Handler, RawServer
from tests.wire.soap.goldens import PASSWORD, USERNAME

from schoolgate.school.purchasing.models import WebService


@contextmanager
def serve_shop(shop: Handler, *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> Iterator[str]:
    """The address at which a shop, or whatever answers as one, is served meanwhile."""
    server = RawServer(shop, tls=tls, host=host)
    threading.Thread(target=server.run, daemon=True).start()
    try:
        yield f"{server.address}/Service.asmx"
    finally:
        # A blocked accept is not woken by close alone.
        with suppress(OSError):
            server.listener.shutdown(2)
        server.listener.close()


def entry_of(url: str, **values: Any) -> WebService:
    """A row of the ledger for a shop, with its login."""
    made: WebService = WebService.objects.create(
        **{"name": "Shop", "url": url, "username": USERNAME, "password": PASSWORD, **values}
    )
    return made
