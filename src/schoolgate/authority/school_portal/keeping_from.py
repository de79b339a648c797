"""What a school's own people are kept from on the pages that every site has: the journal is the authority's."""

from typing import Any

from schoolgate.authority.bases.models import SCHOOL_USER
from schoolgate.commons.journal.reading import KEEPERS


def why_kept_from_journal(person: Any) -> str:
    """The journal tells of all schools; what concerns one stands in its Task Log and with its files."""
    if getattr(person, "role", None) != SCHOOL_USER:
        return ""
    return "The journal is the council’s. What happened with your school stands in its Task Log and with its files."


KEEPERS.append(why_kept_from_journal)
