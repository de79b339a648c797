from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "schoolgate.authority.exchange"
    label = "authority_exchange"
