from django.apps import AppConfig


class BackupsConfig(AppConfig):
    name = "schoolgate.commons.backups"
    label = "backups"

    def ready(self) -> None:
        # Registered by being imported: a kind of job, a schedule, who is told.
        from schoolgate.commons.backups import alerts, scheduling  # noqa: F401, PLC0415
