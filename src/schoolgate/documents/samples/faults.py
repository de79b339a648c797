"""Faults that can be planted in a sample, by name: each is something that goes wrong in real offices.

Three kinds: in a pupil's record, in the written bytes (what no writer would write), in the file's name.
"""

import copy
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, BinaryIO

from schoolgate.documents.identifiers import UPN_LETTERS, upn_check_letter
from schoolgate.documents.students.header import Header
from schoolgate.documents.students.names import StudentFileName

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a pupil's fault is planted: in ``record``, a copy; ``previous`` is the record before it."""

    record: Record
    previous: Record | None
    header: Header

    @property
    def exclusion(self) -> Record:
        """The pupil's first exclusion; one begun on the day of the file where there is none."""
        today = self.header.created.date().isoformat()
        made = {"Category": "SUSP" if self.header.academic_year >= 2020 else "FIXD", "Reasons": ["DB"]}
        made |= {"StartDate": today, "EndDate": today, "SchoolDays": "0.500000", "StartTime": "AM"}
        exclusion: Record = self.record.setdefault("Exclusions", [made])[0]
        return exclusion

    @property
    def year(self) -> Record:
        """The pupil's attendance of this year; one day of it where there is none."""
        header = self.header
        made: Record = {"Year": str(header.academic_year), "LEA": header.source_la, "Estab": header.source_school}
        made |= {"SchoolName": header.school_name, "SessionsPossible": "2", "SessionsAuthorised": "0"}
        marks = {"AttendanceStartDate": f"{header.academic_year}-09-04", "AttendanceMarks": "/\\"}
        made |= {"SessionsAttended": "2", "SessionsUnauthorised": "0", "AttendSessions": marks}
        years: list[Record] = self.record.setdefault("Attendance", [])
        if not years or "AttendSessions" not in years[-1]:
            years.append(made)
        return years[-1]


@dataclass(frozen=True, slots=True)
class PupilFault:
    """Changes one pupil's record."""

    name: str
    sentence: str
    plant: Callable[[Place], None]


@dataclass(frozen=True, slots=True)
class BytesFault:
    """Changes a written file, open for reading and writing."""

    name: str
    sentence: str
    damage: Callable[[BinaryIO], None]


@dataclass(frozen=True, slots=True)
class NameFault:
    """Gives the file a name that says something else than its content."""

    name: str
    sentence: str
    rename: Callable[[StudentFileName], str]


Fault = PupilFault | BytesFault | NameFault


def faults_named(names: Iterable[str]) -> list[Fault]:
    """Return the faults of these names, each once; raises ValueError for a name that is none of ``FAULTS``."""
    chosen = dict.fromkeys(names)
    if unknown := [name for name in chosen if name not in FAULTS]:
        raise ValueError(f"No fault is called {', '.join(unknown)}. There are: {', '.join(FAULTS)}.")
    return [FAULTS[name] for name in chosen]


def plant_in_pupils(
    records: Iterable[Record], faults: Sequence[PupilFault], header: Header, *, pupils: int, every: int | None = None
) -> Iterator[Record]:
    """Plant each fault once, spread over the ``pupils`` records; or, in each ``every``-th record, the next of them."""
    places: dict[int, list[PupilFault]] = {}
    for turn, fault in enumerate(faults):
        places.setdefault(max(1, (turn + 1) * pupils // (len(faults) + 1)) % max(pupils, 1), []).append(fault)
    previous: Record | None = None
    for number, record in enumerate(records):
        if every is None:
            planted = places.get(number, [])
        else:
            planted = [faults[number // every % len(faults)]] if faults and number % every == every - 1 else []
        if planted:
            record = copy.deepcopy(record)  # noqa: PLW2901 - brothers and sisters share what it holds
            for fault in planted:
                fault.plant(Place(record, previous, header))
        previous = record
        yield record


def _set(item: str, value: str) -> Callable[[Place], None]:
    def plant(place: Place) -> None:
        place.record[item] = value

    return plant


def _leave_out(item: str) -> Callable[[Place], None]:
    def plant(place: Place) -> None:
        place.record.pop(item, None)

    return plant


def _british_date(place: Place) -> None:
    year, month, day = place.record["DOB"].split("-")
    place.record["DOB"] = f"{day}/{month}/{year}"


def _date_that_never_was(place: Place) -> None:
    place.record["DOB"] = f"{place.record['DOB'][:4]}-02-30"


def _unknown_ethnicity(place: Place) -> None:
    place.record["BasicDetails"]["Ethnicity"] = "WBRT"


def _unknown_relationship(place: Place) -> None:
    place.record["Contacts"][0]["Relationship"] = "MUM"


def _bad_postcode(place: Place) -> None:
    place.record["Address"]["PostCode"] = "ZZ9 9Z"


def _bad_phone(place: Place) -> None:
    place.record["Contacts"][0]["Phones"][0]["PhoneNo"] = "ask grandmother"


def _wrong_upn_letter(place: Place) -> None:
    upn = place.record["UPN"]
    place.record["UPN"] = UPN_LETTERS[(UPN_LETTERS.index(upn[0]) + 1) % len(UPN_LETTERS)] + upn[1:]


def _upn_of_no_la(place: Place) -> None:
    body = "499" + place.record["UPN"][4:]
    place.record["UPN"] = upn_check_letter(body) + body


def _duplicate_upn(place: Place) -> None:
    if place.previous is None:
        raise ValueError("duplicate-upn needs two pupils.")
    place.record["UPN"] = place.previous["UPN"]


def _four_reasons(place: Place) -> None:
    place.exclusion["Reasons"] = ["DB", "VA", "PP", "DM"]


def _reason_of_another_year(place: Place) -> None:
    place.exclusion["Reasons"] = ["OT" if place.header.academic_year >= 2020 else "VR"]


def _end_before_start(place: Place) -> None:
    start = place.exclusion["StartDate"]
    place.exclusion["EndDate"] = f"{int(start[:4]) - 1}{start[4:]}"


def _reason_twice(place: Place) -> None:
    place.exclusion["Reasons"] = ["DB", "DB"]


def _forty_six_days(place: Place) -> None:
    place.exclusion["SchoolDays"] = "46.000000"


def _born_tomorrow(place: Place) -> None:
    place.record["DOB"] = (place.header.created.date() + timedelta(days=1)).isoformat()


def _too_many_sessions(place: Place) -> None:
    place.year["SessionsAttended"] = str(int(place.year["SessionsPossible"]) + 2)


def _mark_of_another_year(place: Place) -> None:
    other = "HH" if place.header.academic_year >= 2024 else "KK"
    marks = place.year["AttendSessions"]
    marks["AttendanceMarks"] = other + marks["AttendanceMarks"][2:]


def _half_a_day(place: Place) -> None:
    place.year["AttendSessions"]["AttendanceMarks"] += "/"


def _rewrite(pattern: bytes, replacement: bytes) -> Callable[[BinaryIO], None]:
    """Rewrite the first match in the second half of a file, else in the first; what replaces it is as long."""

    def damage(file: BinaryIO) -> None:
        size = file.seek(0, os.SEEK_END)
        for start in (size // 2, 0):
            file.seek(start)
            match = re.search(pattern, file.read(1 << 20))
            if match:
                file.seek(start + match.start())
                file.write(match.expand(replacement))
                return

    return damage


def _cut_short(file: BinaryIO) -> None:
    file.truncate(file.seek(0, os.SEEK_END) * 3 // 5)


def _of_another_school(name: StudentFileName) -> str:
    return str(replace(name, source_school=_next(name.source_school)))


def _of_another_la(name: StudentFileName) -> str:
    return str(replace(name, source_la=_next(name.source_la)))


def _to_another_la(name: StudentFileName) -> str:
    return str(replace(name, destination_la=_next(name.destination_la)))


def _next(number: str) -> str:
    return f"{(int(number) + 1) % 10 ** len(number):0{len(number)}}"


def _browser_copy(name: StudentFileName) -> str:
    return str(name).replace(".xml", " (1).xml")


def _own_name(name: StudentFileName) -> str:
    return "Pupils for County Hall.xml"


FAULTS: dict[str, Fault] = {
    fault.name: fault
    for fault in (
        PupilFault("missing-dob", "A pupil has no date of birth.", _leave_out("DOB")),
        PupilFault("missing-surname", "A pupil has no surname.", _leave_out("Surname")),
        PupilFault("empty-forename", "A forename is there but empty.", _set("Forename", "")),
        PupilFault("bad-date", "A date of birth is on 30 February.", _date_that_never_was),
        PupilFault("british-date", "A date of birth is written day/month/year.", _british_date),
        PupilFault(
            "too-long-name", "A surname has more than 35 characters.", _set("Surname", "Featherstonehaugh-" * 3)
        ),
        PupilFault("unknown-ethnicity", "An ethnicity is in no year's list.", _unknown_ethnicity),
        PupilFault("unknown-relationship", "A contact's relationship is in no year's list.", _unknown_relationship),
        PupilFault("bad-postcode", "A postcode lacks its last letter.", _bad_postcode),
        PupilFault("bad-phone", "A telephone number is a remark.", _bad_phone),
        PupilFault("four-reasons", "An exclusion has four reasons; three is the most.", _four_reasons),
        PupilFault("half-a-day", "A register ends in the middle of a day.", _half_a_day),
        PupilFault("wrong-upn-letter", "The check letter of a UPN is wrong.", _wrong_upn_letter),
        PupilFault("upn-of-no-la", "A UPN holds the number of no authority.", _upn_of_no_la),
        PupilFault("duplicate-upn", "Two pupils have the same UPN.", _duplicate_upn),
        PupilFault("wrong-uln-digit", "The check digit of a ULN is wrong.", _set("UniqueLearnerNumber", "1000000028")),
        PupilFault("code-of-another-year", "An exclusion's reason is another year's.", _reason_of_another_year),
        PupilFault("mark-of-another-year", "A register has a mark of another year.", _mark_of_another_year),
        PupilFault("reason-twice", "An exclusion has the same reason twice.", _reason_twice),
        PupilFault("too-many-days", "An exclusion is longer than any can be.", _forty_six_days),
        PupilFault("too-many-sessions", "More sessions were attended than there were.", _too_many_sessions),
        PupilFault("born-tomorrow", "A date of birth is after the file's own date.", _born_tomorrow),
        PupilFault("end-before-start", "An exclusion ends before it begins.", _end_before_start),
        BytesFault(
            "wrong-order",
            "A pupil's date of birth stands before the forename.",
            _rewrite(rb"(<Forename>[^<]*</Forename>)(\s*)(<DOB>[^<]*</DOB>)", rb"\3\2\1"),
        ),
        BytesFault(
            "unknown-element",
            "A pupil has an element that no version knows.",
            _rewrite(rb"<MedicalFlag>([^<]*)</MedicalFlag>", rb"<MedicalNote>\1</MedicalNote>"),
        ),
        BytesFault(
            "bare-ampersand",
            "A name holds an ampersand that is not written as XML asks.",
            _rewrite(rb"<Surname>[A-Za-z]", rb"<Surname>&"),
        ),
        BytesFault(
            "bad-encoding",
            "A letter is written in another encoding than the file says.",
            _rewrite(rb"<Surname>[A-Za-z]", b"<Surname>\xc9"),
        ),
        BytesFault("cut-short", "The file ends in the middle.", _cut_short),
        BytesFault(
            "unknown-version",
            "The file says a version that there is not.",
            _rewrite(rb"<CESversion>3\.7.<", rb"<CESversion>9.99<"),
        ),
        NameFault("name-of-another-school", "The name holds another school than the file.", _of_another_school),
        NameFault("name-of-another-la", "The name holds another LA of the school than the file.", _of_another_la),
        NameFault("name-to-another-la", "The name holds another destination than the file.", _to_another_la),
        NameFault("browser-copy", "A browser has added (1) to the name.", _browser_copy),
        NameFault("own-name", "Someone has given the file a name of their own.", _own_name),
    )
}
"""Every fault that ``--fault`` can name, with a sentence for people."""
