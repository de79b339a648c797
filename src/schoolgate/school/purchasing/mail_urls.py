"""Addresses of documents that came by e-mail, below purchasing/mail/."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
