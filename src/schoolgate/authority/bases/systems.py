"""The systems that schools have, in words (`Base.mis`)."""

from schoolgate.authority.bases.models import SIMS_7
from schoolgate.wire.mis.registry import all_connectors

FILES = "SIMS 7, or another that exports files"


def systems() -> list[tuple[str, str]]:
    """Every system that a base may have, with what people call it: files first."""
    return [(SIMS_7, FILES), *((name, kind.label) for name, kind in all_connectors().items())]


def system_label(mis: str) -> str:
    """What people call a system; one whose connector is gone by the name on record."""
    return dict(systems()).get(mis, mis)


def system_in_lists(mis: str) -> str:
    """As lists show it: the cloud stands for an API."""
    return "Files" if mis == SIMS_7 else f"☁ {system_label(mis)}"
