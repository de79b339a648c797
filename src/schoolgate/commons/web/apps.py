from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "schoolgate.commons.web"
    label = "web"
