"""What the first page says of runs: who could not be collected, what is held back, and the step that helps."""

from django.urls import reverse

from schoolgate.authority.collection.alerts import left_failed
from schoolgate.authority.collection.models import HeldBackRow
from schoolgate.authority.collection.running import COLLECT, page_of
from schoolgate.authority.exchange.today import ALSO_TO_DO, TOLD_IN_OWN_WORDS, ToDo, named

LONGEST = 160
"""Characters of what one run says."""


def failed_runs() -> list[ToDo]:
    """The only one in its own words; several by the names of their schools, and the newest leads on."""
    failed = list(left_failed().select_related("base").order_by("-made_at", "-pk")[:100])
    if not failed:
        return []
    address = page_of(failed[0].pk)
    if len(failed) == 1:
        said = failed[0].message
        said = said if len(said) <= LONGEST else f"{said[:LONGEST]}…"
        return [ToDo(f"{failed[0].base.name} could not be collected. {said}", "See what to do", address)]
    bases = list({run.base_id: run.base for run in failed}.values())
    return [ToDo(f"Could not be collected: {named(bases)}.", "See why", address)]


def held_back() -> list[ToDo]:
    """Rows that wait until somebody maps, mends or drops them; in numbers, since everybody reads this page."""
    rows = HeldBackRow.objects.filter(state=HeldBackRow.State.HELD).count()
    if not rows:
        return []
    what = "One row of a school’s system is" if rows == 1 else f"{rows:,} rows of schools’ systems are"
    return [ToDo(f"{what} held back.", "Look at the quarantine", reverse("held-back"))]


ALSO_TO_DO += [failed_runs, held_back]
TOLD_IN_OWN_WORDS.append(COLLECT)
