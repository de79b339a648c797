from django.apps import AppConfig


class PreferencesConfig(AppConfig):
    name = "schoolgate.commons.preferences"
    label = "preferences"
