"""What is to be said of a document's checksum: wrong, missing, or not to be verified (reference 8, 9)."""

from decimal import Decimal

from schoolgate.documents.ebis.checksum import ChecksumSteps, checksum_matches, checksum_steps
from schoolgate.documents.ebis.figures import Figures
from schoolgate.documents.ebis.findings import SENDER, Finding
from schoolgate.documents.ebis.heading import kind_of, version_of
from schoolgate.documents.ebis.money import NOTHING


def checksum_findings(figures: Figures) -> tuple[int | None, ChecksumSteps | None, list[Finding]]:
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
