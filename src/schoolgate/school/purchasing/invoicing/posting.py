"""Exports of postings: a file for the finance system of what was authorised for payment since the last one.

Each invoice and credit note is in one export, and one only. The file is on the disk before the commit that says so,
and is kept: whoever asks again gets the very same bytes. Its columns are in docs/reference/postings.md.
"""

import csv
import hashlib
import io
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.http import HttpRequest
from django.utils import timezone

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.commons.faults import fault_point
from schoolgate.commons.filestore import NoSpace
from schoolgate.commons.web.downloads import harmless
from schoolgate.documents.ebis.money import money_text, number_text
from schoolgate.school.purchasing import establishment, store
from schoolgate.school.purchasing.invoicing.entries import Entry, entries_of
from schoolgate.school.purchasing.invoicing.standing import about as about_invoice
from schoolgate.school.purchasing.invoicing.standing import take_step
from schoolgate.school.purchasing.models import Invoice, InvoiceState, Posting
from schoolgate.school.purchasing.models.invoice import InvoiceQuerySet

COLUMNS = (
    "run",
    "kind",
    "supplier",
    "account number",
    "invoice number",
    "order number",
    "date",
    "tax point",
    "due",
    "description",
    "fund",
    "ledger code",
    "cost centre",
    "VAT code",
    "VAT rate",
    "net",
    "VAT",
    "gross",
    "currency",
    "authorised by",
    "authorised at",
    "id",
    "note",
)
"""The headings of a file, in its order."""

_NOTHING = Decimal(0)


class PostingRefused(Exception):
    """It cannot be exported, or not be read again; the message is a sentence for the person who asked."""


def about(posting: Posting) -> str:
    """By what the audit finds all that was done with an export."""
    return f"posting {posting.pk}"


def waiting() -> InvoiceQuerySet:
    """What is authorised for payment and in no export yet, the first authorised on top."""
    found: InvoiceQuerySet = Invoice.objects.filter(state=InvoiceState.AUTHORISED).order_by("authorised_at", "pk")
    return found


def export(*, by: User | None, request: HttpRequest | None = None) -> Posting | None:
    """Export everything that waits, each exactly once; None where nothing does.

    Of two at once the second waits for the first, and then finds what is left. Raises PostingRefused where the file
    cannot be written: nothing is exported then.
    """
    with transaction.atomic():
        invoices = _held()
        if not invoices:
            return None
        number = (Posting.objects.aggregate(last=Max("number"))["last"] or 0) + 1
        entries = [(invoice, entries_of(invoice)) for invoice in invoices]
        kept = _keep(_file(number, entries))
        fault_point("posting.kept")
        rows = [row for _, of_invoice in entries for row in of_invoice]
        posting: Posting = Posting.objects.create(
            number=number,
            made_by=by,
            net=sum((row.net for row in rows), _NOTHING),
            vat=sum((row.vat for row in rows), _NOTHING),
            gross=sum((row.gross for row in rows), _NOTHING),
            sha256=kept,
        )
        for invoice in invoices:
            take_step(invoice, "post", by=by, posting=posting)
            record(
                "invoice exported",
                by=by,
                target=str(invoice),
                details=str(posting),
                about=about_invoice(invoice),
                request=request,
            )
        details = f"{len(invoices):,} invoices and credit notes, £{posting.gross:,.2f} gross"
        record("postings exported", by=by, target=str(posting), details=details, request=request, about=about(posting))
    fault_point("posting.committed")
    return posting


def file_name(posting: Posting) -> str:
    """What the file of an export is called."""
    return f"postings-{posting.number:04d}.csv"


def read(posting: Posting) -> bytes:
    """The file of an export, byte for byte as it was made. Raises PostingRefused where it is damaged or not there."""
    try:
        content = store.read(posting.sha256)
    except FileNotFoundError:
        raise _lost(posting, "is not among this site's files any more") from None
    except store.UNREADABLE:
        raise _lost(posting, "is damaged") from None
    if hashlib.sha256(content).hexdigest() != posting.sha256:
        raise _lost(posting, "is damaged")
    return content


def _lost(posting: Posting, what: str) -> PostingRefused:
    return PostingRefused(
        f"The file of {posting} {what}. Ask whoever runs the site to bring it back from the backup; its invoices stay "
        "exported."
    )


def _held() -> list[Invoice]:
    """What waits, held until the transaction ends: who takes an authorisation back meanwhile is told that it is late.

    In the order of their numbers in the database, or two who hold several could wait for each other for ever.
    """
    related = ("lines__coding__fund", "lines__coding__ledger_code", "lines__coding__cost_centre", "lines__vat_code")
    found = (
        waiting().order_by("pk").select_for_update(of=("self",)).select_related("supplier", "order", "authorised_by")
    )
    return list(found.prefetch_related(*related, "vat_sums__vat_code"))


def _keep(content: bytes) -> str:
    try:
        return store.keep(content).sha256
    except NoSpace as error:
        raise PostingRefused(f"Nothing was exported. {error}") from error
    except OSError as error:
        raise PostingRefused(f"Nothing was exported: the file cannot be written ({error.strerror}).") from error


def _file(number: int, entries: Sequence[tuple[Invoice, Sequence[Entry]]]) -> bytes:
    """The file, by RFC 4180: UTF-8 without a byte order mark, lines that end with CR and LF."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    currency = establishment.CURRENCY.get()
    for invoice, rows in entries:
        writer.writerows(_row(number, currency, invoice, row) for row in rows)
    return text.getvalue().encode()


def _row(number: int, currency: str, invoice: Invoice, entry: Entry) -> list[str]:
    """The cells by COLUMNS. No text is one that a spreadsheet would run as a formula; amounts are numbers."""
    coding, amounts = entry.coding, (entry.net, entry.vat, entry.gross)
    before: tuple[Any, ...] = (
        str(number),
        invoice.get_kind_display(),
        invoice.supplier.name,
        invoice.supplier.account_number,
        invoice.number,
        invoice.order.number if invoice.order else "",
        _day(invoice.dated),
        _day(invoice.tax_point),
        _day(invoice.due),
        entry.description,
        coding.fund.code,
        coding.ledger_code.code,
        coding.cost_centre.code,
        entry.vat_code.code,
        number_text(entry.vat_code.rate),
    )
    after = (
        currency,
        invoice.authorised_by.username if invoice.authorised_by else "",
        _moment(invoice.authorised_at),
        f"{invoice.pk}-{entry.number}",
        entry.note,
    )
    return [*map(harmless, before), *map(money_text, amounts), *map(harmless, after)]


def _day(when: date | None) -> str:
    return when.isoformat() if when else ""


def _moment(when: datetime | None) -> str:
    return timezone.localtime(when).isoformat(timespec="seconds") if when else ""
