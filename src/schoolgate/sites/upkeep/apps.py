from django.apps import AppConfig


class UpkeepConfig(AppConfig):
    name = "schoolgate.sites.upkeep"
    label = "upkeep"
