from django.apps import AppConfig


class SchoolExchangeConfig(AppConfig):
    name = "schoolgate.school.exchange"
    label = "school_exchange"

    def ready(self) -> None:
        # Registered by being imported: the jobs, the rounds, what the search finds, what is kept how long.
        from schoolgate.school.exchange import export_job, finding, import_job, retention, scheduling  # noqa: F401, PLC0415
