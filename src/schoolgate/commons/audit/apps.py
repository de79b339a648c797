from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "schoolgate.commons.audit"
    label = "audit"
