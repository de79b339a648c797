"""Addresses of the School Portal: each names its school."""

from django.urls import path

from schoolgate.authority.school_portal.views import tiles

urlpatterns = [
    path("portal/", tiles.first_page, name="portal"),
    path("portal/<int:school>/", tiles.tiles, name="portal-tiles"),
]
