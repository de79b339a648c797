from django.apps import AppConfig


class ImportingConfig(AppConfig):
    name = "schoolgate.authority.importing"
    label = "authority_importing"
