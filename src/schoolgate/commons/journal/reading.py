"""Who may read the journal: a site's own people, unless a room keeps it from some of them."""

from collections.abc import Callable
from typing import Any

KEEPERS: list[Callable[[Any], str]] = []
"""Each says why the journal is kept from a person, as a sentence for that person; "" where it is not."""


def why_kept_from(person: Any) -> str:
    """The sentence for somebody who may not read it; "" for who may."""
    return next((why for keeper in KEEPERS if (why := keeper(person))), "")
