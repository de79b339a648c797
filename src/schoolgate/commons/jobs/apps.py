from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "schoolgate.commons.jobs"
    label = "jobs"

    def ready(self) -> None:
        from schoolgate.commons.jobs import periodic, tidying  # noqa: F401, PLC0415  their kinds of work are registered
