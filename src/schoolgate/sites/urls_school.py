"""Addresses of the school site."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("schoolgate.school.exchange.urls")),
    path("", include("schoolgate.school.purchasing.urls")),
    path("", include("schoolgate.commons.alerts.urls")),
    path("", include("schoolgate.sites.urls_commons")),
]
handler500 = "schoolgate.commons.web.errors.server_error"
