"""Addresses of deliveries, below purchasing/received/."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
