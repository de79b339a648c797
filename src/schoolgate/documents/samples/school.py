"""The school of a sample: what all its pupils have in common."""

from dataclasses import dataclass
from datetime import date

from schoolgate.documents.samples.numbers import NumberOffice
from schoolgate.documents.samples.places import Phase
from schoolgate.documents.samples.school_year import SchoolYear


@dataclass(frozen=True, slots=True)
class School:
    """Where and when the sample is taken."""

    la: str
    number: str
    name: str
    phase: Phase
    year: SchoolYear
    today: date
    supplier: str
    guids: bool
    """The form of the file has the MIS's own keys (3.73)."""
    reasons: int
    """How many reasons an exclusion can have: 1 in 3.71, else 3."""
    numbers: NumberOffice
