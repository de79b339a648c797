"""Why a value or a pupil of a file was not taken, and what a data officer does about it, by code."""

from typing import NamedTuple

from schoolgate.authority.importing.addresses.listed import NO_LIST, NOT_IN_LIST, SEVERAL_IN_LIST
from schoolgate.authority.importing.case import UPN_OF_ANOTHER
from schoolgate.authority.importing.deciding import CHANGED_BY_HAND, DISCARDED, NOT_IMPORTED, UNDONE
from schoolgate.authority.importing.reading import UNUSABLE_REGISTER
from schoolgate.authority.importing.recognising import WhyNot
from schoolgate.authority.records.subjects import PUPIL, STAFF, Subject


class Words(NamedTuple):
    """A sentence that says why, and one that says what to do next."""

    why: str
    step: str


_AT_SCHOOL = "The school sees it, corrects it in its MIS and exports again."
_NUMBER = "The school copies the number from where it was given, and exports again."

OF_VALUES: dict[str, Words] = {
    "bad-upn": Words("Its check letter or its LA number does not fit.", _NUMBER),
    "bad-uln": Words("Its check digit does not fit.", _NUMBER),
    "bad-uci": Words("Its check letter does not fit.", _NUMBER),
    "birth-in-future": Words("The date of birth is after the file's own date.", _AT_SCHOOL),
    "ends-before-start": Words("It ends before it starts.", _AT_SCHOOL),
    "code-not-of-year": Words("The code is not one of this academic year.", _AT_SCHOOL),
    "bad-code": Words("The code is in no list.", _AT_SCHOOL),
    "bad-date": Words("It is no date.", _AT_SCHOOL),
    "bad-value": Words("It is not what belongs there.", _AT_SCHOOL),
    "reasons-too-many": Words("An exclusion has at most three reasons.", _AT_SCHOOL),
    "reason-twice": Words("The same reason is given twice.", _AT_SCHOOL),
    "school-days": Words("An exclusion has half days, at most 45 days in a school year.", _AT_SCHOOL),
    "sessions-exceed-possible": Words("The sessions add up to more than were possible.", _AT_SCHOOL),
    "bad-ni-number": Words("It is no National Insurance number.", _NUMBER),
    "not-ended": Words("It is said only of a contract that has ended, and this one has no end.", _AT_SCHOOL),
    "pay-twice": Words("Pay and hours are given for the post and for a role.", _AT_SCHOOL),
    "pay-range": Words("The top of the pay range is below its bottom.", _AT_SCHOOL),
    "daily-rate": Words("Who is paid by the day has neither pay nor hours.", _AT_SCHOOL),
    "more-than-full-time": Words("The hours a week are more than the full-time hours.", _AT_SCHOOL),
    "half-days": Words("Working days lost are days and half days.", _AT_SCHOOL),
    UNUSABLE_REGISTER: Words("The register does not say its year and school, or its numbers are none.", _AT_SCHOOL),
    UPN_OF_ANOTHER: Words(
        "Somebody else of yours has this number.", "Find out whose it is; the school that has it wrong corrects it."
    ),
    NOT_IN_LIST: Words(
        "Your address list has no such address.",
        "The school corrects post code, house number or name; or load a newer list.",
    ),
    SEVERAL_IN_LIST: Words(
        "Your address list has several that may be meant.",
        "The school adds what tells them apart: the flat, the house's name, or the UPRN.",
    ),
    NO_LIST: Words(
        "You take no address without an address list, and none is loaded.",
        "Load a list, or take addresses as they are sent: Administration > Address list.",
    ),
    DISCARDED: Words("A person here discarded it.", "Nothing, as long as that stands."),
    UNDONE: Words("The import that had written it was undone.", "Nothing, as long as that stands."),
    CHANGED_BY_HAND: Words("A person here changed this value by hand.", "Nothing, as long as that stands."),
    NOT_IMPORTED: Words("Your processing rules do not import it.", "Nothing, unless the rule is to change."),
}
"""Values that were left out (`Refusal.code`)."""

OF_PUPILS: dict[str, Words] = {
    WhyNot.TWICE: Words(
        "Stands in the file twice, with differences; nobody can say which is right.",
        "The school removes or corrects one of the two, and exports again.",
    ),
    WhyNot.SEVERAL: Words(
        "Might be more than one pupil of yours.",
        "Compare those pupils. Once UPN or names tell them apart, the next file is taken.",
    ),
    WhyNot.INACTIVE: Words(
        "Is a pupil of yours who is on no school's roll.",
        "Ask the school whether the child has come to it from there.",
    ),
    WhyNot.SAME_UPN: Words(
        "Has the UPN of another pupil of yours.", "Find out whose it is; the school that has it wrong corrects it."
    ),
    WhyNot.NOT_KNOWN: Words(
        "Is nobody you hold, and your rules for this school do not add pupils by themselves.",
        "Match the pupil with one of yours, or add it.",
    ),
    WhyNot.HELD_BACK: Words(
        "A person here discarded this pupil, or took its match back.", "Nothing, as long as that stands."
    ),
    WhyNot.ERASED: Words(
        "Might be a pupil whose record was erased on request.",
        "Ask the school why it tells of the pupil again. Add it only where you must hold it, else discard it.",
    ),
    WhyNot.SAME_FOUR: Words(
        "Has name, birth and sex of a pupil of yours who has another UPN.",
        "Find out whether they are one child; the school that has the wrong UPN corrects it.",
    ),
}
"""Pupils who were not taken at all (`Import.problems`)."""

OF_STAFF: dict[str, Words] = OF_PUPILS | {
    WhyNot.SEVERAL: Words(
        "Might be more than one member of staff of yours.",
        "Compare them. Once numbers or names tell them apart, the next file is taken.",
    ),
    WhyNot.INACTIVE: Words(
        "Is a member of staff of yours who works at no school.",
        "Ask the school whether the person has come to it from there.",
    ),
    WhyNot.SAME_UPN: Words(
        "Has the number of another member of staff of yours.",
        "Find out whose it is; the school that has it wrong corrects it.",
    ),
    WhyNot.NOT_KNOWN: Words(
        "Is nobody you hold, and your rules for this school do not add people by themselves.",
        "Match the member of staff with one of yours, or add it.",
    ),
    WhyNot.HELD_BACK: Words(
        "A person here discarded this member of staff, or took its match back.", "Nothing, as long as that stands."
    ),
    WhyNot.ERASED: Words(
        "Might be a member of staff whose record was erased on request.",
        "Ask the school why it tells of the person again. Add the person only where you must, else discard the entry.",
    ),
    WhyNot.SAME_FOUR: Words(
        "Has name, birth and sex of a member of staff of yours who has another number.",
        "Find out whether they are one person; the school that has the wrong number corrects it.",
    ),
}
"""The same of members of staff."""

_IN_SHORT: dict[str, str] = {
    WhyNot.TWICE: "Twice in the file",
    WhyNot.SEVERAL: "May be several",
    WhyNot.INACTIVE: "On no roll here",
    WhyNot.SAME_UPN: "Number of another",
    WhyNot.NOT_KNOWN: "Not held here",
    WhyNot.HELD_BACK: "By a person here",
    WhyNot.ERASED: "Erased before",
    WhyNot.SAME_FOUR: "Another number",
}


def words_of(code: str, subject: Subject = PUPIL) -> Words:
    """The words of a code; one that is not known, of another version say, stands for itself."""
    of_people = OF_STAFF if subject == STAFF else OF_PUPILS
    return OF_VALUES.get(code) or of_people.get(code) or Words(code.replace("-", " ").capitalize() + ".", _AT_SCHOOL)


def in_short(code: str) -> str:
    """Why somebody was not taken, in two or three words: for a column of a table."""
    return _IN_SHORT.get(code) or words_of(code).why
