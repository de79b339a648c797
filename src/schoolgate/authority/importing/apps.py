from django.apps import AppConfig


class ImportingConfig(AppConfig):
    name = "schoolgate.authority.importing"
    label = "authority_importing"

    def ready(self) -> None:
        # Registered by being imported: what a pupil's page is told, and work.
        from schoolgate.authority.importing import effect_job, reports, summary_lines, telling_of_pupils, undo_job  # noqa: F401, PLC0415
        from schoolgate.authority.importing.addresses import load_job  # noqa: F401, PLC0415
        from schoolgate.authority.importing.conflicts import jobs  # noqa: F401, PLC0415
        from schoolgate.authority.importing.first_load import steps  # noqa: F401, PLC0415
