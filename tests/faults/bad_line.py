"""A line between a school and an LA that harms what passes, by plan; without a plan it carries everything."""

import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.wire.conftest import RawRequest, RawServer, answer

Harm = Callable[["BadLine", RawRequest, socket.socket], bytes | None]
"""What happens to one PUT in place of being carried: the answer the school gets, None for none."""

PIECES = 5
PAUSE_SECONDS = 0.2


@dataclass
class BadLine:
    """Harms the next PUTs as `plan` says, one entry each; `server` is where the school calls."""

    authority: str
    plan: deque[Harm] = field(default_factory=deque)
    server: RawServer = field(init=False)

    def __post_init__(self) -> None:
        self.server = RawServer(self._handle)

    def calls(self, method: str, ending: str = "") -> int:
        """How many calls of this method came, to addresses that end so."""
        return sum(asked.startswith(f"{method} ") and asked.endswith(ending) for asked in self.server.asked)

    def carry(self, request: RawRequest, *, pieces: Sequence[bytes] | None = None, pause: float = 0.0) -> bytes:
        """Have the LA answer a request; `pieces` of its body are sent one by one, and no more than these."""
        host, port = self.authority.removeprefix("http://").split(":")
        headers = {**request.headers, "connection": "close"}
        head = [f"{request.method} {request.path} HTTP/1.1", *(f"{name}: {text}" for name, text in headers.items())]
        with socket.create_connection((host, int(port)), timeout=60) as line:
            line.sendall("\r\n".join([*head, "", ""]).encode("latin-1"))
            for piece in [request.body] if pieces is None else pieces:
                time.sleep(pause)
                line.sendall(piece)
            if pieces is not None and sum(map(len, pieces)) < len(request.body):
                line.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: line.recv(65536), b""))

    def _handle(self, request: RawRequest, connection: socket.socket) -> bytes | None:
        harm = self.plan.popleft() if request.method == "PUT" and self.plan else None
        return harm(self, request, connection) if harm else self.carry(request)


@contextmanager
def bad_line(authority: str, *plan: Harm) -> Iterator[BadLine]:
    """A line for the length of a `with` block."""
    line = BadLine(authority, deque(plan))
    threading.Thread(target=line.server.run, daemon=True).start()
    yield line
    # A blocked accept is not woken by close alone.
    line.server.listener.shutdown(socket.SHUT_RDWR)
    line.server.listener.close()


def answer_lost(line: BadLine, request: RawRequest, connection: socket.socket) -> None:
    """The LA has taken the file and answered, and the connection dies before the answer comes through."""
    line.carry(request)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def answer_cut(line: BadLine, request: RawRequest, connection: socket.socket) -> bytes:
    """The answer ends in the middle of the receipt."""
    answer = line.carry(request)
    return answer[: len(answer) * 2 // 3]


def answer_slow(line: BadLine, request: RawRequest, connection: socket.socket) -> None:
    """The answer comes, in pieces with pauses between them."""
    for piece in in_pieces(line.carry(request)):
        time.sleep(PAUSE_SECONDS)
        connection.sendall(piece)


def body_slow(line: BadLine, request: RawRequest, connection: socket.socket) -> bytes:
    """The file comes to the LA in pieces with pauses between them."""
    return line.carry(request, pieces=in_pieces(request.body), pause=PAUSE_SECONDS)


def body_cut(line: BadLine, request: RawRequest, connection: socket.socket) -> bytes:
    """The second half of the file does not come to the LA."""
    return line.carry(request, pieces=[request.body[: len(request.body) // 2]])


def body_harmed(line: BadLine, request: RawRequest, connection: socket.socket) -> bytes:
    """A byte in the middle of the file comes to the LA as another."""
    middle = len(request.body) // 2
    return line.carry(
        request, pieces=[request.body[:middle], bytes([request.body[middle] ^ 1]), request.body[middle + 1 :]]
    )


def answers(status: int, content: object = None, **headers: str) -> Harm:
    """Something else answers, and the file does not reach the LA."""
    return lambda *_: answer(status, content, **headers)


def in_pieces(whole: bytes) -> list[bytes]:
    size = len(whole) // PIECES + 1
    return [whole[start : start + size] for start in range(0, len(whole), size)]
