"""What was collected, as an import reads a document (`importing.reading.Readable`)."""

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

from django.utils import timezone

from schoolgate.authority.bases.la import LA_NUMBER
from schoolgate.authority.collection.staging import collected_files, read_line
from schoolgate.authority.exchange.import_job import COLLECTED_GONE
from schoolgate.authority.exchange.import_outcome import CONTENT_GONE
from schoolgate.authority.importing.deciding import Place
from schoolgate.authority.importing.models import Import
from schoolgate.authority.importing.opening import Opener
from schoolgate.authority.importing.reading import Entry, Refused
from schoolgate.authority.records.groups.canonical import canonical
from schoolgate.authority.records.groups.data_group import together
from schoolgate.authority.records.groups.registry import group_named, items_in
from schoolgate.documents.codes.code_sets import academic_year_of
from schoolgate.documents.problems import Problem
from schoolgate.documents.students.entries import Record
from schoolgate.documents.students.header import Header
from schoolgate.documents.students.layout import CES_LAYOUT
from schoolgate.documents.students.values import ValueCheck


class CollectedDocument:
    """The document of one run. Its values are held to codes, dates and numbers, since no schema has seen them."""

    def __init__(self, this: Import, *, demo: bool) -> None:
        """Raises Refused where it is not kept any more."""
        self._key = this.source_key
        self._demo = demo
        self.header = _header(this)
        try:
            with closing(collected_files().open(self._key)) as stream:
                items = read_line(stream.readline())["items"]
        except FileNotFoundError:
            raise Refused([Problem(CONTENT_GONE, COLLECTED_GONE)], 1) from None
        self._items = None if items is None else frozenset((group_named(group), item) for group, item in items)
        self.judged_by = f"collected {canonical(items)}"

    def judge(self, vouched: Callable[[bytes], Any] | None) -> Iterator[Entry]:
        """The pupils, in the order of their keys."""
        with closing(collected_files().open(self._key)) as stream:
            stream.readline()
            for number, line in enumerate(stream, start=1):
                raw = line.rstrip(b"\n")
                yield CollectedEntry(number, raw, vouched(raw) if vouched else None)

    def value_check(self) -> ValueCheck:
        """What finds values that cannot be right."""
        return ValueCheck(self.header, CES_LAYOUT, demo=self._demo, proven=False)

    def speaks_of(self, entry: Entry) -> frozenset[Place]:
        """A full document is about all that it says of anybody, but for whom it could read in part only; another one is
        about what it says of this pupil."""
        assert isinstance(entry, CollectedEntry)
        if self._items is not None and entry.is_whole:
            return self._items
        return frozenset(items_in(entry.says))


class CollectedEntry:
    """One pupil. It is read when it is asked for."""

    __slots__ = ("_read", "number", "raw", "voucher")

    def __init__(self, number: int, raw: bytes, voucher: Any) -> None:
        self.number = number
        self.raw = raw
        self.voucher = voucher
        self._read: dict[str, Any] | None = None

    @property
    def says(self) -> Record:
        """What the school's system said."""
        says: Record = self._line()["says"]
        return says

    @property
    def is_whole(self) -> bool:
        """Whether all could be read that the school's system said of the pupil."""
        whole: bool = self._line().get("whole", True)
        return whole

    @property
    def record(self) -> Record:
        """That, with who the pupil is."""
        line = self._line()
        return together([line["who"], line["says"]])

    def _line(self) -> dict[str, Any]:
        if self._read is None:
            self._read = read_line(self.raw)
        return self._read


class CollectedDocuments(Opener):
    """Opens what runs collected."""

    def open(self, this: Import, *, demo: bool) -> CollectedDocument:
        return CollectedDocument(this, demo=demo)

    def is_kept(self, this: Import) -> bool:
        return collected_files().has(this.source_key)


def _header(this: Import) -> Header:
    """What a file of the school would say of itself."""
    written = timezone.localtime(this.written_at).replace(tzinfo=None)
    return Header(
        kind="CES",
        version="",
        document_name=this.source_name,
        created=written,
        qualifier="full" if this.full else "partial",
        supplier=this.run.connector if hasattr(this, "run") else "",
        source_la=this.base.la,
        source_school=this.base.number,
        school_name=this.base.name,
        academic_year=academic_year_of(written.year, written.month),
        destination_la=LA_NUMBER.get(),
        destination_school="LLLL",
    )
