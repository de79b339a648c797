"""Where is my file? One search over everything that each app of a site knows how to find."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from schoolgate.commons.accounts.models import User

SHORTEST = 3


@dataclass(frozen=True)
class Found:
    """One thing found. `what` names its kind, `holder` who has it now, `link` its page on this site.

    `state_link` leads to the page that tells of its state, where that is another one.
    """

    what: str
    name: str
    school: str
    state: str
    when: datetime | None
    holder: str
    link: str
    state_link: str = ""


Finder = Callable[[User, str], list[Found]]
FINDERS: dict[str, Finder] = {}


def finder(where: str) -> Callable[[Finder], Finder]:
    """Register a function that looks in one place, named in words for the page ("files sent", "receipts").

    It gets the person and the trimmed text, and returns what this person may see, the newest first, 50 at most.
    """

    def register(function: Finder) -> Finder:
        FINDERS[where] = function
        return function

    return register


def find(user: User, text: str) -> list[Found]:
    """What all finders of this site know of the text. Raises ValueError when it is too short to mean anything."""
    text = text.strip()
    if len(text) < SHORTEST:
        raise ValueError(f"Type at least {SHORTEST} characters.")
    return [found for look in FINDERS.values() for found in look(user, text)]
