"""Value problems: what the schema lets pass though it cannot be right. Warnings at the school, decided at the LA.

Each rule takes a pupil's record and yields ``Finding``s; a further rule is one more function in ``_RULES``. They take
nothing for granted: the record may be of a schema that an operator added.
"""

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal, InvalidOperation

from schoolgate.documents.codes.code_sets import attendance_marks
from schoolgate.documents.identifiers import Fault, la_number_fault, uci_fault, uln_fault, upn_fault
from schoolgate.documents.problems import Problem
from schoolgate.documents.staff.values import STAFF_RULES
from schoolgate.documents.students.entries import PupilEntry, Record
from schoolgate.documents.students.findings import Finding, leaf_of, not_of_year, part_of, rows_of, tables_of
from schoolgate.documents.students.header import Header
from schoolgate.documents.students.layout import Kind, Layout
from schoolgate.documents.students.leaves import wrong_leaves
from schoolgate.documents.students.places import place_in_pupil
from schoolgate.documents.students.wording import allowed_for, item_for, label_of, remedy_for

_LONGEST_EXCLUSION = Decimal(45)  # school days in a year: 90 sessions (reference 3.3)
_HALF_DAY = Decimal("0.5")
_MOST_REASONS = 3

_NO_FORM = {
    "code": ("bad-code", "This code is in no list."),
    "date": ("bad-date", "This is no date."),
    "length": ("too-long", "No file has room for a text of this length."),
    "value": ("bad-value", "This is not what belongs there."),
}
"""Code and message for what a schema of ours would not take, by the kind of it (``leaves.WrongLeaf``)."""


class ValueCheck:
    """Looks at the values of one file's pupils, one after another."""

    def __init__(
        self, header: Header, layout: Layout, *, demo: bool = False, proven: bool = True, lengths: bool = False
    ) -> None:
        """``demo`` lets the LA numbers pass that stand in samples only.

        ``proven``: a schema of ours has taken the pupils. Those of an API, a table or an operator's own schema are held
        to what ours say of codes, dates and numbers too; with ``lengths``, what a person types here, also to how long
        a text may be.
        """
        self.header = header
        self.layout = layout
        self.demo = demo
        self.proven = proven
        self.lengths = lengths
        self._serials: dict[str, int] = {}
        self._numbers: dict[str, set[str]] = {}

    def met_before(self, upn: str) -> bool:
        """Whether this UPN, a right one, came before; its check letter says nothing that its other characters do not.

        Serials are kept as the bits of one number for each school and year, so that the file's size hardly shows.
        """
        issue, serial = upn[1:10], 1 << int(upn[10:], 36)
        met = self._serials.get(issue, 0)
        self._serials[issue] = met | serial
        return bool(met & serial)

    def number_met_before(self, kind: str, number: str) -> bool:
        """Whether this number of its kind came before; of staff, of whom there are few."""
        met = self._numbers.setdefault(kind, set())
        if number in met:
            return True
        met.add(number)
        return False

    def header_problems(self) -> Iterator[Problem]:
        """Warn of LA numbers that are no authority's."""
        for field, number in (("source_la", self.header.source_la), ("destination_la", self.header.destination_la)):
            fault = la_number_fault(number, letters=self.header.kind == "CTF", demo=self.demo)
            if fault is not None:
                steps = self.layout.fields[field].split("/")
                item = item_for(steps)
                yield Problem(
                    "bad-la-number",
                    f"{item.words} is {number}. {fault.reason}",
                    severity="warning",
                    path="/".join(["", self.layout.root, *steps]),
                    item=item.words,
                    sent=number,
                    allowed="the number of an LA, past or present",
                    remedy=remedy_for(item),
                )

    def findings(self, pupil: Record) -> Iterator[Finding]:
        """What cannot be right in a pupil's record. Each pupil of a file must pass once, in order.

        What is of no form at all is not judged by its meaning too.
        """
        formless: set[tuple[str, ...]] = set()
        for finding in () if self.proven else _forms(pupil, self.layout.kind, lengths=self.lengths):
            formless.add(finding.steps)
            yield finding
        for rule in STAFF_RULES if self.layout.kind == "PER" else _RULES:
            for finding in rule(pupil, self):
                if not any(finding.steps[: len(steps)] == steps for steps in formless):
                    yield finding

    def problem(self, finding: Finding, entry: PupilEntry) -> Problem:
        """Tell a finding as an office needs it."""
        names = [step.partition("[")[0] for step in finding.steps]
        item = item_for([self.layout.pupil, *names])
        line, column = place_in_pupil(entry, finding.steps)
        return Problem(
            code=finding.code,
            message=finding.message,
            severity="warning",
            path=f"/{self.layout.root}/{self.layout.pupils}/{self.layout.pupil}[{entry.number}]/"
            + "/".join(finding.steps),
            line=line,
            column=column,
            pupil=label_of(entry.record, entry.number),
            item=item.words,
            sent=finding.sent,
            allowed=finding.allowed,
            remedy=remedy_for(item),
        )


def _forms(pupil: Record, kind: Kind, *, lengths: bool) -> Iterator[Finding]:
    """Values that no schema of ours takes: a code that no year knows, a day that never was, letters for a number."""
    for leaf in wrong_leaves(pupil, kind, lengths=lengths):
        code, message = _NO_FORM[leaf.kind]
        yield Finding(code, leaf.steps, leaf.text, message, allowed_for(leaf.type))


def _identifiers(pupil: Record, check: ValueCheck) -> Iterator[Finding]:
    upn, former = leaf_of(pupil, "UPN"), leaf_of(part_of(pupil, "BasicDetails"), "FormerUPN")
    uln, uci = leaf_of(pupil, "UniqueLearnerNumber"), leaf_of(pupil, "UCI")
    faults: list[tuple[str, tuple[str, ...], str, Fault | None]] = [
        ("bad-upn", ("UPN",), upn, upn_fault(upn, demo=check.demo) if upn else None),
        ("bad-upn", ("BasicDetails", "FormerUPN"), former, upn_fault(former, demo=check.demo) if former else None),
        ("bad-uln", ("UniqueLearnerNumber",), uln, uln_fault(uln) if uln else None),
        ("bad-uci", ("UCI",), uci, uci_fault(uci) if uci else None),
    ]
    for code, steps, sent, fault in faults:
        if fault is not None:
            yield Finding(code, steps, sent, fault.reason, "a number whose check fits; copy it from where it was given")
    if upn and faults[0][3] is None and check.met_before(upn):
        yield Finding("upn-twice", ("UPN",), upn, "This UPN stands in the file before.", "each UPN once in a file")


def _birth(pupil: Record, check: ValueCheck) -> Iterator[Finding]:
    born, written = leaf_of(pupil, "DOB"), check.header.created.date().isoformat()
    if born > written:
        yield Finding(
            "birth-in-future", ("DOB",), born, "The date of birth is after the file's own.", f"up to {written}"
        )


def _periods(pupil: Record, check: ValueCheck) -> Iterator[Finding]:
    """Whatever ends must not end before it begins. Dates are compared as text: the schema fixed their form."""
    sen = part_of(pupil, "SENhistory")
    for above, rows, begin, end in (
        (
            ("FSMhistory", "FSMinstance"),
            tables_of(part_of(pupil, "FSMhistory"), "FSMinstance"),
            "FSMstartDate",
            "FSMendDate",
        ),
        (("SENhistory", "SEN"), tables_of(sen, "SEN"), "StartDate", "EndDate"),
        (("SENhistory", "SENneeds", "SENneed"), tables_of(sen, "SENneeds"), "NeedStartDate", "NeedEndDate"),
        (("Address",), [("", part_of(pupil, "Address"))], "AddressStartDate", "AddressEndDate"),
        (("Exclusions", "Exclusion"), tables_of(pupil, "Exclusions"), "StartDate", "EndDate"),
        (("SchoolHistory", "School"), tables_of(pupil, "SchoolHistory"), "EntryDate", "LeavingDate"),
    ):
        for place, row in rows:
            began, ended = leaf_of(row, begin), leaf_of(row, end)
            if ended and ended < began:
                steps = (*above[:-1], above[-1] + place, end)
                yield Finding("ends-before-start", steps, ended, f"{end} is before {begin}.", f"{began} or later")


def _codes(pupil: Record, check: ValueCheck) -> Iterator[Finding]:
    """A code must be one of the file's year; the schema takes those of all years."""
    basic = part_of(pupil, "BasicDetails")
    coded: list[tuple[tuple[str, ...], str, str]] = [
        (("BasicDetails", "Ethnicity"), "ethnicity", leaf_of(basic, "Ethnicity"))
    ]
    for place, need in tables_of(part_of(pupil, "SENhistory"), "SENneeds"):
        coded.append((("SENhistory", "SENneeds", f"SENneed{place}", "SENtype"), "sen_type", leaf_of(need, "SENtype")))
    for place, exclusion in tables_of(pupil, "Exclusions"):
        above = ("Exclusions", f"Exclusion{place}")
        coded.append(((*above, "Category"), "exclusion_category", leaf_of(exclusion, "Category")))
        for turn, reason in rows_of(exclusion, "Reasons"):
            one = check.header.version == "3.71"
            coded.append(
                ((*above, *(("Reason",) if one else ("Reasons", f"Reason{turn}"))), "exclusion_reason", reason)
            )
    for steps, name, code in coded:
        yield from not_of_year(steps, name, code, check.header.academic_year)


def _exclusions(pupil: Record, check: ValueCheck) -> Iterator[Finding]:
    for place, exclusion in tables_of(pupil, "Exclusions"):
        above = ("Exclusions", f"Exclusion{place}")
        reasons = [reason for _, reason in rows_of(exclusion, "Reasons")]
        for turn, reason in enumerate(reasons):
            if reason in reasons[:turn]:
                steps = (*above, "Reasons", f"Reason[{turn + 1}]")
                yield Finding("reason-twice", steps, reason, "The same reason is given twice.", "each reason once")
            elif turn >= _MOST_REASONS:
                steps = (*above, "Reasons", f"Reason[{turn + 1}]")
                yield Finding(
                    "reasons-too-many", steps, reason, "An exclusion has at most three reasons.", "one to three"
                )
        days = leaf_of(exclusion, "SchoolDays")
        if days and leaf_of(exclusion, "Category") != "PERM" and not _is_length(days):
            message = f"An exclusion of {days} school days cannot be."
            yield Finding(
                "school-days", (*above, "SchoolDays"), days, message, "half days, at most 45 days in a school year"
            )


def _is_length(days: str) -> bool:
    try:
        length = Decimal(days)
    except InvalidOperation:
        return False
    return length.is_finite() and length % _HALF_DAY == 0 and _HALF_DAY <= length <= _LONGEST_EXCLUSION


def _attendance(pupil: Record, check: ValueCheck) -> Iterator[Finding]:
    for place, row in tables_of(pupil, "Attendance"):
        above = ("Attendance", f"YearData{place}")
        counts = [leaf_of(row, f"Sessions{kind}") for kind in ("Possible", "Authorised", "Attended", "Unauthorised")]
        if all(count.isdecimal() for count in counts):
            possible, *parts = map(int, counts)
            if sum(parts) > possible:
                message = f"Attended, authorised and unauthorised sessions make {sum(parts)}, more than were possible."
                where = (*above, "SessionsPossible")
                yield Finding("sessions-exceed-possible", where, counts[0], message, f"at least {sum(parts)}")
        year, marks = leaf_of(row, "Year"), leaf_of(part_of(row, "AttendSessions"), "AttendanceMarks")
        if year.isdecimal() and (strange := set(marks) - attendance_marks(int(year))):
            sent = " ".join(sorted(strange))
            message = f"These marks are not of the academic year {year}/{int(year) + 1}: {sent}."
            marked = (*above, "AttendSessions", "AttendanceMarks")
            yield Finding("code-not-of-year", marked, sent, message, " ".join(sorted(attendance_marks(int(year)))))


_RULES: Iterable[Callable[[Record, ValueCheck], Iterator[Finding]]] = (
    _identifiers,
    _birth,
    _periods,
    _codes,
    _exclusions,
    _attendance,
)
