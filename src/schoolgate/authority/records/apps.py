from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "schoolgate.authority.records"
    label = "authority_records"
