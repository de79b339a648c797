from django.apps import AppConfig


class CollectionConfig(AppConfig):
    name = "schoolgate.authority.collection"
    label = "authority_collection"
