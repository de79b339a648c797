"""Where an invoice or credit note stands, in a sentence: what it says, and who does what next."""

from collections.abc import Sequence

from schoolgate.documents.ebis.money import NOTHING
from schoolgate.documents.problems import count_text
from schoolgate.school.purchasing.invoicing.paying import who_can
from schoolgate.school.purchasing.models import Difference, Invoice, InvoiceState
from schoolgate.school.purchasing.standing import Standing


def verdict_of(invoice: Invoice, differences: Sequence[Difference]) -> Standing:
    """How it stands and what comes next; `differences` are all of its."""
    left = [difference for difference in differences if difference.accepted_at is None]
    match invoice.state:
        case InvoiceState.UNAUTHORISED if left:
            number = count_text(len(left), "thing differs", "things differ")
            return Standing(f"{number}.", "Accept each with a reason, or discard it and ask the supplier.", "bad")
        case InvoiceState.UNAUTHORISED:
            heading = f"{_what_agrees(invoice, differences)} It waits to be authorised for payment."
            return Standing(heading, _by_whom(invoice), "warning")
        case InvoiceState.AUTHORISED:
            return Standing("It is authorised for payment.", "It goes into the next export of postings.", "good")
        case InvoiceState.POSTED:
            return Standing("It is exported.", f"It is in {invoice.posting}, for the finance system.", "good")
        case _:
            return Standing("It was discarded.", invoice.discarded_because, "warning")


def _what_agrees(invoice: Invoice, differences: Sequence[Difference]) -> str:
    if differences:
        return "What differs was accepted."
    if invoice.credits is not None:
        return f"It agrees with {invoice.credits}."
    if invoice.order is None:
        return "Its sums agree."
    not_ordered = sum((line.net for line in invoice.lines.filter(order_line=None)), NOTHING)
    apart = f", £{not_ordered:,.2f} net of post and packing apart" if not_ordered else ""
    return f"It agrees with order {invoice.order.number}{apart}."


def _by_whom(invoice: Invoice) -> str:
    able = [str(person) for person in who_can([invoice])[invoice.pk]]
    if not able:
        return f"Nobody may authorise it, at £{invoice.gross:,.2f}. Limits are given under Users and limits."
    names = able[0] if len(able) == 1 else f"{', '.join(able[:-1])} or {able[-1]}"
    return f"{names} may authorise it."
