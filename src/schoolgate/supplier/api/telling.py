"""Documents, their events and schools as JSON. Amounts are texts in pounds, times RFC 3339 in UTC, absent ones null."""

from datetime import datetime
from typing import Any

from schoolgate.commons.programs.door import rfc3339
from schoolgate.documents.ebis.money import money_text
from schoolgate.supplier.models import Buyer, Document, DocumentEvent
from schoolgate.supplier.service.conformance import Conformance


def document_as_json(document: Document, now: datetime) -> dict[str, Any]:
    """A document of the queue as it stands at this instant, without its XML. Its buyer's account is read along."""
    return {
        "id": document.doc_id,
        "type": document.kind,
        "state": str(document.state_at(now)),
        "buyer": buyer_in_short(document.buyer),
        "reference": document.reference,
        "order_number": document.order_number,
        "order": document.made_from_id,
        "lines": document.lines,
        "net": money_text(document.net) or None,
        "gross": money_text(document.gross) or None,
        "findings": document.findings,
        "created": rfc3339(document.created_at),
        "expires": rfc3339(document.expires_at),
        "fetched": document.fetched,
        "last_fetched": time_or_none(document.fetched_at),
        "processed": time_or_none(document.processed_at),
    }


def event_as_json(event: DocumentEvent) -> dict[str, Any]:
    """Something that happened to a document."""
    return {"at": rfc3339(event.at), "what": event.what, "words": event.words}


def buyer_in_short(buyer: Buyer) -> dict[str, Any]:
    """Which school: what is needed to know it again."""
    return {
        "id": buyer.pk,
        "name": buyer.name,
        "duns": buyer.duns,
        "account_number": buyer.account_number,
        "test": buyer.test,
    }


def buyer_as_json(buyer: Buyer) -> dict[str, Any]:
    """A school with the account it calls by, without a password."""
    return {
        **buyer_in_short(buyer),
        "user": buyer.account.username,
        "email": buyer.email,
        "expiry_days": buyer.expiry_days,
        "notes": buyer.notes,
        "active": buyer.account.is_active,
        "created": rfc3339(buyer.created_at),
        "last_call": time_or_none(buyer.last_call_at),
        "password_set": time_or_none(buyer.account.password_set_at),
    }


def conformance_as_json(conformance: Conformance) -> dict[str, Any]:
    """What a school's finance system has called, and the rules of the service that it bends."""
    return {
        "operations": [
            {
                "operation": use.operation,
                "calls": use.calls,
                "faults": use.faults,
                "last_call": time_or_none(use.last_at),
                "last_outcome": use.last_outcome,
                "last_fault": time_or_none(use.last_fault_at),
            }
            for use in conformance.uses
        ],
        "rules_bent": [
            {
                "rule": bent.rule,
                "message": bent.sentence,
                "remedy": bent.remedy,
                "times": bent.times,
                "first": rfc3339(bent.first_at),
                "last": rfc3339(bent.last_at),
            }
            for bent in conformance.bent
        ],
    }


def time_or_none(moment: datetime | None) -> str | None:
    return rfc3339(moment) if moment else None
