"""What a school is told of its values that the authority does not take (reference 9.7): what it sent, and a code.

Told is what failed validation, and what a person discarded or took back. What a rule does not import the school cannot
mend. Nothing that only the authority holds goes out: not even a UPN.
"""

import json
from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from schoolgate.authority.bases.models import Base
from schoolgate.authority.exchange.kinds import KINDS
from schoolgate.authority.exchange.models import ReceivedFile
from schoolgate.authority.importing.base_rules import base_rules
from schoolgate.authority.importing.case import OWN_NUMBERS
from schoolgate.authority.importing.deciding import CHANGED_BY_HAND, NOT_IMPORTED, UNDONE
from schoolgate.authority.importing.matching.rules import Rule
from schoolgate.authority.importing.models import Conflict
from schoolgate.authority.importing.telling import teller_of_refusals
from schoolgate.authority.records.groups.data_group import DataGroup
from schoolgate.authority.records.groups.registry import GROUPS, group_numbered
from schoolgate.authority.records.models import Change, Enrolment, PupilGroup, Refusal, row_key
from schoolgate.authority.records.origin import histories, origins_among
from schoolgate.authority.records.subjects import Subject

_FOUND_BY_UPN = frozenset({Rule.UPN, Rule.UPN_OTHER_NAMES})


def fed_back(base: Base, subject: Subject) -> QuerySet[Refusal]:
    """The refusals of pupils, or of staff, that a base is told of.

    There are none of restricted pupils, nor of groups its rule set does not feed back.

    Nor what the base has not said, which is refused before it might (``by_hand``): it is what another school sent.
    """
    withheld = base_rules(base).rule_set.not_fed_back
    numbers = [group.number for group in GROUPS if group.name in withheld]
    said = Refusal.objects.unrestricted().filter(base=base, pupil__kind=subject, first_seen_in__isnull=False)
    told = said.exclude(code=NOT_IMPORTED)
    return told.exclude(group__in=numbers)


def value_as_sent(refusal: Refusal) -> Any:
    """The value as the base sent it; None where what stood here may hold parts that others had told (`Form.join`)."""
    form = group_numbered(refusal.group).form_of(refusal.item)
    return None if refusal.code in {UNDONE, CHANGED_BY_HAND} and form.is_in_parts else json.loads(refusal.value_text)


@teller_of_refusals
def tell_anew(base: Base) -> None:
    """Let a base's program ask again what to correct: it stands with the newest file of each kind that was imported."""
    for kind in KINDS:
        newest = ReceivedFile.objects.filter(base=base, kind=kind, its_import__completed_at__isnull=False).first()
        if newest is not None:
            ReceivedFile.objects.filter(pk=newest.pk).update(outcome_changed_at=timezone.now())


def numbers_as_sent(base: Base, people: Collection[int]) -> Mapping[int, str]:
    """The numbers by which the base itself speaks of these people; none for whom that is not known.

    That is a pupil's UPN, and of a member of staff the teacher number, else the National Insurance number. It is what
    the base sent and the authority did not take, else the held one where the base brought it or where the person came
    to the base by it.
    """
    found: dict[int, str] = {}
    came_by = {
        enrolment.pupil_id: enrolment.created_by
        for enrolment in Enrolment.objects.filter(base=base, pupil__in=people).select_related("created_by")
    }
    for group, item in OWN_NUMBERS:
        sent = _as_sent(base, people, came_by, group, item)
        found = {**sent, **found}
    return found


def _as_sent(
    base: Base, people: Collection[int], came_by: Mapping[int, Change], group: DataGroup, item: str
) -> Mapping[int, str]:
    found: dict[int, str] = {}
    keys = {row_key(pupil, group): pupil for pupil in people}
    rows = list(PupilGroup.objects.filter(key__in=keys).select_related("change"))
    for place, versions in histories(rows).items():
        pupil = keys[place[1]]
        origins = origins_among(versions, group, item)
        if origins and origins[0].value and _was_sent(base, origins[0].since, came_by.get(pupil)):
            found[pupil] = str(origins[0].value)
    of_number = {"base": base, "pupil__in": people, "group": group.number, "item": item}
    for refusal in Refusal.objects.filter(**of_number).order_by("pk"):
        found[refusal.pupil_id] = str(json.loads(refusal.value_text))
    for conflict in Conflict.objects.open().filter(**of_number):
        found[conflict.pupil_id] = str(conflict.incoming)
    return found


def _was_sent(base: Base, brought_by: Change, came_by: Change | None) -> bool:
    if brought_by.base_id == base.pk and brought_by.source != Change.Source.PERSON:
        return True
    if came_by is None or came_by.pk < brought_by.pk:
        return False
    return came_by.rule.partition("/")[0] in _FOUND_BY_UPN
