"""The shelf of schemas: ours for every version read here, and those an operator adds (``added.py``)."""

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from schoolgate.documents.ctf import CTF_VERSIONS
from schoolgate.documents.problems import DocumentError
from schoolgate.documents.staff.layout import PER_LAYOUT, PER_VERSIONS
from schoolgate.documents.students.added import added_schema
from schoolgate.documents.students.header import Start
from schoolgate.documents.students.layout import CES_LAYOUT, CTF_LAYOUT, Kind, Layout
from schoolgate.documents.students.schema import OUR_SCHEMAS, StudentSchema

CES_VERSIONS = ("3.71", "3.72", "3.73")
"""3.71: one reason an exclusion; 3.72: up to three; 3.73: GUIDs (reference 3.1)."""

_KINDS: dict[str, Kind] = {
    "CES": "CES",
    "STUDENT": "CES",
    "STUDENTS": "CES",
    "CTF": "CTF",
    "PER": "PER",
    "STAFF": "PER",
}


class SchemaShelf:
    """All schemas at hand; the first that fits a file is the one used."""

    def __init__(self, schemas: Iterable[StudentSchema]) -> None:
        self._schemas = tuple(schemas)

    def __iter__(self) -> Iterator[StudentSchema]:
        return iter(self._schemas)

    @property
    def layouts(self) -> tuple[Layout, ...]:
        """The forms of file known here."""
        return tuple(schema.layout for schema in self._schemas)

    def versions(self, kind: Kind) -> list[str]:
        """The versions of this kind, oldest first."""
        return sorted({schema.version for schema in self._schemas if schema.layout.kind == kind}, key=_age)

    def schema_for(self, start: Start) -> StudentSchema:
        """Find the schema of a file by what it says. Raises DocumentError ``version-unknown``, naming what it says."""
        fitting = [schema for schema in self._schemas if schema.layout in start.layouts]
        said = ""
        for schema in fitting:
            version = start.value_of("version", schema.layout)
            if version == schema.version:
                return schema
            said = said or version
        kind = fitting[0].layout.kind
        known = self.versions(kind)
        raise DocumentError(
            "version-unknown",
            f"The file says {'version ' + said[:20] if said else 'no version'} of {kind}; "
            f"versions read here are {', '.join(known)}.",
            remedy=f"Ask your MIS supplier for an export in version {known[-1]}. {self.where_newest(kind)}",
        )

    def where_newest(self, kind: Kind) -> str:
        """Say in a sentence where the newest schema of this kind is to be had."""
        newest = self.versions(kind)[-1]
        return f"The newest schema is {kind} {newest}: see Schemas on this site, or: schoolgate schema {kind}"

    def schema_text(self, kind: str, version: str | None = None) -> str:
        """Give a schema's text, the newest of its kind when no version is named.

        ``kind``: CES (or students), CTF or PER (or staff), in any case. Raises DocumentError
        ``kind-unknown``, ``version-unknown``.
        """
        wanted = _KINDS.get(kind.upper())
        if wanted is None:
            raise DocumentError(
                "kind-unknown", f"There is no schema of kind {kind}. There are: CES (students), CTF, PER (staff)."
            )
        return self.find(wanted, version or self.versions(wanted)[-1]).text

    def find(self, kind: Kind, version: str) -> StudentSchema:
        """The schema of one version. Raises DocumentError ``version-unknown``."""
        for schema in self._schemas:
            if (schema.layout.kind, schema.version) == (kind, version):
                return schema
        known = ", ".join(self.versions(kind))
        raise DocumentError("version-unknown", f"There is no schema {kind} {version}. Versions known: {known}.")


def _age(version: str) -> list[tuple[int, str]]:
    """Sort 3.9 before 3.10, and what is no number behind."""
    return [(int(part), "") if part.isdecimal() else (10**9, part) for part in version.split(".")]


@cache
def _our_schemas() -> tuple[StudentSchema, ...]:
    forms = ((CES_LAYOUT, CES_VERSIONS), (CTF_LAYOUT, CTF_VERSIONS), (PER_LAYOUT, PER_VERSIONS))
    return tuple(
        StudentSchema(layout, version, OUR_SCHEMAS / f"{layout.kind.lower()}-{version}.xsd", ours=True)
        for layout, versions in forms
        for version in versions
    )


def our_schema(kind: Kind, version: str) -> StudentSchema:
    """The schema of ours for one version. Raises DocumentError ``version-unknown``."""
    return SchemaShelf(_our_schemas()).find(kind, version)


def default_shelf(folder: Path | None = None) -> SchemaShelf:
    """Our schemas, and before them those added in ``folder``, which need not exist.

    Raises DocumentError as ``added_schema`` does, when one that was added cannot be used.
    """
    tables = sorted(folder.glob("*.toml")) if folder else []
    return SchemaShelf((*(added_schema(table) for table in tables), *_our_schemas()))
