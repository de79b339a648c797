"""What an office calls an item of a document."""

from typing import NamedTuple


class Item(NamedTuple):
    """What an office calls an item, and the panel of a MIS where it is kept."""

    words: str
    panel: str
