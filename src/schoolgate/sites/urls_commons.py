"""Addresses that every site has."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("schoolgate.commons.accounts.urls")),
    path("", include("schoolgate.commons.journal.urls")),
    path("", include("schoolgate.commons.audit.urls")),
    path("", include("schoolgate.commons.jobs.urls")),
    path("", include("schoolgate.commons.backups.urls")),
    path("", include("schoolgate.commons.retention.urls")),
    path("", include("schoolgate.commons.web.urls")),
    path("", include("schoolgate.sites.upkeep.urls")),
]
