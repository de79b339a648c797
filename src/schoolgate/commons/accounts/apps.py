from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "schoolgate.commons.accounts"
    label = "accounts"
