"""Documents as they came and as they went, and exports of postings, each under the digest of its bytes."""

import zlib
from datetime import timedelta

from django.conf import settings

from schoolgate.commons.filestore import FileStore, Stored
from schoolgate.commons.jobs.periodic import every
from schoolgate.school.purchasing.models import FetchedDocument, Posting, SendAttempt

UNREADABLE = (OSError, EOFError, zlib.error)
"""What reading a damaged file, or one that is gone, may raise."""

KEPT_WITHOUT_A_ROW = timedelta(days=1)


def documents() -> FileStore:
    """Where the bytes of documents are kept."""
    return FileStore(settings.SCHOOLGATE_HOME.files)


def keep(plain: bytes) -> Stored:
    """Keep a document's bytes: durable when this returns. Raises NoSpace, OSError."""
    with documents().incoming() as incoming:
        incoming.write(plain)
        return incoming.keep()


def read(sha256: str) -> bytes:
    """The bytes as they came. Raises one of UNREADABLE when they cannot be read."""
    with documents().open(sha256) as stored:
        return stored.read()


@every(hours=1, words="Sweeping the documents of suppliers")
def sweep() -> None:
    """Remove files of which no row speaks, a day after they were written."""
    known = set(FetchedDocument.objects.exclude(sha256="").values_list("sha256", flat=True))
    known |= set(FetchedDocument.objects.exclude(message_sha256="").values_list("message_sha256", flat=True))
    known |= set(SendAttempt.objects.values_list("sha256", flat=True))
    known |= set(Posting.objects.values_list("sha256", flat=True))
    documents().sweep(known, KEPT_WITHOUT_A_ROW)
