"""Telling a service what has ended here: only after the commit that imported a document, or kept it out (reference 1).

What fails is done again in the next round; to be told twice does a service no harm.
"""

from datetime import datetime

from django.utils import timezone

from schoolgate.school.purchasing.calling import call
from schoolgate.school.purchasing.documents import ENDED, GONE, note
from schoolgate.school.purchasing.models import FetchedDocument
from schoolgate.wire.soap.errors import DocumentNotThere


def mark_ended(document: FetchedDocument) -> bool:
    """Tell the document's service that it is processed, if it ended here. Raises a ServiceError.

    False: nothing is to be told of it.
    """
    this = FetchedDocument.objects.filter(pk=document.pk, state__in=ENDED).select_related("service").first()
    if this is None or this.service is None:
        return False
    try:
        call(this.service, lambda client: client.update_document_status(this.doc_id, True))
    except DocumentNotThere:
        note(this, GONE)
    FetchedDocument.objects.filter(pk=this.pk).update(marked_at=timezone.now())
    return True


def was_put_back(document: FetchedDocument, listed_at: datetime) -> bool:
    """Whether a list of this time offers a document of which the service was told before that it is processed."""
    return document.state in ENDED and document.marked_at is not None and document.marked_at < listed_at
