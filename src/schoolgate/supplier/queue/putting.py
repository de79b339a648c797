"""How a document comes into the queue: nothing gets there that its school's finance system would not take."""

import uuid
from dataclasses import dataclass
from typing import Any, Literal, cast

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils import timezone
from lxml import etree

from schoolgate.commons.accounts.models import User
from schoolgate.commons.audit.recording import record
from schoolgate.commons.journal.writing import write
from schoolgate.documents.ebis.checking import check_document
from schoolgate.documents.ebis.goods import goods_as_json
from schoolgate.documents.ebis.heading import Kind as DocumentKind
from schoolgate.documents.ebis.invoices import read_invoice
from schoolgate.documents.ebis.nodes import parse
from schoolgate.documents.ebis.orders import read_order
from schoolgate.documents.problems import DocumentError, Problem
from schoolgate.supplier.facts import Facts, digest_of, facts_of_invoice, facts_of_order, findings
from schoolgate.supplier.models import Buyer, Document, DocumentContent, DocumentEvent, Kind, Order, State
from schoolgate.supplier.models.document import doc_id_form
from schoolgate.supplier.queue.expiry import expires_at

Through = Literal["screen", "API", "command"]

FIRST_NUMBER = 1000
LETTERS = {Kind.ORDER: "B", Kind.INVOICE: "I", Kind.CREDIT_NOTE: "C", Kind.QUOTE: "Q"}
"""With which the ids begin that are made here: B-1001."""


class NotQueued(Exception):
    """The document is not taken into the queue; `problems` say why, each with its place and what to do."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(" ".join(problem.message for problem in problems))
        self.problems = problems


@dataclass(frozen=True)
class Checked:
    """A document that a school would take: its XML as it is handed out, and what its row keeps."""

    kind: Kind
    xml: str
    facts: Facts
    digest: str
    notes: list[Problem]
    goods: list[list[Any]] | None
    """Of a basket, as it is kept for the order that comes of it."""


def put_document(
    buyer: Buyer,
    kind: str,
    xml: str | bytes,
    *,
    doc_id: str = "",
    by: User | None = None,
    request: HttpRequest | None = None,
    made_from: Order | None = None,
    through: Through = "screen",
    who: str = "",
) -> tuple[Document, bool]:
    """Queue a document for a school: the row, and whether it is new.

    `kind` is one of the four types; an id is made up where none is given (B-1001). The same document again is the one
    that is here: under its id, or without an id while it still waits. `who` names a program that is no user.
    Raises NotQueued for what `check` raises it, for an id that is malformed (`doc-id-form`) or another document's
    (`doc-id-taken`), and for a document that the school has taken already (`taken-already`).
    """
    _require_form(doc_id)
    checked = check(buyer, kind, xml)
    try:
        with transaction.atomic():
            # A school's documents are queued one after the other: their times are in the order in which they can be
            # seen, so a history asked for from the last one misses none.
            Buyer.objects.select_for_update(of=("self",), no_key=True).get(pk=buyer.pk)
            known = _known(buyer, checked, doc_id)
            if known is not None:
                return known, False
            document = _store(buyer, checked, doc_id, made_from)
            words = f"Queued by {by or who or 'the command line'} ({through})"
            DocumentEvent.objects.create(document=document, at=document.created_at, what="queued", words=words, by=by)
            record("document queued", by=by, target=document.doc_id, details=through, request=request, who=who)
            # Staff of every supplier read the journal: it names neither the school nor the supplier.
            write("INFO", f"{checked.kind.label} {document.doc_id} queued.", link=document.get_absolute_url())
    except IntegrityError:
        # Another school's, queued under this id at the same moment.
        if not Document.objects.filter(doc_id=doc_id).exists():
            raise
        raise _taken(doc_id) from None
    return document, True


def check(buyer: Buyer, kind: str, xml: str | bytes) -> Checked:
    """Look whether a school would take the document; nothing is written.

    It must keep its schema, a basket must have its checksum right (the finance system validates no other's, reference
    8), values must be what types and arithmetic demand, and both DUNS numbers must be the supplier's and the school's
    (reference 9.1, 9.3). What else is odd is noted. Raises NotQueued, and ValueError for a kind there is not.
    """
    try:
        wanted = cast("DocumentKind", Kind(kind).value)
        found = check_document(xml, wanted, supplier_duns=buyer.supplier.duns, buyer_duns=buyer.duns)
        refusals = found.refusals() + found.duns
        lack = found.checksum.problem
        if wanted == "order" and found.checksum.stated is None and lack is not None and lack not in refusals:
            # 3.10 has none, but the finance systems that fetch it speak 3.09 (reference 3).
            refusals.append(lack)
        if refusals:
            raise NotQueued(refusals)
        order = read_order(xml) if wanted in {Kind.ORDER, Kind.QUOTE} else None
        facts = facts_of_order(order) if order else facts_of_invoice(read_invoice(xml))
        goods = goods_as_json(order.lines) if order and wanted == "order" else None
        # Within an answer the document is text: it has neither a byte order mark nor an encoding of its own.
        text = '<?xml version="1.0" encoding="utf-8"?>\n' + etree.tostring(parse(xml), encoding="unicode")
        return Checked(Kind(kind), text, facts, digest_of(text), found.notes(), goods)
    except DocumentError as error:
        raise NotQueued([error.as_problem()]) from None


def _require_form(doc_id: str) -> None:
    try:
        if doc_id:
            doc_id_form(doc_id)
    except ValidationError as error:
        remedy = "Leave it out to have one made, or choose another."
        raise NotQueued([Problem("doc-id-form", " ".join(error.messages), remedy=remedy)]) from None


def _known(buyer: Buyer, checked: Checked, doc_id: str) -> Document | None:
    """The document, if it is in the queue already. Raises NotQueued."""
    same = Document.objects.filter(buyer=buyer, kind=checked.kind, digest=checked.digest)
    if doc_id:
        known: Document | None = Document.objects.filter(doc_id=doc_id).first()
        if known is not None and not same.filter(pk=known.pk).exists():
            raise _taken(doc_id)
        return known
    waiting: Document | None = same.in_the_index(timezone.now()).first()
    if waiting is not None:
        return waiting
    taken = same.filter(state=State.PROCESSED).first()
    if taken is not None:
        message = f"The school has taken this very document already, as {taken.doc_id}."
        remedy = f"Put {taken.doc_id} back into the queue if the school needs it again."
        raise NotQueued([Problem("taken-already", message, remedy=remedy)])
    return None


def _store(buyer: Buyer, checked: Checked, doc_id: str, made_from: Order | None) -> Document:
    now = timezone.now()
    facts = checked.facts
    document = Document.objects.create(
        supplier=buyer.supplier,
        buyer=buyer,
        doc_id=doc_id or uuid.uuid4().hex,
        kind=checked.kind,
        reference=facts.reference,
        order_number=facts.number,
        lines=facts.lines,
        net=facts.net,
        gross=facts.gross,
        digest=checked.digest,
        findings=findings([*checked.notes, *_used_before(buyer, checked)]),
        made_from=made_from,
        created_at=now,
        changed_at=now,
        expires_at=expires_at(buyer, now),
    )
    DocumentContent.objects.create(document=document, xml=checked.xml, goods=checked.goods)
    if not doc_id:
        made = f"{LETTERS[checked.kind]}-{FIRST_NUMBER + document.pk}"
        # Somebody may have chosen just this one for another document.
        if Document.objects.filter(doc_id=made).exists():
            made = f"{made}-{document.doc_id[:6]}"
        document.doc_id = made
        document.save(update_fields=["doc_id"])
    return document


def _used_before(buyer: Buyer, checked: Checked) -> list[Problem]:
    """A note when the supplier's own number is on another document of the kind that is not withdrawn."""
    if not checked.facts.reference:
        return []
    others = Document.objects.filter(buyer=buyer, kind=checked.kind, reference=checked.facts.reference)
    other = others.exclude(state=State.WITHDRAWN).first()
    if other is None:
        return []
    message = f"{other.doc_id} has the same number, {checked.facts.reference}, and other content."
    return [
        Problem("number-used-before", message, severity="warning", remedy=f"Withdraw {other.doc_id} if it is void.")
    ]


def _taken(doc_id: str) -> NotQueued:
    message = f"The id {doc_id} is another document's."
    return NotQueued([Problem("doc-id-taken", message, remedy="Leave it out to have one made, or choose another.")])
