from django.apps import AppConfig


class SchoolPortalConfig(AppConfig):
    name = "schoolgate.authority.school_portal"
    label = "authority_school_portal"

    def ready(self) -> None:
        # Registered by being imported: what its people may not read elsewhere.
        from schoolgate.authority.school_portal import keeping_from  # noqa: F401, PLC0415
