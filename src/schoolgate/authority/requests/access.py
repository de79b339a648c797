"""All that is held of one person, in parts, for the person who asks (UK GDPR Article 15).

Of other people nothing is in it: contacts are left out wherever they stand, and so is what colleagues wrote in their
own words, unless somebody has read it and says that it may go. What is left out is told.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from schoolgate.authority.importing.models import Conflict, Note, RemovalCandidate
from schoolgate.authority.importing.refusal_words import words_of
from schoolgate.authority.importing.waiting import incoming_of_text
from schoolgate.authority.records.groups.contacts import CONTACTS
from schoolgate.authority.records.groups.data_group import DataGroup, Payload
from schoolgate.authority.records.groups.registry import group_numbered, groups_of
from schoolgate.authority.records.listing import status_words, year_words
from schoolgate.authority.records.looking import about_number
from schoolgate.authority.records.models import Change, Pupil, PupilGroup, Restriction, row_key
from schoolgate.authority.records.one_pupil import OnePupil, ShownVersion, Source
from schoolgate.authority.records.showing import in_lines, label_of
from schoolgate.authority.requests.traces import Traces, reasons_about, traces_of
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.wire.mis.connector import Group

OF_OTHER_PEOPLE = frozenset({CONTACTS})
"""Groups that tell of others: each of them may ask for the own."""

Row = dict[str, Any]

_PLACE = {"group": "Group", "item": "Item", "school": "School"}
_VALUE = {**_PLACE, "words": "Value"}


class Part(NamedTuple):
    """One kind of things: its rows, and which of their keys a reader is shown under which heading."""

    name: str
    title: str
    about: str
    columns: Mapping[str, str]
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class OwnWords:
    """What colleagues wrote of a person in their own words, which may tell of others."""

    notes: list[Note]
    reasons: list[str]

    @property
    def number(self) -> int:
        return len(self.notes) + len(self.reasons)


@dataclass(frozen=True, slots=True)
class Held:
    """All parts, and what of all that is held is in none of them."""

    parts: list[Part]
    left_out: list[str]


def own_words(pupil: Pupil) -> OwnWords:
    """Notes on a person, and reasons of decisions on it and of its restriction."""
    reasons = [decision.reason for decision in reasons_about(pupil)]
    reasons += Restriction.objects.filter(pupil=pupil).values_list("why", flat=True)
    return OwnWords(list(Note.objects.filter(pupil=pupil).order_by("pk")), reasons)


def contacts_of(pupil: Pupil) -> list[str]:
    """The names of a pupil's contacts, who are left out: for whoever makes the pack."""
    rows = PupilGroup.objects.filter(key=row_key(pupil.pk, CONTACTS))
    contacts = [contact for row in rows for contact in row.payload.get("Contacts", [])]
    names = (" ".join(filter(None, (one.get("Forename"), one.get("Surname")))) for one in contacts)
    return [name or "without a name" for name in names]


def all_held_of(pupil: Pupil, *, with_own_words: bool) -> Held:
    """Everything but other people's, in a number of queries that does not grow with what is held."""
    traces = traces_of(pupil)
    words = own_words(pupil)
    parts = [make(pupil, traces) for make in _PARTS]
    if with_own_words:
        parts.append(_in_own_words(words))
    return Held([part for part in parts if part.rows], _left_out(pupil, words, with_own_words=with_own_words))


def _left_out(pupil: Pupil, words: OwnWords, *, with_own_words: bool) -> list[str]:
    said = []
    if contacts := contacts_of(pupil):
        number = "One contact is" if len(contacts) == 1 else f"{len(contacts)} contacts are"
        said.append(f"{number} held. What is held of them is about other people, who may ask for it themselves.")
    if words.number and not with_own_words:
        number = "One note or reason" if words.number == 1 else f"{words.number} notes and reasons"
        said.append(f"{number} in officers’ own words, since they may tell of other people.")
    said.append(
        "Copies of the files named here, since each tells of many people. All that they say of this one is here."
    )
    said.append("The details of entries of the audit, which may tell of other people. Who did what, and when, is here.")
    return said


def _person(pupil: Pupil, traces: Traces) -> Part:
    told: dict[str, Any] = {
        "Number here": ", ".join(map(str, traces.numbers)),
        "Name": str(pupil),
        "Born": pupil.born,
        "Held since": pupil.created_by.at,
        "On a roll today": "yes" if pupil.active else "no",
    }
    if restriction := Restriction.objects.filter(pupil=pupil).first():
        told["Shown to few colleagues only since"] = restriction.since
    rows = [{"what": what, "value": value} for what, value in told.items()]
    return Part("person", "Who it is", "", {"what": "What", "value": "Value"}, rows)


def _schools(pupil: Pupil, _: Traces) -> Part:
    columns = {"school": "School", "number": "Number", "status": "Status", "year": "Year", "from": "From", "to": "To"}
    rows = [
        {
            "school": one.base.name,
            "number": one.base.dfe_number,
            "status": status_words(one),
            "year": year_words(one.year_group),
            "from": one.entered,
            "to": one.left,
        }
        for one in pupil.enrolments.select_related("base")
    ]
    return Part("schools", "Schools", "", columns, rows)


def _values(pupil: Pupil, _: Traces) -> Part:
    columns = {**_VALUE, "since": "Since", "from": "From", "why": "Why it is held", "until": "Until"}
    about = "Every value, those of before too: since when it is held, and from which file or person. No “until”: today."
    return Part("values", "What is held", about, columns, list(_all_values(pupil)))


def _all_values(pupil: Pupil) -> Iterator[Row]:
    for group in groups_of(pupil.subject):
        if group in OF_OTHER_PEOPLE:
            continue
        for section in OnePupil(pupil, group).sections:
            school = section.enrolment.base.name if section.enrolment else ""
            for item in section.items:
                for version in (item.today, *item.former):
                    payload = {} if version.raw is None else {item.name: version.raw}
                    yield _value(group, item.name, school, payload) | _times(version)
            for one in section.registers:
                base = one.register.enrolment.base
                today = {"Attendance": [one.register.register(base)]}
                yield _value(group, "Attendance", school, today) | _since(one.since) | {"until": None}
                for version in one.former:
                    yield _value(group, "Attendance", school, version.raw) | _times(version)


def _value(group: DataGroup, item: str, school: str, payload: Payload) -> Row:
    return {
        "group": group.label,
        "item": label_of(group, item),
        "school": school,
        "value": payload.get(item),
        "words": "\n".join(in_lines(group, item, payload)),
    }


def _times(version: ShownVersion) -> Row:
    return _since(version.since) | {"until": version.until.change.at if version.until else None}


def _since(source: Source) -> Row:
    return {"since": source.change.at, "from": _whence(source.change), "why": source.rule}


def _whence(change: Change) -> str:
    return ", ".join(filter(None, (change.source_name, change.base.name if change.base else "")))


def _conflicts(pupil: Pupil, _: Traces) -> Part:
    columns = {**_VALUE, "since": "Since", "outcome": "What became of it"}
    rows = [
        _value(one.data_group, one.item, one.base.name, {one.item: one.incoming})
        | {"since": one.since, "outcome": one.get_outcome_display()}
        for one in Conflict.objects.filter(pupil=pupil).select_related("base")
        if one.data_group not in OF_OTHER_PEOPLE
    ]
    about = "What schools said that differed from what was held, and waited for an officer."
    return Part("conflicts", "Values in conflict", about, columns, rows)


def _refusals(pupil: Pupil, _: Traces) -> Part:
    columns = {**_VALUE, "since": "Since", "why": "Why it was not taken"}
    rows = []
    for one in pupil.refusals.select_related("base"):
        group = group_numbered(one.group)
        if group not in OF_OTHER_PEOPLE:
            value = json.loads(one.value_text)
            told = {"group": group.label, "item": label_of(group, one.item), "school": one.base.name}
            words = value if isinstance(value, str) else one.value_text
            rows.append({**told, "value": value, "words": words, "since": one.since, "why": words_of(one.code).why})
    return Part("refused", "Values that were not taken", "", columns, rows)


def _missing(pupil: Pupil, _: Traces) -> Part:
    rows = []
    for one in RemovalCandidate.objects.filter(pupil=pupil).select_related("base"):
        group = group_numbered(one.group) if one.group is not None else None
        if group not in OF_OTHER_PEOPLE:
            label = group.label if group else "the person"
            rows.append({"group": label, "item": label_of(group, one.item) if group else "", "school": one.base.name})
    about = "What a school’s last complete file did not say any more."
    return Part("missing", "Not said any more", about, _PLACE, rows)


def _unmatched(_: Pupil, traces: Traces) -> Part:
    rows = []
    for waits in traces.unmatched:
        for group, payload in incoming_of_text(waits.entry_text).payloads.items():
            if group not in OF_OTHER_PEOPLE:
                more = {"since": waits.since, "why": words_of(waits.why, traces.pupil.subject).why}
                rows += [_value(group, item, waits.base.name, {item: payload[item]}) | more for item in payload]
    about = "What a school said of this person without anybody having decided yet that it is this one."
    columns = {**_VALUE, "since": "Since", "why": "Why it waits"}
    return Part("unmatched", "Entries that wait", about, columns, rows)


def _suspended(_: Pupil, traces: Traces) -> Part:
    rows = [
        {"school": one.base.name, "file": one.file, "value": one.results, "words": one.recorded_results}
        for one in traces.suspended
    ]
    columns = {"school": "School", "file": "File", "words": "Results"}
    return Part("suspended", "Attainment that waits", "", columns, rows)


def _collected(_: Pupil, traces: Traces) -> Part:
    rows: list[Row] = [
        {"school": one.base.name, "what": one.sentence, "value": one.raw, "words": one.recorded_raw, "at": one.last_at}
        for one in traces.held_back
        if one.group != Group.CONTACT
    ]
    rows += [
        {"school": one.base.name, "what": "A mark in the school’s own code", "words": one.code, "at": one.day}
        for one in traces.raw_marks
    ]
    rows += [
        {"school": one.base.name, "what": "The key in the school’s system, noted", "words": one.key, "at": one.since}
        for one in traces.not_yet_held
    ]
    columns = {"school": "School", "what": "What", "words": "As it came", "at": "When"}
    return Part("collected", "From schools’ systems, as it came", "", columns, rows)


def _known_as(pupil: Pupil, _: Traces) -> Part:
    rows = [
        {"school": one.base.name, "value": one.keys, "words": ", ".join(_texts(one.keys))}
        for one in pupil.known_as.select_related("base")
    ]
    about = "As which an officer said that a school knows this person."
    return Part("known as", "Known as", about, {"school": "School", "words": "Name, birth and numbers"}, rows)


def _texts(keys: Mapping[str, Any]) -> Iterator[str]:
    for value in keys.values():
        yield from ([value] if isinstance(value, str) else value)


def _sent(_: Pupil, traces: Traces) -> Part:
    rows = [
        {"school": one.base.name, "file": one.name, "sha256": one.sha256, "at": one.made_at, "state": one.state_words}
        for one in traces.offered
    ]
    columns = {"school": "To", "file": "File", "at": "Made", "state": "State", "sha256": "SHA-256"}
    return Part("sent", "Sent to schools", "", columns, rows)


def _files(_: Pupil, traces: Traces) -> Part:
    received = {file.its_import_id: file for file in traces.files}
    rows = []
    for one in traces.imports:
        file = received.get(one.pk)
        rows.append(
            {
                "school": one.base.name,
                "file": one.source_name,
                "at": file.received_at if file else one.arrived_at,
                "sha256": one.source_key if file is None else file.sha256,
            }
        )
    columns = {"school": "School", "file": "File or run", "at": "Came", "sha256": "SHA-256"}
    return Part("files", "Files and collections that told of this person", "", columns, rows)


def _looks(pupil: Pupil, traces: Traces) -> Part:
    entries = AuditEntry.objects.about(*(about_number(number, pupil.subject) for number in traces.numbers))
    rows = [{"at": one.at, "who": one.who, "did": one.did} for one in entries]
    return Part("looks", "Who looked, and who did what", "", {"at": "When", "who": "Who", "did": "What"}, rows)


def _in_own_words(words: OwnWords) -> Part:
    rows: list[Row] = [{"at": one.at, "who": str(one.by), "text": one.text} for one in words.notes]
    rows += [{"at": None, "who": "", "text": reason} for reason in words.reasons]
    columns = {"at": "When", "who": "Who", "text": "What was written"}
    return Part("notes", "What officers wrote", "Notes, and reasons of decisions.", columns, rows)


_PARTS: tuple[Callable[[Pupil, Traces], Part], ...] = (
    _person,
    _schools,
    _values,
    _conflicts,
    _refusals,
    _missing,
    _unmatched,
    _known_as,
    _suspended,
    _collected,
    _sent,
    _files,
    _looks,
)
