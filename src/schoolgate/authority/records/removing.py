"""Remove a pupil, or its time at one school, with all that is held of it: the one way to do so.

Rows of groups and of history are found by numbers, without foreign keys, so that the database alone would leave them
behind. What stays names nobody: changes (files and times), imports with their counts, and the audit with its numbers.
"""

from django.db import models, transaction
from django.db.models import Q

from schoolgate.authority.records.models import Attendance, Enrolment, EnrolmentGroup, Pupil, PupilGroup, Replaced
from schoolgate.authority.records.models.group_rows import GROUP_BITS


def remove(pupil: Pupil) -> None:
    """Delete the pupil, its enrolments and registers, its groups, what they replaced, and everything that points to it.

    Whoever calls it notes who wanted it, and why, in the audit, in the same transaction.
    """
    with transaction.atomic():
        pupil = Pupil.people.select_for_update().get(pk=pupil.pk)
        for enrolment in pupil.enrolments.values_list("pk", flat=True):
            _remove_groups_of_enrolment(enrolment)
        Replaced.objects.filter(_keys_of(pupil.pk), table=Replaced.Table.PUPIL_GROUP).delete()
        PupilGroup.objects.filter(_keys_of(pupil.pk)).delete()
        models.Model.delete(pupil)


def remove_enrolment(enrolment: Enrolment) -> None:
    """Delete an enrolment with its registers and groups, what they replaced.

    The pupil's own columns are the caller's to set. Whoever calls it notes who wanted it in the same transaction.
    """
    with transaction.atomic():
        _remove_groups_of_enrolment(enrolment.pk)
        models.Model.delete(enrolment)


def _remove_groups_of_enrolment(enrolment: int) -> None:
    registers = list(Attendance.objects.filter(enrolment=enrolment).values_list("pk", flat=True))
    Replaced.objects.filter(_keys_of(enrolment), table=Replaced.Table.ENROLMENT_GROUP).delete()
    Replaced.objects.filter(table=Replaced.Table.ATTENDANCE, key__in=registers).delete()
    EnrolmentGroup.objects.filter(_keys_of(enrolment)).delete()


def _keys_of(owner: int) -> Q:
    """Whatever groups there are or were: a number that no group has today may be in use tomorrow."""
    return Q(key__gte=owner << GROUP_BITS, key__lt=(owner + 1) << GROUP_BITS)
