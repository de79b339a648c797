from django.apps import AppConfig


class SchoolExchangeConfig(AppConfig):
    name = "schoolgate.school.exchange"
    label = "school_exchange"

    def ready(self) -> None:
        # Registered by being imported: the jobs, the rounds, what people are told, what the search finds, what is kept.
        from schoolgate.school.exchange import (  # noqa: F401, PLC0415
            alerts,
            export_job,
            finding,
            import_job,
            restored,
            retention,
            scheduling,
        )
