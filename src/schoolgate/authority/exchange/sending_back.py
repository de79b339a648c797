"""What is sent back to a school: values that are held of its pupils or staff and are not its own word (ADR 025).

By the history of each value: one that a person here wrote; of pupils also one that another school told, where the rule
of this school lets what is held here lead before what the school says. What came from the school itself is never sent
back to it, nor is anything of a restricted pupil. A value is sent once for each change that brought it, however often
this is done: that it was sent is written in the commit that offers the file.

A file tells what is held; it has no way to say that a value was removed here. That is not sent.
"""

import io
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from schoolgate.authority.bases.la import LA_NAME, LA_NUMBER
from schoolgate.authority.bases.models import Base
from schoolgate.authority.exchange.models import OutboxEntry, SentValue, ToldOf
from schoolgate.authority.exchange.outbox import offer_file
from schoolgate.authority.importing.base_rules import base_rules
from schoolgate.authority.importing.deciding import WHO_IT_IS, Effect, Rules
from schoolgate.authority.records.groups.data_group import DataGroup, Item, Payload
from schoolgate.authority.records.groups.engagement import ENGAGEMENT
from schoolgate.authority.records.groups.looked_after import LOOKED_AFTER
from schoolgate.authority.records.groups.registry import group_named, groups_of, write_groups
from schoolgate.authority.records.models import (
    Change,
    Enrolment,
    EnrolmentGroup,
    PupilGroup,
    Replaced,
    row_key,
)
from schoolgate.authority.records.origin import Version, histories, origins_among
from schoolgate.authority.records.roll import on_roll
from schoolgate.authority.records.subjects import PUPIL, STAFF, Subject, counted
from schoolgate.documents.codes.code_sets import academic_year_of
from schoolgate.documents.staff.layout import PER_VERSIONS
from schoolgate.documents.students.entries import Record
from schoolgate.documents.students.header import Header
from schoolgate.documents.students.versions import CES_VERSIONS
from schoolgate.documents.students.writer import write_students

AT_ONCE = 200
"""So many persons are looked at in one portion."""
SERIALS = 999

LA_LEADS = frozenset({Effect.DONT_IMPORT, Effect.IMPORT_IF_EMPTY})
"""Rules of a school by which what is held here stands, whatever it says: so another school's word is news to it."""

SENT_OF_PUPILS = tuple(group for group in groups_of(PUPIL) if group.of == "pupil")
"""What an enrolment's groups say is the school's own account: registers, exclusions, attainment, stays."""
SENT_OF_STAFF = groups_of(STAFF)

NEEDED = {
    PUPIL: {("identifiers", "UPN"), *(("basic-details", name) for name in ("Surname", "Forename", "DOB", "Sex"))},
    STAFF: {("staff-details", name) for name in ("PersonFamilyName", "GivenNames", "PersonBirthDate", "Sex")},
}
"""Without these no file can tell whom it is about; who lacks one is sent once it is held."""

Row = PupilGroup | EnrolmentGroup


@dataclass(frozen=True)
class Whose:
    """Of whom a file tells: all on the school's roll, and who has left only with `leavers`."""

    subject: Subject = PUPIL
    leavers: bool = False
    looked_after: bool = False
    nc_years: Collection[str] = ()


@dataclass(frozen=True)
class Sent:
    """What was put into the outbox; without an entry there was nothing to send.

    `left_out` are those of whom too little is held to be told of in a file.
    """

    people: int = 0
    values: int = 0
    entry: OutboxEntry | None = None
    left_out: int = 0

    def in_words(self, subject: Subject = PUPIL) -> str:
        """In a sentence, or two."""
        left_out = ""
        if self.left_out:
            lacks = "a UPN, a name, a date of birth or a sex" if subject == PUPIL else "a name, a birth date or a sex"
            left_out = f" Left out: {counted(self.left_out, subject)}, of whom {lacks} is not held."
        if self.entry is None:
            return f"Nothing was changed here that the school has not been sent.{left_out}"
        values = "1 value" if self.values == 1 else f"{self.values:,} values"
        whose = counted(self.people, subject)
        return f"In the outbox for the school: {values} of {whose}, in {self.entry.name}.{left_out}"


@dataclass
class _Told:
    """What is to be told of one person: the items by group, and the change that each is from."""

    enrolment: Enrolment
    payloads: dict[DataGroup, Payload] = field(default_factory=dict)
    from_changes: dict[tuple[int, str], int] = field(default_factory=dict)

    def says_who(self, subject: Subject) -> bool:
        """Whether all stands in it that a file needs to tell of somebody."""
        return NEEDED[subject] <= {(group.name, name) for group, said in self.payloads.items() for name in said}


@transaction.atomic
def send_back(base: Base, groups: Sequence[DataGroup], whose: Whose, *, made_for: str) -> Sent:
    """Offer a school one partial file of what it was not sent yet; none where there is nothing.

    `made_for` says for what, to people. Raises NoSpace, and DocumentError where a value cannot stand in a file.
    """
    # Held, so that of two who send at once the second finds what the first has sent.
    base = Base.objects.select_for_update(of=("self",)).get(pk=base.pk)
    found = list(_not_told(base, groups, whose))
    told = [one for one in found if one.says_who(whose.subject)]
    left_out = len(found) - len(told)
    if not told:
        return Sent(left_out=left_out)
    kind = "PER" if whose.subject == STAFF else "CES"
    name = _name(base, kind)
    entry = offer_file(
        base,
        document="personnel" if whose.subject == STAFF else "student",
        group=groups[0].name if len(groups) == 1 else "",
        name=name,
        content=_written(base, kind, [write_groups(one.payloads) for one in told]),
        made_for=made_for,
    )
    ToldOf.objects.bulk_create([ToldOf(entry=entry, pupil_id=one.enrolment.pupil_id) for one in told], batch_size=500)
    values = [
        SentValue(base=base, pupil_id=one.enrolment.pupil_id, group=group, item=item, change=change, entry=entry)
        for one in told
        for (group, item), change in one.from_changes.items()
    ]
    SentValue.objects.bulk_create(
        values,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["base", "pupil", "group", "item"],
        update_fields=["change", "entry"],
    )
    return Sent(len(told), len(values), entry, left_out)


def groups_to_send(names: Collection[str], subject: Subject = PUPIL) -> tuple[DataGroup, ...]:
    """The groups of these names that may be sent; all that may where none is named. Raises KeyError for others."""
    allowed = SENT_OF_STAFF if subject == STAFF else SENT_OF_PUPILS
    wanted = {group_named(name) for name in names}
    if not wanted <= set(allowed):
        raise KeyError(*sorted(group.name for group in wanted - set(allowed)))
    return tuple(group for group in allowed if group in wanted) if wanted else allowed


def _not_told(base: Base, groups: Sequence[DataGroup], whose: Whose) -> Iterator[_Told]:
    rules = base_rules(base).rule_set.rules
    enrolments = Enrolment.objects.unrestricted().filter(base=base, pupil__kind=whose.subject).order_by("pk")
    if not whose.leavers:
        enrolments = enrolments.filter(on_roll())
    if whose.nc_years:
        enrolments = enrolments.filter(year_group__in=whose.nc_years)
    last = 0
    while portion := list(enrolments.filter(pk__gt=last)[:AT_ONCE]):
        last = portion[-1].pk
        if whose.looked_after:
            portion = _looked_after(portion)
        yield from _not_told_of(base, groups, portion, rules, whose.subject)


def _not_told_of(
    base: Base, groups: Sequence[DataGroup], portion: Sequence[Enrolment], rules: Rules, subject: Subject
) -> Iterator[_Told]:
    rows = _rows(portion, groups)
    versions = histories(list(rows.values()))
    sent = {
        (one.pupil_id, one.group, one.item): one.change
        for one in SentValue.objects.filter(base=base, pupil__in=[enrolment.pupil_id for enrolment in portion])
    }
    found = []
    for enrolment in portion:
        told = _Told(enrolment)
        for group in groups:
            row = rows.get((enrolment.pk, group.number))
            if row is None:
                continue
            history = versions[Replaced.table_of(row), row.pk]
            for item, change in _not_the_schools(history, group, base, rules):
                if sent.get((enrolment.pupil_id, group.number, item.name)) != change.pk:
                    told.payloads.setdefault(group, {})[item.name] = row.payload[item.name]
                    told.from_changes[group.number, item.name] = change.pk
        if told.payloads:
            found.append(told)
    _name_persons(found, subject)
    yield from found


def _not_the_schools(
    history: Sequence[Version], group: DataGroup, base: Base, rules: Rules
) -> Iterator[tuple[Item, Change]]:
    """The items whose value of today is not the school's own word, each with the change that it is from."""
    if all(version.written_by.base_id == base.pk for version in history):
        return
    for item in group.items:
        if item.name not in history[0].payload:
            continue
        since = origins_among(history, group, item.name)[0].since
        if since.source == Change.Source.PERSON or (
            group.subject == PUPIL
            and since.base_id not in {None, base.pk}
            and rules.effect(group, item.name) in LA_LEADS
        ):
            yield item, since


def _rows(portion: Sequence[Enrolment], groups: Collection[DataGroup]) -> dict[tuple[int, int], Row]:
    """The rows of these groups, by the number of the enrolment and of the group. Two queries."""
    found: dict[tuple[int, int], Row] = {}
    for model, of in ((PupilGroup, "pupil"), (EnrolmentGroup, "enrolment")):
        keys = {
            row_key(enrolment.pupil_id if of == "pupil" else enrolment.pk, group): (enrolment.pk, group.number)
            for enrolment in portion
            for group in groups
            if group.of == of
        }
        rows: Collection[Row] = model.objects.filter(key__in=list(keys)).select_related("change")
        found |= {keys[row.key]: row for row in rows}
    return found


def _name_persons(told: Sequence[_Told], subject: Subject) -> None:
    """Put into each what its school knows the person by: numbers, names, birth, sex, and its own system's key."""
    who = [group for group in groups_of(subject) if any(name == group.name for name, _ in WHO_IT_IS)]
    rows = _rows([one.enrolment for one in told], who)
    for one in told:
        for group in who:
            row = rows.get((one.enrolment.pk, group.number))
            for name, value in (row.payload if row is not None else {}).items():
                if (group.name, name) in WHO_IT_IS or group is ENGAGEMENT:
                    one.payloads.setdefault(group, {}).setdefault(name, value)


def _looked_after(portion: Sequence[Enrolment]) -> list[Enrolment]:
    rows = _rows(portion, [LOOKED_AFTER])
    form = LOOKED_AFTER.form_of("LookedAfter")
    return [
        enrolment
        for enrolment in portion
        if (row := rows.get((enrolment.pk, LOOKED_AFTER.number)))
        and form.normal(row.payload.get("LookedAfter", {})).get("InCare") == "true"
    ]


def _written(base: Base, kind: str, records: Sequence[Record]) -> bytes:
    now = timezone.localtime().replace(tzinfo=None, microsecond=0)
    la = LA_NUMBER.get()
    header = Header(
        kind="PER" if kind == "PER" else "CES",
        version=(PER_VERSIONS if kind == "PER" else CES_VERSIONS)[-1],
        document_name="Personnel" if kind == "PER" else "Common Exchange of Students",
        created=now,
        qualifier="partial",
        supplier="Schoolgate",
        source_la=la,
        source_school="LLLL",
        school_name=LA_NAME.get() or f"LA {la}",
        academic_year=academic_year_of(now.year, now.month),
        destination_la=base.la,
        destination_school=base.number,
    )
    stream = io.BytesIO()
    write_students(stream, header, records, version=header.version)
    return stream.getvalue()


def _name(base: Base, kind: str) -> str:
    """A name of its own for each of a school's files, as far as three digits go; the school never writes over one."""
    before = OutboxEntry.objects.files().filter(base=base, name__contains=f"_{kind}_").order_by("pk").last()
    serial = int(before.name[-7:-4]) % SERIALS + 1 if before is not None else 1
    return f"{LA_NUMBER.get()}LLLL_{kind}_{base.la}{base.number}_{serial:03}.xml"
