"""Which licence each school stands on (handbook 02, Licensing; reference 1.1).

An authority needs a standard licence for each of its own schools, and one Out of County licence for all schools of
other LAs together. Nothing is taken from a school without.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from schoolgate.authority.bases.la import LA_NUMBER, OUT_OF_COUNTY_LICENCE

STANDARD, OUT_OF_COUNTY, NONE = "standard", "out-of-county", "none"
WORDS = {STANDARD: "Standard", OUT_OF_COUNTY: "Out of County", NONE: "None"}


class OfALicence(Protocol):
    """What decides on a base's licence."""

    la: str
    licensed: bool


@dataclass
class Licensing:
    """This authority's licences as they stand; make one for each question, so that many bases cost no more than one."""

    la: str = field(default_factory=LA_NUMBER.get)

    @cached_property
    def out_of_county(self) -> bool:
        """Whether this authority has the Out of County licence."""
        return OUT_OF_COUNTY_LICENCE.get()

    def is_own(self, base: OfALicence) -> bool:
        """Whether the school is one of this authority's; all are, as long as it does not know its number."""
        return base.la == (self.la or base.la)

    def of(self, base: OfALicence) -> str | None:
        """The licence the base stands on: standard, out-of-county, or None."""
        if self.is_own(base):
            return STANDARD if base.licensed else None
        return OUT_OF_COUNTY if self.out_of_county else None

    def missing(self, base: OfALicence) -> str:
        """The exchange API's code for the licence that the base lacks; empty when it has the one it needs."""
        if self.of(base):
            return ""
        return "no-licence" if self.is_own(base) else "no-out-of-county-licence"
