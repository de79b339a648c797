"""Addresses of the ledger's screens."""

from django.urls import URLPattern, path

from schoolgate.school.purchasing.views import today

urlpatterns: list[URLPattern] = [
    path("purchasing/", today.today, name="purchasing-today"),
]
