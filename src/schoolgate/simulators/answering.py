"""What simulators are asked and what they answer, between WSGI and a vendor's words."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_MOST_BODY = 1 << 20


@dataclass(frozen=True, slots=True)
class Request:
    """A call. `root` is the simulator's address without a slash at its end; headers have names in small letters."""

    method: str
    root: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        """The fields of a form; none where the body is something else."""
        kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/x-www-form-urlencoded":
            return {}
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    def json(self) -> Any:
        """The body read as JSON; raises ValueError."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: `content` as JSON, or `body` as it stands. `cut` closes the connection half way through it."""

    status: int
    content: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    cut: bool = False

    def encoded(self) -> bytes:
        """The body's bytes."""
        if self.body is not None:
            return self.body
        return b"" if self.content is None else json.dumps(self.content, ensure_ascii=False).encode()


def request_of(environ: "WSGIEnvironment") -> Request:
    """Read a call; of its body no more than a megabyte."""
    length = min(int(environ.get("CONTENT_LENGTH") or 0), _MOST_BODY)
    headers = {
        name.removeprefix("HTTP_").replace("_", "-").lower(): str(value)
        for name, value in environ.items()
        if name.startswith("HTTP_") or name == "CONTENT_TYPE"
    }
    return Request(
        method=environ["REQUEST_METHOD"],
        root=f"{environ['wsgi.url_scheme']}://{environ.get('HTTP_HOST') or environ['SERVER_NAME']}",
        path=environ.get("PATH_INFO", "").encode("latin-1").decode("utf-8", "replace"),
        query=tuple(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)),
        headers=headers,
        body=environ["wsgi.input"].read(length) if length else b"",
    )


def respond(answer: Answer, start_response: "StartResponse") -> Iterable[bytes]:
    """Give an answer to WSGI. Whoever is cut off was promised more bytes than come."""
    body = answer.encoded()
    headers = {"Content-Type": "application/json; charset=utf-8", **answer.headers, "Content-Length": str(len(body))}
    start_response(f"{answer.status} {HTTPStatus(answer.status).phrase}", list(headers.items()))
    return [body[: len(body) // 2] if answer.cut else body]
