"""What two pupils agree in, item by item."""

from dataclasses import dataclass
from datetime import date
from enum import Enum, StrEnum

from schoolgate.authority.importing.matching.keys import MatchKeys, insurance_number, is_temporary


class Item(StrEnum):
    """What is compared, in the words of screens."""

    GUID = "GUID"
    UPN = "UPN"
    BORN = "Date of birth"
    FAMILY = "Family name"
    GIVEN = "Given name"
    SEX = "Sex"


FOUR = (Item.BORN, Item.FAMILY, Item.GIVEN, Item.SEX)
"""The four of reference 9.4."""


class Agreement(Enum):
    """How one item of two pupils stands."""

    AGREES = "agrees"
    BY_OTHER_FORM = "agrees by a former or preferred form"
    CLOSE = "close"
    DIFFERS = "differs"
    UNKNOWN = "cannot be compared"


SAME = frozenset({Agreement.AGREES, Agreement.BY_OTHER_FORM})
"""What counts as agreeing."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """An incoming and a held pupil beside each other."""

    guid: Agreement
    upn: Agreement
    """UNKNOWN also where two differ of which one is temporary: it had to be replaced one day."""
    born: Agreement
    family: Agreement
    given: Agreement
    sex: Agreement
    upn_is_temporary: bool
    """The UPN in which they agree is a temporary one."""

    def of(self, item: Item) -> Agreement:
        """Return how ``item`` stands."""
        agreement: Agreement = getattr(self, item.name.lower())
        return agreement

    @property
    def firm(self) -> int:
        """How many of the four agree as they stand."""
        return sum(self.of(item) is Agreement.AGREES for item in FOUR)

    @property
    def full(self) -> int:
        """How many of the four agree, former and preferred names allowed."""
        return sum(self.has(item) for item in FOUR)

    def has(self, item: Item) -> bool:
        """Say if both agree in ``item``, in whatever form."""
        return self.of(item) in SAME


def compare(incoming: MatchKeys, held: MatchKeys) -> Comparison:
    """Put two pupils beside each other. Nothing is called CLOSE here: that is for near misses (``nearness``)."""
    upn, temporary = _compare_upns(incoming, held)
    return Comparison(
        guid=_compare_guids(incoming, held),
        upn=upn,
        born=_plain(incoming.born, held.born),
        family=_name(incoming.family, incoming.other_families, held.family, held.other_families),
        given=_name(incoming.given, incoming.other_givens, held.given, held.other_givens),
        sex=_plain(incoming.sex, held.sex),
        upn_is_temporary=temporary,
    )


def _plain(incoming: str | date | None, held: str | date | None) -> Agreement:
    if not incoming or not held:
        return Agreement.UNKNOWN
    return Agreement.AGREES if incoming == held else Agreement.DIFFERS


def _name(incoming: str, other_incoming: frozenset[str], held: str, other_held: frozenset[str]) -> Agreement:
    plain = _plain(incoming, held)
    # One of the two names must stand today: twins whose given names differ may both be called by the same one.
    if plain is not Agreement.AGREES and (incoming in other_held or held in other_incoming):
        return Agreement.BY_OTHER_FORM
    return plain


def _compare_guids(incoming: MatchKeys, held: MatchKeys) -> Agreement:
    """A pupil has a GUID in each system it was ever in, so that another one says little."""
    if not incoming.guids or not held.guids:
        return Agreement.UNKNOWN
    return Agreement.DIFFERS if incoming.guids.isdisjoint(held.guids) else Agreement.AGREES


def _compare_upns(incoming: MatchKeys, held: MatchKeys) -> tuple[Agreement, bool]:
    if incoming.upn and incoming.upn == held.upn:
        return Agreement.AGREES, is_temporary(incoming.upn)
    # A former number links two pupils only where it is the other one's number of today.
    for today, before in ((incoming.upn, held.former_upns), (held.upn, incoming.former_upns)):
        if today and today in before:
            return Agreement.BY_OTHER_FORM, is_temporary(today)
    if not incoming.upn or not held.upn or is_temporary(incoming.upn) or is_temporary(held.upn):
        return Agreement.UNKNOWN, False
    ours, theirs = insurance_number(incoming), insurance_number(held)
    if ours and ours == theirs:
        return Agreement.BY_OTHER_FORM, False
    if len(incoming.upn) != len(held.upn) and not (ours and theirs):
        # A teacher number and a National Insurance number say nothing of each other.
        return Agreement.UNKNOWN, False
    return Agreement.DIFFERS, False
