"""Conflicts that went by themselves: what waited is what is held by now, however it came there."""

from collections.abc import Mapping

from schoolgate.authority.bases.models import Base
from schoolgate.authority.importing.deciding import Payloads
from schoolgate.authority.importing.models import Conflict


def clear_equal(base: Base, after: Mapping[int, Payloads]) -> int:
    """Delete open conflicts whose value is held now, in the transaction that wrote it; say how many.

    ``after`` is what is held of each pupil whom something was written to, of enrolments that at ``base``. An open
    conflict about another base's enrolment is none of it.
    """
    if not after:
        return 0
    gone = []
    for conflict in Conflict.objects.open().filter(pupil__in=list(after)):
        group = conflict.data_group
        if group.of == "enrolment" and conflict.base_id != base.pk:
            continue
        if not group.differing(after[conflict.pupil_id].get(group), {conflict.item: conflict.incoming}):
            gone.append(conflict.pk)
    if gone:
        Conflict.objects.filter(pk__in=gone).delete()
    return len(gone)
