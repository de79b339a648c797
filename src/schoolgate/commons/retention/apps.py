from django.apps import AppConfig


class RetentionConfig(AppConfig):
    name = "schoolgate.commons.retention"
    label = "retention"

    def ready(self) -> None:
        from schoolgate.commons.retention import clearing  # noqa: F401, PLC0415  its nightly work is registered
