"""A pupil as a document tells of it: its bytes, its place, and its record in one shape whatever the version."""

import re
from itertools import islice
from sys import intern
from typing import Any, TypeAlias

from lxml import etree

from schoolgate.documents.students.header import Frame
from schoolgate.documents.xml import parser

Record: TypeAlias = dict[str, Any]
"""Element names in the document's order: a leaf gives its text, a container a Record, what may repeat a list."""

WRAPPERS = {
    "Absences": "Absence",
    "AdditionalPayments": "AdditionalPayment",
    "Attendance": "YearData",
    "Contacts": "Contact",
    "ContractOrServiceGroup": "ContractOrService",
    "Curriculums": "Curriculum",
    "Disabilities": "Disability",
    "EnglishProficiencies": "EnglishProficiency",
    "Exclusions": "Exclusion",
    "FormerFamilyNames": "PersonFamilyName",
    "GivenNames": "GivenName",
    "Languages": "Type",
    "Nationalities": "Nationality",
    "Phones": "Phone",
    "Qualifications": "Qualification",
    "Reasons": "Reason",
    "Roles": "Role",
    "SENneeds": "SENneed",
    "SchoolHistory": "School",
    "StageAssessments": "KeyStage",
    "Subjects": "QualificationSubject",
}
"""Elements that do nothing but hold a list, and what they hold: in a record they are that list."""

REPEATED = frozenset({"FSMinstance", "SEN", "StageAssessment"})
"""Elements that may repeat beside others: in a record one list under their own name."""

OPEN = frozenset({"NAWdetails", "SuppInfo"})
"""Elements that hold what a schema does not name: their content keeps its own names."""

SEX_OF_GENDER = {"1": "M", "2": "F"}
"""What the workforce census called GenderCurrent until 2023; not known (0) and not specified (9) say nothing."""

MAY_BE_EMPTY = frozenset(
    {
        "Address",
        "AddressLines",
        "BS7666Address",
        "BasicDetails",
        "FSMhistory",
        "Payments",
        "PostLevelDetails",
        "RoleLevelDetails",
        "ServiceChildConcerns",
        "StaffContact",
    }
)
"""Containers in which nothing is required: without a child they still give a Record."""

_BLANKS = re.compile("[ \t\r\n]+")


class PupilEntry:
    """One valid pupil of a file.

    ``number`` (in the file), ``line`` and ``column`` (of its start tag) count from 1; ``raw`` is the pupil's own bytes
    in UTF-8, whatever the file's encoding. ``voucher`` is what was given for one that is passed over (``StudentFile``).
    """

    __slots__ = ("_element", "_frame", "_record", "column", "line", "number", "raw", "voucher")

    def __init__(
        self,
        number: int,
        place: tuple[int, int],
        raw: bytes,
        frame: Frame,
        element: etree._Element | None = None,
        voucher: Any = None,
    ) -> None:
        """``place`` is line and column; ``element`` spares reading ``raw`` again while its tree is at hand."""
        self.number = number
        self.line, self.column = place
        self.raw = raw
        self.voucher = voucher
        self._frame = frame
        self._element = element
        self._record: Record | None = None

    @property
    def record(self) -> Record:
        """The pupil's items in one shape (``record_of``), built when first asked for."""
        if self._record is None:
            self._record = record_of(self._element if self._element is not None else self._read_again())
        return self._record

    def release(self) -> None:
        """Let go of the tree, so that whoever keeps the entry keeps little more than its bytes."""
        self._element = None

    def _read_again(self) -> etree._Element:
        document: etree._Element = etree.fromstring(self._frame.head + self.raw + self._frame.tail, parser())
        return next(islice(document.iter("*"), self._frame.elements, None))


def record_of(pupil: etree._Element) -> Record:
    """Build the record of a valid pupil; elements in the root's namespace lose it.

    One shape, settled here for every version: ``Gender`` gives ``Sex``; the one ``Reason`` of 3.71 gives a list
    ``Reasons``; a contact's ``GUID`` stands in the contact, wherever the file has it; wrappers are lists. Blanks are
    collapsed, as the schema reads them. Attributes and text beside elements, which only an MIS's additions
    can have, are not kept.
    """
    if pupil.tag.startswith("{"):
        namespace = pupil.tag.partition("}")[0] + "}"
        for element in pupil.iter(f"{namespace}*"):
            element.tag = element.tag.removeprefix(namespace)
    return _container(pupil)


def _container(element: etree._Element) -> Record:
    """The text is looked at first, for speed: what has more than blanks is a leaf in a valid pupil."""
    record: Record = {}
    for child in element:
        # One object for each name, whoever keeps how many records.
        name, text = intern(child.tag), child.text
        if text is not None and not text.isspace():
            if name == "Gender":
                record["Sex"] = _collapsed(text)
            elif name == "GenderCurrent":
                if (sex := SEX_OF_GENDER.get(_collapsed(text))) is not None:
                    record["Sex"] = sex
            elif name == "Reason":
                record["Reasons"] = [_collapsed(text)]
            else:
                record[name] = text if text.isalnum() else _collapsed(text)
        elif name in WRAPPERS:
            record[name] = [_container(item) if len(item) else _text(item) for item in child]
            if name == "Contacts":
                for contact in record[name]:
                    _lift_guid(contact)
        elif name in REPEATED:
            record.setdefault(name, []).append(_container(child))
        elif name in OPEN:
            record[name] = _open(child)
        else:
            record[name] = _container(child) if len(child) or name in MAY_BE_EMPTY else _text(child)
    return record


def _lift_guid(contact: Record) -> None:
    """Some write a contact's GUID among the MIS's additions, some beside them (reference 3.2)."""
    if "GUID" in contact.get("SuppInfo", ()):
        contact.setdefault("GUID", contact["SuppInfo"].pop("GUID"))


def _open(element: etree._Element) -> Record:
    """What no schema names: a name met again makes a list."""
    record: Record = {}
    for child in element:
        value = _open(child) if len(child) else _text(child)
        if child.tag not in record:
            record[child.tag] = value
        elif isinstance(record[child.tag], list):
            record[child.tag].append(value)
        else:
            record[child.tag] = [record[child.tag], value]
    return record


def _text(element: etree._Element) -> str:
    return _collapsed(element.text or "")


def _collapsed(text: str) -> str:
    # split() takes a no-break space for a blank, XML does not.
    return " ".join(text.split()) if text.isascii() else _BLANKS.sub(" ", text).strip(" ")
