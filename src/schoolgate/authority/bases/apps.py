from django.apps import AppConfig


class BasesConfig(AppConfig):
    name = "schoolgate.authority.bases"
    label = "authority_bases"

    def ready(self) -> None:
        # Registered by being imported: codes that ran out are wiped.
        from schoolgate.authority.bases import codes  # noqa: F401, PLC0415
