"""A document's text: of what a web service gave, and of what came by e-mail in whatever encoding."""

from schoolgate.documents.ebis.nodes import to_utf8
from schoolgate.documents.problems import DocumentError
from schoolgate.school.purchasing.models import FetchedDocument
from schoolgate.school.purchasing.store import read


def text_of(document: FetchedDocument) -> str:
    """A kept document as text. Raises OSError or EOFError when its bytes cannot be read."""
    raw = read(document.sha256)
    return decoded(raw) if document.mailed else raw.decode()


def decoded(raw: bytes) -> str:
    """Bytes of XML as text, by the encoding that they declare.

    Programs that write XML into a string first declare UTF-16 and then send UTF-8: that is read as what it is. Raises
    DocumentError.
    """
    try:
        return to_utf8(raw).decode()
    except DocumentError as error:
        if error.code != "encoding-differs":
            raise
        try:
            return raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise error from None
