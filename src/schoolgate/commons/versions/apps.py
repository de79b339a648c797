from django.apps import AppConfig


class VersionsConfig(AppConfig):
    name = "schoolgate.commons.versions"
    label = "versions"
