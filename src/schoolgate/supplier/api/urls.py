"""Addresses of the REST API, version 1. They leave in `sites/doors.py` before sessions, CSRF and cookies."""

from django.urls import path

from schoolgate.supplier.api import buyers, documents, orders, queueing, service

urlpatterns = [
    path("api/v1/", service.service),
    path("api/v1/openapi.json", service.openapi),
    path("api/v1/baskets", queueing.baskets),
    path("api/v1/invoices", queueing.invoices),
    path("api/v1/credit-notes", queueing.credit_notes),
    path("api/v1/documents", documents.documents),
    # An id may hold a slash.
    path("api/v1/documents/<path:doc_id>/xml", documents.xml),
    path("api/v1/documents/<path:doc_id>/events", documents.events),
    path("api/v1/documents/<path:doc_id>/withdraw", documents.withdraw),
    path("api/v1/documents/<path:doc_id>/put-back", documents.put_back),
    path("api/v1/documents/<path:doc_id>/expire", documents.expire),
    path("api/v1/documents/<path:doc_id>", documents.document),
    path("api/v1/orders", orders.orders),
    path("api/v1/orders/<str:number>", orders.order),
    path("api/v1/orders/<str:number>/xml", orders.xml),
    path("api/v1/orders/<str:number>/taken", orders.taken),
    path("api/v1/buyers", buyers.buyers),
    path("api/v1/buyers/<str:number>", buyers.buyer),
    path("api/v1/buyers/<str:number>/password", buyers.password),
    path("api/v1/buyers/<str:number>/conformance", buyers.conformance),
]
handler400 = "schoolgate.supplier.api.door.bad_request"
handler404 = "schoolgate.supplier.api.door.unknown_address"
handler500 = "schoolgate.supplier.api.door.internal_error"
