"""All that can be said of an order, a quote, an invoice or a credit note before anybody takes it.

checked = check_document(xml, "order", supplier_duns="123456789", buyer_duns="987654321")
checked.refusals()      what must not be queued or taken
checked.notes()         what is worth telling and refuses nothing by itself
"""

from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from typing import Literal

from lxml import etree

from schoolgate.documents.ebis.arithmetic import line_findings
from schoolgate.documents.ebis.checksum import ChecksumSteps, checksum_matches, checksum_steps
from schoolgate.documents.ebis.figures import Figures, Form, read_figures
from schoolgate.documents.ebis.findings import SENDER, Finding, placed
from schoolgate.documents.ebis.heading import (
    Kind,
    code_findings,
    duns_findings,
    kind_findings,
    kind_of,
    line_notes,
    test_findings,
    version_of,
)
from schoolgate.documents.ebis.money import NOTHING
from schoolgate.documents.ebis.nodes import local_name, parse_utf8, to_utf8
from schoolgate.documents.ebis.schema import INVOICE_NAMESPACE, ORDER_NAMESPACE, SchemaName, schema_of
from schoolgate.documents.ebis.schema_findings import schema_findings
from schoolgate.documents.ebis.sums import invoice_findings, order_findings
from schoolgate.documents.ebis.uk_gov import uk_gov_findings
from schoolgate.documents.problems import DocumentError, Problem, quoted

_FORMS: dict[SchemaName, Form] = {"order": "Order", "invoice": "Invoice"}
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


def check_document(
    data: bytes | str, kind: Kind | None = None, *, supplier_duns: str = "", buyer_duns: str = ""
) -> Checked:
    """Check a document and never raise for what is in it.

    ``kind`` is what it should be; None takes any of the four, and a fetch index too. Text ignores the encoding that it
    declares (reference 13.10), bytes obey it. The DUNS are those of the supplier and the school it should be between;
    one that is empty is not compared.
    """
    try:
        plain = to_utf8(data)
        root = parse_utf8(plain)
    except DocumentError as error:
        remedy = "Send the document as it was made: well-formed XML in UTF-8 or UTF-16, without a DOCTYPE."
        problem = Problem(error.code, error.message, line=error.line, column=error.column, remedy=remedy)
        return Checked("", schema=[problem])
    name = schema_of(root.tag)
    form = _FORMS.get(name) if name else None
    if name is None or not _fits(form, kind):
        [[problem]] = placed([[_another(root, kind)]], plain)
        return Checked("", schema=[problem])
    with localcontext() as context:
        context.prec = _DIGITS
        return (
            _checked_index(root, plain)
            if form is None
            else _checked(root, plain, name, form, kind, supplier_duns, buyer_duns)
        )


def _fits(form: Form | None, kind: Kind | None) -> bool:
    if kind is None:
        return True
    return form == ("Order" if kind in ("order", "quote") else "Invoice")


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


def _checked_index(root: etree._Element, plain: bytes) -> Checked:
    [problems] = placed([schema_findings(root, "fetch-index")], plain)
    return Checked("fetch-index", lines=len(root), schema=problems)


def _checked(
    root: etree._Element,
    plain: bytes,
    name: SchemaName,
    form: Form,
    kind: Kind | None,
    supplier_duns: str,
    buyer_duns: str,
) -> Checked:
    found_by_schema = schema_findings(root, name)
    figures = read_figures(root, form)
    invalid = [
        *kind_findings(figures, kind),
        *test_findings(figures),
        *line_findings(figures),
        *(order_findings(figures) if form == "Order" else ()),
        *(invoice_findings(figures) if form == "Invoice" else ()),
    ]
    stated, steps, differs = _checksum(figures)
    profile = [*code_findings(figures), *line_notes(figures)]
    if form == "Order":
        profile += uk_gov_findings(figures)
    schema, checksum, forbidden, duns, asked = placed(
        [
            found_by_schema,
            differs,
            [*figures.unusable.values(), *invalid],
            list(duns_findings(figures, supplier_duns, buyer_duns)),
            profile,
        ],
        plain,
    )
    return Checked(
        kind_of(figures),
        version=version_of(figures),
        lines=len(figures.lines),
        schema=schema,
        checksum=ChecksumFound(stated, steps, checksum[0] if checksum else None),
        invalid=forbidden,
        duns=duns,
        profile=asked,
    )


def _checksum(figures: Figures) -> tuple[int | None, ChecksumSteps | None, list[Finding]]:
    """The checksum stated, the one reckoned, and what is to be said of it.

    3.10 has none, so its lack is told and refuses nothing there.
    """
    element = figures.head("Checksum")
    number = None if element is None else figures.read(element)
    stated = int(number) if number is not None and number == number.to_integral_value() else None
    steps = _steps(figures)
    head = figures.children.get(f"{figures.namespace}{figures.form}Head", figures.root)
    validated = kind_of(figures) == "order"
    if stated is None:
        if not validated:
            return None, steps, []
        message = "The order has no checksum."
        if steps:
            message = f"The order has no checksum; {steps.checksum} is right."
        is_old = not version_of(figures).startswith("3.10")
        lack = Finding("checksum-missing", message, head, severity="refusal" if is_old else "warning")
        return None, steps, [lack]
    at = head if element is None else element
    if steps is None:
        message = "The checksum cannot be verified, since the document lacks its date or its goods value."
        return stated, None, [Finding("checksum-unverified", message, at, severity="warning")]
    if checksum_matches(stated, steps.checksum):
        return stated, steps, []
    message = f"The checksum is {stated}, but {steps.checksum} is right: the document was changed or reckoned wrongly."
    differs = Finding(
        "checksum-differs",
        message,
        at,
        severity="refusal" if validated else "warning",
        sent=str(stated),
        allowed=str(steps.checksum),
        remedy=f"{SENDER} Reckon with decimals and whole numbers of 64 bits, never with binary fractions.",
    )
    return stated, steps, [differs]


def _steps(figures: Figures) -> ChecksumSteps | None:
    value = figures.number(figures.total, "GoodsValue" if figures.form == "Order" else "LineValueTotal")
    if value is None and figures.form == "Order":
        value = _net_of_lines(figures)
    if value is None or figures.day is None:
        return None
    pairs = [(line.number or 0, line.amount or NOTHING) for line in figures.lines]
    return checksum_steps(figures.day, pairs, value)


def _net_of_lines(figures: Figures) -> Decimal | None:
    """What stands for the goods value where OrderTotal is absent (suggested in reference 8)."""
    nets = [line.net for line in figures.lines]
    return sum((net for net in nets if net is not None), NOTHING) if nets and None not in nets else None
