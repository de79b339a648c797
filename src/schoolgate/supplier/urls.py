"""Addresses of the supplier site's screens."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
