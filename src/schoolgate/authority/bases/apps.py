from django.apps import AppConfig


class BasesConfig(AppConfig):
    name = "schoolgate.authority.bases"
    label = "authority_bases"
