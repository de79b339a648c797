"""What anybody may ask: whose service this is, and how its API is called."""

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse, JsonResponse
from django.utils import timezone

from schoolgate import __version__
from schoolgate.commons.programs.door import rfc3339
from schoolgate.supplier.api.door import calls
from schoolgate.supplier.api.openapi import document
from schoolgate.supplier.preferences import SERVICE_CONTACT, SERVICE_NAME


def _service(request: WSGIRequest) -> HttpResponse:
    url = settings.SCHOOLGATE_URL
    service = url + settings.SCHOOLGATE_CONFIGURATION.text("service_path")
    return JsonResponse(
        {
            "service": "schoolgate-supplier",
            "version": __version__,
            "versions": ["v1"],
            "name": SERVICE_NAME.get(),
            "contact": SERVICE_CONTACT.get(),
            "clock": rfc3339(timezone.now()),
            "soap": service,
            "wsdl": f"{service}?WSDL",
            "openapi": f"{url}/api/v1/openapi.json",
        }
    )


def _openapi(request: WSGIRequest) -> HttpResponse:
    return JsonResponse(document(settings.SCHOOLGATE_URL))


service = calls(GET=_service)
openapi = calls(GET=_openapi)
