"""Near misses: whom an unmatched pupil might be, the likeliest first, for a person to choose (reference 9.4, 8)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from schoolgate.authority.importing.matching.agreement import Agreement, Comparison, Item, compare
from schoolgate.authority.importing.matching.keys import MatchKeys
from schoolgate.authority.importing.matching.rules import Held

_SHORTEST_PART = 3
"""Letters that a name needs to be taken for a part of another: Ann of Annabel, but not Jo of Joseph."""


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A held pupil who might be the incoming one."""

    held: Held
    comparison: Comparison
    swapped_names: bool
    """The given name of one is the family name of the other, both ways."""

    def items(self, *agreements: Agreement) -> tuple[Item, ...]:
        """Return the items that stand so, in the order of ``Item``."""
        return tuple(item for item in Item if self.comparison.of(item) in agreements)

    @property
    def agreeing(self) -> tuple[Item, ...]:
        """What both agree in, former and preferred forms allowed."""
        return self.items(Agreement.AGREES, Agreement.BY_OTHER_FORM)

    @property
    def close(self) -> tuple[Item, ...]:
        """What differs as a slip of the pen does (``near_misses``)."""
        return self.items(Agreement.CLOSE)

    @property
    def differing(self) -> tuple[Item, ...]:
        """What differs."""
        return self.items(Agreement.DIFFERS)


def near_misses(incoming: MatchKeys, candidates: Iterable[Held], *, limit: int = 10) -> list[NearMiss]:
    """Return at most ``limit`` of ``candidates`` that might be ``incoming``, active or not.

    Ordered by the number of agreeing identifiers, then of close ones, then by the sex, then the held pupils' numbers.
    Close is: day and month the other way round; one sign left out, put in or replaced, or two neighbours swapped; given
    and family name swapped; one name a part of the other. Left out is who agrees, or nearly, in fewer than two of GUID,
    UPN, date of birth, family and given name. Sex is no sign, every second child has it: it only breaks a tie.
    """
    misses = [miss for held in candidates if _signs(miss := near_miss(incoming, held)) >= 2]
    misses.sort(key=_nearest_first)
    return misses[:limit]


def may_be_any(incoming: MatchKeys, candidates: Iterable[Held]) -> bool:
    """Say if any of ``candidates`` might be ``incoming``: near it (``near_misses``), or of its GUID or UPN.

    Thousands who wait are compared with hundreds of restricted pupils, nearly all in vain: in an eighth of the time.
    """
    givens = tuple(incoming.givens)
    for held in candidates:
        if not _has_a_chance(incoming, givens, held.keys):
            continue
        miss = near_miss(incoming, held)
        if _signs(miss) >= 2 or {Item.GUID, Item.UPN} & {*miss.agreeing, *miss.close}:
            return True
    return False


def _has_a_chance(incoming: MatchKeys, givens: tuple[str, ...], held: MatchKeys) -> bool:
    """Whether GUID, UPN, birth or given name agree or nearly do, or the names are swapped.

    Of whoever might be somebody one of these does: two of birth, family and given name are not only the family name.
    """
    sent, upn = incoming.upn or incoming.wrong_upn, held.upn
    return (
        not incoming.guids.isdisjoint(held.guids)
        or _may_be_close_dates(incoming.born, held.born)
        or (bool(sent and upn) and (sent == upn or is_slip(sent, upn)))
        or incoming.upn in held.former_upns
        or (bool(upn) and upn in incoming.former_upns)
        or (incoming.family, incoming.given) == (held.given, held.family)
        or _are_near(givens, held.given)
        or any(_are_near(givens, form) for form in held.other_givens)
    )


def _may_be_close_dates(one: date | None, other: date | None) -> bool:
    """A slip leaves the year, or the day and month, as they are; so does the other way round."""
    if one is None or other is None:
        return False
    if one.year != other.year and (one.day != other.day or one.month != other.month):
        return False
    return one == other or _close_dates(one, other)


def _are_near(names: tuple[str, ...], other: str) -> bool:
    for one in names:
        # A slip, or a part, of three letters or more leaves the first letter or the last one.
        if len(one) > 2 < len(other) and one[0] != other[0] and one[-1] != other[-1]:
            continue
        if other and (one == other or is_slip(one, other) or _is_part(one, other)):
            return True
    return False


def is_slip(one: str, other: str) -> bool:
    """Say if two texts that differ are one typing slip apart: a sign more, less or other, or two neighbours swapped."""
    if abs(len(one) - len(other)) > 1 or one == other:
        return False
    start = next(
        (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    one, other = one[start:], other[start:]
    if len(one) != len(other):
        return one[1:] == other or other[1:] == one
    return one[1:] == other[1:] or (one[:2] == other[1::-1] and one[2:] == other[2:])


def is_other_way_round(one: date, other: date) -> bool:
    """Say if two dates that differ are one with day and month the other way round."""
    return one != other and (one.year, one.month, one.day) == (other.year, other.day, other.month)


def _nearest_first(miss: NearMiss) -> tuple[int, int, bool, int]:
    same_sex = Item.SEX in miss.agreeing
    return same_sex - len(miss.agreeing), -len(miss.close), not same_sex, miss.held.pupil


def _signs(miss: NearMiss) -> int:
    return sum(item is not Item.SEX for item in (*miss.agreeing, *miss.close))


def near_miss(incoming: MatchKeys, held: Held) -> NearMiss:
    """Compare two, however far they are apart."""
    keys = held.keys
    plain = compare(incoming, keys)
    swapped = (
        bool(incoming.family and incoming.given)
        and (incoming.family, incoming.given) == (keys.given, keys.family)
        and incoming.family != incoming.given
    )
    close = {
        "upn": _close_upns(incoming, keys),
        "born": _close_dates(incoming.born, keys.born),
        "family": swapped or _close_names(incoming.families, keys.families),
        "given": swapped or _close_names(incoming.givens, keys.givens),
    }
    changes = {
        name: Agreement.CLOSE
        for name, is_close in close.items()
        if is_close and getattr(plain, name) in (Agreement.DIFFERS, Agreement.UNKNOWN)
    }
    return NearMiss(held, replace(plain, **changes), swapped)  # type: ignore[arg-type]  # names of agreements only


def _close_upns(incoming: MatchKeys, held: MatchKeys) -> bool:
    sent = incoming.upn or incoming.wrong_upn
    return bool(sent and held.upn) and is_slip(sent, held.upn)


def _close_dates(one: date | None, other: date | None) -> bool:
    if one is None or other is None:
        return False
    return is_other_way_round(one, other) or is_slip(one.isoformat(), other.isoformat())


def _close_names(ones: Iterable[str], others: Iterable[str]) -> bool:
    known = list(others)
    return any(is_slip(one, other) or _is_part(one, other) for one in ones for other in known)


def _is_part(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return len(short) >= _SHORTEST_PART and (long.startswith(short) or long.endswith(short))
