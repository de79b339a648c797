"""Remove a pupil with all that is held of it: the one way to do so.

Rows of groups and of history are found by numbers, without foreign keys, so that the database alone would leave them
behind. What stays names nobody: changes (files and times), imports with their counts, and the audit with its numbers.
"""

from django.db import models, transaction
from django.db.models import Q

from schoolgate.authority.records.models import Attendance, EnrolmentGroup, Pupil, PupilGroup, Replaced
from schoolgate.authority.records.models.group_rows import GROUP_BITS


def remove(pupil: Pupil) -> None:
    """Delete the pupil, its enrolments and registers, its groups, what they replaced, and everything that points to it.

    Whoever calls it notes who wanted it, and why, in the audit, in the same transaction.
    """
    with transaction.atomic():
        pupil = Pupil.objects.select_for_update().get(pk=pupil.pk)
        of_pupil = _keys_of(pupil.pk)
        of_enrolments = Q(pk__in=[])
        for enrolment in pupil.enrolments.values_list("pk", flat=True):
            of_enrolments |= _keys_of(enrolment)
        registers = list(Attendance.objects.filter(enrolment__pupil=pupil).values_list("pk", flat=True))
        Replaced.objects.filter(of_pupil, table=Replaced.Table.PUPIL_GROUP).delete()
        Replaced.objects.filter(of_enrolments, table=Replaced.Table.ENROLMENT_GROUP).delete()
        Replaced.objects.filter(table=Replaced.Table.ATTENDANCE, key__in=registers).delete()
        PupilGroup.objects.filter(of_pupil).delete()
        EnrolmentGroup.objects.filter(of_enrolments).delete()
        models.Model.delete(pupil)


def _keys_of(owner: int) -> Q:
    """Whatever groups there are or were: a number that no group has today may be in use tomorrow."""
    return Q(key__gte=owner << GROUP_BITS, key__lt=(owner + 1) << GROUP_BITS)
