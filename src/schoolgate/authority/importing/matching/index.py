"""Whom to compare: the held pupils that can make a difference, found for many incoming ones in few look-ups.

What makes a difference is a GUID, a UPN of today or before, or a name with a date of birth in any of its forms: no rule
finds, and nothing contradicts, without one of these (``rules``). A test holds this against comparing with everybody.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import islice, product
from typing import Protocol

from schoolgate.authority.importing.matching.keys import MatchKeys
from schoolgate.authority.importing.matching.rules import Held
from schoolgate.authority.records.groups.canonical import digest_of

AT_ONCE = 500
"""How many incoming pupils are looked up together: as many as one transaction writes (DESIGN 7)."""


class HeldPupils(Protocol):
    """Looks held pupils up, active and inactive, each as often as it likes; never asked with nothing."""

    def with_guid(self, guids: Collection[str]) -> Iterable[Held]:
        """Those of whom any of ``guids`` is known (``MatchKeys.guids``)."""

    def with_upn(self, upns: Collection[str]) -> Iterable[Held]:
        """Those whose UPN is, or was, any of ``upns`` (``MatchKeys.upns``)."""

    def with_name_and_birth(self, digests: Collection[str]) -> Iterable[Held]:
        """Those who have any of ``digests`` among their own (``names_and_births``)."""


def names_and_births(keys: MatchKeys) -> frozenset[str]:
    """Return a digest for each form of the whole name with the date of birth; none when a part is not said.

    32 digits of blake2b-128, so that an index of them is small and tells no names. A held pupil is kept findable by
    these, usually one to four.
    """
    if keys.born is None:
        return frozenset()
    forms = product(keys.families, keys.givens)
    return frozenset(digest_of(f"{family}/{given}/{keys.born}").hex() for family, given in forms)


def candidates(
    incoming: Iterable[MatchKeys], held: HeldPupils, *, at_once: int = AT_ONCE
) -> Iterator[tuple[MatchKeys, tuple[Held, ...]]]:
    """Give each of ``incoming`` in its order, with the held pupils to ``match`` it against.

    At most three look-ups for each ``at_once`` incoming ones, and no more than these and what they find is kept.
    A pupil that is written in between is found from the next ``at_once`` on: write them before taking the next.
    """
    rest = iter(incoming)
    while batch := list(islice(rest, at_once)):
        for keys, *ways in zip(
            batch,
            _look_up([keys.guids for keys in batch], lambda held: held.keys.guids, held.with_guid),
            _look_up([frozenset(keys.upns) for keys in batch], lambda held: held.keys.upns, held.with_upn),
            _look_up(
                [names_and_births(keys) for keys in batch],
                lambda held: names_and_births(held.keys),
                held.with_name_and_birth,
            ),
            strict=True,
        ):
            found = {one.pupil: one for way in ways for one in way}
            yield keys, tuple(found.values())


def _look_up(
    wanted: Sequence[Collection[str]],
    known_by: Callable[[Held], Iterable[str]],
    finding: Callable[[Collection[str]], Iterable[Held]],
) -> list[list[Held]]:
    """Those whom each of several pupils' keys find, by one look-up of all of them."""
    found: dict[str, list[Held]] = {key: [] for keys in wanted for key in keys}
    for held in finding(found.keys()) if found else ():
        for key in known_by(held):
            if key in found:
                found[key].append(held)
    return [[held for key in keys for held in found[key]] for keys in wanted]
