"""Addresses of reports and compared prices, below purchasing/reports/."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
