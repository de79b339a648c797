from django.apps import AppConfig


class SupplierConfig(AppConfig):
    name = "schoolgate.supplier"
    label = "supplier"
