from django.apps import AppConfig


class SchoolPurchasingConfig(AppConfig):
    name = "schoolgate.school.purchasing"
    label = "school_purchasing"

    def ready(self) -> None:
        # Registered by being imported: the jobs, the rounds, what people are told, what the search finds.
        from schoolgate.school.purchasing import (  # noqa: F401, PLC0415
            fetching_job,
            finding,
            passwords,
            restored,
            send_job,
            store,
            today,
        )
