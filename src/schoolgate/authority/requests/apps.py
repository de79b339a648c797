from django.apps import AppConfig


class RequestsConfig(AppConfig):
    name = "schoolgate.authority.requests"
    label = "authority_requests"

    def ready(self) -> None:
        # Registered by being imported: what the first page says, for how long requests are kept, and who is told of
        # two who were merged.
        from schoolgate.authority.requests import receiving, retention, today  # noqa: F401, PLC0415
