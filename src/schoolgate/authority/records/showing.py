"""A value of a data group as a page shows it: a text, lines with their names, or a table of things of one kind."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby

from schoolgate.authority.records.groups.data_group import DataGroup, Payload
from schoolgate.authority.records.groups.forms import Row

MOST_COLUMNS = 7
"""A thing of more parts is shown line by line."""

_NUMBER_BEHIND = re.compile(r" \d+$")


@dataclass(slots=True)
class Block:
    """Things of one kind, as `Contact`: each with its lines, names to texts. The pupil's own has no name."""

    name: str
    members: list[dict[str, str]] = field(default_factory=list)

    @property
    def own_name(self) -> str:
        """The name without that of what it is part of."""
        return self.name.rpartition(" > ")[2]

    @property
    def columns(self) -> list[str]:
        """The names of the lines of all members, as they come."""
        return list(dict.fromkeys(label for member in self.members for label in member))

    @property
    def is_table(self) -> bool:
        return len(self.members) > 1 and len(self.columns) <= MOST_COLUMNS

    @property
    def rows(self) -> list[list[str]]:
        """The members as rows of a table of `columns`."""
        return [[member.get(column, "") for column in self.columns] for member in self.members]


@dataclass(frozen=True, slots=True)
class Shown:
    """A value: `text` where one line says it, else `blocks`."""

    text: str = ""
    blocks: tuple[Block, ...] = ()


def show_item(group: DataGroup, item: str, payload: Payload) -> Shown:
    """What ``payload`` holds of one item of ``group``; nothing where it holds none."""
    if item not in payload:
        return Shown()
    rows = group.show({item: payload[item]})
    if len(rows) == 1 and not rows[0].within:
        return Shown(rows[0].text)
    return Shown(blocks=tuple(_blocks(rows)))


def in_one_line(group: DataGroup, item: str, payload: Payload) -> str:
    """The same where there is one line only: `House number: 12; Post code: MK40 1AB`."""
    return "; ".join(in_lines(group, item, payload))


def in_lines(group: DataGroup, item: str, payload: Payload) -> list[str]:
    """The same as plain lines, each of which can be read alone: `House number: 12`, then `Post code: MK40 1AB`."""
    rows = group.show({item: payload[item]}) if item in payload else []
    if len(rows) == 1 and not rows[0].within:
        return [rows[0].text]
    return [": ".join(filter(None, (row.within, row.label, row.text))) for row in rows]


def label_of(group: DataGroup, item: str) -> str:
    """What people call an item; an item of another version stands for itself."""
    return next((one.label for one in group.items if one.name == item), item)


def _blocks(rows: Iterable[Row]) -> list[Block]:
    blocks: list[Block] = []
    for heading, lines in groupby(rows, key=lambda row: row.within):
        name = _NUMBER_BEHIND.sub("", heading)
        if not blocks or blocks[-1].name != name:
            blocks.append(Block(name))
        member: dict[str, str] = {}
        for row in lines:
            member[row.label] = f"{member[row.label]}; {row.text}" if row.label in member else row.text
        blocks[-1].members.append(member)
    return blocks
