from django.apps import AppConfig


class SchoolPurchasingConfig(AppConfig):
    name = "schoolgate.school.purchasing"
    label = "school_purchasing"
