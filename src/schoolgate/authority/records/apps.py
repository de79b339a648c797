from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "schoolgate.authority.records"
    label = "authority_records"

    def ready(self) -> None:
        # Registered by being imported: what the audit hides.
        from schoolgate.authority.records import hiding  # noqa: F401, PLC0415
