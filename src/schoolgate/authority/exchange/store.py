"""Where the bytes of received files lie."""

from django.conf import settings

from schoolgate.commons.filestore import FileStore


def received_files() -> FileStore:
    """Where the plain bytes of received files are kept, each under its digest."""
    return FileStore(settings.SCHOOLGATE_HOME.files)
