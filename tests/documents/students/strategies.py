"""A Hypothesis strategy for records, made from the shape of a schema: whatever a version may hold.

The texts are Hypothesis's own, and shrink; which optional elements there are comes from a seed, since a hundred
choices a record are more than it can steer.
"""

from functools import cache
from random import Random
from typing import Any

from hypothesis import strategies as st

from schoolgate.documents.students.entries import WRAPPERS
from schoolgate.documents.students.schema import StudentSchema
from schoolgate.documents.students.shape import Shape, pupil_shape
from schoolgate.documents.students.wording import codes_of_type

Record = dict[str, Any]

# Whatever XML can carry but its own blanks, which a schema collapses; no-break spaces and the like are among it.
_TEXTS = st.lists(st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn")), min_size=1, max_size=12), min_size=1)

_LEAVES: dict[str, list[str]] = {
    "UPN": ["R820432124001", "C82043212400A"],
    "ULN": ["1002345676", "9999999999"],
    "UCI": ["523450241001M", "52345A241001E"],
    "LA": ["820", "XXX", "MMM", "NAA"],
    "PlaceNumber": ["4321", "XXXX", "MMMM", "LLLL"],
    "URN": ["123456"],
    "UPRN": ["1", "100080012345"],
    "PostCode": ["BD1 1AA", "SW1A 1AA", "BFPO 57"],
    "Phone": ["07700900123", "+44 (0)1632 960-001"],
    "Email": ["a&b<c@example.org", "ö@example.org"],
    "Date": ["2013-02-14", "2024-02-29", "0001-01-01"],
    "Year": ["2026"],
    "Sessions": ["0", "400"],
    "SchoolDays": ["0.5", "1.500000", "45"],
    "GridReference": ["0", "999999.9"],
    "Rank": ["1", "99"],
    "ContactOrder": ["1", "10"],
    "Marks": ["/\\", "/\\LUOO####--"],
    "Session": ["AM", "PM"],
    "Locale": ["ENG", "WAL"],
    "Subject": ["MAT"],
    "AnyLanguage": ["ENG", "URD", "PNJM"],
    "xs:boolean": ["true", "false", "1", "0"],
    "TeacherNumber": ["0912345"],
    "NINumber": ["QQ123456C"],
    "YesOrNo": ["Y", "N"],
    "LevelOfContract": ["L", "S"],
    "PayFramework": ["Pre 2014", "2014"],
    "Pay": ["0.01", "999999.99", "49084.00"],
    "HoursOfWeek": ["0", "32.50", "99.99"],
    "Weeks": ["0", "38.6", "53"],
    "WorkingDays": ["0", "2.5", "999.9"],
    "SubjectHours": ["0.01", "40.00"],
    "SchoolNumber": ["4321"],
    "DegreeSubject": ["G100"],
}
_LONGEST = {"Name35": 35}


@cache
def records(schema: StudentSchema) -> st.SearchStrategy[Record]:
    """Valid records of one version."""
    shape = pupil_shape(schema)
    return st.builds(lambda seed, texts: _Maker(seed, texts).container(shape), st.integers(0, 2**32), _TEXTS)


class _Maker:
    def __init__(self, seed: int, texts: list[str]) -> None:
        self.random = Random(seed)
        self.texts = texts
        self.fullness = self.random.choice([0.1, 0.5, 0.95])

    def text(self, longest: int) -> str:
        words = " ".join(self.random.choice(self.texts) for _ in range(self.random.randint(1, 3)))
        return " ".join(filter(None, words[:longest].split(" "))) or "-"

    def leaf(self, type_name: str) -> str:
        if codes := codes_of_type(type_name):
            return self.random.choice(codes.codes())
        if type_name in _LEAVES:
            return self.random.choice(_LEAVES[type_name])
        return self.text(_LONGEST.get(type_name) or int(type_name.removeprefix("Text")))

    def element(self, shape: Shape) -> Any:
        if shape.name in WRAPPERS:
            return self.several(shape.children[0])
        return self.container(shape) if shape.children or shape.open else self.leaf(shape.type)

    def several(self, shape: Shape) -> list[Any]:
        return [self.element(shape) for _ in range(self.random.randint(1, shape.most or 3))]

    def container(self, shape: Shape) -> Record:
        if shape.child("AddressAsPupil") and self.random.random() < 0.5:
            return {"AddressAsPupil": "true"}
        record: Record = {}
        for child in shape.children:
            there = child.required or self.random.random() < self.fullness
            if not there or child.name in {"Gender", "GenderCurrent", "AddressAsPupil"}:  # the other half of a choice
                continue
            if child.name == "Reason":
                record["Reasons"] = self.several(child)
            else:
                record[child.name] = self.several(child) if child.most is None else self.element(child)
        return record | self.additions() if shape.open else record

    def additions(self) -> Record:
        some: Record = {
            "House": self.text(20),
            "Tutor": [self.text(10), self.text(10)],
            "{urn:example}Bus": {"Inner": self.text(10), "{urn:other}Stop": "7"},
        }
        return {name: value for name, value in some.items() if self.random.random() < 0.5}
