"""Addresses of the exchange API. They leave in `sites/doors.py` before sessions, CSRF and cookies."""

from django.urls import path

from schoolgate.authority.exchange import api

urlpatterns = [
    path("exchange/v1/", api.service),
    path("exchange/v1/openapi.json", api.openapi),
    path("exchange/v1/keys", api.keys),
    path("exchange/v1/join", api.join_call),
    path("exchange/v1/token", api.token),
    path("exchange/v1/password", api.password),
    path("exchange/v1/whoami", api.whoami),
    path("exchange/v1/<str:kind>/files/<str:sha256>/<str:name>", api.file),
    path("exchange/v1/outcomes", api.outcomes),
    path("exchange/v1/outbox", api.outbox_call),
    path("exchange/v1/outbox/<int:entry>", api.entry_call),
    path("exchange/v1/outbox/<int:entry>/file", api.entry_file_call),
    path("exchange/v1/outbox/<int:entry>/collected", api.collected_call),
]
handler400 = "schoolgate.authority.exchange.api.bad_request"
handler404 = "schoolgate.authority.exchange.api.unknown_address"
handler500 = "schoolgate.authority.exchange.api.internal_error"
