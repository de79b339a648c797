"""Addresses of the supplier site's screens. The SOAP service and the API leave before these, in `doors`."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("schoolgate.supplier.urls")),
    path("", include("schoolgate.commons.alerts.urls")),
    path("", include("schoolgate.sites.urls_commons")),
]
handler500 = "schoolgate.commons.web.errors.server_error"
