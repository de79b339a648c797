"""The places of the School Portal: a tab on every page of a school, and a tile on its first one (SCREENS 5.4)."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse

from schoolgate.authority.bases.models import Base


@dataclass(frozen=True)
class Shown:
    """How things stand at a place for one school: `figure`, large, and `words` below it.

    `needs_school`: somebody at the school should do something about it.
    """

    figure: str
    words: str
    needs_school: bool = False


@dataclass(frozen=True)
class Tile:
    """A place: `route` names its page, whose address has the school's number as `school`; below it lie its others."""

    label: str
    route: str
    look: Callable[[Base], Shown]

    def address(self, base: Base) -> str:
        return reverse(self.route, args=[base.pk])


TILES: list[Tile] = []
"""In their order on the page, as `apps` lists them."""
