"""The page that a person sees at the service's address: what can be called, and how."""

from django.template.loader import render_to_string

from schoolgate.commons.web.security import CONTENT_SECURITY_POLICY
from schoolgate.supplier.preferences import SERVICE_CONTACT, SERVICE_NAME
from schoolgate.wire.soap.contract import NAMESPACE, OPERATIONS
from schoolgate.wire.soap.examples import examples_of

PAGE_HEADERS = [
    ("Content-Type", "text/html; charset=utf-8"),
    ("Content-Security-Policy", CONTENT_SECURITY_POLICY),
    ("Cache-Control", "no-store"),
    ("Referrer-Policy", "same-origin"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
]


def write_page(address: str) -> bytes:
    """The page of the service at this address. It needs neither session nor middleware."""
    told = {
        "address": address,
        "contact": SERVICE_CONTACT.get(),
        "name": SERVICE_NAME.get(),
        "namespace": NAMESPACE,
        "operations": [(operation, list(examples_of(operation.name, address))) for operation in OPERATIONS.values()],
    }
    return render_to_string("supplier/service.html", told).encode()
