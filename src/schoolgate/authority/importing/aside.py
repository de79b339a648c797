"""What was read of a document, and has yet to be decided on: kept aside, so that a document is read once.

It is decided on only when all of the document is known to be right, and by then its elements are long gone.
"""

import marshal
import struct
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import Self

from schoolgate.authority.importing.deciding import Incoming, Invalid
from schoolgate.authority.records.groups.registry import group_numbered

IN_MEMORY = 1024 * 1024
"""So many bytes are kept in memory: a week's changes are. More of them go to a file that has no name to others and
is gone with the process."""

_LENGTH = struct.Struct("=I")


class Aside:
    """Incoming pupils by their number in the document, in the order in which they were put; for a `with` block."""

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  closed with this

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def put(self, number: int, incoming: Incoming) -> None:
        """Keep what the document's entry ``number`` says."""
        payloads = [(group.number, payload) for group, payload in incoming.payloads.items()]
        invalid = [(one.group.number, one.item, one.code, one.value) for one in incoming.invalid]
        of = None if incoming.of is None else [(group.number, item) for group, item in incoming.of]
        told = marshal.dumps((number, payloads, incoming.full, invalid, of))
        self._file.write(_LENGTH.pack(len(told)) + told)

    def __iter__(self) -> Iterator[tuple[int, Incoming]]:
        """Take all out again, from the first on."""
        self._file.seek(0)
        while length := self._file.read(_LENGTH.size):
            told = self._file.read(*_LENGTH.unpack(length))
            number, numbered, full, left_out, spoken_of = marshal.loads(told)  # noqa: S302  what this very process wrote
            payloads = {group_numbered(group): payload for group, payload in numbered}
            invalid = tuple(Invalid(group_numbered(group), *rest) for group, *rest in left_out)
            of = None if spoken_of is None else frozenset((group_numbered(group), item) for group, item in spoken_of)
            yield number, Incoming(payloads, full, invalid, of)
