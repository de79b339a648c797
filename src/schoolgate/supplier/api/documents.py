"""Calls about the queue: putting documents in, seeing what became of them, taking them out and putting them back."""

from collections.abc import Callable

from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse, JsonResponse
from django.utils import timezone

from schoolgate.commons.programs.door import Handler
from schoolgate.supplier.api.door import YES_NO, acting, asking, calls, one_of, page_of, text_of
from schoolgate.supplier.api.keys import called
from schoolgate.supplier.api.once import Answer
from schoolgate.supplier.api.problems import ApiProblem
from schoolgate.supplier.api.queueing import KINDS, WRITE, queue_document
from schoolgate.supplier.api.telling import document_as_json, event_as_json
from schoolgate.supplier.models import ApiKey, Document, DocumentContent, State
from schoolgate.supplier.queue import steps
from schoolgate.supplier.queue.composing import find_buyer
from schoolgate.supplier.queue.steps import StepNotAllowed

READ = "documents:read"
Step = Callable[[Document, WSGIRequest, str], None]
STATES = {str(state): state for state in State}


def _list(request: WSGIRequest, key: ApiKey) -> HttpResponse:
    now = timezone.now()
    documents = Document.objects.filter(supplier=key.supplier).select_related("buyer")
    if state := one_of(request, "state", STATES):
        documents = documents.standing_in({state}, now)
    if kind := one_of(request, "type", KINDS):
        documents = documents.filter(kind=kind)
    for name in ("reference", "order_number"):
        if text := text_of(request, name):
            documents = documents.filter(**{name: text})
    if name := text_of(request, "buyer"):
        buyer = find_buyer(key.supplier, name)
        documents = documents.filter(buyer=buyer) if buyer else documents.none()
    return page_of(
        request,
        "documents",
        documents,
        lambda document: document_as_json(document, now),
        lambda document: document.created_at,
    )


def _one(request: WSGIRequest, key: ApiKey, doc_id: str) -> HttpResponse:
    return JsonResponse(document_as_json(_document(key, doc_id), timezone.now()))


def _xml(request: WSGIRequest, key: ApiKey, doc_id: str) -> HttpResponse:
    content = DocumentContent.objects.filter(document=_document(key, doc_id)).first()
    if content is None:
        raise ApiProblem("content-removed")
    return HttpResponse(content.xml, content_type="application/xml; charset=utf-8")


def _events(request: WSGIRequest, key: ApiKey, doc_id: str) -> HttpResponse:
    events = _document(key, doc_id).events.all()
    return JsonResponse({"events": [event_as_json(event) for event in events]})


def _takes(step: Step) -> Handler:
    """The call that lets a document take this step."""

    def work(request: WSGIRequest, key: ApiKey, doc_id: str) -> Answer:
        document = _document(key, doc_id)
        try:
            step(document, request, called(key))
        except StepNotAllowed as refused:
            raise ApiProblem("step-not-allowed", reason=refused.code, detail=refused.sentence) from None
        return 200, document_as_json(document, timezone.now())

    return calls(POST=acting(WRITE, work))


def _put_back(document: Document, request: WSGIRequest, who: str) -> None:
    although = bool(one_of(request, "although_ordered", YES_NO))
    steps.put_back(document, by=None, request=request, who=who, although_ordered=although)


def _document(key: ApiKey, doc_id: str) -> Document:
    documents = Document.objects.filter(supplier=key.supplier).select_related("buyer")
    document: Document | None = documents.filter(doc_id=doc_id).first() if "\0" not in doc_id else None
    if document is None:
        raise ApiProblem("unknown-document")
    return document


documents = calls(GET=asking(READ, _list), POST=queue_document)
document = calls(GET=asking(READ, _one))
xml = calls(GET=asking(READ, _xml))
events = calls(GET=asking(READ, _events))
withdraw = _takes(lambda document, request, who: steps.withdraw(document, by=None, request=request, who=who))
expire = _takes(lambda document, request, who: steps.expire(document, by=None, request=request, who=who))
put_back = _takes(_put_back)
