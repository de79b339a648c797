"""What people decided on who is who, as matching asks for it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from schoolgate.authority.importing.matching.keys import MatchKeys
from schoolgate.authority.importing.matching.rules import Held
from schoolgate.authority.records.groups.canonical import canonical, digest_of


def _nobody(_: MatchKeys) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class ByPeople:
    """What people decided on who the entries of a base are.

    ``pupils`` by the sign of an entry: None is an entry that is neither matched nor added by rule. ``aliases`` are held
    pupils as some base tells of them, for entries that no rule finds anybody for.
    """

    pupils: Mapping[bytes, int | None]
    aliases: tuple[Held, ...] = ()
    some_wait: bool = False
    """Whether pupils of the base wait as unmatched, so that signs of all entries are wanted."""
    restricted: tuple[Held, ...] = ()
    """Restricted pupils: whoever might be one is neither added nor matched to another by rule."""
    elsewhere: frozenset[int] = frozenset()
    """Those of them whom the base has no enrolment of: that it tells of one now is for a person to see first."""

    not_these: frozenset[int] = frozenset()
    """Pupils from whom a person took the base's entry back: none of its entries is matched to them by rule."""
    was_erased: Callable[[MatchKeys], bool] = _nobody
    """Whether it might be somebody who was erased (``erased.who_was_erased``), and is not added by rule."""


NOTHING_BY_PEOPLE = ByPeople({})
"""Nobody decided anything."""


def sign_of(keys: MatchKeys) -> bytes:
    """What stands for who an entry is, as its own base knows it: sixteen bytes, the same each week."""
    said = [sorted(keys.guids), keys.upn or keys.wrong_upn, keys.family, keys.given, str(keys.born or ""), keys.sex]
    return digest_of(canonical(said))
