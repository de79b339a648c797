"""BASDA's and the UK Gov profile's lists of codes (reference 7), as data: ``code_lists/NAME.csv``.

The labels of UK Gov units beyond those of count and packing, and of BASDA's units, are those of UN Recommendation 20.
"""

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

_FOLDER = files("schoolgate.documents.ebis") / "code_lists"


@cache
def code_list_names() -> tuple[str, ...]:
    """Return the names of all lists."""
    return tuple(sorted(file.name.removesuffix(".csv") for file in _FOLDER.iterdir() if file.name.endswith(".csv")))


@cache
def code_list(name: str) -> Mapping[str, str]:
    """Return what each code of a list means, in the list's order; raises KeyError for a list that there is not."""
    if name not in code_list_names():
        raise KeyError(name)
    rows = csv.DictReader((_FOLDER / f"{name}.csv").read_text(encoding="utf-8").splitlines())
    return MappingProxyType({row["code"]: row["label"] for row in rows})
