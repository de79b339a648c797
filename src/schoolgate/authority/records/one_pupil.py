"""All that a page tells of a pupil or member of staff, in a number of queries that does not grow with what is held."""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from schoolgate.authority.bases.models import Base
from schoolgate.authority.records.attendance_picture import Picture
from schoolgate.authority.records.groups.attendance import ATTENDANCE
from schoolgate.authority.records.groups.data_group import DataGroup, Item
from schoolgate.authority.records.groups.identifiers import IDENTIFIERS
from schoolgate.authority.records.groups.registry import group_numbered, groups_of, in_rows
from schoolgate.authority.records.models import (
    Attendance,
    Change,
    Enrolment,
    EnrolmentGroup,
    Pupil,
    PupilGroup,
    Refusal,
    Replaced,
    row_key,
)
from schoolgate.authority.records.models.replaced import Row
from schoolgate.authority.records.origin import Version, histories, origins_among
from schoolgate.authority.records.rooms_above import (
    Link,
    Missing,
    Whence,
    Words,
    leader_of,
    missing_of,
    trace,
    words_of_refusal,
)
from schoolgate.authority.records.rule_words import rule_words
from schoolgate.authority.records.showing import Shown, label_of, show_item
from schoolgate.authority.records.subjects import PUPIL, Subject


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value is from: the change that wrote it, by which rule, and the pages that tell more."""

    change: Change
    links: Sequence[Link]
    subject: Subject = PUPIL

    @property
    def rule(self) -> str:
        return rule_words(self.change.rule, by_person=self.change.decision_id is not None, subject=self.subject)

    @property
    def reason(self) -> str:
        """Why a person wrote it, in that person's words."""
        return self.change.decision.reason if self.change.decision else ""


@dataclass(frozen=True, slots=True)
class ShownVersion:
    """A value that an item has or had (`raw` as it is held): since when and from where, and what ended it."""

    raw: Any
    value: Shown
    since: Source
    until: Source | None


@dataclass(frozen=True, slots=True)
class ShownItem:
    """An item with its value of today and its former ones, the newest first."""

    name: str
    label: str
    today: ShownVersion
    former: Sequence[ShownVersion]
    can_be_typed: bool


@dataclass(frozen=True, slots=True)
class ShownRegister:
    """A register: whose, its marks as a picture, where it is from, and what it was written over."""

    register: Attendance
    picture: Picture
    since: Source
    former: Sequence[ShownVersion]


@dataclass(slots=True)
class Section:
    """What is held of a group: of the pupil, or of one of its enrolments."""

    group: DataGroup
    enrolment: Enrolment | None
    items: list[ShownItem] = field(default_factory=list)
    registers: list[ShownRegister] = field(default_factory=list)

    @property
    def not_held(self) -> list[Item]:
        """What nothing is or was held of, and a person may add; registers are their schools' alone."""
        held = {item.name for item in self.items}
        may_be = () if self.group is ATTENDANCE else self.group.items
        return [item for item in may_be if item.name not in held and item.form.can_be_typed]


@dataclass(frozen=True, slots=True)
class ShownRefusal:
    """A value that was not taken and stands as refused."""

    base: Base
    group: DataGroup
    label: str
    value: str
    refusal: Refusal
    words: Words
    first_seen: Sequence[Link]


@dataclass(frozen=True, slots=True)
class ShownMissing:
    """What the last full file of a base did not say any more; without a group the pupil."""

    base: Base
    group: DataGroup | None
    label: str
    seen_in: Sequence[Link]


class OnePupil:
    """What is held of a pupil or a member of staff; of ``group`` with its history, of the others how much there is."""

    def __init__(self, pupil: Pupil, group: DataGroup | None = None) -> None:
        self.pupil = pupil
        self.group = group
        self.enrolments = list(pupil.enrolments.select_related("base", "created_by__base"))
        self._of_enrolments = {enrolment.pk: enrolment for enrolment in self.enrolments}
        by = ("change__base", "change__by", "change__decision")
        self._of_pupil = list(PupilGroup.objects.of(pupil.pk).select_related(*by))
        own = in_rows("enrolment", pupil.subject)
        keys = [row_key(enrolment.pk, one) for enrolment in self.enrolments for one in own]
        self._rows = list(EnrolmentGroup.objects.filter(key__in=keys).order_by("key").select_related(*by))
        self._registers = list(Attendance.objects.filter(enrolment__pupil=pupil).select_related(*by))
        for register in self._registers:
            register.enrolment = self._of_enrolments[register.enrolment_id]
        self._refusals = list(pupil.refusals.select_related("base"))
        self._missing = missing_of(pupil)

    @cached_property
    def counts(self) -> dict[DataGroup, int]:
        """How many items, or registers, are held of each group."""
        counts = dict.fromkeys(groups_of(self.pupil.subject), 0)
        for row in (*self._of_pupil, *self._rows):
            counts[row.group] += len(row.payload)
        if self._registers:
            counts[ATTENDANCE] = len(self._registers)
        return counts

    def rows_of(self, group: DataGroup) -> list[EnrolmentGroup]:
        """What is held of a group of the enrolments, in their order."""
        return [row for row in self._rows if row.group is group]

    @property
    def filled(self) -> list[tuple[DataGroup, int]]:
        """The groups of which something is held or waits, with how much is held."""
        waiting = {group_numbered(one.group) for one in self._refusals} | {one.group for one in self._missing}
        return [(group, number) for group, number in self.counts.items() if number or group in waiting]

    @property
    def empty(self) -> list[DataGroup]:
        """The groups of which nothing is held."""
        filled = {group for group, _ in self.filled}
        return [group for group in groups_of(self.pupil.subject) if group not in filled]

    @property
    def leader(self) -> Enrolment | None:
        """The enrolment whose school decides in the group asked for, where several tell of the pupil."""
        of_pupil = self.group is not None and self.group.of == "pupil"
        return leader_of(self.enrolments) if of_pupil else None

    @cached_property
    def sections(self) -> list[Section]:
        """What is held of the group asked for: of the pupil in one section, of its enrolments in one for each."""
        if self.group is None:
            return []
        if self.group.of == "pupil":
            own = [item for row in self._of_pupil if row.group is self.group for item in self._items(row)]
            return [Section(self.group, None, own)]
        sections = {enrolment.pk: Section(self.group, enrolment) for enrolment in self.enrolments}
        for row in self._rows:
            if row.group is self.group:
                sections[row.owner].items = self._items(row)
        if self.group is ATTENDANCE:
            for register in self._registers:
                sections[register.enrolment_id].registers.append(self._register(register))
        return list(sections.values())

    @property
    def former_upns(self) -> list[tuple[str, Source | None]]:
        """UPNs that the pupil had, each with what ended it here; None where a file tells of it as former."""
        row = next((row for row in self._of_pupil if row.group is IDENTIFIERS), None)
        if row is None or self.group is not None:
            return []
        told = str(row.payload.get("FormerUPN", ""))
        former: dict[str, Source | None] = {told: None} if told else {}
        for origin in origins_among(self._history(row), IDENTIFIERS, "UPN"):
            if origin.until is not None and origin.value and origin.value != self.pupil.upn:
                former[origin.value] = self._source(origin.until)
        return list(former.items())

    @cached_property
    def refusals(self) -> list[ShownRefusal]:
        """Refused values that stand, of the group asked for or of all."""
        return [self._refusal(one) for one in self._refusals if self.group in {None, group_numbered(one.group)}]

    @cached_property
    def missing(self) -> list[ShownMissing]:
        """What waits for removal, of the group asked for or of all."""
        return [
            ShownMissing(one.base, one.group, label_of(one.group, one.item) if one.group else "", self._links(one))
            for one in self._missing
            if self.group in {None, one.group}
        ]

    def _items(self, row: PupilGroup | EnrolmentGroup) -> list[ShownItem]:
        return [
            ShownItem(item.name, item.label, versions[0], versions[1:], item.form.can_be_typed)
            for item in row.group.items
            if (versions := list(self._versions(row, item.name)))
        ]

    def _versions(self, row: PupilGroup | EnrolmentGroup, item: str) -> Iterator[ShownVersion]:
        for origin in origins_among(self._history(row), row.group, item):
            value = show_item(row.group, item, {} if origin.value is None else {item: origin.value})
            until = self._source(origin.until) if origin.until else None
            yield ShownVersion(origin.value, value, self._source(origin.since), until)

    def _register(self, register: Attendance) -> ShownRegister:
        former = [
            ShownVersion(
                version.payload,
                show_item(ATTENDANCE, "Attendance", version.payload),
                self._source(version.written_by),
                self._source(version.replaced_by) if version.replaced_by else None,
            )
            for version in self._history(register)[1:]
        ]
        return ShownRegister(register, Picture(register), self._source(register.change), former)

    def _refusal(self, refusal: Refusal) -> ShownRefusal:
        group = group_numbered(refusal.group)
        label = label_of(group, refusal.item)
        value = json.loads(refusal.value_text)
        text = value if isinstance(value, str) else ", ".join(map(str, _texts(value)))
        seen = self._pages.get(Whence(refusal.first_seen_in), ())
        return ShownRefusal(refusal.base, group, label, text, refusal, words_of_refusal(refusal.code), seen)

    @cached_property
    def _histories(self) -> dict[tuple[int, int], list[Version]]:
        """Of the rows whose history the page tells."""
        wanted = self.group or IDENTIFIERS
        rows: list[Row] = [row for row in self._of_pupil if row.group is wanted]
        rows += [row for row in self._rows if row.group is wanted]
        if self.group is ATTENDANCE:
            rows += self._registers
        return histories(rows)

    def _history(self, row: Row) -> list[Version]:
        return self._histories[Replaced.table_of(row), row.pk]

    @cached_property
    def _pages(self) -> dict[Whence, list[Link]]:
        """The pages of all sources that are told, looked up at once."""
        changes = [change for versions in self._histories.values() for change in _changes(versions)]
        sources = {_whence(change) for change in changes}
        sources |= {Whence(one.first_seen_in) for one in self._refusals} | {one.seen_in for one in self._missing}
        return trace(sources)

    def _source(self, change: Change) -> Source:
        return Source(change, self._pages.get(_whence(change), ()), self.pupil.subject)

    def _links(self, missing: Missing) -> Sequence[Link]:
        return self._pages.get(missing.seen_in, ())


def _whence(change: Change) -> Whence:
    return Whence(change.job, change.source_key)


def _changes(versions: Collection[Version]) -> Iterator[Change]:
    for version in versions:
        yield version.written_by
        if version.replaced_by:
            yield version.replaced_by


def _texts(value: object) -> Iterator[object]:
    """The texts within a value of any form, in its order."""
    if isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _texts(part)
    else:
        yield value
