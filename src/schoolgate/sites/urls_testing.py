"""Addresses of every app, for tests only. The school's pages and the authority's share some names, so each has a prefix."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("schoolgate.sites.urls_commons")),
    path("school/", include("schoolgate.school.exchange.urls")),
    path("authority/", include("schoolgate.authority.bases.urls")),
    path("authority/", include("schoolgate.authority.exchange.urls")),
]
