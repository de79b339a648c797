from django.urls import path

from schoolgate.authority.importing.views.system_defaults import system_defaults

urlpatterns = [
    path("administration/system-defaults/", system_defaults, name="system-defaults"),
]
