"""*One invoice*: how it stands beside its order and its deliveries, its arithmetic, and all that was done to it."""

from dataclasses import dataclass
from decimal import Decimal

from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from schoolgate.commons.accounts.access import PersonRequest
from schoolgate.commons.audit.models import AuditEntry
from schoolgate.documents.ebis.money import NOTHING
from schoolgate.school.purchasing.access import may, purchasing_view
from schoolgate.school.purchasing.invoicing import three_way
from schoolgate.school.purchasing.invoicing.standing import about
from schoolgate.school.purchasing.invoicing.verdicts import verdict_of
from schoolgate.school.purchasing.models import BOOKED, Invoice, InvoiceLine, InvoiceState, VatSum
from schoolgate.school.purchasing.models.invoice import STEPS

LINES_SHOWN = 500


@dataclass(frozen=True, slots=True)
class Step:
    """A line of the arithmetic from the lines to the total: what it makes here, and what the document has."""

    name: str
    ours: Decimal
    theirs: Decimal | None = None

    @property
    def differs(self) -> Decimal:
        """How much more the document has than it makes here."""
        return NOTHING if self.theirs is None else self.theirs - self.ours


@purchasing_view()
def invoice(request: PersonRequest, pk: int) -> HttpResponseBase:
    """The verdict first, then what it is made of."""
    found = find_invoice(request, pk)
    lines = found.lines.select_related("vat_code", "coding__fund", "coding__ledger_code", "coding__cost_centre")
    sums = list(found.vat_sums.select_related("vat_code"))
    differences = list(found.differences.select_related("line", "accepted_by"))
    unauthorised = found.state == InvoiceState.UNAUTHORISED
    agreed = all(difference.accepted_at is not None for difference in differences)
    context = {
        "invoice": found,
        "verdict": verdict_of(found, differences),
        "three_way": three_way.rows_of(found) if found.order_id is not None and not found.is_credit_note else [],
        "lines": lines[:LINES_SHOWN],
        "more_lines": max(0, lines.count() - LINES_SHOWN),
        "vat_sums": sums,
        "arithmetic": arithmetic_of(found, list(found.lines.all()), sums),
        "differences": differences,
        "credit_notes": found.credit_notes.exclude(state=InvoiceState.DISCARDED),
        "trail": AuditEntry.objects.about(about(found)),
        "may_accept": unauthorised and may(request.user, "clears"),
        "may_authorise": may(request.user, "pays") and found.state in STEPS["authorise"][0] and agreed,
        "may_take_back": may(request.user, "pays") and found.state in STEPS["take back"][0],
        "may_discard": may(request.user, "clears") and found.state in STEPS["discard"][0],
        "may_credit": may(request.user, "enters_invoices") and not found.is_credit_note and found.state in BOOKED,
    }
    return render(request, "school_purchasing/invoice.html", context)


def arithmetic_of(invoice: Invoice, lines: list[InvoiceLine], sums: list[VatSum]) -> list[Step]:
    """From the lines to the total: what each step makes here, and what the document has for it."""
    of_lines = sum((line.net for line in lines), NOTHING)
    steps = [Step("Lines, without VAT", of_lines)]
    for name, amount in (
        ("Freight", invoice.freight),
        ("Charges", invoice.charges),
        ("Settlement discount", -invoice.settlement_discount),
    ):
        if amount:
            steps.append(Step(name, amount))
    net = of_lines + invoice.freight + invoice.charges
    vat = sum((one.reckoned for one in sums), NOTHING)
    steps.append(Step("Net", net, invoice.net))
    steps.append(Step("VAT", vat, invoice.vat))
    # What is to pay is held against the document's own net and VAT: these stand.
    steps.append(Step("Total", invoice.net + invoice.vat, invoice.gross))
    return steps


def find_invoice(request: PersonRequest, pk: int) -> Invoice:
    """An invoice that this person may see, with what its pages tell of it; else there is no such page."""
    found: Invoice = get_object_or_404(
        Invoice.objects.visible_to(request.user).select_related(
            "supplier", "year", "order", "credits", "document", "posting", "entered_by", "authorised_by", "changed_by"
        ),
        pk=pk,
    )
    return found


def invoice_address(invoice: Invoice) -> str:
    """The page of an invoice."""
    return reverse("purchase-invoice", args=[invoice.pk])
