"""Addresses of exports of postings, below purchasing/postings/."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
