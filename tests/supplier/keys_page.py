"""The site's addresses, and the one of its page of keys and webhooks: what links there can be tested by itself."""

from django.http import HttpResponse
from django.urls import path

from schoolgate.sites import urls_supplier

urlpatterns = [*urls_supplier.urlpatterns, path("keys/", lambda _: HttpResponse(), name="keys")]
