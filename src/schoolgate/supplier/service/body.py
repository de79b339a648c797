"""Reading a call's body within bounds: the length known beforehand, and no caller holding all threads."""

import threading
import time
from collections import Counter
from typing import Any

LARGEST_BYTES = 4 * 1024 * 1024
SLOWEST_SECONDS = 60.0
PIECE = 64 * 1024


class NotRead(Exception):
    """A body that is not taken. `status` is HTTP's, the message a sentence for whoever wrote the program."""

    def __init__(self, status: str, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


class Readers:
    """How many bodies are being read for each address: a slow one holds a thread, so that nobody may have them all."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._reading: Counter[str] = Counter()
        self._lock = threading.Lock()

    def read(self, address: str, stream: Any, length: int) -> bytes:
        """What this address sends. Raises NotRead; at once where it sends as many as it may."""
        with self._lock:
            if self._reading[address] >= self._most:
                raise NotRead("503 Service Unavailable", "Too many calls from this address at once. Try again.")
            self._reading[address] += 1
        try:
            return _read(stream, length)
        finally:
            with self._lock:
                self._reading[address] -= 1
                if not self._reading[address]:
                    del self._reading[address]


def read_body(environ: dict[str, Any], readers: Readers) -> bytes:
    """The whole body. Raises NotRead.

    The length must be announced: without it, a body that was cut short would look whole.
    """
    announced = environ.get("CONTENT_LENGTH") or ""
    if not (announced.isascii() and announced.isdigit()):
        raise NotRead("411 Length Required", "Say the request's length in Content-Length; chunks are not taken.")
    length = int(announced)
    if length > LARGEST_BYTES:
        raise NotRead("413 Content Too Large", f"The request is larger than {LARGEST_BYTES:,} bytes.")
    body = readers.read(environ.get("REMOTE_ADDR", ""), environ["wsgi.input"], length)
    if len(body) < length:
        raise NotRead("400 Bad Request", "The request ended before its announced length.")
    return body


def _read(stream: Any, length: int) -> bytes:
    if length <= PIECE:
        whole: bytes = stream.read(length)
        return whole
    began = time.monotonic()
    pieces = []
    while length > 0 and (piece := stream.read(min(PIECE, length))):
        pieces.append(piece)
        length -= len(piece)
        if time.monotonic() - began > SLOWEST_SECONDS:
            raise NotRead("408 Request Timeout", f"The request took longer than {SLOWEST_SECONDS:.0f} seconds.")
    return b"".join(pieces)
