"""How an order of a school is taken in: checked, then row, content, what is to be told and journal in one commit.

Only then is it answered `true` (SendOrder). The same order again, also after a lost answer, is the one that is here.
"""

import hashlib
from collections.abc import Callable

from django.db import connection
from django.db.models import F
from django.utils import timezone

from schoolgate.commons.faults import fault_point
from schoolgate.commons.journal.writing import write
from schoolgate.commons.prepared import Prepared, insert, new_row
from schoolgate.commons.turns import together
from schoolgate.documents.ebis.checking import Checked, check_and_read
from schoolgate.documents.ebis.goods import Brief, read_brief
from schoolgate.documents.ebis.nodes import Parsed, parse_once
from schoolgate.documents.ebis.orders import read_order
from schoolgate.documents.problems import DocumentError, Problem
from schoolgate.supplier.alerts import note_order, note_refusal
from schoolgate.supplier.facts import digest_of, facts_of_order, findings
from schoolgate.supplier.models import Buyer, Order, OrderContent, RefusedOrder
from schoolgate.supplier.orders.baskets import find_basket
from schoolgate.supplier.preferences import REFUSE_OTHER_DUNS, REFUSE_PROFILE_FINDINGS
from schoolgate.supplier.webhooks.making import note_event

TOLD = 3
"""How many of an order's faults a school is told of in words; people see all."""


class OrderRefused(Exception):
    """The order is not taken. `sentence` is for the school's program: the fault's text after InvalidXmlException."""

    def __init__(self, sentence: str, problems: list[Problem]) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.problems = problems


def receive_order(buyer: Buyer, xml: str) -> Order:
    """Take in an authorised order as its school sent it; the same again is the same order, counted once more.

    Raises OrderRefused, and keeps what was refused with what was told: for the core 3.09 schema, the checksum and
    values that types or arithmetic forbid (reference 2.4, issue 5). DUNS numbers that are not the supplier's or the
    buyer's, and findings of the UK Gov profile, are kept with the order and refuse it only where preferences say so.
    """
    received = together(prepare_order(buyer, xml))
    if isinstance(received, OrderRefused):
        raise received
    return received


def prepare_order(buyer: Buyer, xml: str) -> Callable[[], Order | OrderRefused]:
    """Check an order. What is returned writes it down, as `receive_order`, or why it is refused, and returns that then.

    Between the two the order holds nothing.
    """
    document, digest = _parse(xml)
    if digest and _KNOWN.rows(buyer.pk, digest):
        # Whatever is asked of orders by now: it was answered `true`.
        return lambda: _sent_again(buyer, digest)
    checked, figures = check_and_read(document, "order", supplier_duns=buyer.supplier.duns, buyer_duns=buyer.duns)
    refusals = _refusals(checked)
    if refusals or figures is None:
        return lambda: _refuse(buyer, xml, refusals)
    row = _row(buyer, read_brief(figures), digest, checked.notes())
    fault_point("order.checked")
    return lambda: _store(row, xml)


def _parse(xml: str) -> tuple[Parsed | str, str]:
    """The order, and the digest by which it is known again; empty for what is no XML."""
    try:
        document = parse_once(xml)
        return document, digest_of(document)
    except DocumentError:
        return xml, ""


def _sent_again(buyer: Buyer, digest: str) -> Order:
    """The order that is here, counted once more."""
    Order.objects.filter(buyer=buyer, digest=digest).update(times_sent=F("times_sent") + 1)
    known: Order = Order.objects.get(buyer=buyer, digest=digest)
    return known


def _row(buyer: Buyer, order: Brief, digest: str, notes: list[Problem]) -> Order:
    facts = facts_of_order(order)
    basket, changes = find_basket(buyer, order)
    row = new_row(
        Order,
        supplier_id=buyer.supplier_id,
        buyer_id=buyer.pk,
        number=facts.number,
        reference=facts.reference,
        order_date=facts.day,
        lines=facts.lines,
        net=facts.net,
        gross=facts.gross,
        digest=digest,
        findings=findings(notes),
        changes=changes,
    )
    row.buyer = buyer
    if basket is not None:
        row.basket = basket
    return row


def _store(row: Order, xml: str) -> Order:
    if connection.features.has_select_for_update:
        # Orders of a school come in one after the other, so that two at once are no two. SQLite has one writer.
        _LOCK.rows(row.buyer_id)
    if _KNOWN.rows(row.buyer_id, row.digest):
        return _sent_again(row.buyer, row.digest)
    same_number = _SAME_NUMBER.rows(row.buyer_id, row.number) if row.number else []
    row.same_number_id = same_number[0][0] if same_number else None
    row.received_at = timezone.now()
    insert(row)
    insert(new_row(OrderContent, order_id=row.pk, xml=xml))
    note_event(row)
    link = row.get_absolute_url()
    note_order(row, link)
    # One journal for all suppliers of a service: it names neither the school nor the supplier.
    write(
        "WARN" if row.same_number_id else "INFO",
        f"Order {row} received." + (" Its number came before, with other content." if row.same_number_id else ""),
        link=link,
    )
    fault_point("order.before-commit")
    return row


_BUYER, _DIGEST, _NUMBER = -1, "a digest", "a number"
_LOCK = Prepared(
    lambda buyer: Buyer.objects.select_for_update(no_key=True).filter(pk=buyer).order_by().values_list("pk"), _BUYER
)
_KNOWN = Prepared(
    lambda buyer, digest: Order.objects.filter(buyer=buyer, digest=digest).order_by().values_list("pk"), _BUYER, _DIGEST
)
_SAME_NUMBER = Prepared(
    lambda buyer, number: Order.objects.filter(buyer=buyer, number=number).values_list("pk")[:1], _BUYER, _NUMBER
)


def _refusals(checked: Checked) -> list[Problem]:
    problems = checked.refusals()
    if checked.duns and REFUSE_OTHER_DUNS.get():
        problems += checked.duns
    if checked.profile and REFUSE_PROFILE_FINDINGS.get():
        problems += checked.profile
    return problems


def _refuse(buyer: Buyer, xml: str, problems: list[Problem]) -> OrderRefused:
    """Keep what is refused with what its school is told."""
    refused = OrderRefused(_in_words(problems), problems)
    _keep_refusal(buyer, xml, refused)
    return refused


def _keep_refusal(buyer: Buyer, xml: str, refused: OrderRefused) -> None:
    """The same again only counts up."""
    digest = hashlib.sha256(xml.encode("utf-8", "surrogatepass")).hexdigest()
    now = timezone.now()
    problems = findings(refused.problems)
    row, is_new = RefusedOrder.objects.get_or_create(
        buyer=buyer,
        digest=digest,
        defaults={
            "supplier": buyer.supplier,
            "number": _number_in(xml),
            "told": refused.sentence,
            "problems": problems,
            "xml": xml.encode("utf-8", "replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}"),
            "first_at": now,
            "last_at": now,
        },
    )
    if is_new:
        note_refusal(row)
        write("WARN", "An order was refused: its school was told why.", link=row.get_absolute_url())
    else:
        # What is asked of an order may have changed meanwhile.
        RefusedOrder.objects.filter(pk=row.pk).update(
            times=F("times") + 1, last_at=now, told=refused.sentence, problems=problems
        )


def _number_in(xml: str) -> str:
    """The order's number where it can be read."""
    try:
        return facts_of_order(read_order(xml)).number
    except DocumentError:
        return ""


def _in_words(problems: list[Problem]) -> str:
    told = [f"Line {one.line}: {one.message}" if one.line else one.message for one in problems[:TOLD]]
    more = len(problems) - TOLD
    return " ".join([*told, *([f"And {more} more."] if more > 0 else [])])
