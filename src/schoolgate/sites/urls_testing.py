"""Addresses of every app, for tests only; each site's pages have a prefix."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("schoolgate.sites.urls_commons")),
    path("", include("schoolgate.commons.alerts.urls")),
    path("supplier/", include("schoolgate.supplier.urls")),
    path("school/", include("schoolgate.school.exchange.urls")),
    path("school/", include("schoolgate.school.purchasing.urls")),
    path("authority/", include("schoolgate.authority.bases.urls")),
    path("authority/", include("schoolgate.authority.records.urls")),
    path("authority/", include("schoolgate.authority.importing.urls")),
    path("authority/", include("schoolgate.authority.school_portal.urls")),
    path("authority/", include("schoolgate.authority.requests.urls")),
    path("authority/", include("schoolgate.authority.collection.urls")),
    path("authority/", include("schoolgate.authority.exchange.urls")),
]
handler500 = "schoolgate.commons.web.errors.server_error"
