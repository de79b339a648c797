"""What libxml2 says of a document that a schema does not take, apart from its words.

Its messages quote values and speak of facets; only an error's kind, its place and the names expected there are taken
over, by the modules that say it in words of our own.
"""

import re
from collections.abc import Iterable
from typing import Any, NamedTuple, cast

from lxml import etree

# libxml2's numbers of schema errors (xmlerror.h) and what each is called here.
CONTENT = 1871
VALUE_RULES = {
    1824: "type",
    1825: "type",
    1826: "type",
    1829: "type",
    1830: "length",
    1831: "minimum length",
    1832: "maximum length",
    1833: "minimum",
    1834: "maximum",
    1835: "minimum",
    1836: "maximum",
    1837: "number of digits",
    1838: "number of decimals",
    1839: "pattern",
    1840: "enumeration",
}
OTHER_RULES = {
    1827: ("known attribute", "has an attribute that does not belong there"),
    1828: ("no element within a value", "holds elements, where only a value belongs"),
    1842: ("no text here", "holds text, where none belongs"),
    1843: ("no text beside elements", "holds text beside its elements"),
    1847: ("no xsi:nil", "has an attribute xsi:nil, which is not allowed"),
    1866: ("known attribute", "has an attribute that does not belong there"),
    1868: ("required attribute", "lacks an attribute"),
}
STRUCTURE = ("structure", "is not as the schema wants it")
"""Said of all others."""

_EXPECTED = re.compile(r"Expected is (?:one of )?\( (.*) \)\.\s*$", re.DOTALL)


class SchemaError(NamedTuple):
    """One entry of libxml2's log, copied before anything else is validated."""

    number: int
    path: str
    message: str

    @property
    def is_lack(self) -> bool:
        """Whether an element ended before all that it needs had come."""
        return self.number == CONTENT and "Missing child element(s)" in self.message

    @property
    def expected(self) -> tuple[str, ...]:
        """The local names of elements that could stand there; ``*`` for one of another namespace."""
        names = _EXPECTED.search(self.message)
        return tuple(name.strip().rpartition("}")[2] for name in names[1].split(",")) if names else ()


def copy_errors(validator: etree.XMLSchema) -> list[SchemaError]:
    """Take the errors of the document just validated."""
    log = cast("Iterable[Any]", validator.error_log)  # the stubs do not know that it can be walked
    return [SchemaError(entry.type, entry.path or "", entry.message or "") for entry in log]
