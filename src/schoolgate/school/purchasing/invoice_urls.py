"""Addresses of invoices and credit notes, below purchasing/invoices/."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
