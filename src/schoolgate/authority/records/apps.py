from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "schoolgate.authority.records"
    label = "authority_records"

    def ready(self) -> None:
        # Registered by being imported: what the audit hides, and who is told of it.
        from schoolgate.authority.records import hiding, touching  # noqa: F401, PLC0415
