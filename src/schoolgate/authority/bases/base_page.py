"""What rooms above show of a base, on its page and on the page that edits it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from schoolgate.authority.bases.models import Base
from schoolgate.commons.accounts.access import PersonRequest


@dataclass(frozen=True)
class Part:
    """A part of a base's page: its template, which finds what it shows as `part`."""

    template: str
    shown: Any


PARTS: list[Callable[[PersonRequest, Base], Part | None]] = []
"""A room adds its own, in its apps.ready; None where there is nothing to show."""


def parts_of(request: PersonRequest, base: Base) -> list[Part]:
    """What there is to show of a base, in the order in which the rooms came."""
    return [part for look in PARTS if (part := look(request, base)) is not None]
