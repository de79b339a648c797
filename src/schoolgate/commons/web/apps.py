from django.apps import AppConfig
from django.forms import ChoiceField, Field, FileField, ModelChoiceField


class WebConfig(AppConfig):
    name = "schoolgate.commons.web"
    label = "web"

    def ready(self) -> None:
        """Say what to do where a form says nothing better: Django's own sentence only states that it is required."""
        Field.default_error_messages["required"] = "Fill this in."
        FileField.default_error_messages["required"] = "Choose the file first."
        for choice in (ChoiceField, ModelChoiceField):
            choice.default_error_messages["required"] = "Choose one of these."
