"""The body of a PUT, as it comes from the wire: exactly as long as announced, unpacked, and never beyond the limit.

Tried: under Django's WSGI a chunked body reads as empty and a cut one as short, both without an error (DESIGN 8).
So the length is demanded, and every byte is counted.
"""

from collections.abc import Iterator

from django.core.handlers.wsgi import WSGIRequest
from django.http import UnreadablePostError

from schoolgate.authority.exchange.problems import ApiProblem
from schoolgate.documents.problems import DocumentError
from schoolgate.documents.xml import gunzip

READ_AT_ONCE = 64 * 1024
XML_TYPES = {"application/xml", "text/xml"}
# Some servers join a chunked body themselves; then its length is known and the header's mention is gone or harmless.
PLAIN, GZIP = {"", "identity"}, {"gzip", "x-gzip"}


def plain_body(request: WSGIRequest, limit: int) -> Iterator[bytes]:
    """The plain bytes that were sent, in pieces; `limit` is in bytes of plain XML.

    Raises ApiProblem at once: `length-required`, `media-type`, `too-large`; and while it is read: `cut-short`,
    `too-large`, `gzip-malformed`.
    """
    length = _announced_length(request)
    encoding = request.headers.get("Content-Encoding", "").strip().lower()
    if request.content_type not in XML_TYPES or encoding not in PLAIN | GZIP:
        raise ApiProblem("media-type")
    if length > limit:
        raise _too_large(limit)
    sent = _sent_bytes(request, length)
    return _unpacked(sent, limit) if encoding in GZIP else sent


def _announced_length(request: WSGIRequest) -> int:
    text = request.environ.get("CONTENT_LENGTH") or ""
    if not (text.isascii() and text.isdigit()):
        raise ApiProblem("length-required")
    return int(text)


def _sent_bytes(request: WSGIRequest, length: int) -> Iterator[bytes]:
    missing = length
    while missing:
        try:
            chunk = request.read(min(READ_AT_ONCE, missing))
        except UnreadablePostError:
            chunk = b""
        if not chunk:
            raise ApiProblem("cut-short")
        missing -= len(chunk)
        yield chunk


def _unpacked(sent: Iterator[bytes], limit: int) -> Iterator[bytes]:
    try:
        yield from gunzip(sent, limit)
    except DocumentError as error:
        if error.code == "too-large":
            raise _too_large(limit) from None
        raise ApiProblem("cut-short" if error.code == "gzip-cut-short" else "gzip-malformed") from None


def _too_large(limit: int) -> ApiProblem:
    return ApiProblem("too-large", limit=limit)
