"""Addresses of exports of postings, below purchasing/postings/."""

from django.urls import URLPattern, path

from schoolgate.school.purchasing.views import postings

urlpatterns: list[URLPattern] = [
    path("", postings.postings, name="purchasing-postings"),
    path("export/", postings.export, name="export-postings"),
    path("<int:pk>/file/", postings.file, name="posting-file"),
]
