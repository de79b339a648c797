"""What a person writes to a pupil, in whatever way: accepted, changed by hand, put back, merged.

It is written as an import writes: what stood there is kept with the change that ended it, copies and keys follow, what
was settled of the pupil is looked at again, and conflicts about what is held by now are gone.
"""

from collections.abc import Collection, Iterable, Mapping

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.case import Case
from schoolgate.authority.importing.changing import change_pupils
from schoolgate.authority.importing.deciding import IMPORT_EVERYTHING, Decisions, Effect, Incoming, Write
from schoolgate.authority.importing.equal import clear_equal
from schoolgate.authority.importing.holding import Holding, hold
from schoolgate.authority.importing.recognising import Recognised
from schoolgate.authority.importing.restricted import written_to_restricted
from schoolgate.authority.records.groups.attendance import ATTENDANCE
from schoolgate.authority.records.groups.data_group import DataGroup, Payload
from schoolgate.authority.records.models import Change, Pupil, Settled


class Gone(Exception):
    """The pupil, or its enrolment at the base, is not there any more."""


class _OneChange:
    """Gives the same change for whatever was taken."""

    def __init__(self, change: Change) -> None:
        self.change = change

    def of(self, found_by: str, taken_by: Collection[str]) -> Change:
        return self.change


def write_groups(base: Base, wanted: Mapping[int, Mapping[DataGroup, Payload]], change: Change) -> None:
    """Write whole payloads of groups, by pupil's number, in the caller's transaction; pupils are locked in order.

    ``base`` is the one whose enrolment's groups are meant, and needs to be one of each pupil's. Of attendance each
    register is written that differs. What is the same already stays as it is. Raises Gone.
    """
    held = hold(base, list(wanted))
    cases = []
    for pupil, payloads in wanted.items():
        holding = held.get(pupil)
        if holding is None or holding.enrolment is None:
            raise Gone
        cases.append(_case(pupil, holding, payloads))
    change_pupils(cases, base, _OneChange(change), IMPORT_EVERYTHING)
    changed = [case for case in cases if case.is_changed]
    clear_equal(base, {case.pupil_id: case.after for case in changed})
    look_again(case.pupil_id for case in cases)
    written_to_restricted([case.pupil_id for case in cases if case.holding.restricted], change)


def look_again(pupils: Iterable[int]) -> None:
    """Have what sources say of these pupils looked at again by the next import: somebody decided on them."""
    Settled.objects.filter(pupil__in=list(pupils)).delete()


def locked(pupil: int) -> Pupil:
    """The pupil, held until the transaction ends. Raises Gone."""
    found = Pupil.people.select_for_update().filter(pk=pupil).first()
    if found is None:
        raise Gone
    return found


def _case(pupil: int, holding: Holding, payloads: Mapping[DataGroup, Payload]) -> Case:
    writes = tuple(
        Write(group, payload, dict.fromkeys(payload, Effect.ALWAYS_IMPORT), is_new=group not in holding.payloads)
        for group, payload in payloads.items()
        if group is ATTENDANCE or payload != holding.payloads.get(group)
    )
    after = {**holding.payloads, **payloads}
    whose = Recognised(b"", pupil, "by-hand")
    return Case(whose, Incoming(dict(payloads)), Decisions(writes), after, holding, pupil)
