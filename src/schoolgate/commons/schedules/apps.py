from django.apps import AppConfig


class SchedulesConfig(AppConfig):
    name = "schoolgate.commons.schedules"
    label = "schedules"

    def ready(self) -> None:
        from schoolgate.commons.jobs.periodic import on_every_tick  # noqa: PLC0415
        from schoolgate.commons.schedules import tidying  # noqa: F401, PLC0415  its periodic work is registered
        from schoolgate.commons.schedules.due import Scheduler  # noqa: PLC0415

        on_every_tick(Scheduler)
