"""What is told of this site in numbers. A room adds its own by `@measure`, in a module its AppConfig.ready imports."""

import logging
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

log = logging.getLogger(__name__)

_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_LABEL = re.compile(r"(?!__)[a-zA-Z_][a-zA-Z0-9_]*")


@dataclass(frozen=True)
class Sample:
    """One number, with the labels that tell it from others of its family. No label names a person."""

    value: float
    labels: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for label in self.labels:
            if not _LABEL.fullmatch(label):
                raise ValueError(f"'{label}' is no name of a label.")


@dataclass(frozen=True)
class Family:
    """Numbers of one name: `gauge` goes up and down, `counter` only up (its name ends with _total).

    Names begin with `schoolgate_` and end with their unit (`_seconds`) where they have one. `help` is a sentence.
    """

    name: str
    help: str
    samples: Sequence[Sample]
    type: Literal["gauge", "counter"] = "gauge"

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"'{self.name}' is no name of a metric.")
        if (self.type == "counter") != self.name.endswith("_total"):
            raise ValueError("A counter, and nothing else, has a name that ends with _total.")


Measure = Callable[[], Iterable[Family]]
MEASURES: list[Measure] = []


def measure(work: Measure) -> Measure:
    """Ask this function for its families whenever somebody reads the metrics, every few seconds: it is quick."""
    MEASURES.append(work)
    return work


def measured() -> list[Family]:
    """All families now. One that fails is logged and counted in `schoolgate_measures_failed`; the rest is told."""
    families: list[Family] = []
    failed = 0
    for work in MEASURES:
        try:
            families += work()
        except Exception as error:  # noqa: BLE001  one room's trouble must not hide what the others tell
            log.error("the measure %s.%s failed: %s", work.__module__, work.__qualname__, type(error).__qualname__)
            failed += 1
    told = "Measures that could not be taken; the site's log tells which."
    return [*families, Family("schoolgate_measures_failed", told, [Sample(failed)])]
