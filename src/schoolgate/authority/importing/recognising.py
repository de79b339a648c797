"""Who each pupil of a document is, before anything of it is written.

All are matched against what is held before the document, so that their order does not count. A pupil that stands in a
document twice is met once when the bytes are the same; when they are not, nobody can say which is right, and neither is
taken (DESIGN 7).
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from schoolgate.authority.importing.matching.index import HeldPupils, candidates
from schoolgate.authority.importing.matching.keys import MatchKeys, is_temporary, keys_of
from schoolgate.authority.importing.matching.nearness import may_be_any
from schoolgate.authority.importing.matching.rules import (
    Held,
    Inactive,
    Match,
    MatchResult,
    MatchSettings,
    NoMatch,
    Several,
    match,
)
from schoolgate.authority.importing.people import NOTHING_BY_PEOPLE, ByPeople, sign_of
from schoolgate.authority.importing.reading import Entry, Readable
from schoolgate.authority.importing.settling import Digester, Known, for_this_job
from schoolgate.authority.records.groups.basic_details import BASIC_DETAILS

TOLD_EVERY = 100
"""At the first entry, and after so many others, the progress is told; it was as dear as a passed over entry itself."""

NEW = "new"
"""The rule by which a pupil is added."""

BY_HAND = "by-hand"
"""The rule by which a pupil is found whom a person matched."""

ADDED_BY_HAND = "new-by-hand"
"""The rule by which a pupil is added whom a person wanted added."""


class WhyNot(StrEnum):
    """Why an entry is not taken: codes of an import's problems."""

    TWICE = "pupil-twice"
    SEVERAL = "several-matches"
    INACTIVE = "inactive-match"
    SAME_UPN = "upn-of-another-pupil"
    SAME_FOUR = "namesake-with-another-upn"
    NOT_KNOWN = "not-known"
    HELD_BACK = "held-back"
    ERASED = "erased-before"


@dataclass(frozen=True, slots=True)
class Recognised:
    """An entry to work on, by its number in the document: whose it is (None: a new pupil), and by which rule."""

    digest: bytes
    pupil: int | None
    rule: str
    upn_is_anothers: bool = False
    """Another pupil holds this UPN, so that it cannot be written to this one."""
    sign: bytes = b""
    """Who it is as its base knows it (``people.sign_of``)."""


@dataclass(slots=True)
class Recognition:
    """What became known of a document's pupils."""

    pupils: int = 0
    """Entries met."""
    to_do: dict[int, Recognised] = field(default_factory=dict)
    """By number, in the document's order."""
    settled: dict[str, list[int]] = field(default_factory=dict)
    """The pupils of settled entries by what they count as, but for those that this very job settled."""
    settled_here: int = 0
    """Entries that an earlier attempt of this job dealt with."""
    repeats: int = 0
    """Entries whose very bytes came before."""
    not_taken: dict[int, WhyNot] = field(default_factory=dict)
    """By number: why an entry waits or is refused."""
    signs: dict[int, bytes] = field(default_factory=dict)
    """Who an entry is as its base knows it, by number (``people.sign_of``): of entries not taken, and where wanted."""
    seen: set[int] = field(default_factory=set)
    """Held pupils of whom the document speaks, whatever becomes of it."""
    restricted: tuple[Held, ...] = ()
    """The restricted pupils by whom this was found."""

    def waits(self, number: int) -> str:
        """Why an entry waits for a person as unmatched; empty where it does not."""
        why = self.not_taken.get(number)
        return why if why and why is not WhyNot.TWICE else ""


class _New(NamedTuple):
    """An entry that is not settled."""

    number: int
    digest: bytes
    keys: MatchKeys
    tells_who: bool
    """Whether it is about who the pupil is: who else would be added?"""


class Recogniser:
    """Recognises the pupils of one document."""

    def __init__(
        self,
        document: Readable,
        held: HeldPupils,
        known: dict[bytes, Known],
        digest_of: Digester,
        look_at: Callable[[Entry], None],
        settings: MatchSettings,
        *,
        job: int,
        today: date,
        people: ByPeople = NOTHING_BY_PEOPLE,
        add_unmatched: bool = True,
    ) -> None:
        """``known`` are the settled entries of the base and form, ``job`` the number of the import's job.

        ``people`` is what people decided on who is who, ``add_unmatched`` whether whom nobody knows is added.
        ``look_at`` is given, in the document's order, the entries to work on, and maybe others.
        """
        self.document = document
        self.held = held
        self.known = known
        self.digest_of = digest_of
        self.look_at = look_at
        self.settings = settings
        self.job = job
        self.today = today
        self.people = people
        self.add_unmatched = add_unmatched
        self.found = Recognition(restricted=people.restricted)
        self._digests: set[bytes] = set()
        self._by_pupil: dict[int, int] = {}
        self._by_sign: dict[int, int] = {}
        self._namesakes: dict[int, list[int]] = {}
        self._settled: dict[int, Known] = {}
        self._twice: set[int] = set()

    def recognise(self, on_progress: Callable[[int], None]) -> Recognition:
        """Walk the document. Raises ``reading.Refused``. ``on_progress`` is told how many entries were met."""
        news: list[_New] = []
        for new in self._new_ones(on_progress):
            news.append(new)
            if len(news) == 500:
                self._match(news)
                news.clear()
        self._match(news)
        self._refuse_what_stands_twice()
        return self.found

    def _vouch(self, raw: bytes) -> Known | None:
        digest = self.digest_of(raw)
        return self.known.get(digest) or self.known.get(for_this_job(digest, self.job))

    def _new_ones(self, on_progress: Callable[[int], None]) -> Iterator[_New]:
        """The entries that are neither settled nor repeated."""
        for entry in self.document.judge(self._vouch if self.known else None):
            number = entry.number
            if number % TOLD_EVERY == 1:
                on_progress(number)
            # An entry that was not passed over may be settled for all that, at the file's end.
            known: Known | None = entry.voucher or (self._vouch(entry.raw) if self.known else None)
            digest = known.digest if known else self.digest_of(entry.raw)
            self.found.pupils += 1
            if digest in self._digests:
                self.found.repeats += 1
                continue
            self._digests.add(digest)
            if known:
                self._settled[number] = known
                self._meet(self._by_pupil, known.pupil, number)
            else:
                keys = keys_of(entry.record)
                self._meet_by(keys, number)
                self.look_at(entry)
                of = self.document.speaks_of(entry)
                yield _New(number, digest, keys, of is None or (BASIC_DETAILS, "Surname") in of)
        self.found.seen.update(known.pupil for known in self._settled.values())

    def _match(self, news: Collection[_New]) -> None:
        matched = candidates((new.keys for new in news), self.held)
        for (number, digest, _, tells_who), (keys, found) in zip(news, matched, strict=True):
            sign = sign_of(keys)
            if self.people.some_wait:
                self.found.signs[number] = sign
            result = match(keys, found, self.settings, self.today)
            for pupil in _pupils_of(result):
                self.found.seen.add(pupil)
            by_hand = self._by_hand(keys, sign, result)
            if {by_hand, *_pupils_of(result)} & self.people.elsewhere:
                self.found.not_taken[number] = WhyNot.NOT_KNOWN
            elif by_hand is not None:
                self.found.seen.add(by_hand)
                self._meet(self._by_pupil, by_hand, number)
                others = set(result.same_upn) if isinstance(result, Match | NoMatch) else set()
                self.found.to_do[number] = Recognised(digest, by_hand, BY_HAND, bool(others - {by_hand}), sign)
            elif sign in self.people.pupils or self._was_taken_back(result):
                self.found.not_taken[number] = WhyNot.HELD_BACK
            elif isinstance(result, Match):
                self._meet(self._by_pupil, result.pupil, number)
                upn_is_anothers = bool(result.same_upn)
                self.found.to_do[number] = Recognised(digest, result.pupil, result.rule, upn_is_anothers, sign)
            elif may_be_any(keys, self.people.restricted):
                # Its base is told no more than of any pupil who waits.
                self.found.not_taken[number] = WhyNot.NOT_KNOWN
            elif self.people.was_erased(keys):
                self.found.not_taken[number] = WhyNot.ERASED
            elif isinstance(result, NoMatch) and result.may_be_added and self.add_unmatched and tells_who:
                self.found.to_do[number] = Recognised(digest, None, NEW, sign=sign)
            else:
                self.found.not_taken[number] = _why_not(result)
            if number in self.found.not_taken:
                self.found.signs[number] = sign

    def _by_hand(self, keys: MatchKeys, sign: bytes, result: MatchResult) -> int | None:
        """Whom a person matched this entry to, or one with the same signs."""
        if sign in self.people.pupils:
            return self.people.pupils[sign]
        if isinstance(result, Match) or not self.people.aliases:
            return None
        found = match(keys, self.people.aliases, self.settings, self.today)
        pupils = set(_pupils_of(found))
        # Whom a person took back from a pupil, the pupil's other names do not bring to it again.
        is_one = isinstance(found, Match | Several) and len(pupils) == 1 and pupils.isdisjoint(self.people.not_these)
        return pupils.pop() if is_one else None

    def _was_taken_back(self, result: MatchResult) -> bool:
        return isinstance(result, Match) and result.pupil in self.people.not_these

    def _meet_by(self, keys: MatchKeys, number: int) -> None:
        if keys.upn:
            self._meet(self._by_sign, hash(("upn", keys.upn)), number)
        for guid in keys.guids:
            self._meet(self._by_sign, hash(("guid", guid)), number)
        if keys.family and keys.given and keys.born and keys.sex:
            permanent = bool(keys.upn) and not is_temporary(keys.upn)
            namesakes = self._namesakes.setdefault(hash((keys.family, keys.given, keys.born, keys.sex)), [])
            namesakes.append(number if permanent else -number)

    def _meet(self, met: dict[int, int], sign: int, number: int) -> None:
        """Two entries with one sign are of one pupil, and of other bytes: the same were not met a second time."""
        before = met.setdefault(sign, number)
        if before != number:
            self._twice |= {before, number}

    def _refuse_what_stands_twice(self) -> None:
        # Two of one name, birth and sex are two children only where permanent UPNs say so.
        for namesakes in self._namesakes.values():
            if len(namesakes) > 1 and min(namesakes) < 0:
                self._twice.update(map(abs, namesakes))
        for number in self._twice:
            self.found.to_do.pop(number, None)
            self.found.not_taken[number] = WhyNot.TWICE
            self._settled.pop(number, None)
        for known in self._settled.values():
            if known.job == self.job:
                self.found.settled_here += 1
            else:
                self.found.settled.setdefault(known.tally, []).append(known.pupil)


def _pupils_of(result: MatchResult) -> tuple[int, ...]:
    if isinstance(result, Match | Inactive):
        return (result.pupil,)
    return result.pupils if isinstance(result, Several) else ()


def _why_not(result: MatchResult) -> WhyNot:
    if isinstance(result, Several):
        return WhyNot.SEVERAL
    if isinstance(result, Inactive):
        return WhyNot.INACTIVE
    assert isinstance(result, NoMatch)
    if result.may_be_added:
        return WhyNot.NOT_KNOWN
    return WhyNot.SAME_UPN if result.same_upn else WhyNot.SAME_FOUR
