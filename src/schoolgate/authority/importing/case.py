"""A pupil on its way from a document's entry to its rows."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

from schoolgate.authority.importing.counting import Fates, fate_of, settled_fate_of, tally_of
from schoolgate.authority.importing.deciding import Decisions, Incoming, Invalid
from schoolgate.authority.importing.holding import Holding
from schoolgate.authority.importing.recognising import Recognised
from schoolgate.authority.records.groups.data_group import DataGroup, Payload
from schoolgate.authority.records.groups.identifiers import IDENTIFIERS
from schoolgate.authority.records.groups.staff_identifiers import STAFF_IDENTIFIERS
from schoolgate.authority.records.models import Enrolment, Pupil

UPN_OF_ANOTHER = "upn-of-another-pupil"
"""Code of a refusal: another held pupil has this UPN, or another member of staff this number."""

OWN_NUMBERS = ((IDENTIFIERS, "UPN"), (STAFF_IDENTIFIERS, "TeacherNumber"), (STAFF_IDENTIFIERS, "NINumber"))
"""What `matching.keys.MatchKeys.upn` is made of."""


class Work(NamedTuple):
    """A pupil to decide on."""

    whose: Recognised
    incoming: Incoming


@dataclass(slots=True)
class Case:
    """A pupil that was decided on. One that is new has its ids only when its rows are made, and never a holding."""

    whose: Recognised
    incoming: Incoming
    decisions: Decisions
    after: dict[DataGroup, Payload]
    """What is held once the decisions are applied."""
    holding: Holding
    pupil_id: int = 0
    is_changed: bool = False
    is_told_otherwise: bool = False
    """A refusal or a candidate for removal came or went, so that what its base said in the other form counts again."""
    lacks_once: bool = False
    """Something held is missing for the first time where it takes two, so that the same entry counts once more."""

    @property
    def is_new(self) -> bool:
        return self.whose.pupil is None

    @property
    def pupil(self) -> Pupil:
        assert self.holding.pupil is not None
        return self.holding.pupil

    @property
    def enrolment(self) -> Enrolment:
        assert self.holding.enrolment is not None
        return self.holding.enrolment

    @property
    def tally(self) -> str:
        """What the entry counts as when its very bytes come again; of a restricted pupil all counts as the same, or an
        import's numbers would tell that it is held, and waits."""
        if self.holding.restricted:
            return tally_of(self.incoming.payloads, (), ())
        left_out = [one.group for one in self.decisions.left_out]
        conflicts = [one.group for one in self.decisions.conflicts]
        others = {*left_out, *conflicts, *self.decisions.yielded}
        same = [group for group in self.incoming.payloads if group not in others]
        removals = [one.group for one in self.decisions.removals]
        return tally_of(same, left_out, removals, conflicts=conflicts, yielded=self.decisions.yielded)

    @property
    def fate(self) -> str:
        """What becomes of the pupil now."""
        if self.holding.restricted:
            return settled_fate_of(self.tally)
        tally = tally_of(
            self.decisions.same,
            [one.group for one in self.decisions.left_out],
            [one.group for one in self.decisions.removals],
            added=[write.group for write in self.decisions.writes if write.is_new],
            changed=[write.group for write in self.decisions.writes if not write.is_new],
            conflicts=[one.group for one in self.decisions.conflicts],
            yielded=self.decisions.yielded,
        )
        if self.is_new or self.is_changed:
            return fate_of("added" if self.is_new else "changed", tally)
        return settled_fate_of(tally)


def fates_of(cases: Iterable[Case]) -> Fates:
    """The pupils by what becomes of them."""
    fates: Fates = {}
    for case in cases:
        fates.setdefault(case.fate, []).append(case.pupil_id)
    return fates


def without_upn(incoming: Incoming) -> Incoming:
    """What comes without its UPN, which is another's: it is left out with its code. So it is with a number of staff."""
    for group, item in OWN_NUMBERS:
        numbers = dict(incoming.payloads.get(group, {}))
        number = numbers.pop(item, None)
        if number is not None:
            payloads = {**incoming.payloads, group: numbers}
            if not numbers:
                del payloads[group]
            invalid = (*incoming.invalid, Invalid(group, item, UPN_OF_ANOTHER, number))
            return replace(incoming, payloads=payloads, invalid=invalid)
    return incoming
