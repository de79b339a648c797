from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "schoolgate.commons.jobs"
    label = "jobs"

    def ready(self) -> None:
        # Their kinds of work, and what is measured, are registered.
        from schoolgate.commons.jobs import measures, periodic, tidying  # noqa: F401, PLC0415
