"""How well a school's finance system keeps to the service: what it has called, and which rules it bends."""

from dataclasses import dataclass
from datetime import datetime

from schoolgate.supplier.models import Buyer
from schoolgate.wire.soap.contract import OPERATIONS
from schoolgate.wire.soap.rules import RULES


@dataclass(frozen=True, slots=True)
class Use:
    """One of the service's operations, as this school has called it; `last_at` is None where it never has.

    `last_outcome` is `ok` or the fault's name.
    """

    operation: str
    calls: int = 0
    faults: int = 0
    last_at: datetime | None = None
    last_outcome: str = ""
    last_fault_at: datetime | None = None

    @property
    def tried(self) -> bool:
        return self.last_at is not None


@dataclass(frozen=True, slots=True)
class Bent:
    """A rule that this school's calls have bent or broken: what they do, and how to mend it."""

    rule: str
    sentence: str
    remedy: str
    times: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Conformance:
    """Of one school: all six operations in the contract's order, and the rules that were bent, the latest first."""

    uses: tuple[Use, ...]
    bent: tuple[Bent, ...]

    @property
    def never_tried(self) -> tuple[str, ...]:
        """The operations that were never called."""
        return tuple(use.operation for use in self.uses if not use.tried)


def conformance_of(buyer: Buyer) -> Conformance:
    """By the calls that came with this buyer's user name, also where the password was wrong. Two queries."""
    known = {
        row.operation: Use(row.operation, row.calls, row.faults, row.last_at, row.last_outcome, row.last_fault_at)
        for row in buyer.operations.all()
    }
    bent = (
        Bent(row.rule, RULES[row.rule].sentence, RULES[row.rule].remedy, row.times, row.first_at, row.last_at)
        for row in buyer.rules_broken.order_by("-last_at", "rule")
        # One that a former version knew is nothing that anybody could mend now.
        if row.rule in RULES
    )
    return Conformance(tuple(known.get(name, Use(name)) for name in OPERATIONS), tuple(bent))
