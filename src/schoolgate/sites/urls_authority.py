"""Addresses of the authority site's screens. The exchange API leaves before these, in `doors`."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("schoolgate.authority.school_portal.urls")),
    path("", include("schoolgate.authority.requests.urls")),
    path("", include("schoolgate.authority.collection.urls")),
    path("", include("schoolgate.authority.exchange.urls")),
    path("", include("schoolgate.authority.importing.urls")),
    path("", include("schoolgate.authority.records.urls")),
    path("", include("schoolgate.authority.bases.urls")),
    path("", include("schoolgate.commons.alerts.urls")),
    path("", include("schoolgate.sites.urls_commons")),
]
handler500 = "schoolgate.commons.web.errors.server_error"
