from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "schoolgate.authority.exchange"
    label = "authority_exchange"

    def ready(self) -> None:
        # Registered by being imported: what the search finds, periodic work, what a lock-out ends, whence values are.
        from schoolgate.authority.exchange import (  # noqa: F401, PLC0415
            alerts,
            asked,
            certificates,
            endings,
            feedback,
            finding,
            import_job,
            joining,
            outbox,
            preview_job,
            reports,
            restored,
            retention,
            staff_changes,
            sweeping,
            tokens,
            tracing,
        )
