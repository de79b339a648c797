"""What every page knows: which site this is, whose, and where this person may go."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import resolve, reverse

from schoolgate import __version__
from schoolgate.commons.accounts.access import may_open
from schoolgate.commons.journal.reading import why_kept_from
from schoolgate.commons.preferences.registry import PREFERENCES

KINDS = {"school": "School exchange", "authority": "Local authority", "supplier": "Supplier"}


@dataclass(frozen=True)
class Place:
    """An entry of the navigation."""

    label: str
    address: str
    current: bool


@dataclass(frozen=True)
class Site:
    """This site, as templates see it. `accent` is the class of the page's body."""

    request: HttpRequest

    @property
    def name(self) -> str:
        """The site's name on the command line: school, authority or supplier."""
        return str(settings.SCHOOLGATE_SITE)

    @property
    def kind(self) -> str:
        return KINDS.get(settings.SCHOOLGATE_SITE, "")

    @property
    def accent(self) -> str:
        return f"site-{settings.SCHOOLGATE_SITE}"

    @property
    def owner(self) -> str:
        """The school or authority whose site this is, from the preference that the site's settings name."""
        preference = PREFERENCES.get(settings.SCHOOLGATE_OWNER_PREFERENCE)
        return str(preference.get()) if preference else ""

    @property
    def version(self) -> str:
        return __version__

    @property
    def demo(self) -> bool:
        return bool(settings.SCHOOLGATE_DEMO)

    @property
    def navigation(self) -> list[Place]:
        """The places this person may open; none for who is not signed in."""
        if not self.request.user.is_authenticated:
            return []
        addresses = [(label, reverse(name)) for label, name in settings.SCHOOLGATE_NAVIGATION]
        path = self.request.path
        above = [
            address for _, address in addresses if path == address or (address != "/" and path.startswith(address))
        ]
        nearest = max(above, key=len, default="")
        return [
            Place(label, address, current=address == nearest)
            for label, address in addresses
            if may_open(self.request.user, resolve(address).func) and not self._is_kept_from(address)
        ]

    def _is_kept_from(self, address: str) -> bool:
        """The journal's page opens to everybody, and holds nothing for those whom a room keeps from it."""
        return bool(why_kept_from(self.request.user)) and address == reverse("journal")


def site(request: HttpRequest) -> dict[str, Any]:
    """The context processor: `site` in every template."""
    return {"site": Site(request)}
