"""How the document of an import is opened: by its source, whose room says how (`opens`)."""

from abc import ABC, abstractmethod

from schoolgate.authority.importing.models import Import
from schoolgate.authority.importing.reading import Readable
from schoolgate.authority.records.models import Change


class Opener(ABC):
    """Opens the documents of one source."""

    @abstractmethod
    def open(self, this: Import, *, demo: bool) -> Readable:
        """The document as an import reads it. Raises ``reading.Refused``. ``demo``: numbers of samples are taken."""

    @abstractmethod
    def is_kept(self, this: Import) -> bool:
        """Whether the document is there still."""


_OPENERS: dict[str, Opener] = {}


def opens(source: Change.Source, opener: Opener) -> None:
    """Say who opens the documents of a source, from the AppConfig.ready of its room. Raises ValueError for a second."""
    if source in _OPENERS:
        raise ValueError(f"There are two openers for what comes by {source}.")
    _OPENERS[source] = opener


def open_document(this: Import, *, demo: bool) -> Readable:
    """Open what an import is of. Raises ``reading.Refused``."""
    return _OPENERS[this.source].open(this, demo=demo)


def document_is_kept(this: Import) -> bool:
    """Whether what an import is of is there still."""
    return _OPENERS[this.source].is_kept(this)
