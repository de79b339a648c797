"""The journal of a portal: it tells of all suppliers' documents, so that no one supplier's staff may read it."""

from typing import Any

from schoolgate.commons.journal.reading import KEEPERS
from schoolgate.supplier.models import Supplier


def keep_from_staff_of_portals(person: Any) -> str:
    """Staff of a service with several suppliers see their documents' stories on the documents' own pages."""
    if person.role != "staff" or Supplier.objects.count() < 2:
        return ""
    return (
        "The journal of this service tells of several suppliers, so only administrators read it. "
        "What became of your documents and orders stands on their own pages."
    )


KEEPERS.append(keep_from_staff_of_portals)
