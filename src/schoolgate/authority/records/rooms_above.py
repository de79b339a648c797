"""What rooms above this one know of pupils. They may import this one, but not it them: so they register here."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from schoolgate.authority.bases.models import Base
from schoolgate.authority.records.groups.data_group import DataGroup
from schoolgate.authority.records.models import Enrolment, Pupil


class Link(NamedTuple):
    """A way to a page."""

    words: str
    address: str


class Whence(NamedTuple):
    """By what a source is known: the number of the job that wrote, and `Change.source_key`, empty where unknown."""

    job: int | None
    key: str = ""


class Words(NamedTuple):
    """Why a value was not taken, and what to do next: a sentence each."""

    why: str
    step: str


@dataclass(frozen=True, slots=True)
class Missing:
    """What a full file of `base` did not say any more; without a group it is the pupil."""

    base: Base
    group: DataGroup | None
    item: str
    seen_in: Whence


Tracer = Callable[[Collection[Whence]], Mapping[Whence, Sequence[Link]]]
_tracers: list[Tracer] = []
_missing: list[Callable[[Pupil], Sequence[Missing]]] = []
_words: list[Callable[[str], Words]] = []
_leaders: list[Callable[[Collection[Enrolment]], Enrolment | None]] = []
_waiting: list[Callable[[Pupil], Sequence[Link]]] = []
_alike: list[Callable[[Pupil, Any], Sequence[Link]]] = []
_on_restriction: list[Callable[[Pupil], None]] = []
_on_merging: list[Callable[[Pupil, Pupil], None]] = []


def tracer(function: Tracer) -> Tracer:
    """Register a function that knows pages of sources. It is asked for all sources of a page at once."""
    _tracers.append(function)
    return function


def teller_of_missing(function: Callable[[Pupil], Sequence[Missing]]) -> Callable[[Pupil], Sequence[Missing]]:
    """Register a function that knows what of a pupil is not said any more."""
    _missing.append(function)
    return function


def teller_of_waiting(function: Callable[[Pupil], Sequence[Link]]) -> Callable[[Pupil], Sequence[Link]]:
    """Register a function that knows what of a pupil waits for a person, and where that is decided."""
    _waiting.append(function)
    return function


def teller_of_likeness(
    function: Callable[[Pupil, Any], Sequence[Link]],
) -> Callable[[Pupil, Any], Sequence[Link]]:
    """Register a function that knows who else might be the same child, as far as a user may know."""
    _alike.append(function)
    return function


def wording_of_refusals(function: Callable[[str], Words]) -> Callable[[str], Words]:
    """Register the function that has the words of a refusal's code."""
    _words.append(function)
    return function


def on_restriction(function: Callable[[Pupil], None]) -> Callable[[Pupil], None]:
    """Register a function that is told, in the same transaction, when a pupil was restricted, or is so no more."""
    _on_restriction.append(function)
    return function


def on_merging(function: Callable[[Pupil, Pupil], None]) -> Callable[[Pupil, Pupil], None]:
    """Register a function that brings along what its room has of a pupil who goes, to the one who stays.

    It is called with the two in this order, in the same transaction, before the first is removed.
    """
    _on_merging.append(function)
    return function


def teller_of_leader(
    function: Callable[[Collection[Enrolment]], Enrolment | None],
) -> Callable[[Collection[Enrolment]], Enrolment | None]:
    """Register the function that knows which of a pupil's enrolments leads where several schools tell of the pupil."""
    _leaders.append(function)
    return function


def leader_of(enrolments: Collection[Enrolment]) -> Enrolment | None:
    """The enrolment whose school's word counts in the pupil's own groups; None where there is nobody to lead."""
    return next((found for function in _leaders if (found := function(enrolments))), None)


def trace(sources: Collection[Whence]) -> dict[Whence, list[Link]]:
    """The pages of each source, where there are any."""
    found: dict[Whence, list[Link]] = {}
    for function in _tracers:
        for source, links in function(sources).items():
            found.setdefault(source, []).extend(links)
    return found


def missing_of(pupil: Pupil) -> list[Missing]:
    """What of a pupil full files do not say any more."""
    return [one for function in _missing for one in function(pupil)]


def waiting_of(pupil: Pupil) -> list[Link]:
    """What of a pupil waits for a person, each with the page where it is decided."""
    return [link for function in _waiting for link in function(pupil)]


def alike_to(pupil: Pupil, user: Any) -> list[Link]:
    """Who else might be the same child, of those whom ``user`` may see, each with the page where that is decided."""
    return [link for function in _alike for link in function(pupil, user)]


def words_of_refusal(code: str) -> Words:
    """Why a value with this code was not taken, and what to do."""
    return _words[0](code) if _words else Words(code, "")


def restriction_changed(pupil: Pupil) -> None:
    """Tell the rooms above that a pupil was restricted, or is so no more."""
    for function in _on_restriction:
        function(pupil)


def pupils_merged(gone: Pupil, keep: Pupil) -> None:
    """Tell the rooms above that a pupil becomes another, and is removed."""
    for function in _on_merging:
        function(gone, keep)
