from django.urls import path

from schoolgate.authority.importing.views.address_list import (
    address_list,
    addresses_not_found,
    addresses_without_list,
    answer_address_list,
    load_address_list,
)
from schoolgate.authority.importing.views.system_defaults import system_defaults

urlpatterns = [
    path("administration/system-defaults/", system_defaults, name="system-defaults"),
    path("administration/address-list/", address_list, name="address-list"),
    path("administration/address-list/load/", load_address_list, name="load-address-list"),
    path("administration/address-list/<int:pk>/answer/", answer_address_list, name="answer-address-list"),
    path("administration/address-list/none/", addresses_without_list, name="addresses-without-list"),
    path("administration/address-list/not-found/", addresses_not_found, name="addresses-not-found"),
]
