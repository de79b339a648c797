"""Where the bytes of files lie that came, and of those that wait for schools."""

from django.conf import settings

from schoolgate.commons.filestore import FileStore


def received_files() -> FileStore:
    """Where the plain bytes of received files are kept, each under its digest."""
    return FileStore(settings.SCHOOLGATE_HOME.files)


def offered_files() -> FileStore:
    """Where the plain bytes of the outbox's files are kept, each under its digest."""
    return FileStore(settings.SCHOOLGATE_HOME.folder / "outbox")
