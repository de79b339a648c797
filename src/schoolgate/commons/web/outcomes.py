"""What an LA took of a file, drawn and counted: the same for a school that asked the LA and for one that is there."""

from collections.abc import Mapping
from typing import Any

from schoolgate.commons.web.charts import Bar, bars
from schoolgate.wire.outcome_words import COUNTED, group_words

LOOKS = {
    "added": "new",
    "changed": "new",
    "in_conflict": "",
    "same": "",
    "unmatched": "warning",
    "twice": "warning",
}
OF_GROUP = {
    "added": "Added",
    "changed": "Changed",
    "same": "The same",
    "conflict": "The council decides",
    "yielded": "The main school decides",
    "left_out": "Not taken",
    "missing": "No longer said",
}


def taken_of(outcome: Mapping[str, Any]) -> dict[str, Any]:
    """For `web/taken.html`, of a file that was imported: a picture of its pupils, its data groups in numbers."""
    counts, groups = outcome.get("counts") or {}, outcome.get("groups") or {}
    drawn = [Bar(words.capitalize(), counts[name], LOOKS[name]) for name, words in COUNTED.items() if name in counts]
    return {
        "pupils_bar": bars("Pupils", drawn, unit="pupils") if drawn else "",
        "groups": sorted(
            (group_words(name), [(heading, of_group.get(what, 0)) for what, heading in OF_GROUP.items()])
            for name, of_group in groups.items()
        ),
        "group_headings": list(OF_GROUP.values()),
    }
