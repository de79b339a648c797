"""What the first page says of runs: which schools could not be collected, and the step that helps."""

from schoolgate.authority.collection.alerts import left_failed
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


ALSO_TO_DO.append(failed_runs)
TOLD_IN_OWN_WORDS.append(COLLECT)
