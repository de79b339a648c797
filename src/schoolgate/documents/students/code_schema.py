"""Writes ``schemas/code-sets.xsd`` from the lists of codes: run it after a change to them (a test says when).

    python -m schoolgate.documents.students.code_schema

A set is the union of all years: a code that no year knows refuses a file, one of another year is a value problem
(``values.py``).
"""

from pathlib import Path
from xml.sax.saxutils import quoteattr

from schoolgate.documents.codes.code_sets import EDITION, code_set, code_set_names
from schoolgate.documents.students.wording import type_of_code_set

_NOT_ENUMERATED = {"attendance"}
"""Marks stand in one string of many: types.xsd has a pattern for them."""


def code_sets_xsd() -> str:
    """The schema with one simple type for each code set."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f"<!-- Code sets, edition {EDITION}: the codes of all years together (reference 6).",
        "     Written by schoolgate.documents.students.code_schema; change the lists in documents/codes instead. -->",
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">',
    ]
    for name in code_set_names():
        if name not in _NOT_ENUMERATED:
            lines += [
                "",
                f'  <xs:simpleType name="{type_of_code_set(name)}">',
                '    <xs:restriction base="xs:token">',
                *(f"      <xs:enumeration value={quoteattr(code)}/>" for code in code_set(name).codes()),
                "    </xs:restriction>",
                "  </xs:simpleType>",
            ]
    return "\n".join([*lines, "", "</xs:schema>", ""])


if __name__ == "__main__":
    (Path(__file__).parent / "schemas" / "code-sets.xsd").write_text(code_sets_xsd(), encoding="utf-8")
