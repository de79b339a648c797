from django.apps import AppConfig


class SchoolPurchasingConfig(AppConfig):
    name = "schoolgate.school.purchasing"
    label = "school_purchasing"

    def ready(self) -> None:
        # Registered by being imported: the jobs and the rounds.
        from schoolgate.school.purchasing import fetching_job, passwords, send_job, store  # noqa: F401, PLC0415
