"""All that can be said of an order, a quote, an invoice or a credit note before anybody takes it.

checked = check_document(xml, "order", supplier_duns="123456789", buyer_duns="987654321")
checked.refusals()      what must not be queued or taken
checked.notes()         what is worth telling and refuses nothing by itself
"""

from dataclasses import dataclass, field
from decimal import localcontext
from typing import Literal

from lxml import etree

from schoolgate.documents.ebis.arithmetic import line_findings
from schoolgate.documents.ebis.batches import MOST_TAGS, SPLIT_IT, crowded, is_small, too_large
from schoolgate.documents.ebis.checksum import ChecksumSteps, checksum_matches
from schoolgate.documents.ebis.checksum_findings import checksum_findings
from schoolgate.documents.ebis.figures import Figures, Form, read_figures
from schoolgate.documents.ebis.findings import Finding, placed
from schoolgate.documents.ebis.heading import (
    Kind,
    code_findings,
    duns_findings,
    flag_findings,
    kind_findings,
    kind_of,
    line_notes,
    version_of,
)
from schoolgate.documents.ebis.nodes import Parsed, Source, local_name, parse_utf8, to_utf8
from schoolgate.documents.ebis.schema import INVOICE_NAMESPACE, ORDER_NAMESPACE, SchemaName, schema_of
from schoolgate.documents.ebis.schema_findings import schema_findings
from schoolgate.documents.ebis.sums import invoice_findings, order_findings
from schoolgate.documents.ebis.uk_gov import uk_gov_findings
from schoolgate.documents.problems import DocumentError, Problem, quoted

_FORMS: dict[SchemaName, Form] = {"order": "Order", "invoice": "Invoice"}
_SCHEMA_OF: dict[Kind, SchemaName] = {
    "order": "order",
    "quote": "order",
    "invoice": "invoice",
    "creditnote": "invoice",
}
_DIGITS = 400


@dataclass(frozen=True, slots=True)
class ChecksumFound:
    """What became of a document's checksum (reference 8)."""

    stated: int | None = None
    steps: ChecksumSteps | None = None
    """How the right one is worked out; None where the document lacks its date or its value."""
    problem: Problem | None = None
    """A refusal on an order, whose checksum FMS validates; a warning on an invoice or quote, whose it does not."""

    @property
    def reckoned(self) -> int | None:
        """The right one."""
        return self.steps.checksum if self.steps else None

    @property
    def matches(self) -> bool:
        """Whether the one stated is the one reckoned, or differs by one as rounding does."""
        return self.stated is not None and self.reckoned is not None and checksum_matches(self.stated, self.reckoned)


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found; of each kind of problem the first 1,000."""

    kind: Kind | Literal["fetch-index", ""]
    """By its own type; empty when it is none of these documents."""
    version: str = ""
    """What its head says: ``3.09-UKGov.20030911``."""
    lines: int = 0
    """Lines of an order or invoice, entries of an index."""
    schema: list[Problem] = field(default_factory=list)
    """Against our 3.09 schema; also what is no XML, or another document. All refuse."""
    checksum: ChecksumFound = ChecksumFound()
    invalid: list[Problem] = field(default_factory=list)
    """Values that the types or arithmetic forbid. A warning among them refuses nothing."""
    duns: list[Problem] = field(default_factory=list)
    """DUNS numbers that are missing or are not those given: warnings."""
    profile: list[Problem] = field(default_factory=list)
    """What the UK Gov profile asks of an order, codes of no list, and what finance systems leave out: warnings."""

    def refusals(self) -> list[Problem]:
        """What refuses the document by itself: schema, checksum of an order, values that are forbidden."""
        return [problem for problem in self._all() if problem.severity == "refusal"]

    def notes(self) -> list[Problem]:
        """What is told and refuses nothing."""
        return [problem for problem in self._all() if problem.severity == "warning"]

    def _all(self) -> list[Problem]:
        checksum = [self.checksum.problem] if self.checksum.problem else []
        return [*self.schema, *checksum, *self.invalid, *self.duns, *self.profile]


def check_document(data: Source, kind: Kind | None = None, *, supplier_duns: str = "", buyer_duns: str = "") -> Checked:
    """Check a document and never raise for what is in it.

    ``kind`` is what it should be; None takes any of the four, and a fetch index too. Text ignores the encoding that it
    declares (reference 13.10), bytes obey it. The DUNS are those of the supplier and the school it should be between;
    one that is empty is not compared.
    """
    checked, _ = check_and_read(data, kind, supplier_duns=supplier_duns, buyer_duns=buyer_duns)
    return checked


def check_and_read(
    data: Source, kind: Kind | None = None, *, supplier_duns: str = "", buyer_duns: str = ""
) -> tuple[Checked, Figures | None]:
    """``check_document``, and the figures that were read for it, so that who goes on with them reads nothing again.

    There are none of what is refused as another document than one with figures, or as too large.
    """
    try:
        plain = data.plain if isinstance(data, Parsed) else to_utf8(data)
        if too_large(plain):
            message = f"The document has more than {MOST_TAGS:,} tags."
            return Checked("", schema=[Problem("too-large", message, remedy=SPLIT_IT)]), None
        root = data.root if isinstance(data, Parsed) else parse_utf8(plain)
    except DocumentError as error:
        remedy = "Send the document as it was made: well-formed XML in UTF-8 or UTF-16, without a DOCTYPE."
        problem = Problem(error.code, error.message, line=error.line, column=error.column, remedy=remedy)
        return Checked("", schema=[problem]), None
    name = schema_of(root.tag)
    if name is None or (kind is not None and name != _SCHEMA_OF[kind]):
        return _refused(_another(root, kind), plain), None
    whole = is_small(plain)
    if not whole and (why := crowded(root, name)) is not None:
        return _refused(why, plain), None
    against_schema = schema_findings(root, name, whole=whole)
    if name == "fetch-index":
        return Checked("fetch-index", lines=len(root), schema=placed([against_schema], plain)[0]), None
    with localcontext() as context:
        context.prec = _DIGITS
        figures = read_figures(root, _FORMS[name])
        stated, steps, checksum = checksum_findings(figures)
        schema, checksum_problems, invalid, duns, profile = placed(
            [
                against_schema,
                checksum,
                _invalid(figures, kind, told={finding.at for finding in against_schema}),
                list(duns_findings(figures, supplier_duns, buyer_duns)),
                _profile(figures),
            ],
            plain,
        )
    checked = Checked(
        kind_of(figures),
        version=version_of(figures),
        lines=len(figures.lines),
        schema=schema,
        checksum=ChecksumFound(stated, steps, next(iter(checksum_problems), None)),
        invalid=invalid,
        duns=duns,
        profile=profile,
    )
    return checked, figures


def _refused(why: Finding, plain: bytes) -> Checked:
    return Checked("", schema=placed([[why]], plain)[0])


def _invalid(figures: Figures, kind: Kind | None, *, told: set[etree._Element]) -> list[Finding]:
    sums = order_findings if figures.form == "Order" else invoice_findings
    found = [*kind_findings(figures, kind), *flag_findings(figures), *line_findings(figures), *sums(figures)]
    # Only now every figure has been read. Of what the schema has told nothing more is said.
    unusable = (finding for element, finding in figures.unusable.items() if element not in told)
    return [*unusable, *found]


def _profile(figures: Figures) -> list[Finding]:
    of_orders = uk_gov_findings(figures) if figures.form == "Order" else []
    return [*code_findings(figures), *line_notes(figures), *of_orders]


def _another(root: etree._Element, kind: Kind | None) -> Finding:
    name = local_name(root)
    an_order, an_invoice = f"Order in the namespace {ORDER_NAMESPACE}", f"Invoice in the namespace {INVOICE_NAMESPACE}"
    if kind is None:
        wanted = {"Order": an_order, "Invoice": an_invoice}.get(name, "Order or Invoice of eBIS-XML 3.09, or Documents")
    else:
        wanted = an_order if kind in ("order", "quote") else an_invoice
    namespace = etree.QName(root).namespace
    found = f"{quoted(name[:40])} in {f'the namespace {namespace[:100]}' if namespace else 'no namespace'}"
    return Finding("wrong-document", f"The document is {found}; expected is {wanted}.", root)
