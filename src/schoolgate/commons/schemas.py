"""The schemas that files are checked against on this site."""

import logging
from pathlib import Path

from django.conf import settings

from schoolgate.documents.problems import DocumentError
from schoolgate.documents.students.versions import SchemaShelf, default_shelf

log = logging.getLogger(__name__)


def site_shelf() -> SchemaShelf:
    """Our schemas and those the operator added in the home; ours alone when an added one cannot be used."""
    folder = Path(settings.SCHOOLGATE_HOME.schemas)
    try:
        return default_shelf(folder)
    except DocumentError as error:
        log.error("The schemas added in %s are not used: %s", folder, error)
        return default_shelf()
