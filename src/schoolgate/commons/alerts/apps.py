from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "schoolgate.commons.alerts"
    label = "alerts"

    def ready(self) -> None:
        # Registered by being imported: kinds of jobs, work that comes round, who is told of a lock.
        from schoolgate.commons.alerts import lockouts, mailing, summary, telling, tidying  # noqa: F401, PLC0415
