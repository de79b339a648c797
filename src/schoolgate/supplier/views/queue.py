"""The queue, one document in it, and the steps that a supplier's people may take."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from schoolgate.commons.accounts.access import PersonRequest, who
from schoolgate.commons.audit.recording import record
from schoolgate.commons.web.tables import Column, NotYet, Table
from schoolgate.supplier.models import Document, DocumentContent, Kind, State
from schoolgate.supplier.models.document import StepName
from schoolgate.supplier.paper import read_paper
from schoolgate.supplier.queue.steps import StepNotAllowed, expire, put_back, withdraw
from schoolgate.supplier.views.downloads import xml_download
from schoolgate.supplier.views.portal import school_column, seen_by, supplier_columns


@dataclass(frozen=True)
class ByHand:
    """A step that people take: what does it, and the words of its page."""

    step: StepName
    do: Callable[..., None]
    words: str
    question: str
    meaning: str
    done: str


STEPS_BY_HAND: Mapping[str, ByHand] = {
    "put-back": ByHand(
        "put back",
        put_back,
        "Put back in the queue",
        "Put it back in the queue?",
        "The school finds it waiting again when it looks next, and may import it once more. Its days begin anew.",
        "It waits for the school again. Its days have begun anew.",
    ),
    "withdraw": ByHand(
        "withdraw",
        withdraw,
        "Withdraw",
        "Withdraw this document?",
        "For the school it is not there any more. It stays on your list, and you may put it back.",
        "Withdrawn: for the school it is not there any more.",
    ),
    "expire": ByHand(
        "expire",
        expire,
        "Let it expire now",
        "Let this document expire now?",
        "Its days end now: for the school it is not there any more. It stays on your list, and you may put it back.",
        "Expired: for the school it is not there any more.",
    ),
}


@who("administrator", "staff")
def queue(request: PersonRequest) -> HttpResponseBase:
    now = timezone.now()

    def expires(document: Document) -> date | None:
        waits = document.state_at(now) == State.WAITING
        return timezone.localtime(document.expires_at).date() if waits else None

    def london_day(field: str) -> Callable[[Document], date | None]:
        """The day alone, since so many columns leave no room for times; the document's page has them."""

        def day(document: Document) -> date | None:
            at = getattr(document, field)
            return timezone.localtime(at).date() if at else None

        return day

    # A desk's screen has room for eleven columns.
    whose = supplier_columns(request.user)
    table = Table(
        [
            Column("doc_id", "Doc ID", kind="long", search=True, link=lambda document: document.get_absolute_url()),
            Column("kind", "Type", choices=Kind.choices, value=lambda document: document.get_kind_display()),
            *whose,
            school_column(request.user),
            Column("reference", "Your ref.", search=True),
            *([] if whose else [Column("lines", "Lines", kind="number")]),
            Column("gross", "Gross", kind="money"),
            Column("created_at", "Queued", kind="date", value=london_day("created_at"), dates=True),
            Column("fetched", "Fetched", kind="number"),
            Column(
                "state",
                "State",
                kind="state",
                choices=State.choices,
                narrow=lambda rows, state: rows.standing_in({State(state)}, now),
                value=lambda document: document.state_at(now).label,
            ),
            Column("processed_at", "Processed", kind="date", value=london_day("processed_at")),
            Column("expires_at", "Expires", kind="date", value=expires),
        ],
        seen_by(request.user, Document.objects.all()).select_related("buyer", "supplier"),
        request,
        name="queue",
        noun=("document", "documents"),
        empty=NotYet("Nothing waits for schools.", "Make a test basket", reverse("compose-basket")),
    )
    return table.response("supplier/queue.html")


@who("administrator", "staff")
def document(request: PersonRequest, pk: int) -> HttpResponseBase:
    found = _document(request, pk)
    now = timezone.now()
    xml = DocumentContent.objects.filter(document=found).values_list("xml", flat=True).first()
    context = {
        "document": found,
        "state": found.state_at(now),
        "paper": read_paper(found.kind, xml, found.supplier, found.buyer) if xml else None,
        "xml": xml,
        "events": found.events.select_related("by"),
        "orders": found.orders.all(),
        "steps": [(name, hand.words) for name, hand in STEPS_BY_HAND.items() if found.may(hand.step, now)],
    }
    return render(request, "supplier/document.html", context)


@who("administrator", "staff")
def document_step(request: PersonRequest, pk: int, step: str) -> HttpResponseBase:
    """Withdraw, expire or put back, after a question."""
    hand = STEPS_BY_HAND.get(step)
    if hand is None:
        raise Http404
    found = _document(request, pk)
    if request.method == "POST":
        return _take_step(request, found, hand)
    now = timezone.now()
    context = {
        "document": found,
        "state": found.state_at(now),
        "step": step,
        "question": hand.question,
        "meaning": hand.meaning,
        "submit": hand.words,
        "may": found.may(hand.step, now),
        "orders": found.orders.all(),
    }
    return render(request, "supplier/document_step.html", context)


def _take_step(request: PersonRequest, found: Document, hand: ByHand) -> HttpResponseBase:
    """Take it where the document still stands as the person saw it."""
    seen = request.POST.get("seen", "")
    if seen not in State.values:
        return redirect("document", found.pk)
    how: dict[str, Any] = {"by": request.user, "seen": State(seen), "request": request}
    if hand.step == "put back":
        how["although_ordered"] = request.POST.get("although_ordered") == "1"
    try:
        hand.do(found, **how)
    except StepNotAllowed as refused:
        messages.error(request, f"Nothing was done. {refused.sentence}")
    else:
        messages.success(request, hand.done)
    return redirect("document", found.pk)


@who("administrator", "staff")
def document_xml(request: PersonRequest, pk: int) -> HttpResponseBase:
    """The XML as a school would be given it; who took it stands in the audit."""
    found = _document(request, pk)
    content = DocumentContent.objects.filter(document=found).first()
    if content is None:
        raise Http404
    record("document downloaded", by=request.user, target=found.doc_id, request=request)
    return xml_download(content.xml, found.doc_id)


def _document(request: PersonRequest, pk: int) -> Document:
    found: Document = get_object_or_404(
        Document.objects.visible_to(request.user).select_related("buyer__account", "supplier", "made_from"), pk=pk
    )
    return found
