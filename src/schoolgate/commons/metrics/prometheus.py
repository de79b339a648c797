"""Numbers as Prometheus reads them: its text format 0.0.4 (prometheus.io, "Exposition formats")."""

import math
from collections.abc import Iterable, Iterator

from schoolgate.commons.metrics.measures import Family, Sample

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def text_of(families: Iterable[Family]) -> str:
    """These families as text. Raises ValueError when two have one name, or two samples of one the same labels."""
    seen: set[str] = set()
    lines: list[str] = []
    for family in families:
        if family.name in seen:
            raise ValueError(f"There are two metrics '{family.name}'.")
        seen.add(family.name)
        lines += _lines(family)
    return "".join(f"{line}\n" for line in lines)


def _lines(family: Family) -> Iterator[str]:
    yield f"# HELP {family.name} {_escaped(family.help)}"
    yield f"# TYPE {family.name} {family.type}"
    seen: set[str] = set()
    for sample in family.samples:
        labels = _labels(sample)
        if labels in seen:
            raise ValueError(f"The metric '{family.name}' has two numbers for {labels or 'no labels'}.")
        seen.add(labels)
        yield f"{family.name}{labels} {_number(sample.value)}"


def _labels(sample: Sample) -> str:
    pairs = (f'{name}="{_escaped(value, quotes=True)}"' for name, value in sorted(sample.labels.items()))
    return f"{{{','.join(pairs)}}}" if sample.labels else ""


def _escaped(text: str, *, quotes: bool = False) -> str:
    text = text.replace("\\", "\\\\").replace("\n", "\\n")
    return text.replace('"', '\\"') if quotes else text


def _number(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return str(int(value)) if value == int(value) else repr(float(value))
