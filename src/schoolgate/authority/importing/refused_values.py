"""A value that was not taken, in words: which item it is of, and what was sent."""

import json

from schoolgate.authority.records.groups.registry import group_numbered
from schoolgate.authority.records.showing import label_of


def item_label(group: int, item: str) -> str:
    """What people call an item of the group with this number, with the group's name where it is another."""
    of = group_numbered(group)
    label = label_of(of, item)
    return label if label == of.label else f"{of.label}, {label}"


def sent(group: int, item: str, value_text: str) -> str:
    """What was sent there: the part that cannot be right, or an item's whole value; `value_text` is JSON."""
    value = json.loads(value_text)
    return value if isinstance(value, str) else group_numbered(group).form_of(item).text(value)
