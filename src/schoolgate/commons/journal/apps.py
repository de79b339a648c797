from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "schoolgate.commons.journal"
    label = "journal"
