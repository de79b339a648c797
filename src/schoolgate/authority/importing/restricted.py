"""What restricted pupils ask of the importer beside the rules: who waits and might be one is hidden with them."""

from collections.abc import Collection

from schoolgate.authority.importing.held import restricted_held
from schoolgate.authority.importing.matching.nearness import may_be_any
from schoolgate.authority.importing.models import Unmatched
from schoolgate.authority.importing.waiting import incoming_of_text, keys_of_incoming
from schoolgate.authority.records.models import Change, Decision

AT_ONCE = 500


def mark_waiting() -> None:
    """Mark which of all who wait as unmatched might be a restricted pupil, in the caller's transaction.

    Each is compared with each restricted pupil, at some 5 to 10 microseconds: seconds where thousands wait and hundreds
    are restricted, which is rare, and so is this. Call it after whatever changes who is restricted or what is held of
    one; an import marks its own (`waiting.keep_waiting`).
    """
    restricted = restricted_held()
    marked: dict[bool, list[int]] = {True: [], False: []}
    waiting = Unmatched.objects.order_by().values_list("pk", "near_restricted", "entry_text")
    for pk, is_marked, text in waiting.iterator(chunk_size=AT_ONCE):
        is_near = may_be_any(keys_of_incoming(incoming_of_text(text)), restricted)
        if is_near is not is_marked:
            marked[is_near].append(pk)
    for is_near, rows in marked.items():
        for start in range(0, len(rows), AT_ONCE):
            Unmatched.objects.filter(pk__in=rows[start : start + AT_ONCE]).update(near_restricted=is_near)


def written_to_restricted(pupils: Collection[int], change: Change) -> None:
    """A person wrote to these restricted pupils: the decision is hidden, and who waits is compared with what is held
    by now. In the caller's transaction."""
    if pupils:
        Decision.objects.filter(changes=change).update(on_restricted=True)
        mark_waiting()
