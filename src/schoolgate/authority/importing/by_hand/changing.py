"""An officer changes one value of a pupil, or removes it, with a reason (issue 4, "By hand").

What stood there is refused from then on, so that next week's file, which says the same as last week's, does not write
it back: until its school says something else. It stands as refused for every school of the pupil, since one whose equal
word left no trace may be the next to say it; a school is told only once it has said it.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import transaction
from django.http import HttpRequest

from schoolgate.authority.importing.case import OWN_NUMBERS, UPN_OF_ANOTHER
from schoolgate.authority.importing.conflicts.faults import check_of_today
from schoolgate.authority.importing.deciding import CHANGED_BY_HAND, refusal_digest
from schoolgate.authority.importing.models import RemovalCandidate
from schoolgate.authority.importing.refusal_words import words_of
from schoolgate.authority.importing.telling import refusals_changed
from schoolgate.authority.importing.undoing import BY_HAND, keep_refused, parts_gone
from schoolgate.authority.importing.writing import locked, write_groups
from schoolgate.authority.records.groups.attendance import ATTENDANCE
from schoolgate.authority.records.groups.basic_details import BASIC_DETAILS
from schoolgate.authority.records.groups.canonical import canonical, digest_of
from schoolgate.authority.records.groups.data_group import DataGroup, Payload
from schoolgate.authority.records.groups.enrolment import ENROLMENT
from schoolgate.authority.records.groups.staff_details import STAFF_DETAILS
from schoolgate.authority.records.looking import about
from schoolgate.authority.records.models import (
    Change,
    Decision,
    Enrolment,
    EnrolmentGroup,
    Pupil,
    PupilGroup,
    Refusal,
    Restriction,
    row_key,
)
from schoolgate.authority.records.origin import origins
from schoolgate.authority.records.showing import label_of
from schoolgate.authority.records.subjects import STAFF
from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.documents.students.findings import Finding
from schoolgate.documents.students.wording import item_for

LONGEST_REASON = 500
"""Characters."""

NEVER_REMOVED = frozenset(
    {
        *((BASIC_DETAILS, name) for name in ("Surname", "Forename")),
        *((STAFF_DETAILS, name) for name in ("PersonFamilyName", "GivenNames")),
    }
)
"""A pupil without them could not be told from others."""

NOT_BY_HAND = frozenset({ATTENDANCE})
"""Groups that are a school's own account of each day."""


class Place(NamedTuple):
    """An item of a pupil; of an enrolment where it is of an enrolment's group."""

    pupil: Pupil
    enrolment: Enrolment | None
    group: DataGroup
    item: str


class Stale(Exception):
    """Somebody changed the value since it was shown."""


class Unchanged(Exception):
    """It is the value that is held."""


class NotValid(Exception):
    """The value cannot be right: codes and sentences."""

    def __init__(self, problems: Sequence[tuple[str, str]]) -> None:
        super().__init__(", ".join(code for code, _ in problems))
        self.problems = problems


def held_at(place: Place) -> Any:
    """What is held there, None for nothing."""
    return _payload(_row(place)).get(place.item)


def seen_as(value: Any) -> str:
    """Stands for a value that was shown, to be sent back with a form."""
    return digest_of(canonical(value)).hex()


def change_value(
    place: Place, value: Any, reason: str, *, seen: str, by: User | None, request: HttpRequest | None = None
) -> Decision:
    """Write a value (None: remove it) in the place of the one that was ``seen``, as one step with its reason.

    Raises Stale, Unchanged, NotValid, and `writing.Gone` where the pupil is gone: nothing is written then.
    """
    pupil, enrolment, group, item = place
    with transaction.atomic():
        locked(pupil.pk)
        row = _row(place)
        payload = _payload(row)
        held = payload.get(item)
        if seen_as(held) != seen:
            raise Stale
        if canonical(held) == canonical(value):
            raise Unchanged
        if problems := faults(place, value):
            raise NotValid(problems)
        since = origins(row, item)[0].since if row is not None and held is not None else None
        restricted = Restriction.objects.filter(pupil=pupil).exists()
        decision = Decision.objects.create(
            kind=Decision.Kind.BY_HAND,
            by=by,
            reason=reason[:LONGEST_REASON],
            on_restricted=restricted,
            on_staff=pupil.subject == STAFF,
        )
        change = Change.objects.create(
            source=Change.Source.PERSON,
            source_name=str(by or "the command line")[:200],
            rule=BY_HAND,
            by=by,
            decision=decision,
        )
        enrolments = list(pupil.enrolments.select_related("base").order_by("pk"))
        at = enrolment or next(iter(enrolments), None)
        if at is None:
            raise NotValid([("no-school", "The pupil is at no school here.")])
        after: Payload = {name: one for name, one in payload.items() if name != item}
        if value is not None:
            after[item] = value
        write_groups(at.base, {pupil.pk: {group: after}}, change)
        _refuse_what_stood(place, held, value, since, [enrolment] if enrolment else enrolments)
        _end_candidates(place, value)
        details = f"{group.label}, {label_of(group, item)}: {decision.reason}"
        record(
            "value changed by hand", by=by, target=about(pupil), about=about(pupil), details=details, request=request
        )
    return decision


def faults(place: Place, value: Any) -> list[tuple[str, str]]:
    """Why a value cannot be held there: codes and sentences; none where it can."""
    pupil, _, group, item = place
    if value is None:
        needed = (group, item) in NEVER_REMOVED
        return [("needed", f"A {pupil.noun} needs it. Change it instead.")] if needed else []
    findings = check_of_today(group.subject, proven=False).findings(group.write({item: value}))
    found = [(one.code, _sentence(one)) for one in findings]
    if (group, item) in OWN_NUMBERS and Pupil.people.filter(upn=value).exclude(pk=pupil.pk).exists():
        found.append((UPN_OF_ANOTHER, words_of(UPN_OF_ANOTHER).why))
    return found


def _sentence(finding: Finding) -> str:
    """What is wrong and what is right, with the part that it is about."""
    names = [step.partition("[")[0] for step in finding.steps]
    allowed = f" Allowed: {finding.allowed}." if finding.allowed else ""
    return f"{item_for(names).words}: {finding.message}{allowed}"


def _row(place: Place) -> PupilGroup | EnrolmentGroup | None:
    if place.enrolment is None:
        return PupilGroup.objects.select_related("change").filter(key=row_key(place.pupil.pk, place.group)).first()
    key = row_key(place.enrolment.pk, place.group)
    return EnrolmentGroup.objects.select_related("change").filter(key=key).first()


def _payload(row: PupilGroup | EnrolmentGroup | None) -> Payload:
    return row.payload if row is not None else {}


def _refuse_what_stood(
    place: Place, held: Any, value: Any, since: Change | None, enrolments: Sequence[Enrolment]
) -> None:
    """What a person wrote before is no school's word."""
    if since is None or since.source == Change.Source.PERSON:
        return
    number = place.group.number
    keep_refused(
        Refusal(
            pupil=place.pupil,
            base=enrolment.base,
            group=number,
            item=place.item,
            value_text=canonical(part),
            value_digest=refusal_digest(place.group, place.item, part),
            code=CHANGED_BY_HAND,
            first_seen_in=since.job if since.base_id == enrolment.base_id else None,
        )
        for enrolment in enrolments
        for part in parts_gone(place.group, place.item, held, value)
    )
    for enrolment in enrolments:
        if enrolment.base_id == since.base_id:
            refusals_changed(enrolment.base)


def _end_candidates(place: Place, value: Any) -> None:
    """What was removed waits for that no more; nor does a pupil who is said to have left."""
    waits = RemovalCandidate.objects.filter(pupil=place.pupil)
    if place.enrolment is not None:
        waits = waits.filter(base=place.enrolment.base_id)
    if value is None:
        waits.filter(group=place.group.number, item=place.item).delete()
    if (place.group, place.item, value) == (ENROLMENT, "EnrolStatus", "P"):
        waits.filter(group__isnull=True).delete()
