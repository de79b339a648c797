"""Rows as a site that has been at work has them."""

from datetime import UTC, datetime
from typing import Any

from schoolgate.school.exchange.models import HeldBackFile, Transfer


def transfer(*, serial: int = 1, school: str = "4321", **values: Any) -> Transfer:
    """A file's row, not yet written; its digest is made of its name."""
    la = values.get("la", "820")
    name = f"820{school}_CES_{la}LLLL_{serial:03}.xml"
    facts = {
        "name": name,
        "sha256": f"{serial:030}{school}{la}{'0' * 27}",
        "size": 1000,
        "la": la,
        "source_la": "820",
        "source_school": school,
        "school_name": f"School {school}",
        "version": "CES 3.73",
        "made_at": datetime(2026, 11, 1, tzinfo=UTC),
        "pupils": 200,
    }
    return Transfer(**{**facts, **values})


def make_transfer(**values: Any) -> Transfer:
    made = transfer(**values)
    made.save()
    return made


def hold_back(name: str = "pupils.xml", *, school: str = "8204321", **values: Any) -> HeldBackFile:
    facts = {"reason": "content", "sentence": "There is 1 thing to put right in it."}
    return HeldBackFile.objects.create(place="820", name=name, school=school, **{**facts, **values})
