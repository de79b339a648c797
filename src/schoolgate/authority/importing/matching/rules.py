"""The rules by which an incoming pupil is taken for a held one (reference 9.4; P is public, I is decided here).

1. **GUID** (P; a setting): the GUID is known for a held pupil. It is a key of the school's system, and systems are
   copied, merged and started afresh, records overwritten. So it must not stand alone (I): two of date of birth, family
   and given name agree too, or, where the UPN is the same permanent one, any of them; where both have permanent UPNs
   that differ, all four must agree. A GUID that is doubted is passed over and reported (``NoMatch.same_guid``).
2. **UPN and three** of date of birth, family name, given name, sex (P). A temporary UPN may have been given again, to
   another child of the school: then date of birth and given name must be among the three (I). Two UPNs of which one
   is temporary may be one child's, before and after: they say nothing (I).
3. The same, with **former or preferred names** (I) or the **former UPN** (I).
4. **All four**, where incoming or held pupil has no UPN to compare (P); then with former or preferred names (I). A UPN
   whose check does not fit is none (I). Two permanent UPNs that differ are two children, or a person's decision.

The first rule that fits anybody decides, and within it who agrees in more of the four (I). Equals are never guessed
(``Several``). Nor is a contradiction (I): somebody else agrees in all four where the one found does not, or has the UPN
where the one found has only the GUID. An inactive pupil is found like any other, so that a weaker match never hides it,
but of equals the active one counts; found alone it is reported (``Inactive``), or by the setting not looked for (P).
"""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeAlias

from schoolgate.authority.importing.matching.agreement import FOUR, SAME, Agreement, Comparison, Item, compare
from schoolgate.authority.importing.matching.keys import MatchKeys

RULES_VERSION = 1
"""Raise it when a change of the rules can change an answer: what was settled before then is looked at again."""


class Rule(StrEnum):
    """By which rule a pupil was found, the strongest first; the value stands with the change for good."""

    GUID = "guid"
    UPN = "upn"
    UPN_OTHER_NAMES = "upn-other-names"
    FORMER_UPN = "former-upn"
    FOUR = "all-four"
    FOUR_OTHER_NAMES = "all-four-other-names"


_STRENGTH = {rule: place for place, rule in enumerate(Rule)}
_BY_UPN = frozenset({Rule.UPN, Rule.UPN_OTHER_NAMES})


@dataclass(frozen=True, slots=True)
class MatchSettings:
    """What an authority sets (reference 9.1)."""

    guid_match: bool = True
    """GUIDMATCH: whether GUIDs are used."""
    only_active: bool = False
    """"Match only active students": inactive ones are not looked for."""
    oldest_unmatched: int | None = 18
    """The age in whole years above which an unmatched pupil is not shown; None is no limit."""

    @property
    def key(self) -> str:
        """Return what settles an answer beside the pupils: part of the key of settled digests.

        The age limit is not in it: it only counts for the unmatched, who never settle.
        """
        return f"{RULES_VERSION}/guid={self.guid_match:d}/active={self.only_active:d}"


@dataclass(frozen=True, slots=True)
class Held:
    """A held pupil, as far as matching goes."""

    pupil: int
    keys: MatchKeys
    active: bool = True
    """On the roll of some base today."""


@dataclass(frozen=True, slots=True)
class Match:
    """The one held pupil whom the incoming one is."""

    pupil: int
    rule: Rule
    same_upn: tuple[int, ...] = ()
    """Others who hold the incoming permanent UPN: it cannot be written to this one as it stands."""


@dataclass(frozen=True, slots=True)
class NoMatch:
    """Nobody held is this pupil: it is added, or waits as unmatched."""

    too_old: bool = False
    """Above the age limit: not shown among those who wait as unmatched (P). Where pupils are added it is added (I)."""
    same_guid: tuple[int, ...] = ()
    """Pupils known by this GUID in whom too little else agrees: a reused or wrong GUID."""
    same_upn: tuple[int, ...] = ()
    """Pupils whose permanent UPN this is in whom too little else agrees: one of the two has a wrong number."""
    same_four: tuple[int, ...] = ()
    """Pupils who agree in all four, but have another permanent UPN: a namesake, or one child with two numbers."""

    @property
    def may_be_added(self) -> bool:
        """Say if nothing speaks against adding the pupil without asking a person.

        A GUID alone does not: the record of a child who left is typed over for the next one, who takes the GUID along.
        Nor does age: whoever is neither shown nor added would be lost without a word.
        """
        return not (self.same_upn or self.same_four)


@dataclass(frozen=True, slots=True)
class Several:
    """More than one held pupil, by equal or contradicting signs: a person decides (SEVERAL_MATCHES)."""

    pupils: tuple[int, ...]
    """In the order of their numbers."""


@dataclass(frozen=True, slots=True)
class Inactive:
    """A held pupil, but one on nobody's roll: it stays unmatched with a warning (INACTIVE_MATCH)."""

    pupil: int
    rule: Rule


MatchResult: TypeAlias = Match | NoMatch | Several | Inactive


@dataclass(frozen=True, slots=True)
class _Found:
    held: Held
    comparison: Comparison
    rule: Rule | None

    @property
    def rank(self) -> tuple[int, int]:
        assert self.rule is not None
        return _STRENGTH[self.rule], -self.comparison.full


def match(incoming: MatchKeys, candidates: Iterable[Held], settings: MatchSettings, today: date) -> MatchResult:
    """Find who ``incoming`` is among ``candidates``, whose order doesn't matter and each of whom comes once.

    ``today`` counts only for the age limit. The candidates need not be all pupils held:
    ``index.candidates`` finds those that can make a difference.
    """
    seen = [
        _Found(held, comparison := compare(incoming, held.keys), _rule(comparison, settings))
        for held in candidates
        if held.active or not settings.only_active
    ]
    fitting = [found for found in seen if found.rule is not None]
    if not fitting:
        return NoMatch(
            too_old=_too_old(incoming.born, settings.oldest_unmatched, today),
            same_guid=_numbers(found for found in seen if settings.guid_match and found.comparison.has(Item.GUID)),
            same_upn=_numbers(filter(_has_the_upn, seen)),
            same_four=_numbers(found for found in seen if found.comparison.full == 4),
        )
    best = min(found.rank for found in fitting)
    equals = [found for found in fitting if found.rank == best]
    equals = [found for found in equals if found.held.active] or equals
    if len(equals) > 1:
        return Several(_numbers(equals))
    (one,) = equals
    others = [found for found in seen if found is not one]
    if rivals := [other for other in others if _contradicts(other, one)]:
        return Several(_numbers([one, *rivals]))
    assert one.rule is not None
    if not one.held.active:
        return Inactive(one.held.pupil, one.rule)
    return Match(one.held.pupil, one.rule, same_upn=_numbers(filter(_has_the_upn, others)))


def _rule(comparison: Comparison, settings: MatchSettings) -> Rule | None:
    """The strongest rule by which the two are one."""
    if settings.guid_match and _guid_holds(comparison):
        return Rule.GUID
    if comparison.has(Item.UPN) and _three_hold(comparison, SAME):
        if comparison.upn is Agreement.BY_OTHER_FORM:
            return Rule.FORMER_UPN
        return Rule.UPN if _three_hold(comparison, {Agreement.AGREES}) else Rule.UPN_OTHER_NAMES
    if comparison.upn is Agreement.UNKNOWN and comparison.full == 4:
        return Rule.FOUR if comparison.firm == 4 else Rule.FOUR_OTHER_NAMES
    return None


def _guid_holds(comparison: Comparison) -> bool:
    if not comparison.has(Item.GUID):
        return False
    if comparison.upn is Agreement.DIFFERS:
        return comparison.full == 4
    # Sex is left out: every second child has it.
    others = sum(map(comparison.has, (Item.BORN, Item.FAMILY, Item.GIVEN)))
    permanent = comparison.upn is Agreement.AGREES and not comparison.upn_is_temporary
    return others >= (1 if permanent else 2)


def _three_hold(comparison: Comparison, same: Container[Agreement]) -> bool:
    needed = (Item.BORN, Item.GIVEN) if comparison.upn_is_temporary else ()
    if any(comparison.of(item) not in same for item in needed):
        return False
    return sum(comparison.of(item) in same for item in FOUR) >= 3


def _contradicts(other: _Found, one: _Found) -> bool:
    if one.rule is Rule.GUID and not one.comparison.has(Item.UPN) and other.rule in _BY_UPN:
        return True
    return other.comparison.full == 4 and one.comparison.full < 4


def _has_the_upn(found: _Found) -> bool:
    return found.comparison.upn is Agreement.AGREES and not found.comparison.upn_is_temporary


def _numbers(found: Iterable[_Found]) -> tuple[int, ...]:
    return tuple(sorted(one.held.pupil for one in found))


def _too_old(born: date | None, oldest: int | None, today: date) -> bool:
    if born is None or oldest is None:
        return False
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day)) > oldest
