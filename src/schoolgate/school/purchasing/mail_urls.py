"""Addresses of documents that came by e-mail, below purchasing/mail/."""

from django.urls import URLPattern, path

from schoolgate.school.purchasing.views import mail

urlpatterns: list[URLPattern] = [
    path("", mail.import_mail, name="import-mail"),
    path("<int:pk>/message/", mail.mailed_message, name="mailed-message"),
]
