from django.urls import path

from schoolgate.authority.importing.views.address_list import (
    address_list,
    addresses_not_found,
    addresses_without_list,
    answer_address_list,
    load_address_list,
)
from schoolgate.authority.importing.views.first_load import (
    discard_first,
    first_load,
    first_load_file,
    first_load_rows,
    load_first,
    schools_without_base,
    try_first_again,
)
from schoolgate.authority.importing.views.system_defaults import system_defaults
from schoolgate.authority.importing.views.undoing import left_behind, undo

urlpatterns = [
    path("imports/<int:pk>/undo", undo, name="undo-import"),
    path("imports/<int:pk>/undo/left", left_behind, name="left-by-undo"),
    path("administration/system-defaults/", system_defaults, name="system-defaults"),
    path("administration/first-load/", first_load, name="first-load"),
    path("administration/first-load/<int:pk>/", first_load_file, name="first-load-file"),
    path("administration/first-load/<int:pk>/rows/", first_load_rows, name="first-load-rows"),
    path("administration/first-load/<int:pk>/schools/", schools_without_base, name="schools-without-base"),
    path("administration/first-load/<int:pk>/load/", load_first, name="load-first"),
    path("administration/first-load/<int:pk>/try/", try_first_again, name="try-first-again"),
    path("administration/first-load/<int:pk>/discard/", discard_first, name="discard-first"),
    path("administration/address-list/", address_list, name="address-list"),
    path("administration/address-list/load/", load_address_list, name="load-address-list"),
    path("administration/address-list/<int:pk>/answer/", answer_address_list, name="answer-address-list"),
    path("administration/address-list/none/", addresses_without_list, name="addresses-without-list"),
    path("administration/address-list/not-found/", addresses_not_found, name="addresses-not-found"),
]
