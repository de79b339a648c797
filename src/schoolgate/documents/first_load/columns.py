"""The columns of a CSV of existing pupils: what they are called, and where their cells stand in a pupil's record.

A path is that of the record (``students.entries``). ``Phones[M]`` is the member of a list that the key ``M`` stands
for; what such a member is from the start, for nobody writes it into a cell, stands in ``_BEGINNINGS``.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from schoolgate.documents.first_load import cells
from schoolgate.documents.first_load.cells import CellReader
from schoolgate.documents.students.entries import Record

MOST_CONTACTS = 6
MOST_NEEDS = 3

_STEP = re.compile(r"(\w+)(?:\[(\w+)\])?")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its ``name`` here, other ``headings`` that people give it, and what may stand in it."""

    name: str
    path: str
    reader: CellReader = cells.TEXT
    headings: tuple[str, ...] = ()
    needed: bool = False
    """Without it the file is not read."""
    codes: str = ""
    """The set of codes that its values are of (``documents.codes``)."""

    @property
    def spellings(self) -> frozenset[str]:
        """The headings it is known by, in the form that ``plain_heading`` gives."""
        return frozenset(map(plain_heading, (self.name, *self.headings)))


def plain_heading(heading: str) -> str:
    """A heading by its letters and digits only."""
    return re.sub(r"[^a-z0-9]", "", heading.casefold())


_PUPIL = (
    Column("upn", "UPN", cells.NUMBER, ("unique pupil number",)),
    Column("surname", "Surname", headings=("last name", "family name", "legal surname"), needed=True),
    Column("forename", "Forename", headings=("first name", "given name", "legal forename"), needed=True),
    Column("dob", "DOB", cells.DATE, ("date of birth", "birth date", "born"), needed=True),
    Column("sex", "Sex", cells.SEX, ("gender",), needed=True, codes="sex"),
    Column("uln", "UniqueLearnerNumber", cells.NUMBER, ("unique learner number",)),
    Column("uci", "UCI", cells.NUMBER),
    Column("former_upn", "BasicDetails/FormerUPN", cells.NUMBER),
    Column("middle_names", "BasicDetails/MiddleNames", headings=("middle name",)),
    Column("preferred_surname", "BasicDetails/PreferredSurname"),
    Column("preferred_forename", "BasicDetails/PreferredForename", headings=("known as",)),
    Column("former_surname", "BasicDetails/FormerSurname"),
    Column("guid", "SuppInfo/GUID"),
    Column("guid_system", "SuppInfo/SuppID"),
)
_PLACE = (
    Column("la", "SchoolHistory[here]/LEA", cells.NUMBER, ("la no", "la number", "lea", "local authority")),
    Column(
        "school_number",
        "SchoolHistory[here]/Estab",
        cells.SCHOOL_NUMBER,
        ("school", "school no", "estab", "estab no", "establishment number"),
        needed=True,
    ),
    Column("school_name", "SchoolHistory[here]/SchoolName"),
    Column("entered", "SchoolHistory[here]/EntryDate", cells.DATE, ("entry date", "date of entry", "admission date")),
    Column("left", "SchoolHistory[here]/LeavingDate", cells.DATE, ("leaving date", "date of leaving")),
    Column("leaving_reason", "SchoolHistory[here]/LeavingReason", cells.CODE, codes="leaving_reason"),
    Column("year_group", "BasicDetails/NCyearActual", cells.YEAR_GROUP, ("nc year", "year"), codes="nc_year"),
    Column(
        "status",
        "BasicDetails/EnrolStatus",
        cells.CODE,
        ("enrol status", "enrolment status"),
        codes="enrolment_status",
    ),
)


def _address(prefix: str, above: str, *, headings: bool) -> tuple[Column, ...]:
    lines = tuple(
        Column(
            f"{prefix}address_line_{number}",
            f"{above}Address/AddressLines/AddressLine{number}",
            headings=(f"address {number}",) if headings else (),
        )
        for number in range(1, 6)
    )
    return (
        Column(f"{prefix}flat", f"{above}Address/BS7666Address/SAON", headings=("saon",) if headings else ()),
        Column(f"{prefix}house", f"{above}Address/BS7666Address/PAON", headings=("paon",) if headings else ()),
        Column(f"{prefix}street", f"{above}Address/BS7666Address/Street"),
        Column(f"{prefix}locality", f"{above}Address/BS7666Address/Locality"),
        Column(f"{prefix}town", f"{above}Address/BS7666Address/Town"),
        Column(f"{prefix}administrative_area", f"{above}Address/BS7666Address/AdministrativeArea"),
        Column(f"{prefix}post_town", f"{above}Address/BS7666Address/PostTown"),
        Column(f"{prefix}uprn", f"{above}Address/BS7666Address/UniquePropertyReferenceNumber", cells.NUMBER),
        *lines,
        Column(f"{prefix}county", f"{above}Address/County"),
        Column(f"{prefix}postcode", f"{above}Address/PostCode", cells.POSTCODE),
        Column(f"{prefix}country", f"{above}Address/Country"),
        Column(f"{prefix}easting", f"{above}Address/Easting"),
        Column(f"{prefix}northing", f"{above}Address/Northing"),
    )


def _telephones(prefix: str, above: str) -> tuple[Column, ...]:
    return (
        Column(f"{prefix}telephone", f"{above}Phones[H]/PhoneNo", cells.PHONE),
        Column(f"{prefix}mobile", f"{above}Phones[M]/PhoneNo", cells.PHONE),
        Column(f"{prefix}work_telephone", f"{above}Phones[W]/PhoneNo", cells.PHONE),
        Column(f"{prefix}email", f"{above}Email", cells.EMAIL),
    )


_BACKGROUND = (
    Column("ethnicity", "BasicDetails/Ethnicity", cells.CODE, codes="ethnicity"),
    Column("ethnicity_source", "BasicDetails/EthnicitySource", cells.CODE, codes="source"),
    Column("first_language", "BasicDetails/Languages[F]/Language", cells.CODE, ("language",), codes="language"),
    Column("home_language", "BasicDetails/Languages[H]/Language", cells.CODE, codes="language"),
    Column(
        "english",
        "BasicDetails/EnglishProficiencies[now]/ProficiencyInEnglish",
        cells.CODE,
        ("proficiency in english",),
        codes="english_proficiency",
    ),
    Column("english_date", "BasicDetails/EnglishProficiencies[now]/ProficiencyInEnglishDate", cells.DATE),
    Column("country_of_birth", "BasicDetails/CountryofBirth", cells.CODE, codes="country"),
    Column("nationalities", "BasicDetails/Nationalities", cells.SEVERAL, ("nationality",), codes="country"),
    Column("service_child", "BasicDetails/ServiceChild", cells.CODE, codes="service_child"),
    Column("service_child_source", "BasicDetails/ServiceChildSource", cells.CODE, codes="source"),
    Column("medical_flag", "BasicDetails/MedicalFlag", cells.YES_NO),
    Column("disabilities", "BasicDetails/Disabilities", cells.SEVERAL, ("disability",), codes="disability"),
    Column("free_meals_from", "FSMhistory/FSMinstance[now]/FSMstartDate", cells.DATE, ("fsm from",)),
    Column("free_meals_to", "FSMhistory/FSMinstance[now]/FSMendDate", cells.DATE, ("fsm to",)),
    Column("free_meals_review", "FSMhistory/FSMreviewDate", cells.DATE, ("fsm review",)),
    Column("in_care", "LookedAfter/InCare", cells.YES_NO),
    Column("care_authority", "LookedAfter/CareAuthority", cells.NUMBER),
    Column("sen_provision", "SENhistory/SEN[now]/SENprovision", cells.CODE, ("sen",), codes="sen_provision"),
    Column("sen_from", "SENhistory/SEN[now]/StartDate", cells.DATE),
    Column("sen_to", "SENhistory/SEN[now]/EndDate", cells.DATE),
    *(
        Column(f"sen_need_{rank}", f"SENhistory/SENneeds[{rank}]/SENtype", cells.CODE, codes="sen_type")
        for rank in range(1, MOST_NEEDS + 1)
    ),
)


def _contact(number: int) -> tuple[Column, ...]:
    prefix, above = f"contact{number}_", f"Contacts[{number}]/"
    return (
        Column(f"{prefix}title", f"{above}Title"),
        Column(f"{prefix}surname", f"{above}Surname"),
        Column(f"{prefix}forename", f"{above}Forename"),
        Column(f"{prefix}sex", f"{above}Sex", cells.SEX, codes="sex"),
        Column(f"{prefix}relationship", f"{above}Relationship", cells.CODE, codes="relationship"),
        Column(f"{prefix}responsibility", f"{above}Responsibility", cells.YES_NO),
        *_telephones(prefix, above),
        Column(f"{prefix}address_as_pupil", f"{above}Address/AddressAsPupil", cells.YES_NO),
        *_address(prefix, above, headings=False),
    )


GROUPS: Mapping[str, tuple[Column, ...]] = {
    "The pupil": _PUPIL,
    "Where it goes to school": _PLACE,
    "Where it lives": (*_address("", "", headings=True), *_telephones("", "")),
    "More about the pupil": _BACKGROUND,
    "A contact": _contact(1),
}
"""The columns as the reference lists them: of contacts the first only."""

COLUMNS = (
    *(column for columns in list(GROUPS.values())[:-1] for column in columns),
    *(column for number in range(1, MOST_CONTACTS + 1) for column in _contact(number)),
)

_BEGINNINGS: Mapping[str, Callable[[str], Record]] = {
    "Phones": lambda key: {"TelephoneType": key},
    "Languages": lambda key: {"LanguageType": key},
    "SENneeds": lambda key: {"SENtypeRank": key},
    "Contacts": lambda key: {"Order": key},
    # A CSV is of an English authority: its free meals are England's (reference 4.3).
    "FSMinstance": lambda _: {"UKcountry": "ENG"},
}
"""What a member of a list is from the start, by the list's name and the member's key."""


def put_together(values: Iterable[tuple[Column, Any]]) -> Record:
    """The record of one pupil, made of the values of columns. A list's members stand in the order they are met in."""
    record: Record = {}
    members: dict[str, Record] = {}
    for column, value in values:
        here, path = record, ""
        *above, last = column.path.split("/")
        for step in above:
            path += f"{step}/"
            name, key = _parts(step)
            if not key:
                here = here.setdefault(name, {})
                continue
            if path not in members:
                members[path] = dict(_BEGINNINGS[name](key)) if name in _BEGINNINGS else {}
                here.setdefault(name, []).append(members[path])
            here = members[path]
        here[last] = value
    return record


def taken_apart(record: Record) -> dict[str, str]:
    """The cells that say, of a record, what columns can say: of a list whose members have no key, the first."""
    cells_of: dict[str, str] = {}
    for column in COLUMNS:
        value: Any = record
        for step in column.path.split("/"):
            name, key = _parts(step)
            value = value.get(name) if isinstance(value, dict) else None
            if key and value is not None:
                value = _member(name, key, value)
        if value:
            cells_of[column.name] = "; ".join(value) if isinstance(value, list) else value
    return cells_of


def newest_school(schools: list[Record]) -> Record:
    """Where a pupil is, or was last, by its school history: said so, else not left, else entered last (inferred)."""
    return max(
        schools,
        key=lambda school: (
            school.get("LastSchool") in ("true", "1"),
            "LeavingDate" not in school,
            school.get("EntryDate", ""),
        ),
    )


def _member(name: str, key: str, members: list[Record]) -> Record | None:
    if name == "Contacts":
        return members[int(key) - 1] if int(key) <= len(members) else None
    if name == "SchoolHistory":
        return newest_school(members)
    wanted = _BEGINNINGS[name](key).items() if name in _BEGINNINGS else {}.items()
    return next((member for member in members if wanted <= member.items()), None)


def _parts(step: str) -> tuple[str, str]:
    found = _STEP.fullmatch(step)
    assert found is not None
    return found[1], found[2] or ""
